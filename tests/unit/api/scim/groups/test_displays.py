"""A member's `display`: what the client calls it, else its name when it came in."""

from typing import Any

import pytest

from rightful.domain.events.event_log import LogEntry
from rightful.scim.patch.members import MAX_MEMBER_DISPLAY
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch, user
from tests.unit.api.scim.groups.world import CORE, consistent, created, group, read, users


class Guides:
    """A group with a user and a group in it."""

    def __init__(self, profile: str = "generic") -> None:
        self.service = Service(profile=profile)
        self.ada, self.bob = users(self.service, 2)
        self.inner = created(self.service, "Inner")["id"]
        self.id = created(self.service, "Guides", self.ada, self.inner)["id"]

    def shown(self) -> dict[str, Any]:
        members = read(self.service, f"/Groups/{self.id}")["members"]
        return {member["value"]: member.get("display") for member in members}

    def patch(self, *operations: dict[str, object]) -> Any:
        return self.service.scim("PATCH", f"/Groups/{self.id}", patch(*operations))

    def refused(self, scim_type: str, *operations: dict[str, object]) -> None:
        before = self.service.store.snapshot()
        answer = self.patch(*operations)
        assert (answer.status, answer.body["scimType"]) == (400, scim_type)
        assert self.service.store.snapshot() == before


@pytest.fixture
def guides() -> Guides:
    return Guides()


def by_id(member: str) -> str:
    return f'members[value eq "{member}"]'


def ways_to_rename(guides: Guides) -> list[dict[str, object]]:
    ada, url = guides.ada, f"https://api.example/dev/scim/directory/{guides.service.directory.id}/Users/{guides.ada}"
    whole = {"value": ada, "$ref": url, "type": "User", "display": "Countess"}
    return [
        {"op": "replace", "path": f"{by_id(ada)}.display", "value": "Countess"},
        {"op": "add", "path": f"{by_id(ada)}.display", "value": "Countess"},
        {"op": "replace", "path": f"{CORE}:{by_id(ada)}.Display", "value": "Countess"},
        {"op": "replace", "path": f'members[$ref eq "{url}"].display', "value": "Countess"},
        {"op": "replace", "path": by_id(ada), "value": {"display": "Countess"}},
        {
            "op": "replace",
            "path": by_id(ada),
            "value": whole,
        },
        {"op": "add", "path": "members", "value": [{"value": ada, "display": "Countess"}]},
        {"op": "add", "path": "members", "value": [{"value": ada}, {"value": ada, "display": "Countess"}]},
        {"op": "add", "value": {"members": [{"value": ada, "display": "Countess"}]}},
        {
            "op": "replace",
            "path": "members",
            "value": [{"value": guides.inner}, {"value": ada, "display": "Countess"}],
        },
        {
            "op": "replace",
            "value": {CORE: {"members": [{"$ref": url, "display": "Countess"}, {"value": guides.inner}]}},
        },
    ]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("way", range(11))
def test_the_display_of_a_member_changes_and_again_nothing(profile: str, way: int) -> None:
    guides = Guides(profile)
    rows = len(guides.service.store.all_of(LogEntry))
    operation = ways_to_rename(guides)[way]
    assert guides.patch(operation).status in {200, 204}
    assert guides.shown() == {guides.ada: "Countess", guides.inner: "Inner"}
    version = read(guides.service, f"/Groups/{guides.id}")["meta"]["version"]
    assert version == 'W/"2"'
    before = guides.service.store.snapshot()
    assert guides.patch(operation).status in {200, 204}
    assert guides.service.store.snapshot() == before
    # Who is in is what the log tells of groups, and that is as it was.
    assert len(guides.service.store.all_of(LogEntry)) == rows
    assert consistent(guides.service)


@pytest.mark.parametrize(
    "nothing", [{"op": "remove"}, {"op": "replace", "value": None}, {"op": "replace", "value": " "}]
)
def test_the_display_of_a_member_goes(guides: Guides, nothing: dict[str, object]) -> None:
    operation = {"path": f"{by_id(guides.ada)}.display", **nothing}
    for _ in range(2):
        assert guides.patch(operation).status == 200
        assert guides.shown() == {guides.ada: None, guides.inner: "Inner"}


def test_what_is_said_of_nobody_is_no_target_and_removing_it_is_nothing(guides: Guides) -> None:
    name = {"op": "replace", "path": f"{by_id(guides.bob)}.display", "value": "Bob"}
    guides.refused("noTarget", name)
    guides.refused("noTarget", {"op": "replace", "path": "members", "value": [{"value": guides.ada}]}, name)
    before = guides.service.store.snapshot()
    assert guides.patch({"op": "remove", "path": f"{by_id(guides.bob)}.display"}).status == 200
    assert guides.service.store.snapshot() == before


