"""Every METHOD and path that the documents name is served, takes the body that stands beside it, and is opened by the
key that is named; and the runbook's steps do, against a service in memory, what they say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from local.paths import ROOT
from rightful.core.organizations.registry import issue_token
from rightful.domain.key import Grant, Scope, Token
from tests.support.service import Service
from tests.template.documents import code_of, paragraphs

_METHODS = "GET|POST|PUT|PATCH|DELETE"
KEYS = {
    "admin key": Scope.ADMIN,
    "operator's key": Scope.OPERATOR,
    "app key": Scope.APP,
    "directory's key": Scope.SCIM,
}
FOR_OPERATORS = re.compile(r"/admin/v1/orgs/\{orgId\}(/(policy|domains|directories|tokens|sign-in)(/.*)?)?")
API: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
PATHS: Mapping[str, Mapping[str, Any]] = API["paths"]


@dataclass(frozen=True)
class Step:
    """A request that a document tells somebody to send."""

    document: str
    paragraph: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None

    @property
    def keys(self) -> frozenset[Scope]:
        """The keys that the paragraph names."""
        return frozenset(scope for name, scope in KEYS.items() if re.search(rf"\b{name}", self.paragraph))

    def __str__(self) -> str:
        return f"{self.method} {self.path} {json.dumps(self.body) if self.body else ''}".strip()


def _steps(document: str) -> list[Step]:
    found = []
    for paragraph in paragraphs(document):
        for method, target, beside in re.findall(
            rf"`({_METHODS}) (/\S+?)`(?:\s+(?:with\s+)?`(\{{[^`]*\}})`)?", paragraph
        ):
            path, _, query = target.partition("?")
            values = dict(part.split("=", 1) for part in query.split("&")) if query else {}
            found.append(Step(document, paragraph, method, path, values, json.loads(beside) if beside else None))
    return found


RUNBOOK = _steps("docs/runbook.md")
STEPS = [*RUNBOOK, *_steps("docs/api.md"), *_steps("README.md")]


def schema_of(step: Step) -> dict[str, Any]:
    """The schema of a step's body, resolved as far as its members."""
    content = PATHS[step.path][step.method.lower()]["requestBody"]["content"]
    return _resolved(content["application/json"]["schema"])


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _resolved(API["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        parts = [schema, *map(_resolved, schema["allOf"])]
        return {
            "properties": {name: value for part in parts for name, value in part.get("properties", {}).items()},
            "required": [name for part in parts for name in part.get("required", [])],
        }
    return schema


def test_the_documents_have_steps() -> None:
    assert len(RUNBOOK) >= 14
    assert len(STEPS) >= 18


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_is_served_and_its_body_and_query_are_what_is_taken(step: Step) -> None:
    assert step.path in PATHS, step
    assert step.method.lower() in PATHS[step.path], step
    operation = PATHS[step.path][step.method.lower()]
    parameters = {each["name"] for each in operation.get("parameters", []) if "name" in each}
    assert step.query.keys() <= parameters, step
    if step.body is None:
        return
    schema = schema_of(step)
    assert step.body.keys() <= schema["properties"].keys(), step
    assert set(schema.get("required", [])) <= step.body.keys(), step
    for name, value in step.body.items():
        allowed = schema["properties"][name].get("enum")
        assert allowed is None or value in allowed, step


@pytest.mark.parametrize("step", RUNBOOK, ids=str)
def test_a_step_of_the_runbook_names_a_key_that_opens_it(step: Step) -> None:
    needed = {Scope.APP} if step.path.startswith("/accounts/") else {Scope.ADMIN}
    if FOR_OPERATORS.fullmatch(step.path):
        needed.add(Scope.OPERATOR)
    assert step.keys & needed, step.paragraph


@pytest.mark.parametrize("step", RUNBOOK, ids=str)
def test_a_body_that_is_needed_stands_beside_the_step(step: Step) -> None:
    body = PATHS[step.path][step.method.lower()].get("requestBody", {})
    assert step.body is not None or not body.get("required"), step


def _played(service: Service, step: Step, key: Token) -> tuple[int, object]:
    user = service.create_user("ada")
    assert service.scim("DELETE", f"/Users/{user['id']}").status == 204  # what a directory provisions is its own
    other = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), "Ben")[1]
    places = {
        "accounts": str(user["id"]).rpartition("-")[0],
        "directories": service.directory.id,
        "tokens": other.id,
        "conflicts": "none",
    }
    route = step.path.removeprefix("/admin/v1/orgs/{orgId}").removeprefix("/accounts/v1/accounts")
    kind = route.strip("/").partition("/")[0] if step.path.startswith("/admin") else "accounts"
    parameters = {
        "id": places.get(kind, ""), "tokenId": service.scim_key.id, "domain": service.domain, "flag": "legal_hold",
    }  # fmt: skip
    parameters = {name: value for name, value in parameters.items() if f"{{{name}}}" in step.path}
    query = {name: service.directory.name if value == "{name}" else value for name, value in step.query.items()}
    headers = {"content-type": "application/json"} if step.body is not None else None
    if step.path.startswith("/admin"):
        answer = service.admin(
            step.method, route, step.body, parameters=parameters, query=query, headers=headers, key=key
        )
    else:
        answer = service.accounts(step.method, route, step.body, parameters=parameters, headers=headers, key=key)
    return answer.status, answer.body


