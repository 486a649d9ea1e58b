"""What a refusal says: which attribute or parameter it is about, and what to do instead."""

import re
from typing import Any

import pytest

from tests.support.service import Service, patch, user

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def replace(path: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


OF_A_USER: list[tuple[dict[str, object], str, str]] = [
    (replace("id", "x"), "id", "mutability"),
    (replace("meta.created", "x"), "meta.created", "mutability"),
    (replace("groups", []), "groups", "mutability"),
    ({"op": "remove", "path": "userName"}, "userName", "mutability"),
    ({"op": "remove", "path": "schemas"}, "schemas", "mutability"),
    (replace(f"{ENTERPRISE}:manager.displayName", "x"), f"{ENTERPRISE}:manager.displayName", "invalidPath"),
    (replace("userName", " "), "userName", "invalidValue"),
    (replace("userName", "x" * 3000), "userName", "invalidValue"),
    (replace("userName", "a\nb"), "userName", "invalidValue"),
    (replace("active", "yes"), "active", "invalidValue"),
    (replace("emails", "a@example.com"), "emails", "invalidValue"),
    (replace("emails", [{"value": "nobody"}]), "emails.value", "invalidValue"),
    (replace("emails", [{"value": "a@elsewhere.example"}]), "emails.value", "invalidValue"),
    (replace("emails", [{"value": "a@released.invalid"}]), "emails.value", "invalidValue"),
    (replace("emails", [{"value": name, "primary": True} for name in "ab"]), "emails", "invalidValue"),
    (replace("name", "x"), "name", "invalidValue"),
    ({"op": "add", "path": "title"}, "value", "invalidValue"),
    ({"op": "add", "value": 5}, "path", "invalidValue"),
    ({"op": "remove"}, "path", "noTarget"),
    (replace('phoneNumbers[type eq "fax"].value', "1"), 'phoneNumbers[type eq "fax"].value', "noTarget"),
    (replace("nonsense", 1), "nonsense", "invalidPath"),
    (replace('emails[type eq "work"].shade', 1), 'emails[type eq "work"].shade', "invalidPath"),
    (replace('title[type eq "work"]', 1), 'title[type eq "work"]', "invalidPath"),
    (replace("emails[type]", 1), "emails[type]", "invalidFilter"),
    (replace('emails[shade eq "x"]', {}), "shade", "invalidFilter"),
]


def told(answer: Any, name: str, scim_type: str) -> None:
    """A SCIM error that names it, in quotes, and says what to do: after a colon, or by what it must be."""
    assert (answer.status, answer.body["status"], answer.body["scimType"]) == (400, "400", scim_type), answer.body
    assert repr(name) in answer.body["detail"], answer.body
    assert re.search(r"(\S: \S|must be|needs).*\.$", answer.body["detail"]), answer.body


@pytest.fixture
def service() -> Service:
    return Service(profile="okta")


@pytest.mark.parametrize(("operation", "name", "scim_type"), OF_A_USER)
def test_a_refused_operation_names_what_it_is_about_and_the_way_out(
    operation: dict[str, object], name: str, scim_type: str
) -> None:
    service = Service()
    ada = service.create_user("ada")
    told(service.scim("PATCH", f"/Users/{ada['id']}", patch(operation)), name, scim_type)


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ([{"display": "x"}], "members.value"),
        ([{"value": "x" * 300}], "members.value"),
        ([{"value": "x", "type": "Robot"}], "members.type"),
        ([{"value": "f" * 32 + "-1"}], "members.value"),
    ],
)
def test_a_refused_member_is_named(service: Service, members: object, name: str) -> None:
    body = {"schemas": [GROUP], "displayName": "Staff", "members": members}
    answer: Any = service.scim("POST", "/Groups", body)
    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    assert answer.body["detail"].startswith(f"'{name}'")


@pytest.mark.parametrize("display_name", [None, " ", "x" * 3000])
def test_a_refused_name_of_a_group_is_named(service: Service, display_name: object) -> None:
    told(service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": display_name}), "displayName",
         "invalidValue")  # fmt: skip


@pytest.mark.parametrize(
    ("query", "name", "scim_type"),
    [
        ({"startIndex": "x"}, "startIndex", "invalidValue"),
        ({"count": "9" * 30}, "count", "invalidValue"),
        ({"sortBy": "nonsense"}, "nonsense", "invalidValue"),
        ({"sortBy": "name"}, "name", "invalidValue"),
        ({"sortBy": "userName", "sortOrder": "up"}, "sortOrder", "invalidValue"),
        ({"filter": 'nonsense eq "x"'}, "nonsense", "invalidFilter"),
        ({"filter": 'active eq "true"'}, "active", "invalidFilter"),
        ({"filter": 'meta.created gt "soon"'}, "meta.created", "invalidFilter"),
    ],
)
def test_a_refused_parameter_is_named(query: dict[str, str], name: str, scim_type: str) -> None:
    answer: Any = Service().scim("GET", "/Users", query=query)
    assert (answer.status, answer.body["scimType"]) == (400, scim_type)
    assert repr(name) in answer.body["detail"]


@pytest.mark.parametrize("name", ["startIndex", "count"])
def test_a_number_that_no_list_could_have_is_refused_in_a_search_too(service: Service, name: str) -> None:
    answer: Any = service.scim("POST", "/Users/.search", {"schemas": [SEARCH], name: 10**200})
    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_that_if_none_match_rules_out_is_412(service: Service, endpoint: str, method: str) -> None:
    body: dict[str, object] = user("ada") if endpoint == "/Users" else {"schemas": [GROUP], "displayName": "Staff"}
    made: Any = service.scim("POST", endpoint, body).body
    path = f"{endpoint}/{made['id']}"
    sent = {"PUT": body | {"externalId": "new"}, "PATCH": patch(replace("externalId", "new"))}.get(method)
    for ruled_out in ("*", made["meta"]["version"]):
        assert service.scim(method, path, sent, headers={"if-none-match": ruled_out}).status == 412
    assert service.scim("GET", path).body == made
    assert service.scim(method, path, sent, headers={"if-none-match": 'W/"99"'}).status < 300
