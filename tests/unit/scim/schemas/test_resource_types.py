"""Schemas from data: what is a legal extension, and what a resource type computes from it."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.filters.paths import locate
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type

URN = "urn:example:scim:badges:1.0:User"


def badges(**attribute: object) -> dict[str, object]:
    return {"id": URN, "name": "Badges", "attributes": [{"name": "number", "type": "string", **attribute}]}


def test_a_custom_extension_takes_every_characteristic_from_its_data() -> None:
    data = badges(
        type="integer", multiValued=True, required=True, mutability="immutable", returned="request", uniqueness="server"
    )
    attribute = schema_from_dict(data).attributes[0]
    assert (attribute.type, attribute.multi_valued, attribute.required) == ("integer", True, True)
    assert (attribute.mutability, attribute.returned, attribute.uniqueness) == ("immutable", "request", "server")


def test_a_user_type_with_an_extension_finds_its_attributes_in_any_case() -> None:
    rt = user_type((schema_from_dict(badges()),))
    target = locate(URN.upper() + ":NUMBER", rt)
    assert target is not None
    assert target.name == f"{URN}:number"
    assert locate(f"{URN}:number", USER) is None


def test_the_same_extensions_give_the_same_resource_type() -> None:
    own = schema_from_dict(badges())
    assert user_type((own,)) is user_type([own])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "badges", "attributes": [{"name": "a"}]},
        {"id": "urn:a b:c", "attributes": [{"name": "a"}]},
        {"id": "urn::", "attributes": [{"name": "a"}]},
        {"id": URN},
        {"id": URN, "attributes": []},
        {"id": URN, "attributes": ["a"]},
        {"id": URN, "attributes": [{"name": "1a"}]},
        {"id": URN, "attributes": [{"name": "a.b"}]},
        {"id": URN, "attributes": [{"name": "a"}, {"name": "A"}]},
        {"id": URN, "name": 5, "attributes": [{"name": "a"}]},
        badges(type="text"),
        badges(type=[]),
        badges(mutability="never"),
        badges(required="yes"),
        badges(canonicalValues="a"),
        badges(canonicalValues=[1]),
        badges(description=7),
        badges(type="complex"),
        badges(subAttributes=[{"name": "x"}]),
        badges(type="complex", subAttributes=[{"name": "x", "type": "complex", "subAttributes": [{"name": "y"}]}]),
        {"id": URN, "attributes": [{"name": f"a{n}"} for n in range(201)]},
    ],
)
def test_an_illegal_schema_is_refused_with_its_name(data: dict[str, object]) -> None:
    with pytest.raises(ScimError) as refused:
        schema_from_dict(data)
    assert refused.value.scim_type == "invalidValue"
    assert "chema" in refused.value.detail


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("USERNAME", "userName"),
        ("name.givenname", "name.givenName"),
        ("urn:ietf:params:scim:schemas:core:2.0:user:emails.VALUE", "emails.value"),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"),
        (
            "URN:IETF:params:scim:schemas:extension:enterprise:2.0:User:MANAGER.Value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        ),
        ("meta.lastmodified", "meta.lastModified"),
    ],
)
def test_paths_are_found_in_any_case_with_and_without_urn(name: str, canonical: str) -> None:
    target = locate(name, USER)
    assert target is not None
    assert target.name == canonical


@pytest.mark.parametrize(
    "name",
    [
        "",
        "user name",
        "userName.",
        "userName.x",
        ".userName",
        "name.givenName.x",
        "manager",
        "urn:x:userName",
        "urn:ietf:params:scim:schemas:core:2.0:Userx",
        "urn:ietf:params:scim:schemas:core:2.0:User:",
        "members",
    ],
)
def test_a_name_that_no_schema_has_is_found_nowhere(name: str) -> None:
    assert locate(name, USER) is None


def test_a_group_has_members_and_no_emails() -> None:
    assert locate("members.value", GROUP) is not None
    assert locate("emails", GROUP) is None
