"""Names with a URN and a dot: what they lead to, in a whole resource as in a PATCH."""

from typing import Any

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.profiles import PROFILE_NAMES, ScimRequest, profile
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type
from tests.support.service import Service, patch
from tests.unit.scim.builders import CORE, ENTERPRISE, GROUP_SCHEMA, error_of

EXT = "urn:x:ext"
OUTER = {"id": EXT, "attributes": [{"name": "more", "type": "complex", "subAttributes": [{"name": "tag"}]}]}
INNER = {"id": f"{EXT}:more", "attributes": [{"name": "tag"}]}
BARE = {"id": EXT, "attributes": [{"name": "other"}]}


def created(**keys: object) -> dict[str, object]:
    return read_create({"schemas": [CORE], "userName": "ada", **keys}, USER)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({f"{ENTERPRISE}:manager.value": "u-1"}, {ENTERPRISE: {"manager": {"value": "u-1"}}}),
        ({f"{ENTERPRISE}:MANAGER.Value".replace("2.0:User", "2.0:USER"): "u-1"},
         {ENTERPRISE: {"manager": {"value": "u-1"}}}),
        ({f"{CORE}:name.givenName": "Ada"}, {"name": {"givenName": "Ada"}}),
        ({"name.givenName": "Ada", "name": {"givenName": "A", "familyName": "B"}},
         {"name": {"givenName": "Ada", "familyName": "B"}}),
        ({f"{CORE}:name.givenName": "Ada", f"{CORE}:name.familyName": "B"},
         {"name": {"givenName": "Ada", "familyName": "B"}}),
        ({f"{ENTERPRISE}:manager.value": "u-1", ENTERPRISE: {"department": "D"}},
         {ENTERPRISE: {"department": "D", "manager": {"value": "u-1"}}}),
        ({f"{CORE}:meta.version": "x", f"{CORE}:groups.value": "g"}, {}),
        ({f"{CORE}:name.shoe": "x", "emails.value": "x@x.org", "a.b": 1, "urn:x:y:z.w": 1}, {}),
    ],
)  # fmt: skip
def test_a_part_of_what_has_one_value_is_read(sent: dict[str, object], expected: dict[str, object]) -> None:
    made = created(**sent)
    rest = {name: value for name, value in made.items() if name not in {"schemas", "userName"}}
    assert rest == expected
    body: dict[str, object] = {"schemas": [CORE], "userName": "ada", **sent}
    assert read_replace(body, {"userName": "ada"}, USER) == made


def test_a_part_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ScimError) as refused:
        created(**{f"{CORE}:name.givenName": 5})
    assert "'name.givenName'" in refused.value.detail


@pytest.mark.parametrize("name", ["emails.value", "phoneNumbers.type", "roles.primary", "addresses.country"])
def test_a_part_of_one_of_several_values_is_refused(name: str) -> None:
    with pytest.raises(ScimError) as refused:
        created(**{f"{CORE}:{name}": "x"})
    assert error_of(refused.value) == (400, "invalidValue")
    assert f"{CORE}:{name}" in refused.value.detail


@pytest.mark.parametrize("name", ["members.value", "MEMBERS.value", f"{GROUP_SCHEMA}:members.value", "members.$ref"])
def test_no_group_is_emptied_by_a_part_of_its_members(name: str) -> None:
    with pytest.raises(ScimError) as refused:
        read_create({"schemas": [GROUP_SCHEMA], "displayName": "x", name: "u-1"}, GROUP)
    assert error_of(refused.value) == (400, "invalidValue")
    service = Service()
    ada = service.create_user("ada")["id"]
    made: Any = service.scim(
        "POST", "/Groups", {"schemas": [GROUP_SCHEMA], "displayName": "x", "members": [{"value": ada}]}
    ).body
    before = service.store.snapshot()
    body = {"schemas": [GROUP_SCHEMA], "displayName": "y", name: ada}
    assert service.scim("PUT", f"/Groups/{made['id']}", body).status == 400
    assert service.store.snapshot() == before


