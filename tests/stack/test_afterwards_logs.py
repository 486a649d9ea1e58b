"""After all other tests of the stack: what they left in the functions' logs.

Runs last (tests/conftest.py); plays a story first, so that it says something when it is run alone.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack import Stack
from rightful.runtime.metrics import EMITTERS, Metric
from tests.support.patience import eventually

Logged = dict[str, list[str]]

_ADDRESS = re.compile(r"[^\s\"'<>:;,\[\](){}=/]+(?:@|%40)[^\s\"'<>:;,\[\](){}=/]+", re.IGNORECASE)


@pytest.fixture(scope="module")
def logged(stack: Stack, story: str) -> Logged:
    """Every line that a function has logged, by the name of its folder. Waits until the story is published."""
    eventually(
        lambda: [line for line in _lines(stack, "publisher") if '"applied"' in line],
        lambda lines: any(f'"conflictId":"{story}"' in line for line in lines),
        what="the publisher's word about the story",
        every=0.5,
    )
    return {function: _lines(stack, function) for function in stack.functions}


def _lines(stack: Stack, function: str) -> list[str]:
    """All lines of a function's log group. MiniStack ends a search at 10,000 lines: the next begins at the last."""
    logs = stack.session.client("logs", endpoint_url=stack.aws_endpoint_url)
    found: set[tuple[str, str]] = set()
    since = 0
    while True:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/rightful-{function}", startTime=since)["events"]
        found |= {(event["logStreamName"], event["message"]) for event in events}
        if not events or events[-1]["timestamp"] == since:
            return [message for _, message in found]
        since = events[-1]["timestamp"]


def _documents(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("{"):
            yield json.loads(line)


def test_no_address_is_in_any_log_line_of_any_function(logged: Logged) -> None:
    for function, lines in logged.items():
        addresses = {found for line in lines for found in _ADDRESS.findall(line)}
        assert addresses == set(), function


def test_every_function_that_ran_logs_structured_lines_and_nothing_unexpected(logged: Logged) -> None:
    for function in ("authorizer", "scim", "admin", "accounts", "remediator", "publisher"):
        documents = list(_documents(logged[function]))
        assert documents, function
        unexpected = [line for line in logged[function] if "Traceback" in line or "Warning" in line]
        # A refused key is an exception by API Gateway's contract.
        assert [line for line in unexpected if function != "authorizer"] == [], function


def test_one_correlation_id_leads_from_the_request_over_queue_and_remediator_to_the_event(logged: Logged) -> None:

    def ids(function: str, message: str) -> set[str]:
        return {
            document["correlation_id"]
            for document in _documents(logged[function])
            if document.get("message") == message and document.get("correlation_id")
        }

    refused = ids("scim", "Claim refused")
    assert refused
    assert (
        refused
        & ids("scim", "Answered")
        & ids("remediator", "Conflict examined")
        & ids("publisher", "Conflict changed")
    )


def test_a_wanted_address_is_logged_as_a_hash_that_only_the_stacks_key_makes(logged: Logged) -> None:
    hashes = [
        document["wantedHash"] for document in _documents(logged["scim"]) if document.get("message") == "Claim refused"
    ]
    assert hashes
    assert all(re.fullmatch(r"[0-9a-f]{24}", found) for found in hashes)


def test_metrics_are_emitted_under_their_names_by_the_functions_that_are_said_to(logged: Logged) -> None:
    emitted: dict[str, set[str]] = {}
    for lines in logged.values():
        for document in _documents(lines):
            for directive in document.get("_aws", {}).get("CloudWatchMetrics", ()):
                assert directive["Namespace"] == "Rightful/rightful"
                assert all("service" in dimensions for dimensions in directive["Dimensions"])
                for metric in directive["Metrics"]:
                    emitted.setdefault(metric["Name"], set()).add(document["service"])
    for name, services in emitted.items():
        assert services <= EMITTERS[Metric(name)], name
    assert emitted.keys() >= {
        Metric.REQUESTS, Metric.SCIM_WRITES, Metric.UNIQUENESS_REFUSALS, Metric.KEYS_REFUSED, Metric.COLD_STARTS,
        Metric.CONFLICTS_OPENED, Metric.CONFLICTS_DIAGNOSED, Metric.DECISIONS, Metric.TIME_TO_RESOLVE,
        Metric.CONFLICTS_EXAMINED, Metric.EVENTS_PUBLISHED,
    }  # fmt: skip
