"""POST and PUT bodies, and what answers show: RFC 7643 sections 2 and 3, RFC 7644 sections 3.3, 3.5.1, 3.9."""

import copy

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.rendering import render
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type
from tests.unit.scim.builders import CORE, ENTERPRISE, GROUP_SCHEMA, user


def create(**body: object) -> dict[str, object]:
    return read_create({"schemas": [CORE], "userName": "bob", **body}, USER)


def replace(current: dict[str, object], **body: object) -> dict[str, object]:
    return read_replace({"schemas": [CORE], "userName": "bob", **body}, current, USER)


def test_names_in_any_case_come_out_canonical() -> None:
    body = {"SCHEMAS": [CORE], "username": "bob", "NAME": {"GIVENNAME": "Bob"}, ENTERPRISE.upper(): {"DIVISION": "x"}}
    assert read_create(body, USER) == {
        "schemas": [CORE, ENTERPRISE],
        "userName": "bob",
        "name": {"givenName": "Bob"},
        ENTERPRISE: {"division": "x"},
    }


def test_read_only_attributes_are_ignored() -> None:
    made = create(id="mine", meta={"resourceType": "X"}, groups=[{"value": "g"}])
    assert made == {"schemas": [CORE], "userName": "bob"}


def test_a_password_is_accepted_and_dropped() -> None:
    assert "password" not in create(password="secret")


def test_unknown_attributes_and_extensions_are_ignored() -> None:
    made = create(shoeSize=43, name={"givenName": "Bob", "shoe": 1}, **{"urn:other:1.0:User": {"a": 1}})
    assert made == {"schemas": [CORE], "userName": "bob", "name": {"givenName": "Bob"}}


@pytest.mark.parametrize("empty", [None, [], {}])
def test_null_and_empty_mean_absent(empty: object) -> None:
    body = {"name": empty if empty != [] else None, "emails": empty if empty != {} else [{}]}
    assert create(**body, title=None) == {"schemas": [CORE], "userName": "bob"}


def test_schemas_follow_from_the_content_not_from_what_was_sent() -> None:
    assert create(schemas=[CORE, ENTERPRISE, "urn:x:y"])["schemas"] == [CORE]
    assert create(**{ENTERPRISE: {"division": "x"}})["schemas"] == [CORE, ENTERPRISE]


def test_an_attribute_key_with_its_urn_is_read_where_it_belongs() -> None:
    made = create(**{f"{ENTERPRISE}:division": "x", f"{CORE}:title": "Guide"})
    assert (made[ENTERPRISE], made["title"]) == ({"division": "x"}, "Guide")


@pytest.mark.parametrize("schemas", [None, [], "x", [1], ["urn:scim:schemas:core:1.0"], [GROUP_SCHEMA]])
def test_a_body_that_is_not_of_the_type_is_refused(schemas: object) -> None:
    with pytest.raises(ScimError, match="schemas") as refused:
        read_create({"schemas": schemas, "userName": "bob"}, USER)
    assert refused.value.scim_type == "invalidValue"


