"""What no schema of the directory declares any more does not go out, and can be removed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from rightful.domain.account import Account
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

URN = "urn:example:scim:vault:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
SECRET = "s3cr3t-of-ada"
CODES = {"name": "codes", "multiValued": True, "returned": "never"}
PIN: dict[str, Any] = {"name": "pin", "returned": "never"}
BOX: dict[str, Any] = {
    "name": "box",
    "type": "complex",
    "subAttributes": [{"name": "label"}, {"name": "key", "returned": "never"}],
}
BOXES: dict[str, Any] = {**BOX, "name": "boxes", "multiValued": True}
FLOOR = {"name": "floor"}
ALL = [PIN, CODES, BOX, BOXES, FLOOR]
HELD = {
    "pin": SECRET,
    "codes": [SECRET],
    "box": {"label": "blue", "key": SECRET},
    "boxes": [{"label": "red", "key": SECRET}, {"key": SECRET}],
    "floor": "7",
}


def defined(service: Service, *attributes: dict[str, Any]) -> None:
    extensions = [{"id": URN, "attributes": list(attributes)}] if attributes else []
    parameters = {"id": service.directory.id}
    answer = service.admin("PATCH", "/directories/{id}", {"extensions": extensions}, parameters=parameters)
    assert answer.status == 200, answer.body


def stored(service: Service) -> Any:
    [account] = service.store.all_of(Account)
    return account.attributes.get(URN)


def everything(service: Service, user_id: object) -> list[Any]:
    """Every answer that shows the user."""
    path = f"/Users/{user_id}"
    query = {"attributes": f"{URN},{URN}:pin,{URN}:box.key,pin,userName"}
    same = patch({"op": "replace", "path": "title", "value": "Countess"})
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    operation = {"method": "PATCH", "path": path, "data": same}
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
    whose = {"id": service.store.all_of(Account)[0].id}
    answers = [
        service.scim("GET", path),
        service.scim("GET", path, query=query),
        service.scim("GET", path, query={"excludedAttributes": "title"}),
        service.scim("GET", "/Users"),
        service.scim("GET", "/Users", query=query),
        service.scim("GET", "/Users", query={"filter": 'userName eq "ada@example.com"'}),
        service.scim("GET", "/Users", query={"sortBy": "userName"}),
        service.scim("POST", "/Users/.search", {**search, "filter": "userName pr"}),
        service.scim("POST", "/.search", search),
        service.scim("PATCH", path, same),
        service.scim("PATCH", path, same, query=query),
        service.scim("POST", "/Bulk", bulk),
        service.admin("GET", "/accounts/{id}", parameters=whose),
        service.admin("GET", "/log"),
    ]
    assert {answer.status for answer in answers} <= {200, 204}
    return [answer.body for answer in answers]


@pytest.fixture
def service() -> Service:
    return Service()


def with_secrets(service: Service) -> str:
    defined(service, *ALL)
    made = service.create_user("ada", schemas=[CORE, URN], title="Dr", **{URN: HELD})
    assert SECRET not in json.dumps(made)
    assert stored(service) == HELD
    return str(made["id"])


NOW: list[tuple[str, list[dict[str, Any]], object]] = [
    ("the extension is gone", [], None),
    ("attributes are gone", [FLOOR], {"floor": "7"}),
    (
        "sub-attributes are gone",
        [FLOOR, *({**box, "subAttributes": [{"name": "label"}]} for box in (BOX, BOXES))],
        {"floor": "7", "box": {"label": "blue"}, "boxes": [{"label": "red"}]},
    ),
    ("complex became simple", [{"name": "box"}, {"name": "boxes", "multiValued": True}, FLOOR], {"floor": "7"}),
    ("several became one", [{"name": "codes"}, {**BOXES, "multiValued": False}, FLOOR], {"floor": "7"}),
    ("one became several", [{**BOX, "multiValued": True}, {**PIN, "returned": "default", "multiValued": True}], None),
    (
        "simple became complex",
        [{"name": "pin", "type": "complex", "subAttributes": [{"name": "value"}]}, FLOOR],
        {"floor": "7"},
    ),
    ("text became a number", [{"name": "pin", "type": "integer"}, {"name": "floor", "type": "boolean"}], None),
    ("it is kept secret", [{"name": "pin", "mutability": "writeOnly"}, FLOOR], {"floor": "7"}),
    ("it is never returned", [PIN, {**FLOOR, "returned": "never"}], None),
    ("it is read only", [{**FLOOR, "mutability": "readOnly"}], {"floor": "7"}),
]


@pytest.mark.parametrize(("attributes", "shown"), [case[1:] for case in NOW], ids=[case[0] for case in NOW])
def test_what_is_not_declared_does_not_go_out(
    service: Service, attributes: list[dict[str, Any]], shown: object
) -> None:
    user_id = with_secrets(service)
    defined(service, *attributes)
    for answer in everything(service, user_id):
        assert SECRET not in json.dumps(answer)
    got: Any = service.scim("GET", f"/Users/{user_id}").body
    assert got.get(URN) == shown
    assert (URN in got["schemas"]) is (shown is not None)
    assert stored(service) == HELD  # A definition that comes back finds it.
    put: Any = service.scim("PUT", f"/Users/{user_id}", got | {"title": "Ms"})
    assert put.status == 200
    assert SECRET not in json.dumps(put.body)


@pytest.mark.parametrize("name", ["pin", "box.key", "box", "codes", "boxes.key"])
def test_nobody_can_search_or_order_by_what_is_not_declared(service: Service, name: str) -> None:
    with_secrets(service)
    defined(service, FLOOR)
    service.pass_time(timedelta(seconds=31))  # Lists know the settings as they were half a minute ago.
    found: Any = service.scim("GET", "/Users", query={"filter": f'{URN}:{name} eq "{SECRET}"'})
    assert (found.status, found.body["scimType"]) == (400, "invalidFilter")
    ordered: Any = service.scim("GET", "/Users", query={"sortBy": f"{URN}:{name}"})
    assert ordered.status == 400


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("remaining", [[], [FLOOR]])
@pytest.mark.parametrize(
    "ways",
    [
        [{"op": "Remove", "path": URN.upper().replace("URN:", "urn:")}],
        [{"op": "remove", "path": f"{URN}:{name}"} for name in ("pin", "CODES", "box", "boxes")],
        [{"op": "replace", "path": f"{URN}:{name}", "value": None} for name in ("pin", "codes", "box", "boxes")],
        [{"op": "replace", "value": {f"{URN}:{name}": None for name in ("pin", "codes", "box", "boxes")}}],
        [{"op": "remove", "path": f"{URN}:{name}"} for name in ("pin", "codes", "box.key", "boxes.key")],
    ],
)
def test_what_is_not_declared_can_be_removed_by_its_urn(
    profile: str, remaining: list[dict[str, Any]], ways: list[dict[str, Any]]
) -> None:
    service = Service(profile=profile)
    user_id = with_secrets(service)
    defined(service, *remaining)
    if remaining and len(ways) == 1 and "value" not in ways[0]:
        ways = [{"op": "remove", "path": f"{URN}:{name}"} for name in ("pin", "codes", "box", "boxes")]
    answer: Any = service.scim("PATCH", f"/Users/{user_id}", patch(*ways))
    assert answer.status in {200, 204}, answer.body
    assert SECRET not in json.dumps(stored(service))
    again: Any = service.scim("PATCH", f"/Users/{user_id}", patch(*ways))
    # By the book it names nothing now; the other profiles pass over what nobody knows.
    assert again.status in ({400} if profile == "generic" else {200, 204})


@pytest.mark.parametrize("profile", [name for name in PROFILE_NAMES if name != "generic"])
def test_identity_providers_may_change_what_nobody_knows_and_nothing_happens(profile: str) -> None:
    service = Service(profile=profile)
    user = service.create_user("ada")
    before = service.store.snapshot()
    for operation in (
        {"op": "replace", "path": f"{URN}:pin"},
        {"op": "replace", "path": f"{URN}:pin", "value": "x"},
        {"op": "replace", "path": f"{URN}:pin", "value": None},
        {"op": "remove", "path": f"{URN}:pin", "value": "x"},
        {"op": "remove", "path": f'{URN}:codes[value eq "x"]'},
        {"op": "add", "path": URN, "value": {"pin": "x"}},
        {"op": "replace", "value": {f"{URN}:pin": None, URN: None}},
    ):
        answer = service.scim("PATCH", f"/Users/{user['id']}", patch(operation))
        assert answer.status in {200, 204}, operation
    assert service.store.snapshot() == before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_put_leaves_it_out(profile: str) -> None:
    service = Service(profile=profile)
    user_id = with_secrets(service)
    defined(service, FLOOR)
    got: Any = service.scim("GET", f"/Users/{user_id}").body
    assert service.scim("PUT", f"/Users/{user_id}", got).status == 200
    assert stored(service) == {"floor": "7"}


def test_a_value_of_another_type_can_be_set_anew_whatever_is_immutable_now(service: Service) -> None:
    user_id = with_secrets(service)
    fixed = {"mutability": "immutable"}
    defined(service, {"name": "pin", "type": "integer", **fixed}, {"name": "box", **fixed}, {**PIN, "name": "floor"})
    operations = [
        {"op": "replace", "path": f"{URN}:pin", "value": 7},
        {"op": "remove", "path": f"{URN}:box"},
        {"op": "remove", "path": f"{URN}:codes"},
        {"op": "remove", "path": f"{URN}:boxes"},
    ]
    answer: Any = service.scim("PATCH", f"/Users/{user_id}", patch(*operations))
    assert answer.status == 200, answer.body
    assert answer.body[URN] == {"pin": 7}
    assert stored(service) == {"pin": 7, "floor": "7"}


def test_a_change_of_something_else_keeps_what_is_not_declared(service: Service) -> None:
    user_id = with_secrets(service)
    defined(service)
    service.scim("PATCH", f"/Users/{user_id}", patch({"op": "replace", "path": "title", "value": "Countess"}))
    assert stored(service) == HELD
    defined(service, *ALL)
    got: Any = service.scim("GET", f"/Users/{user_id}").body
    assert got[URN] == {"box": {"label": "blue"}, "boxes": [{"label": "red"}], "floor": "7"}


@pytest.mark.parametrize("path", [f"{URN}:pin", URN, "urn:x:y", f"{URN}:pin.x"])
def test_what_the_user_does_not_have_and_nobody_declares_is_still_no_path(service: Service, path: str) -> None:
    user = service.create_user("ada")
    refused: Any = service.scim("PATCH", f"/Users/{user['id']}", patch({"op": "remove", "path": path}))
    assert (refused.status, refused.body["scimType"]) == (400, "invalidPath")