def test_the_later_operation_wins(guides: Guides) -> None:
    ada, bob = guides.ada, guides.bob
    name = {"op": "replace", "path": f"{by_id(ada)}.display", "value": "Countess"}
    assert guides.patch(name, {"op": "remove", "path": by_id(ada)}).status == 200
    assert guides.shown() == {guides.inner: "Inner"}
    add = {"op": "add", "path": "members", "value": [{"value": bob, "display": "First"}]}
    rename = {"op": "replace", "path": f"{by_id(bob)}.display", "value": "Second"}
    assert guides.patch(add, rename).status == 200
    assert guides.shown() == {guides.inner: "Inner", bob: "Second"}
    everybody = {"op": "replace", "path": "members", "value": [{"value": ada}, {"value": bob}]}
    assert guides.patch(rename | {"value": "Third"}, everybody, name).status == 200
    assert guides.shown() == {ada: "Countess", bob: "Second"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("{ada}", {"value": "{bob}", "display": "x"}),
        ("{ada}", {"value": "{bob}"}),
        ("{ada}", {"type": "Group"}),
        ("{ada}", {"$ref": "https://api.example/dev/Users/{bob}", "display": "x"}),
        ("{ada}", {"display": "x", "shoe": 43}),
        ("{ada}", "x"),
        ("{ada}.value", "{bob}"),
        ("{ada}.type", "Group"),
        ("{ada}.$ref", "https://api.example/dev/Users/{bob}"),
        ("members.display", "x"),
        ("members.value", "{bob}"),
        ('members[type eq "User"].display', "x"),
        ('members[display eq "u0000@example.com"].display', "x"),
    ],
)
def test_nothing_else_of_a_member_changes_in_place(guides: Guides, path: str, value: object) -> None:
    def filled(text: object) -> object:
        if isinstance(text, dict):
            return {name: filled(item) for name, item in text.items()}
        return text.replace("{bob}", guides.bob) if isinstance(text, str) else text

    operation = {"op": "replace", "path": path.replace("{ada}", by_id(guides.ada)), "value": filled(value)}
    guides.refused("mutability", operation)


@pytest.mark.parametrize("display", [7, True, ["x"], {"x": "y"}, "x" * (MAX_MEMBER_DISPLAY + 1)])
def test_a_display_that_is_none_is_refused(guides: Guides, display: object) -> None:
    guides.refused("invalidValue", {"op": "replace", "path": f"{by_id(guides.ada)}.display", "value": display})
    guides.refused(
        "invalidValue", {"op": "add", "path": "members", "value": [{"value": guides.ada, "display": display}]}
    )
    body = group("Other") | {"members": [{"value": guides.bob, "display": display}]}
    assert guides.service.scim("POST", "/Groups", body).status == 400


def test_a_put_changes_the_displays_that_it_says_and_no_others(guides: Guides) -> None:
    path = f"/Groups/{guides.id}"
    body = read(guides.service, path)
    before = guides.service.store.snapshot()
    assert guides.service.scim("PUT", path, body).body == body
    assert guides.service.store.snapshot() == before
    body["members"] = [{"value": guides.ada, "display": "Countess"}, {"value": guides.inner}]
    answer: Any = guides.service.scim("PUT", path, body).body
    assert {each["value"]: each["display"] for each in answer["members"]} == guides.shown()
    assert guides.shown() == {guides.ada: "Countess", guides.inner: "Inner"}


def test_more_displays_than_a_transaction_takes_all_change() -> None:
    service = Service()
    everybody = users(service, 120)
    body = created(service, "Staff", *everybody)
    named = [{"value": value, "display": f"No. {number}"} for number, value in enumerate(everybody)]
    assert service.scim("PUT", f"/Groups/{body['id']}", group("Staff") | {"members": named}).status == 200
    shown = {each["value"]: each["display"] for each in read(service, f"/Groups/{body['id']}")["members"]}
    assert shown == {each["value"]: each["display"] for each in named}
    assert consistent(service)


def test_a_name_that_is_too_long_to_be_shown_is_cut() -> None:
    service = Service()
    long = service.scim("POST", "/Users", user("ada", displayName="x" * 60_000)).body
    assert isinstance(long, dict)
    everybody = [long["id"]]
    body = created(service, "Staff", *everybody)
    assert [member["display"] for member in body["members"]] == ["x" * MAX_MEMBER_DISPLAY]
