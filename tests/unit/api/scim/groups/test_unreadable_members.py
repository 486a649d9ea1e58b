"""A request that names members which cannot be read is refused, says which, and no group loses anybody by it."""

from typing import Any

import pytest

from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:Group"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ALL_BUT_GENERIC = [name for name in PROFILE_NAMES if name != "generic"]

UNREADABLE: list[Any] = [
    "",
    {},
    {"value": ""},
    [None],
    [{}],
    [""],
    [" "],
    [True],
    [{"value": None}],
    [{"value": ""}],
    [{"value": " "}],
    [{"value": "\u00a0\u2003"}],
    [{"value": "", "display": "Bob"}],
    [{"VALUE": "", "Display": "Bob"}],
    [{"display": "Bob"}],
    [{"type": "User"}],
    [{"value": {}}],
    [{"value": []}],
    [{"value": True}],
    [[None]],
    [[]],
    [[{"value": "a"}, {"value": "b"}]],
    [{"$ref": "https://elsewhere.example/people/1"}],
    [{"$ref": ""}],
    [{"value": "", "$ref": None}],
]


class Guides:
    """A directory with a group of two, and one who is not in it."""

    def __init__(self, profile: str) -> None:
        self.service = Service(profile=profile)
        self.ada, self.bob, self.eve = [str(self.service.create_user(name)["id"]) for name in ("ada", "bob", "eve")]
        body = {"schemas": [CORE], "displayName": "Guides", "members": [{"value": self.ada}, {"value": self.bob}]}
        made: Any = self.service.scim("POST", "/Groups", body)
        assert made.status == 201, made.body
        self.path = f"/Groups/{made.body['id']}"
        self.before = self.service.store.snapshot()

    def members(self) -> list[str]:
        shown: Any = self.service.scim("GET", self.path).body
        return sorted(member["value"] for member in shown.get("members", []))

    def patch(self, *operations: dict[str, object]) -> Any:
        return self.service.scim("PATCH", self.path, patch(*operations))

    def refused(self, answer: Any, named: str = "members") -> None:
        """The answer is 400 with that name, and nothing has changed."""
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
        assert named in answer.body["detail"]
        assert self.service.store.snapshot() == self.before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("value", UNREADABLE)
