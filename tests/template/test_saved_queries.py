"""The saved log queries ask for fields that are logged. Nothing else would notice: they would just find nothing."""

import re
from functools import cache

import pytest

from local.paths import ROOT
from tests.template.resources import Resources, of_type, text_of

LANGUAGE = re.compile(
    "fields|filter|stats|sort|limit|by|as|asc|desc|and|or|not|in|like|count|sum|max|pct|bin|ispresent|coalesce"
)
"""The words of CloudWatch Logs Insights that are used."""
BY_AWS = {"@timestamp", "@log", "type", "record.metrics.initDurationMs", "record.metrics.restoreDurationMs"}
"""What CloudWatch adds, and fields of platform.report (Lambda Telemetry API, Event schema, ReportMetrics)."""
BY_POWERTOOLS = {"service", "message", "correlation_id"}
APIS = {"ScimLogGroup", "AdminLogGroup", "ConsoleLogGroup", "AccountsLogGroup"}
FUNCTIONS = {*APIS, "AuthorizerLogGroup", "RemediatorLogGroup", "PublisherLogGroup", "JanitorLogGroup"}
GROUPS = {
    "what happened to this person": FUNCTIONS,
    "why is this conflict open": FUNCTIONS,
    "cold starts": FUNCTIONS,
    "slowest routes": APIS,
    "who is slow": {"ScimLogGroup", "AdminLogGroup", "ConsoleLogGroup"},
    "who is refused": {"ScimLogGroup"},
}
"""Which log groups a question is asked of."""


@cache
def code() -> str:
    return "".join(
        path.read_text()
        for folder in ("layers/rightful/rightful", "functions")
        for path in (ROOT / folder).rglob("*.py")
    )


def words_of(query: str) -> set[str]:
    """The names in a query that are neither its language, nor its own, nor within a text or a pattern."""
    bare = re.sub(r'#.*|"[^"]*"|/[^/\n]+/', " ", query)
    own = set(re.findall(r"\bas (\w+)", bare))
    words = set(re.findall(r"(?<!\w)@?[A-Za-z_][\w.]*", bare))
    return {word for word in words - own if not LANGUAGE.fullmatch(word)}


def test_each_question_is_asked_of_the_log_groups_that_know(expanded: Resources) -> None:
    queries = of_type(expanded, "AWS::Logs::QueryDefinition").values()
    asked = {
        text_of(query["Name"]).removeprefix("${AWS::StackName}/"): {group["Ref"] for group in query["LogGroupNames"]}
        for query in queries
    }
    assert asked == GROUPS
    assert of_type(expanded, "AWS::Logs::LogGroup").keys() >= FUNCTIONS


def test_saved_queries_ask_for_fields_and_messages_that_are_logged(expanded: Resources) -> None:
    for name, query in of_type(expanded, "AWS::Logs::QueryDefinition").items():
        fields = words_of(query["QueryString"])
        assert fields, name
        for field in fields - BY_AWS - BY_POWERTOOLS:
            assert f'"{field}"' in code(), (name, field)
            assert "_" not in field, f"{name}: what is logged is written like conflictId, not {field}"
        for message in re.findall(r'message = "([^"]+)"', query["QueryString"]):
            assert f'"{message}"' in code(), (name, message)


@pytest.mark.parametrize("field", ["initDurationMs", "restoreDurationMs"])
def test_cold_starts_are_found_with_snapstart_and_without(expanded: Resources, field: str) -> None:
    query = expanded["ColdStarts"]["Properties"]["QueryString"]
    assert re.search(rf"coalesce\([^)]*record\.metrics\.{field}\b[^)]*\)", query)
