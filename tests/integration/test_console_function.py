"""The console function as API Gateway calls it, on moto: pages for browsers, and what operations hear of them."""

import importlib
import json
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rightful.core.organizations.registry import issue_token
from rightful.domain.key import Grant, Scope
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.settings import PutOrganization
from rightful.runtime import observability
from tests.support.builders import a_conflict, an_organization
from tests.support.functions import Deployed, deployed_on_moto, example

SIGN_IN = example("console_sign_in")
SECRET_TEXT = "ada-typed-this@example.com"
OURS = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
ORGANIZATION, CONFLICT = "0" * 31 + "a", "0" * 31 + "b"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        writes = [
            PutOrganization(an_organization(ORGANIZATION), None),
            PutConflict(a_conflict(ORGANIZATION, CONFLICT), None),
        ]
        deployment.store.commit(writes, remaining=lambda: 10.0)
        yield deployment


@pytest.fixture(scope="module")
def key(deployed: Deployed) -> str:
    return issue_token(Context(deployed.store, Invocation()), Grant(Scope.ADMIN, ORGANIZATION), "Ines")[0]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the logger writes."""
    stream = StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", stream)
    return stream


def event(method: str, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """What the gateway hands on: one route for all pages."""
    where, _, query = path.partition("?")
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    return {
        **SIGN_IN,
        "httpMethod": method,
        "path": f"/console{where}",
        "resource": "/console/{proxy+}" if where != "/" else "/console",
        "pathParameters": {"proxy": where.strip("/")} if where != "/" else None,
        "headers": {"Host": "api.example.com", **headers},
        "multiValueQueryStringParameters": {name: [value] for name, value in pairs} or None,
        "queryStringParameters": dict(pairs) or None,
        "body": urlencode(fields) if fields is not None else None,
    }


def entered(deployed: Deployed, key: str) -> dict[str, str]:
    """The headers of a browser in which somebody came in with a key."""
    answer = deployed.call("console", event("POST", "/sign-in/key", {"key": key}, **OURS))
    assert answer["statusCode"] == 303, answer
    cookies = [cookie.partition(";")[0] for cookie in answer["multiValueHeaders"]["Set-Cookie"]]
    return {"Cookie": "; ".join(cookies)}


def test_the_example_is_answered_with_a_page(deployed: Deployed) -> None:
    answer = deployed.call("console", SIGN_IN)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"].startswith("text/html")
    assert answer["headers"]["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<h1>Sign in</h1>" in answer["body"]
    assert "/conflicts?status=live" in answer["body"]


def test_whoever_is_not_signed_in_is_sent_there_and_an_authorization_opens_nothing(
    deployed: Deployed, key: str
) -> None:
    for headers in ({}, {"Authorization": f"Bearer {key}"}):
        asked = event("GET", f"/conflicts/{CONFLICT}", **headers)
        asked["requestContext"] = {**asked["requestContext"], **example("admin_list_conflicts")["requestContext"]}
        answer = deployed.call("console", asked)
        assert (answer["statusCode"], urlsplit(answer["headers"]["Location"]).path) == (303, "/dev/console/sign-in")


@pytest.mark.parametrize("path", ["/", "/conflicts", f"/conflicts/{CONFLICT}", "/accounts", "/log", "/administrators"])
def test_whoever_is_sees_pages(deployed: Deployed, key: str, path: str) -> None:
    answer = deployed.call("console", event("GET", path, **entered(deployed, key)))
    assert answer["statusCode"] == 200, answer["body"]
    assert answer["body"].count("<h1") == 1


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/", "/console/"),
        ("GET", "/sign-in", "/console/sign-in"),
        ("GET", f"/conflicts/{CONFLICT}", "/console/conflicts/{id}"),
        ("GET", f"/conflicts/{SECRET_TEXT}", "/console/conflicts/{id}"),
        ("GET", f"/addresses?address={SECRET_TEXT}", "/console/addresses"),
        ("GET", f"/{SECRET_TEXT}", "/console/{other}"),
        ("GET", f"/static/{SECRET_TEXT}.css", "/console/static/{file}"),
        ("GET", f"/callback?state={SECRET_TEXT}&code={SECRET_TEXT}", "/console/callback"),
        ("POST", "/sign-in", "/console/sign-in"),
        ("POST", "/sign-in/key", "/console/sign-in/key"),
        ("POST", f"/conflicts/{CONFLICT}/decision", "/console/conflicts/{id}/decision"),
        ("POST", "/preview", "/console/preview"),
        ("POST", "/csp-reports", "/console/csp-reports"),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_the_log_has_the_pages_pattern_and_nothing_that_was_typed(
    deployed: Deployed,
    key: str,
    log: StringIO,
    capsys: pytest.CaptureFixture[str],
    method: str,
    path: str,
    route: str,
    inside: bool,
) -> None:
    headers = {**OURS, "Referer": SECRET_TEXT, **(entered(deployed, key) if inside else {})}
    log.truncate(0)
    fields = dict.fromkeys(("email", "key", "reason", "pairs", "token"), SECRET_TEXT) if method == "POST" else None
    deployed.call("console", event(method, path, fields, **headers))
    lines = [json.loads(line.strip("\0")) for line in log.getvalue().splitlines()]
    [answered] = [line for line in lines if line["message"] == "Answered"]
    assert (answered["route"], answered["method"]) == (route, method)
    assert answered.keys().isdisjoint({"keyId", "organizationId", "resourceId"})
    written = log.getvalue() + capsys.readouterr().out
    assert "ada-typed" not in written
    assert key not in written
    assert headers.get("Cookie", key).partition("=")[2] not in written or not inside


def counted(printed: str) -> dict[str, float]:
    """The metrics of what was printed."""
    found: dict[str, float] = {}
    for line in printed.splitlines():
        document = json.loads(line)
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", ()):
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(
                    value if isinstance(value, list) else [value]
                )
    return found


@pytest.mark.parametrize(
    ("metric", "path", "fields", "headers", "status"),
    [
        ("SignInsRefused", "/sign-in/key", {"key": "rightful_wrong"}, OURS, 403),
        ("FormsRefused", "/sign-in", {"email": SECRET_TEXT}, {**OURS, "Sec-Fetch-Site": "cross-site"}, 403),
        ("FormsRefused", "/sign-in", {"email": SECRET_TEXT}, {"Content-Type": OURS["Content-Type"]}, 403),
        ("ContentPolicyReports", "/csp-reports", None, {"Content-Type": "application/csp-report"}, 204),
    ],
)
def test_what_happens_at_the_door_is_counted(
    deployed: Deployed,
    capsys: pytest.CaptureFixture[str],
    metric: str,
    path: str,
    fields: dict[str, str] | None,
    headers: dict[str, str],
    status: int,
) -> None:
    capsys.readouterr()
    answer = deployed.call("console", event("POST", path, fields, **headers))
    found = counted(capsys.readouterr().out)
    assert answer["statusCode"] == status
    assert found[metric] == 1
    assert found["Requests"] == 1
    doors = {"SignInsRefused", "FormsRefused", "ContentPolicyReports", "ConsoleKeysUsed"}
    assert doors & found.keys() == {metric}


def test_a_key_that_opens_is_counted_and_a_form_of_another_session_is(
    deployed: Deployed, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    headers = entered(deployed, key)
    assert counted(capsys.readouterr().out)["ConsoleKeysUsed"] == 1
    form = event("POST", f"/conflicts/{CONFLICT}/retry", {"token": "of-another"}, **OURS, **headers)
    assert deployed.call("console", form)["statusCode"] == 403
    assert counted(capsys.readouterr().out)["FormsRefused"] == 1


def test_a_callback_of_nobody_is_refused_and_counted(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    answer = deployed.call("console", event("GET", "/callback?state=x&code=y"))
    assert (answer["statusCode"], "<h1>Sign in</h1>" in answer["body"]) == (400, True)
    assert counted(capsys.readouterr().out)["SignInsRefused"] == 1


@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "InternalServerError"}}, "GetItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
    ],
)
@pytest.mark.parametrize("what", ["identity_store", "doors"])
def test_trouble_with_aws_is_a_503_in_words(
    deployed: Deployed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: Exception,
    what: str,
) -> None:
    def fails() -> Any:
        raise trouble

    monkeypatch.setattr(importlib.import_module("functions.console.app"), what, fails)
    answer = deployed.call("console", event("GET", "/conflicts"))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "2")
    assert answer["headers"]["Content-Type"].startswith("text/plain")
    assert "Load the page again" in answer["body"]
    assert counted(capsys.readouterr().out)["AwsCallFailures"] == 1
