"""What a GET shows can be written back as a whole, and changes nothing: clients read a user, change one thing in it,
and PUT it (RFC 7644 section 3.5.1), or send it as a PATCH without a path."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TEAM = "urn:example:params:scim:schemas:extension:team:2.0:User"
MORE_TEAM = f"{TEAM}:more"
TEAMS: list[dict[str, object]] = [
    {
        "id": TEAM,
        "name": "Team",
        "attributes": [
            {"name": "badge", "mutability": "immutable"},
            {"name": "secret", "returned": "never"},
            {"name": "asked", "returned": "request"},
            {"name": "score", "type": "decimal"},
            {"name": "seen", "type": "dateTime"},
            {"name": "labels", "multiValued": True},
            {
                "name": "buddy",
                "type": "complex",
                "subAttributes": [
                    {"name": "value"},
                    {"name": "$ref", "type": "reference"},
                    {"name": "tag"},
                    {"name": "note", "returned": "never"},
                ],
            },
            {
                "name": "phones",
                "type": "complex",
                "multiValued": True,
                "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "pin", "returned": "request"}],
            },
        ],
    },
    {"id": MORE_TEAM, "name": "More", "attributes": [{"name": "tag"}]},
]

texts = st.sampled_from(
    ["", " ", "x", "X", "Zo\u00eb", "a\u0000b", "\u200b", "released-1", "true", "0", "null", "\u202ex", "a" * 300]
)
kinds = st.sampled_from(["work", "home", "WORK", "", "other"])
addresses = st.sampled_from(
    [
        "ada@example.com",
        "ADA@example.com",
        "",
        " ",
        "ada@b\u00fccher.example",
        "x@example.com",
        "n/a",
        "y@elsewhere.example",
    ]
)


def entries(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, object]]]:
    one = st.fixed_dictionaries(
        {}, optional={"value": values, "type": kinds, "display": texts, "primary": st.booleans()}
    )
    return st.lists(one, max_size=4)


teams = st.fixed_dictionaries(
    {},
    optional={
        "badge": texts,
        "secret": texts,
        "asked": texts,
        "score": st.sampled_from([0, 1.5, -3, 1e20]),
        "seen": st.sampled_from(["2026-11-28T12:00:00Z", "2026-11-28T12:00:00.123456+01:00"]),
        "labels": st.lists(texts, max_size=3),
        "buddy": st.fixed_dictionaries({}, optional={"value": texts, "$ref": texts, "tag": texts, "note": texts}),
        "phones": st.lists(st.fixed_dictionaries({"value": texts}, optional={"type": kinds, "pin": texts}), max_size=3),
    },
)
bodies = st.fixed_dictionaries(
    {"emails": entries(addresses)},
    optional={
        "externalId": texts,
        "displayName": texts,
        "title": texts,
        "active": st.booleans(),
        "name": st.fixed_dictionaries({}, optional={"givenName": texts, "familyName": texts, "formatted": texts}),
        "phoneNumbers": entries(texts),
        "roles": entries(texts),
        "x509Certificates": entries(st.just("abcd")),
        "addresses": st.lists(st.fixed_dictionaries({}, optional={"locality": texts, "type": kinds}), max_size=3),
        ENTERPRISE: st.fixed_dictionaries(
            {},
            optional={
                "employeeNumber": texts,
                "manager": st.fixed_dictionaries({}, optional={"value": texts, "$ref": texts}),
            },
        ),
        TEAM: teams,
        MORE_TEAM: st.fixed_dictionaries({}, optional={"tag": texts}),
        f"{ENTERPRISE}:department": texts,
        f"{MORE_TEAM}.tag": texts,
    },
)
changes = st.lists(
    st.one_of(
        st.just({"op": "remove", "path": "active"}),
        st.just({"op": "remove", "path": "emails[primary eq true]"}),
        st.just({"op": "remove", "path": 'emails[type eq "work"].type'}),
        st.builds(lambda text: {"op": "replace", "path": "displayName", "value": text}, texts),
        st.builds(lambda text: {"op": "add", "path": "emails", "value": [{"value": text}]}, addresses),
        st.builds(lambda text: {"op": "replace", "path": f"{ENTERPRISE}:manager.value", "value": text}, texts),
        st.builds(lambda text: {"op": "replace", "path": f"{TEAM}:buddy.tag", "value": text}, texts),
    ),
    max_size=3,
)
lives = st.sampled_from(
    [
        "",
        "was deactivated by an administrator",
        "lost the address",
        "lost address and userName",
        "is in a group",
        "was deleted softly",
    ]
)


def a_user(
    profile: str, body: dict[str, object], life: str, operations: list[dict[str, object]]
) -> tuple[Service, str]:
    """Somebody whom a directory made, as far as it may be made, and what happened since."""
    service = Service(profile=profile)
    answer: Any = service.admin(
        "PATCH", "/directories/{id}", {"extensions": TEAMS}, parameters={"id": service.directory.id}
    )
    assert answer.status == 200, answer.body
    service.pass_time(timedelta(minutes=1))
    made: Any = service.scim("POST", "/Users", {"schemas": [CORE], "userName": "ada@example.com", **body})
    if made.status != 201:
        made = service.scim("POST", "/Users", {"schemas": [CORE], "userName": "ada@example.com"})
    path = f"/Users/{made.body['id']}"
    for operation in operations:
        service.scim("PATCH", path, patch(operation))
    shown: Any = service.scim("GET", path).body
    _live(service, shown, life)
    return service, path


def _live(service: Service, shown: dict[str, Any], life: str) -> None:
    path = f"/Users/{shown['id']}"
    if life.startswith("lost"):
        service.scim("PATCH", path, patch({"op": "replace", "path": "active", "value": False}))
        wanted: list[dict[str, object]] = [
            {"op": "replace", "path": "emails", "value": [{"value": "ada@example.com", "type": "work"}]}
        ]
        if life == "lost address and userName":
            wanted.append({"op": "replace", "path": "userName", "value": "ada@example.com"})
        eve = service.create_user("eve")["id"]
        service.scim("PATCH", f"/Users/{eve}", patch(*wanted))
        service.remediate_all()
    elif life == "was deactivated by an administrator":
        action = {"action": "deactivate", "reason": "x"}
        account = {"id": shown["id"].rpartition("-")[0]}
        assert service.admin("POST", "/accounts/{id}/actions", action, parameters=account).status == 200
    elif life == "is in a group":
        group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff"}
        assert service.scim("POST", "/Groups", group | {"members": [{"value": shown["id"]}]}).status == 201
    elif life == "was deleted softly":
        gone = [
            {"op": "replace", "path": "userName", "value": f"{'0a' * 16}ada@example.com"},
            {"op": "replace", "path": "active", "value": False},
        ]
        service.scim("PATCH", path, patch(*gone))


@settings(deadline=None)
@given(profile=st.sampled_from(PROFILE_NAMES), body=bodies, life=lives, operations=changes)
def test_what_is_shown_is_written_back_and_changes_nothing(
    profile: str, body: dict[str, object], life: str, operations: list[dict[str, object]]
) -> None:
    service, path = a_user(profile, body, life, operations)
    shown: Any = service.scim("GET", path).body
    before = service.store.snapshot()
    sent = json.loads(json.dumps(shown))
    put = service.scim("PUT", path, sent)
    assert (put.status, put.body) == (200, shown)
    assert service.store.snapshot() == before
    for op in ("replace", "add"):
        whole = service.scim("PATCH", path, patch({"op": op, "value": sent}), query={"attributes": "userName"})
        assert whole.status == 200, whole.body
        assert service.store.snapshot() == before
    listed: Any = service.scim("GET", "/Users", query={"filter": f'id eq "{shown["id"]}"'}).body
    assert listed["Resources"] == [shown]


GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
displays = st.one_of(st.none(), texts.filter(lambda text: len(text) < 100))
groups = st.fixed_dictionaries(
    {"displayName": texts.filter(lambda text: bool(text.strip()))},
    optional={"externalId": st.sampled_from(["", " ", "x", "N/A"])},
)


@settings(deadline=None)
@given(
    profile=st.sampled_from(PROFILE_NAMES),
    body=groups,
    named=st.lists(displays, min_size=4, max_size=4),
    gone=st.sets(st.sampled_from(range(4))),
    changed=displays,
)
def test_a_group_that_is_shown_is_written_back_and_changes_nothing(
    profile: str, body: dict[str, object], named: list[str | None], gone: set[int], changed: str | None
) -> None:
    service = Service(profile=profile)
    ids = [service.create_user(f"u{number}")["id"] for number in range(3)]
    inner: Any = service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "Inner"}).body
    members = [{"value": value, "display": display} for value, display in zip([*ids, inner["id"]], named, strict=True)]
    made: Any = service.scim("POST", "/Groups", {"schemas": [GROUP], **body, "members": members})
    assert made.status == 201, made.body
    path = f"/Groups/{made.body['id']}"
    rename = {"op": "replace", "path": f'members[value eq "{ids[0]}"].display', "value": changed}
    assert service.scim("PATCH", path, patch(rename)).status in {200, 204}
    for number in gone:
        target = f"/Groups/{inner['id']}" if number == 3 else f"/Users/{ids[number]}"
        assert service.scim("DELETE", target).status == 204
    shown: Any = service.scim("GET", path).body
    before = service.store.snapshot()
    sent = json.loads(json.dumps(shown))
    put = service.scim("PUT", path, sent)
    assert (put.status, put.body) == (200, shown)
    for op in ("replace", "add"):
        assert service.scim("PATCH", path, patch({"op": op, "value": sent})).status in {200, 204}
    assert service.store.snapshot() == before
    assert len(shown.get("members", [])) == 4 - len(gone)
