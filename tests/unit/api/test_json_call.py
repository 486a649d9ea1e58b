"""What the admin and the accounts API take for a body, a limit or an id, before any rule of theirs."""

import json
from typing import Any

import pytest

from rightful.api.admin import service as admin
from rightful.api.admin.conflicts.preview import MOST_OCTETS
from rightful.api.host import service as accounts
from rightful.api.json_call import MOST_BODY_OCTETS
from rightful.api.request import Response
from rightful.api.scim import service as scim
from rightful.domain.key import Scope
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service


def error_of(response: Response) -> tuple[int, str]:
    assert isinstance(response.body, dict)
    error = response.body["error"]
    assert error["message"]
    return response.status, error["code"]


BODIES = [
    ("POST", "/directories"),
    ("PUT", "/policy"),
    ("POST", "/email-changes/preview"),
    ("POST", "/domains"),
]


@pytest.mark.parametrize(("method", "route"), BODIES)
@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"name": NaN}',
        '{"name": "a", "NAME": "b"}',
        '{"name": "\\ud800"}',
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"a":' + "[" * 40 + "]" * 40 + "}",
        '{"name": ' + "9" * 6000 + "}",
    ],
)
def test_a_body_that_is_no_clean_json_object_is_400_on_every_route(method: str, route: str, body: str) -> None:
    assert error_of(Service().admin(method, route, body)) in {(400, "invalid_value"), (413, "too_large")}


@pytest.mark.parametrize(("method", "route"), BODIES)
@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json;charset=x"]
)
def test_another_media_type_is_415_on_every_route(method: str, route: str, media_type: str) -> None:
    answer = Service().admin(method, route, {}, headers={"content-type": media_type})
    assert error_of(answer) == (415, "unsupported_media_type")


def test_a_body_without_a_content_type_is_taken_as_json() -> None:
    answer = Service().admin("POST", "/directories", {"name": "Second"}, headers={"content-type": ""})
    assert answer.status == 201


@pytest.mark.parametrize(("method", "route"), BODIES)
def test_a_body_over_the_limit_is_413_on_every_route(method: str, route: str) -> None:
    most = MOST_OCTETS if "preview" in route else MOST_BODY_OCTETS
    body = json.dumps({"name": "n" * most})
    assert error_of(Service().admin(method, route, body)) == (413, "too_large")
    assert error_of(Service().accounts("POST", "", json.dumps({"email": "n" * MOST_BODY_OCTETS}))) == (413, "too_large")


def test_a_preview_as_csv_has_a_limit_too() -> None:
    answer = Service().admin("POST", "/email-changes/preview", "ü" * MOST_OCTETS, headers={"content-type": "text/csv"})
    assert error_of(answer) == (413, "too_large")


def test_a_member_of_the_wrong_type_is_named() -> None:
    answer: Any = Service().admin("POST", "/directories", {"name": 5}).body
    assert answer["error"]["field"] == "name"
    assert answer["error"]["message"].startswith("name: ")


@pytest.mark.parametrize("limit", ["0", "101", "0100", "-1", "1.0", "٣", "1" * 5000, "100000000000", " 5"])
def test_a_limit_that_is_none_is_refused(limit: str) -> None:
    answer: Any = Service().admin("GET", "/conflicts", query={"limit": limit})
    assert (answer.status, answer.body["error"]["field"]) == (400, "limit")


# Ids in paths

NO_IDS = ["x" * 3000, "a b", "ORG#x", "ä", "..", "a/b", "x" * 65, "\x00", "id\n"]


class Unasked(TestedStore):
    """A store that must not be asked for what there cannot be."""

    def __getattribute__(self, name: str) -> Any:
        if name in {"account", "conflict", "directory_state", "organization", "tokens", "group", "group_state"}:
            raise AssertionError(f"the store was asked: {name}")
        return super().__getattribute__(name)


@pytest.fixture
def service() -> Service:
    made = Service()
    unasked = Unasked()
    unasked.__dict__.update(made.store.__dict__)
    made.store = unasked
    return made


@pytest.mark.parametrize("text", NO_IDS)
def test_what_cannot_be_an_id_is_404_before_the_store_is_asked(service: Service, text: str) -> None:
    asked = 0
    for route, methods in admin.ROUTES.items():
        for name in ("{id}", "{tokenId}"):
            for method in methods if name in route else ():
                parameters = {"id": service.directory.id, "tokenId": "x", name.strip("{}"): text}
                answer = service.admin(method, route, {}, parameters=parameters)
                assert error_of(answer) == (404, "not_found"), (method, route)
                asked += 1
    for route, methods in accounts.ROUTES.items():
        for method in methods if "{id}" in route else ():
            answer = service.accounts(method, route, {}, parameters={"id": text, "flag": "legal_hold"})
            assert error_of(answer) == (404, "not_found"), (method, route)
            asked += 1
    assert asked > 15


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize("resource", ["/Users", "/Groups"])
def test_what_cannot_be_an_id_is_404_in_scim_too(service: Service, resource: str, text: str) -> None:
    for method in scim.ROUTES[f"{resource}/{{id}}"]:
        answer: Any = service.scim(method, f"{resource}/{text}", {})
        assert answer.status == 404, method
        assert text[:65] not in answer.body["detail"]


def test_a_directory_that_there_cannot_be_is_404(service: Service) -> None:
    assert service.scim("GET", "/Users", directory_id="d" * 3000).status == 404


def test_a_key_of_another_scope_is_refused_whatever_the_id(service: Service) -> None:
    assert service.scim("GET", f"/Users/{'x' * 3000}", scope=Scope.ADMIN).status == 403


def test_in_a_bulk_request_it_is_that_operations_404() -> None:
    operation = {"method": "DELETE", "path": f"/Users/{'x' * 3000}"}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
    answer: Any = Service().scim("POST", "/Bulk", body)
    assert answer.body["Operations"][0]["status"] == "404"


def test_schemas_are_found_by_their_urn() -> None:
    service = Service()
    assert service.scim("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").status == 200
    assert service.scim("GET", "/ResourceTypes/User").status == 200