@pytest.mark.parametrize("name", PROFILE_NAMES)
@pytest.mark.parametrize(
    ("extensions", "text", "meant"),
    [
        ([OUTER, INNER], f"{EXT}:more.tag", f"{EXT}:more.tag"),
        ([INNER, OUTER], f"{EXT}:more.tag", f"{EXT}:more.tag"),
        ([OUTER], f"{EXT}:more.tag", f"{EXT}:more.tag"),
        ([INNER, BARE], f"{EXT}:more.tag", f"{EXT}:more:tag"),
        ([INNER, OUTER], f"{EXT}:more:tag", f"{EXT}:more:tag"),
    ],
)
def test_a_dot_after_a_urn_is_a_sub_attribute_where_there_is_one(
    name: str, extensions: list[dict[str, object]], text: str, meant: str
) -> None:
    spoken = profile(name, [schema_from_dict(each) for each in extensions])
    sent = patch({"op": "replace", "path": text, "value": "x"})
    made: Any = spoken.rewrite(ScimRequest("PATCH", "/Users/1", {}, sent)).body
    assert made["Operations"][0]["path"] == (text if name == "generic" else meant)


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_patch_and_a_put_by_that_name_change_the_same_attribute(name: str) -> None:
    service = Service(profile=name)
    parameters = {"id": service.directory.id}
    service.admin("PATCH", "/directories/{id}", {"extensions": [OUTER, INNER]}, parameters=parameters)
    user = service.create_user("ada")
    path = f"/Users/{user['id']}"
    sent = patch({"op": "replace", "path": f"{EXT}:more.tag", "value": "x"})
    assert service.scim("PATCH", path, sent).status in {200, 204}
    shown: Any = service.scim("GET", path).body
    assert (shown.get(EXT), shown.get(f"{EXT}:more")) == ({"more": {"tag": "x"}}, None)
    body = {"schemas": [CORE], "userName": "ada@example.com", f"{EXT}:more.tag": "y"}
    answer: Any = service.scim("PUT", path, body)
    assert (answer.body.get(EXT), answer.body.get(f"{EXT}:more")) == ({"more": {"tag": "y"}}, None)


@pytest.mark.parametrize("name", PROFILE_NAMES)
@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"more.tag": "x"}, {"more": {"tag": "x"}}),
        ({"MORE.Tag": "x"}, {"more": {"tag": "x"}}),
        ({"more.tag": "x", "more": {"note": "y"}}, {"more": {"tag": "x", "note": "y"}}),
        ({"more": {"note": "y"}, "more.tag": "x"}, {"more": {"tag": "x", "note": "y"}}),
        ({"more.tag": None}, None),
        ({"more.shoe": "x", "mo.re": "x", ".tag": "x", "more.": "x"}, None),
    ],
)
def test_a_part_is_named_by_a_dot_within_an_extension_too(
    name: str, sent: dict[str, object], meant: dict[str, object] | None
) -> None:
    service = Service(profile=name)
    parts = [{"name": "tag"}, {"name": "note"}]
    outer = {"id": EXT, "attributes": [{"name": "more", "type": "complex", "subAttributes": parts}]}
    parameters = {"id": service.directory.id}
    service.admin("PATCH", "/directories/{id}", {"extensions": [outer, INNER]}, parameters=parameters)
    assert service.create_user("ada", **{EXT: sent}).get(EXT) == meant
    path = f"/Users/{service.create_user('bob')['id']}"
    for way in ({"op": "add", "value": {EXT: sent}}, {"op": "replace", "path": EXT, "value": sent}):
        assert service.scim("PATCH", path, patch(way)).status in {200, 204}
        shown: Any = service.scim("GET", path).body
        assert shown.get(EXT) == meant
    answer: Any = service.scim("PUT", path, {"schemas": [CORE], "userName": "bob@example.com", EXT: sent})
    assert answer.body.get(EXT) == meant


@pytest.mark.parametrize("urn", [CORE, CORE.upper()])
def test_the_core_schemas_urn_holds_no_attributes_in_a_whole_resource(urn: str) -> None:
    """As they would be passed over, and a group lose its members by it."""
    service = Service()
    made = service.create_user("ada")
    before = service.store.snapshot()
    body = {"schemas": [CORE], "userName": "x", urn: {"emails": []}}
    for answer in (service.scim("POST", "/Users", body), service.scim("PUT", f"/Users/{made['id']}", body)):
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")  # type: ignore[index,call-overload]
    group: dict[str, object] = {"schemas": [GROUP_SCHEMA], "displayName": "x", GROUP_SCHEMA: {"members": []}}
    assert service.scim("POST", "/Groups", group).status == 400
    assert service.store.snapshot() == before
    assert service.create_user("bob", **{urn: {}})["userName"] == "bob@example.com"


def test_a_part_of_one_of_several_values_is_refused_within_an_extension() -> None:
    more = {"name": "more", "type": "complex", "multiValued": True, "subAttributes": [{"name": "tag"}]}
    rt = user_type((schema_from_dict({"id": EXT, "attributes": [more]}),))
    with pytest.raises(ScimError) as refused:
        read_create({"schemas": [CORE], "userName": "ada", EXT: {"more.tag": "x"}}, rt)
    assert error_of(refused.value) == (400, "invalidValue")