def test_what_names_nobody_is_refused_everywhere(profile: str, value: Any) -> None:
    guides = Guides(profile)
    for op in ("add", "replace", "remove"):
        guides.refused(guides.patch({"op": op, "path": "members", "value": value}))
        guides.refused(guides.patch({"op": op, "path": f"{CORE}:members", "value": value}))
    for op in ("add", "replace"):
        guides.refused(guides.patch({"op": op, "value": {"displayName": "Crew", "members": value}}))
        guides.refused(guides.patch({"op": op, "value": {CORE: {"Members": value}}}))
    for name in ("members", "MEMBERS", f"{CORE}:members"):
        body = {"schemas": [CORE], "displayName": "Crew", name: value}
        guides.refused(guides.service.scim("PUT", guides.path, body))
        guides.refused(guides.service.scim("POST", "/Groups", body))
    body = {"schemas": [CORE], "displayName": "Crew", "members": value}
    operations = [
        {"method": "PUT", "path": guides.path, "data": body},
        {"method": "POST", "path": "/Groups", "bulkId": "a", "data": body},
        {"method": "PATCH", "path": guides.path, "data": patch({"op": "replace", "path": "members", "value": value})},
    ]
    answer: Any = guides.service.scim("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
    assert [each["status"] for each in answer.body["Operations"]] == ["400"] * 3
    assert guides.service.store.snapshot() == guides.before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_null_empties_no_group(profile: str) -> None:
    guides = Guides(profile)
    guides.refused(guides.patch({"op": "replace", "path": "members", "value": None}))
    guides.refused(guides.patch({"op": "replace", "value": {"displayName": "Crew", "members": None}}))
    guides.refused(guides.patch({"op": "replace", "path": "members"}), "value")
    body = {"schemas": [CORE], "displayName": "Crew", "members": None}
    guides.refused(guides.service.scim("PUT", guides.path, body))
    guides.refused(guides.service.scim("POST", "/Groups", body))


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_one_that_cannot_be_read_is_named_among_those_that_can(profile: str, place: int) -> None:
    guides = Guides(profile)
    listed: list[Any] = [{"value": guides.ada}, {"value": guides.bob}]
    for unreadable, who in (({"value": "", "display": "Eve"}, "'Eve'"), (None, "null"), ({}, "value")):
        value = [*listed[:place], unreadable, *listed[place:]]
        for op in ("add", "replace", "remove"):
            answer = guides.patch({"op": op, "path": "members", "value": value})
            guides.refused(answer, f"members[{place}]")
            guides.refused(answer, who)
        answer = guides.service.scim("PUT", guides.path, {"schemas": [CORE], "displayName": "Crew", "members": value})
        guides.refused(answer, f"members[{place}]")


@pytest.mark.parametrize("profile", ALL_BUT_GENERIC)
@pytest.mark.parametrize("value", ["", None])
def test_an_id_that_is_set_to_nothing_removes_nobody(profile: str, value: object) -> None:
    guides = Guides(profile)
    for path in ("members.value", f'members[value eq "{guides.ada}"].value'):
        answer = guides.patch({"op": "Replace", "path": path, "value": value})
        assert (answer.status, answer.body["scimType"]) == (400, "mutability")
        assert guides.service.store.snapshot() == guides.before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_replacement_by_ids_of_nobody_is_refused_under_every_profile(profile: str) -> None:
    guides = Guides(profile)
    for value in ([{"value": "nobody-1"}], [{"value": guides.ada}, {"value": "nobody-1"}]):
        guides.refused(guides.patch({"op": "replace", "path": "members", "value": value}), "nobody-1")
        guides.refused(guides.patch({"op": "replace", "value": {"members": value}}), "nobody-1")
        remove_all, add = {"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": value}
        guides.refused(guides.patch(remove_all, add), "nobody-1")


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_bulk_id_that_names_no_operation_empties_no_group(profile: str) -> None:
    guides = Guides(profile)
    for member in ({"value": "bulkId:x"}, {"$ref": "/Users/bulkId:x"}):
        data = patch({"op": "replace", "path": "members", "value": [member]})
        operation = {"method": "PATCH", "path": guides.path, "data": data}
        answer: Any = guides.service.scim("POST", "/Bulk", {"schemas": [BULK], "Operations": [operation]})
        assert answer.body["Operations"][0]["status"] == "400"
        assert guides.service.store.snapshot() == guides.before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize(
    "url", ["https://api.example/dev/scim/directory/d/Users/{}", "/Users/{}", "../Users/{}", "Users/{}", "../users/{}"]
)
def test_a_member_may_be_named_by_its_url_alone(profile: str, url: str) -> None:
    guides = Guides(profile)
    answer = guides.patch({"op": "replace", "path": "members", "value": [{"$ref": url.format(guides.eve)}]})
    assert answer.status in {200, 204}
    assert guides.members() == [guides.eve]
    answer = guides.patch({"op": "add", "path": "members", "value": [{"value": "", "$REF": url.format(guides.ada)}]})
    assert guides.members() == sorted([guides.ada, guides.eve])
    answer = guides.patch({"op": "remove", "path": "members", "value": [{"$ref": url.format(guides.eve)}]})
    assert guides.members() == [guides.ada]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_an_empty_list_empties_and_a_remove_without_value_too(profile: str) -> None:
    put = Guides(profile)
    assert put.service.scim("PUT", put.path, {"schemas": [CORE], "displayName": "Crew", "members": []}).status == 200
    assert put.members() == []
    for operation in (
        {"op": "replace", "path": "members", "value": []},
        {"op": "replace", "value": {"members": []}},
        {"op": "remove", "path": "members"},
        {"op": "remove", "path": "members", "value": None},
    ):
        guides = Guides(profile)
        assert guides.patch(operation).status in {200, 204}
        assert guides.members() == []
    for operation in (
        {"op": "add", "path": "members", "value": []},
        {"op": "add", "path": "members", "value": None},
        {"op": "remove", "path": "members", "value": []},
    ):
        guides = Guides(profile)
        assert guides.patch(operation).status in {200, 204}
        assert guides.service.store.snapshot() == guides.before


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_user_loses_no_address_by_a_list_of_nulls(profile: str) -> None:
    service = Service(profile=profile)
    ada = service.create_user("ada")
    before = service.store.snapshot()
    for body, method in (
        (patch({"op": "replace", "path": "emails", "value": [None]}), "PATCH"),
        ({"schemas": ada["schemas"], "userName": "ada@example.com", "emails": [None, None]}, "PUT"),
    ):
        answer: Any = service.scim(method, f"/Users/{ada['id']}", body)
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
        assert service.store.snapshot() == before