@pytest.mark.parametrize("user_name", [None, "", "  "])
def test_a_missing_user_name_is_refused_by_name(user_name: object) -> None:
    with pytest.raises(ScimError, match="userName") as refused:
        create(userName=user_name)
    assert refused.value.scim_type == "invalidValue"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"active": "True"}, "active"),
        ({"active": 1}, "active"),
        ({"title": 5}, "title"),
        ({"title": ["Guide"]}, "title"),
        ({"name": "Bob"}, "name"),
        ({"name": {"givenName": {}}}, "name.givenName"),
        ({"emails": {"value": "a@x.org"}}, "emails"),
        ({"emails": ["a@x.org"]}, "emails"),
        ({"emails": [None]}, "emails"),
        ({"emails": [{"value": 5}]}, "emails.value"),
        ({"emails": [{"value": "a", "primary": "true"}]}, "emails.primary"),
        ({"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]}, "emails"),
        ({"x509Certificates": [{"value": "no base 64!"}]}, "x509Certificates.value"),
        ({ENTERPRISE: "x"}, ENTERPRISE),
        ({ENTERPRISE: {"manager": "u-1"}}, f"{ENTERPRISE}:manager"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(body: dict[str, object], named: object) -> None:
    with pytest.raises(ScimError) as refused:
        create(**body)
    assert refused.value.scim_type == "invalidValue"
    assert f"'{named}'" in refused.value.detail


def test_equal_values_count_once_and_say_all_that_was_said() -> None:
    made = create(
        emails=[
            {"value": "A@x.org", "type": "work"},
            {"value": "a@x.org", "type": "Work", "primary": True},
            {"value": "a@x.org", "type": "home"},
        ],
        addresses=[{"country": "DE"}, {"country": "DE"}],
    )
    assert made["emails"] == [
        {"value": "A@x.org", "type": "work", "primary": True},
        {"value": "a@x.org", "type": "home"},
    ]
    assert made["addresses"] == [{"country": "DE"}]


BADGES = "urn:example:scim:badges:1.0:User"
BADGE_USER = user_type(
    [
        schema_from_dict(
            {
                "id": BADGES,
                "attributes": [
                    {"name": "number", "type": "integer", "required": True, "mutability": "immutable"},
                    {"name": "since", "type": "dateTime"},
                    {"name": "weight", "type": "decimal"},
                    {"name": "photo", "type": "binary"},
                    {"name": "pin", "mutability": "writeOnly", "returned": "never"},
                    {"name": "note", "returned": "request"},
                    {"name": "door", "mutability": "readOnly"},
                ],
            }
        )
    ]
)


def badge(**values: object) -> dict[str, object]:
    return read_create({"schemas": [CORE], "userName": "bob", BADGES: values}, BADGE_USER)


def test_an_extension_of_the_directory_is_read_by_its_own_types() -> None:
    values = {"number": 7, "since": "2026-01-01T00:00:00Z", "weight": 1.5, "photo": "aGk="}
    assert badge(**values, pin="1234", door="A")[BADGES] == values


@pytest.mark.parametrize(
    "values",
    [
        {"number": 7.5},
        {"number": True},
        {"number": 2**64},
        {"number": "7"},
        {"since": "2026"},
        {"since": "2026-02-30T00:00:00Z", "number": 1},
        {"weight": "1", "number": 1},
        {"weight": 1e200, "number": 1},
        {"note": "no number"},
    ],
)
def test_an_extension_value_of_the_wrong_kind_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ScimError, match=BADGES) as refused:
        badge(**values)
    assert refused.value.scim_type == "invalidValue"


def test_an_immutable_value_may_be_repeated_or_left_out_but_not_changed() -> None:
    current = badge(number=7, since="2026-01-01T00:00:00Z")
    base = {"schemas": [CORE], "userName": "bob"}
    assert read_replace(base, current, BADGE_USER)[BADGES] == {"number": 7}
    assert read_replace({**base, BADGES: {"number": 7}}, current, BADGE_USER)[BADGES] == {"number": 7}
    with pytest.raises(ScimError) as refused:
        read_replace({**base, BADGES: {"number": 8}}, current, BADGE_USER)
    assert refused.value.scim_type == "mutability"


def test_put_clears_what_is_left_out_but_keeps_what_only_the_server_sets() -> None:
    current = user()
    made = replace(current, title="Chef")
    assert made == {
        "schemas": [CORE],
        "id": "u-1",
        "userName": "bob",
        "title": "Chef",
        "emails": current["emails"],
        "groups": current["groups"],
        "meta": current["meta"],
    }


@pytest.mark.parametrize("emails", [[], None])
def test_put_removes_the_emails_only_where_it_says_so(emails: object) -> None:
    assert "emails" not in replace(user(), emails=emails)
    assert replace(user())["emails"] == user()["emails"]


def test_put_of_what_get_returned_changes_nothing() -> None:
    current = user()
    assert read_replace(copy.deepcopy(render(current, USER)), current, USER) == current


def test_put_ignores_a_foreign_id() -> None:
    assert replace(user(), id="other")["id"] == "u-1"


def test_the_name_of_a_manager_is_not_kept_since_nobody_keeps_it_true() -> None:
    sent = {"manager": {"value": "u-9", "displayName": "Ann"}}
    assert replace(user(), **{ENTERPRISE: sent})[ENTERPRISE] == {"manager": {"value": "u-9"}}


def test_put_changes_neither_the_body_nor_the_current_resource() -> None:
    body, current = {"schemas": [CORE], "userName": "bob", "name": {"givenName": "B"}}, user()
    before = copy.deepcopy((body, current))
    read_replace(body, current, USER)
    assert (body, current) == before


def test_a_group_needs_a_display_name() -> None:
    with pytest.raises(ScimError, match="displayName"):
        read_create({"schemas": [GROUP_SCHEMA]}, GROUP)


def test_members_of_a_group_count_once_whatever_else_is_said_of_them() -> None:
    made = read_create(
        {
            "schemas": [GROUP_SCHEMA],
            "displayName": "Guides",
            "members": [{"value": "u-1", "$ref": None}, {"value": "u-1", "type": "User", "display": "Bob"}],
        },
        GROUP,
    )
    assert made["members"] == [{"value": "u-1", "type": "User", "display": "Bob"}]


def test_an_answer_has_everything_returned_by_default_and_no_secret() -> None:
    assert render(user(), USER) == user()
    assert "password" not in render({**user(), "password": "x"}, USER)


@pytest.mark.parametrize(
    ("named", "left"),
    [
        (("userName",), {"schemas": [CORE], "id": "u-1", "userName": "barbara"}),
        (("NAME.givenname",), {"schemas": [CORE], "id": "u-1", "name": {"givenName": "Barbara"}}),
        (
            ("emails.value", "shoeSize"),
            {
                "schemas": [CORE],
                "id": "u-1",
                "emails": [{"value": "barbara@example.com"}, {"value": "babs@example.org"}],
            },
        ),
        (
            (f"{ENTERPRISE}:manager.value", "meta.version"),
            {
                "schemas": [CORE, ENTERPRISE],
                "id": "u-1",
                "meta": {"version": 'W/"3"'},
                ENTERPRISE: {"manager": {"value": "u-9"}},
            },
        ),
        ((ENTERPRISE,), {"schemas": [CORE, ENTERPRISE], "id": "u-1", ENTERPRISE: user()[ENTERPRISE]}),
        (("name", "name.givenName"), {"schemas": [CORE], "id": "u-1", "name": user()["name"]}),
        (("password",), {"schemas": [CORE], "id": "u-1"}),
    ],
)
def test_attributes_leaves_what_is_named_and_what_is_always_returned(
    named: tuple[str, ...], left: dict[str, object]
) -> None:
    assert render({**user(), "password": "x"}, USER, attributes=named) == left


def test_excluded_attributes_are_left_out_except_those_always_returned() -> None:
    made = render(user(), USER, excluded=("id", "schemas", "EMAILS.type", "name", ENTERPRISE, "meta", "groups"))
    assert "id" in made
    assert made["schemas"] == [CORE]
    assert made["emails"] == [{"value": "barbara@example.com", "primary": True}, {"value": "babs@example.org"}]
    assert not {"name", ENTERPRISE, "meta", "groups"} & set(made)


def test_attributes_and_excluded_attributes_exclude_each_other() -> None:
    with pytest.raises(ScimError) as refused:
        render(user(), USER, attributes=("userName",), excluded=("name",))
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidValue")


def test_an_attribute_returned_on_request_comes_only_when_named() -> None:
    resource = badge(number=7, note="left-handed")
    assert render(resource, BADGE_USER)[BADGES] == {"number": 7}
    assert render(resource, BADGE_USER, excluded=("title",))[BADGES] == {"number": 7}
    assert render(resource, BADGE_USER, attributes=(f"{BADGES}:note",))[BADGES] == {"note": "left-handed"}


def test_to_exclude_a_sub_attribute_reveals_no_other_one_that_is_returned_on_request() -> None:
    parts = [{"name": "a", "returned": "request"}, {"name": "b"}, {"name": "c"}, {"name": "d", "returned": "never"}]
    urn = "urn:acme:box"
    box = {"name": "box", "type": "complex", "subAttributes": parts}
    rt = user_type([schema_from_dict({"id": urn, "attributes": [box]})])
    held: dict[str, object] = {"schemas": [CORE, urn], urn: {"box": dict.fromkeys("abcd", "x")}}
    assert render(held, rt, excluded=[f"{urn}:box.b"])[urn] == {"box": {"c": "x"}}
    assert render(held, rt, excluded=[f"{urn}:box.a"])[urn] == {"box": {"b": "x", "c": "x"}}
    assert render(held, rt, attributes=[f"{urn}:box.a"])[urn] == {"box": {"a": "x"}}


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("integer", 1.5, "must be a whole number of at most 64 bits."),
        ("integer", "1", "must be a whole number of at most 64 bits, not a string."),
        ("decimal", 1e200, "must be a number, 0 or from 1e-120 to 1e120."),
        ("binary", "no base64!", "must be base64 text."),
        ("binary", 1, "must be base64 text, not a number."),
        ("dateTime", "2020-13-01T00:00:00Z", "must be a date such as 2026-01-31T12:00:00Z."),
        ("boolean", "true", "must be true or false, without quotes, not a string."),
    ],
)
def test_a_refusal_says_what_is_wrong_and_no_contradiction(kind: str, value: object, said: str) -> None:
    rt = user_type([schema_from_dict({"id": "urn:acme:x", "attributes": [{"name": "x", "type": kind}]})])
    with pytest.raises(ScimError) as refused:
        read_create({"schemas": [CORE], "userName": "u", "urn:acme:x": {"x": value}}, rt)
    assert refused.value.detail == f"'urn:acme:x:x' {said}"
