"""Bulk requests over the whole service, in memory."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.api.scim import groups as scim_groups
from rightful.ports.context import Invocation
from rightful.scim.errors import unavailable
from tests.support.service import Service, email_patch, patch, user

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def service() -> Service:
    return Service()


def bulk(service: Service, *operations: object, **more: object) -> list[Any]:
    response = service.scim("POST", "/Bulk", {"schemas": [REQUEST], "Operations": list(operations), **more})
    assert response.status == 200, response.body
    assert isinstance(response.body, dict)
    assert response.body["schemas"] == [RESPONSE]
    answers: list[Any] = response.body["Operations"]
    return answers


def post(path: str, bulk_id: str, data: object) -> dict[str, object]:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def group(name: str, *members: str) -> dict[str, object]:
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}


def created(service: Service, name: str) -> dict[str, Any]:
    response = service.scim("POST", "/Groups", group(name))
    assert isinstance(response.body, dict)
    return response.body


def test_each_operation_has_its_own_status_location_and_version(service: Service) -> None:
    ada = service.create_user("ada")
    created, changed, deleted = bulk(
        service,
        post("/Users", "b", user("bob")),
        {"method": "PATCH", "path": f"/Users/{ada['id']}", "version": 'W/"1"',
         "data": patch({"op": "replace", "path": "title", "value": "Dr"})},
        {"method": "DELETE", "path": f"/Users/{ada['id']}"},
    )  # fmt: skip
    location = service.scim("GET", "/Users").body["Resources"][0]["meta"]["location"]  # type: ignore[index]
    assert created == {
        "method": "POST", "bulkId": "b", "version": 'W/"1"', "location": location, "status": "201",
    }  # fmt: skip
    assert (changed["status"], changed["version"]) == ("200", 'W/"2"')
    assert (deleted["status"], deleted["location"]) == ("204", changed["location"])


def test_operations_refer_to_what_others_create_in_whatever_order(service: Service) -> None:
    first, second = bulk(service, post("/Groups", "g", group("Staff", "bulkId:u")), post("/Users", "u", user("ada")))
    assert (first["status"], second["status"]) == ("201", "201")
    body: Any = service.scim("GET", "/Groups").body
    [member] = body["Resources"][0]["members"]
    assert member["$ref"] == second["location"]


def test_a_path_may_refer_to_what_is_created(service: Service) -> None:
    answers = bulk(
        service,
        post("/Users", "u", user("ada")),
        {"method": "PATCH", "path": "/Users/bulkId:u", "data": email_patch("ada.l@example.com")},
    )
    assert [answer["status"] for answer in answers] == ["201", "200"]
    body: Any = service.scim("GET", "/Users").body
    assert body["Resources"][0]["emails"][0]["value"] == "ada.l@example.com"


def test_references_may_go_in_a_circle(service: Service) -> None:
    first, second = bulk(
        service, post("/Groups", "a", group("A", "bulkId:b")), post("/Groups", "b", group("B", "bulkId:a"))
    )
    body: Any = service.scim("GET", "/Groups").body
    members = {each["displayName"]: [m["$ref"] for m in each["members"]] for each in body["Resources"]}
    assert members == {"A": [second["location"]], "B": [first["location"]]}


def test_a_reference_to_what_failed_fails_and_says_so(service: Service) -> None:
    failed, dependent = bulk(
        service, post("/Users", "u", {"schemas": []}), post("/Groups", "g", group("Staff", "bulkId:u"))
    )
    assert (failed["status"], dependent["status"]) == ("400", "400")
    assert "location" not in failed
    assert "bulkId:u" in dependent["response"]["detail"]
    assert service.scim("GET", "/Groups").body["totalResults"] == 0  # type: ignore[index]


def test_a_group_of_a_circle_that_cannot_be_closed_is_taken_back(service: Service) -> None:
    created(service, "Taken")
    circle = (post("/Groups", "a", group("A", "bulkId:b")), post("/Groups", "b", group("Taken", "bulkId:a")))
    first, second = bulk(service, *circle)
    assert (first["status"], second["status"]) == ("400", "409")
    assert "location" not in first
    assert "bulkId:b" in first["response"]["detail"]
    body: Any = service.scim("GET", "/Groups").body
    assert [each["displayName"] for each in body["Resources"]] == ["Taken"]
    assert [answer["status"] for answer in bulk(service, post("/Groups", "a", group("A")))] == ["201"]


def test_a_group_that_cannot_be_taken_back_is_named_with_its_location(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    created(service, "Taken")

    def refusing(*_: object) -> None:
        raise unavailable(1)

    monkeypatch.setattr(scim_groups, "remove_group", refusing)
    first, _ = bulk(
        service, post("/Groups", "a", group("A", "bulkId:b")), post("/Groups", "b", group("Taken", "bulkId:a"))
    )
    assert first["status"] == "400"
    assert service.scim("GET", f"/Groups/{first['location'].rpartition('/')[2]}").status == 200
    assert "503" in first["response"]["detail"]


def test_a_failed_change_has_its_location_though_what_it_refers_to_is_missing(service: Service) -> None:
    staff = created(service, "Staff")
    add = patch({"op": "add", "path": "members", "value": [{"value": "bulkId:nobody"}]})
    [answer] = bulk(service, {"method": "PATCH", "path": f"/Groups/{staff['id']}", "data": add})
    assert (answer["status"], answer["location"]) == ("400", staff["meta"]["location"])


def test_a_taken_address_is_a_conflict_of_its_own_operation(service: Service) -> None:
    service.create_user("grace")
    alan = service.create_user("alan")
    refused, done = bulk(
        service,
        {"method": "PATCH", "path": f"/Users/{alan['id']}", "data": email_patch("grace@example.com")},
        {"method": "PATCH", "path": f"/Users/{alan['id']}",
         "data": patch({"op": "replace", "path": "title", "value": "Dr"})},
    )  # fmt: skip
    assert refused["status"] == "409"
    assert refused["response"]["detail"] == "Resource [USER]: with email[grace@example.com] already exists."
    assert refused["location"] == done["location"]
    assert done["status"] == "200"
    conflicts: Any = service.admin("GET", "/conflicts").body
    assert [each["wantedEmail"] for each in conflicts["items"]] == ["grace@example.com"]


def test_it_stops_after_as_many_errors_as_asked_for(service: Service) -> None:
    missing = {"method": "DELETE", "path": "/Users/nobody-1"}
    answers = bulk(service, missing, missing, post("/Users", "u", user("ada")), failOnErrors=2)
    assert [answer["status"] for answer in answers] == ["404", "404"]
    assert service.scim("GET", "/Users").body["totalResults"] == 0  # type: ignore[index]
    answers = bulk(service, missing, missing, post("/Users", "u", user("ada")))
    assert [answer["status"] for answer in answers] == ["404", "404", "201"]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"method": "DELETE", "path": "/Users"}, "405"),
        ({"method": "DELETE", "path": "/Schemas/x"}, "400"),
        ({"method": "DELETE", "path": "/Users/a/b"}, "400"),
        ({"method": "DELETE", "path": "/Bulk"}, "400"),
        ({"method": "DELETE", "path": "/Users/a%2Fb"}, "404"),
        ({"method": "PUT", "path": "/Users/nobody-1", "data": {}}, "404"),
        ({"method": "PATCH", "path": "/Groups/nothing", "data": {}}, "404"),
        ({"method": "POST", "path": "/Users", "bulkId": "x", "data": {}}, "400"),
    ],
)
def test_an_operation_that_cannot_be_done_has_its_own_error(
    service: Service, operation: dict[str, object], status: str
) -> None:
    [answer] = bulk(service, operation)
    assert (answer["status"], answer["response"]["status"]) == (status, status)


def test_a_version_that_is_not_the_current_one_is_412(service: Service) -> None:
    ada = service.create_user("ada")
    [answer] = bulk(service, {"method": "DELETE", "path": f"/Users/{ada['id']}", "version": 'W/"9"'})
    assert answer["status"] == "412"


def test_limits_are_those_of_the_configuration(service: Service) -> None:
    config: Any = service.scim("GET", "/ServiceProviderConfig").body
    assert config["bulk"]["supported"] is True
    most, octets = config["bulk"]["maxOperations"], config["bulk"]["maxPayloadSize"]
    missing = {"method": "DELETE", "path": "/Users/nobody-1"}
    assert len(bulk(service, *[missing] * most)) == most
    body = {"schemas": [REQUEST], "Operations": [missing] * (most + 1)}
    assert service.scim("POST", "/Bulk", body).status == 413
    assert service.scim("POST", "/Bulk", {"schemas": [REQUEST], "x": "y" * octets, "Operations": []}).status == 413


def test_what_the_time_does_not_suffice_for_is_503_each(service: Service) -> None:
    original = service.invocation
    left = iter([60.0, 60.0, 60.0])

    def invocation() -> Invocation:
        return replace(original(), remaining=lambda: next(left, 1.0))

    service.invocation = invocation  # type: ignore[method-assign]
    names = [f"u{number}" for number in range(5)]
    answers = bulk(service, *(post("/Users", name, user(name)) for name in names))
    assert [answer["status"] for answer in answers] == ["201", "201", "201", "503", "503"]


def test_operations_are_read_in_the_dialect_of_the_directory() -> None:
    service = Service(profile="entra")
    ada = service.create_user("ada")
    [answer] = bulk(
        service,
        {"method": "PATCH", "path": f"/Users/{ada['id']}",
         "data": patch({"op": "Replace", "path": "active", "value": "False"})},
    )  # fmt: skip
    assert answer["status"] == "204"
    assert service.scim("GET", f"/Users/{ada['id']}").body["active"] is False  # type: ignore[index]
