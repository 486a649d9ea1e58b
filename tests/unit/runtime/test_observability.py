"""What the functions tell operations: metrics in CloudWatch's embedded format, and log lines without addresses."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from local.paths import ROOT
from rightful.api.request import Principal, Request, Response
from rightful.domain.key import Scope
from rightful.runtime import observability
from rightful.runtime.metrics import DIMENSIONS, UNITS, Metric
from rightful.text.ids import address_hash

KEY = Principal("key-1", Scope.SCIM, "IdP", "org-1", "dir-1")


@pytest.fixture(autouse=True)
def _nothing_left_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(observability.metrics.provider, "service", "scim")
    observability.metrics.clear_metrics()
    yield
    observability.metrics.clear_metrics()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the logger writes."""
    stream = StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", stream)
    return stream


def request(method: str, resource: str, **path_parameters: str) -> Request:
    return Request(method, resource, path_parameters, {}, {}, None, KEY, "https://api.example", "request-1")


def emitted(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Every metric that was written, by name: value, unit and dimensions."""
    if observability.metrics.metric_set:
        observability.metrics.flush_metrics()
    found: dict[str, Any] = {}
    for line in capsys.readouterr().out.splitlines():
        document = json.loads(line)
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", ()):
            dimensions = {name: document[name] for name in directive["Dimensions"][0]}
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                found[metric["Name"]] = (value[0] if isinstance(value, list) else value, metric["Unit"], dimensions)
    return found


def answered(capsys: pytest.CaptureFixture[str], asked: Request, status: int) -> set[str]:
    observability.answered(asked, Response(status), observability.started(asked))
    return set(emitted(capsys))


IDS = ("keyId", "organizationId", "directoryId", "conflictId", "correlation_id")
USERS = "/scim/directory/{directoryId}/Users"


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        (request("GET", USERS, directoryId="dir-1"), 200, {"Requests"}),
        (request("POST", USERS, directoryId="dir-1"), 201, {"Requests", "ScimWrites"}),
        (request("POST", USERS + "/.search", directoryId="dir-1"), 200, {"Requests"}),
        (
            request("PATCH", USERS + "/{id}", directoryId="dir-1"),
            409,
            {"Requests", "ScimWrites", "UniquenessRefusals", "ClientErrors"},
        ),
        (request("PUT", USERS + "/{id}", directoryId="dir-1"), 503, {"Requests", "ScimWrites", "ServerErrors"}),
        (request("GET", USERS, directoryId="dir-of-nobody"), 404, {"Requests", "ClientErrors"}),
    ],
)
def test_an_answer_counts_as_what_it_was(
    capsys: pytest.CaptureFixture[str], asked: Request, status: int, expected: set[str]
) -> None:
    assert answered(capsys, asked, status) == expected


def test_ids_are_metadata_of_the_line_whose_metrics_are_about_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    asked = request("POST", USERS, directoryId="dir-1")
    observability.answered(asked, Response(201), observability.started(asked))
    observability.count(Metric.KEY_DAYS_LEFT, 3, about={"keyId": "key-2", "directoryId": None})
    observability.count(Metric.DECISIONS, divided_by="applied", about={"conflictId": "con-1"})
    observability.metrics.flush_metrics()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    of_key, of_conflict, of_request = ({name: line.get(name) for name in IDS} for line in lines)
    assert of_key == dict.fromkeys(IDS) | {"keyId": "key-2"}
    assert of_conflict == dict.fromkeys(IDS) | {"conflictId": "con-1"}
    assert of_request == {
        "keyId": "key-1",
        "organizationId": "org-1",
        "directoryId": "dir-1",
        "conflictId": None,
        "correlation_id": "request-1",
    }
    for line in lines:
        assert not set(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]) & set(IDS)
    observability.answered(asked, Response(200), observability.started(asked))
    observability.metrics.flush_metrics()
    assert "key-2" not in capsys.readouterr().out, "what one line was about is nothing of the next one's"


def test_a_request_is_logged_with_its_ids_and_without_what_the_client_put_in_their_place(
    log: StringIO,
) -> None:
    server_made = "0123456789abcdef0123456789abcdef-1"
    for resource_id in (server_made, "ada@example.com"):
        asked = request("GET", USERS + "/{id}", directoryId="dir-1", id=resource_id)
        observability.answered(asked, Response(404), observability.started(asked))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line.get("resourceId") for line in lines] == [server_made, None]
    assert {line["correlation_id"] for line in lines} == {"request-1"}
    assert {line["directoryId"] for line in lines} == {"dir-1"}
    assert "ada@example.com" not in json.dumps(lines)


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_has_the_service_and_at_most_one_more_dimension(
    capsys: pytest.CaptureFixture[str], metric: Metric
) -> None:
    observability.count(metric, 3, divided_by="something")
    value, unit, dimensions = emitted(capsys)[metric.value]
    assert value == 3
    assert unit == UNITS[metric].value
    assert dimensions.keys() == {"service"} | ({DIMENSIONS[metric].value} if metric in DIMENSIONS else set())


def test_a_failure_is_told_by_its_type_and_never_by_its_text(log: StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    observability.failed("event_log", ValueError("ada@example.com could not be written"))
    observability.failed("something new", ValueError("ada@example.com"))
    printed = log.getvalue()
    assert "ada@example.com" not in printed
    assert json.loads(printed.splitlines()[0])["error"] == "ValueError"
    assert set(emitted(capsys)) == {"EventLogWriteFailures", "OtherFailures"}


def test_whatever_is_logged_is_one_line_of_ascii(log: StringIO) -> None:
    text = "".join(map(chr, [*range(0x20), 0x85, 0xA0, 0x2028, 0x2029, 0xFEFF, 0x1F600]))
    observability.logger.info("Said", extra={"text": text})
    (line,) = log.getvalue().splitlines()
    assert line.isascii()
    assert json.loads(line)["text"] == text


def test_an_address_hash_depends_on_the_key_and_is_nothing_without_one() -> None:
    assert address_hash("ada@example.com", "one") == address_hash("ada@example.com", "one")
    assert address_hash("ada@example.com", "one") != address_hash("ada@example.com", "other")
    assert address_hash("ada@example.com", "one") != address_hash("bob@example.com", "one")
    assert address_hash("ada@example.com", "") == ""
    assert "ada" not in address_hash("ada@example.com", "one")


_AT_DEBUG = """
import logging
logging.basicConfig(level=logging.DEBUG)  # as awslambdaric does with AWS_LAMBDA_LOG_LEVEL=DEBUG
from rightful.runtime.observability import logger
for name in ("", "botocore.auth", "urllib3.connectionpool", "boto3.session", "somebody.else"):
    logging.getLogger(name).debug("ada@example.com")
    logging.getLogger(name).info("ada@example.com")
    logging.getLogger(name).warning("Heard of %s", name)
logger.debug("Own line")
"""


def test_at_debug_only_the_services_own_lines_are_logged_and_no_librarys() -> None:
    environment = {"POWERTOOLS_LOG_LEVEL": "DEBUG", "PYTHONPATH": "layers/rightful"}
    command = [sys.executable, "-c", _AT_DEBUG]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "ada@example.com" not in ended.stdout + ended.stderr
    assert ended.stderr.count("Heard of") == 5
    assert "Own line" in ended.stdout