IN_NEED_OF_MORE = re.compile(r".*(/undo|/verify|/confirmation)")
"""Those rest on what this test does not have: a conflict that was applied, a record in DNS, a change by another one."""


@pytest.mark.parametrize("step", [step for step in RUNBOOK if not IN_NEED_OF_MORE.fullmatch(step.path)], ids=str)
def test_a_step_of_the_runbook_does_what_it_says(step: Step) -> None:
    for scope in step.keys & {Scope.ADMIN, Scope.OPERATOR, Scope.APP}:
        if scope is Scope.OPERATOR and not FOR_OPERATORS.fullmatch(step.path):
            continue  # the paragraph says that it does not open this
        if (scope is Scope.APP) is not step.path.startswith("/accounts/"):
            continue
        service = Service()
        _, operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")
        key = {Scope.ADMIN: service.admin_key, Scope.OPERATOR: operator, Scope.APP: service.app_key}[scope]
        status, body = _played(service, step, key)
        assert status in {200, 201, 202, 204}, (scope, body)


def test_the_operators_key_does_not_deactivate_an_account_as_the_runbook_says() -> None:
    [step] = [step for step in RUNBOOK if (step.body or {}).get("action") == "deactivate"]
    assert "An operator's key does not open that." in step.paragraph
    service = Service()
    _, operator = issue_token(service.context(), Grant(Scope.OPERATOR), "Olaf")
    assert _played(service, step, operator)[0] == 403


def test_what_the_runbook_has_curl_ask_for_is_served() -> None:
    for document in ("docs/runbook.md", "README.md"):
        lines = [text for text in code_of(document) if "curl" in text and "$ADMIN_URL" in text]
        assert lines, document
        for line in lines:
            [route] = re.findall(r'"\$ADMIN_URL([^"]*)"', line)
            method = (re.findall(r"-X (\w+)", line) or ["POST" if " -d " in line else "GET"])[0]
            path = re.sub(r"/domains/[a-z.]+", "/domains/{domain}", f"/admin/v1/orgs/{{orgId}}{route}")
            assert method.lower() in PATHS[path], line
            for body in re.findall(r"-d '([^']*)'", line):
                step = Step(document, "", method, path, {}, json.loads(body))
                assert json.loads(body).keys() <= schema_of(step)["properties"].keys()
            assert re.search(r"Bearer \$(ADMIN|OPERATOR)_KEY", line), line


def test_alarms_and_files_that_the_runbook_names_are_there(template: dict[str, Any]) -> None:
    resources = template["Resources"].values()
    alarms = {
        str(each["Properties"]["AlarmName"]).rpartition("}-")[2].rstrip("'})")
        for each in resources
        if each["Type"] in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}
    }
    assert len(alarms) > 15
    text = "\n".join(paragraphs("docs/runbook.md"))
    named = set(re.findall(r"(?<!\*)\*([a-z]+(?:-[a-z]+)+)\*(?!\*)", text))
    assert len(named) > 8
    assert named <= alarms
    for document in ("docs/runbook.md", "README.md"):
        for name in code_of(document):
            if re.fullmatch(r"(docs|tests|events|layers|functions|local|benchmarks)/[\w./-]+", name):
                assert (ROOT / name).exists(), (document, name)
    headings = set(re.findall(r"^#+ (.+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE))
    for heading in re.findall(r"[Ss]ee \*([^*]+)\*", text):
        assert heading in headings, heading
