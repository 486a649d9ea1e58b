"""PATCH: RFC 7644 section 3.5.2, one test per rule."""

import copy

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import MAX_OPERATIONS, PATCH_SCHEMA, PatchRules, apply_patch, read_patch
from tests.unit.scim.builders import CORE, ENTERPRISE, message, patch, user
from tests.unit.scim.patch.operations import HOME, USER_TYPE, WORK, add, remove, replace


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (add("nickName", "Babs"), {"nickName": "Babs"}),
        (add("TITLE", "Chef"), {"title": "Chef"}),
        (add(f"{CORE}:title", "Chef"), {"title": "Chef"}),
        (add("name.honorificPrefix", "Ms."), {"name": {**user()["name"], "honorificPrefix": "Ms."}}),
        (add("name", {"honorificPrefix": "Ms."}), {"name": {**user()["name"], "honorificPrefix": "Ms."}}),
        (add("emails", [{"value": "c@x.org"}]), {"emails": [WORK, HOME, {"value": "c@x.org"}]}),
        (add("emails", {"value": "c@x.org"}), {"emails": [WORK, HOME, {"value": "c@x.org"}]}),
        (add('emails[type eq "home"].display', "B"), {"emails": [WORK, {**HOME, "display": "B"}]}),
        (add('emails[type eq "home"]', {"display": "B"}), {"emails": [WORK, {**HOME, "display": "B"}]}),
        (add(None, {"nickName": "Babs", "roles": [{"value": "x"}]}), {"nickName": "Babs", "roles": [{"value": "x"}]}),
        (replace("userName", "new"), {"userName": "new"}),
        (replace("active", False), {"active": False}),
        (replace("nickName", "Babs"), {"nickName": "Babs"}),
        (replace("name", {"givenName": "B"}), {"name": {**user()["name"], "givenName": "B"}}),
        (replace("name", {"givenName": None}), {"name": {"familyName": "Jensen", "formatted": "Barbara Jensen"}}),
        (replace("name.givenName", "B"), {"name": {**user()["name"], "givenName": "B"}}),
        (replace("emails", [HOME]), {"emails": [HOME]}),
        (replace("emails", []), {"emails": None}),
        (replace("emails", None), {"emails": None}),
        (replace("title", None), {"title": None}),
        (replace('emails[type eq "work"].value', "n@x.org"), {"emails": [{**WORK, "value": "n@x.org"}, HOME]}),
        (replace('emails[type eq "work"]', {"value": "n@x.org"}), {"emails": [{**WORK, "value": "n@x.org"}, HOME]}),
        (replace('emails[type eq "work"]', None), {"emails": [HOME]}),
        (replace("phoneNumbers.value", "+1"), {"phoneNumbers": [{"value": "+1", "type": "work"}]}),
        (replace(None, {"active": False, "title": None}), {"active": False, "title": None}),
        (replace(None, {"name.givenName": "B"}), {"name": {**user()["name"], "givenName": "B"}}),
        (
            replace(None, {'emails[type eq "home"].value': "n@x.org"}),
            {"emails": [WORK, {**HOME, "value": "n@x.org"}]},
        ),
        (remove("title"), {"title": None}),
        (remove("name"), {"name": None}),
        (remove("name.formatted"), {"name": {"givenName": "Barbara", "familyName": "Jensen"}}),
        (remove("emails"), {"emails": None}),
        (remove('emails[type eq "home"]'), {"emails": [WORK]}),
        (remove('emails[type eq "work" or type eq "home"]'), {"emails": None}),
        (remove('emails[type eq "work"].primary'), {"emails": [{"value": WORK["value"], "type": "work"}, HOME]}),
        (remove("emails.type"), {"emails": [{"value": WORK["value"], "primary": True}, {"value": HOME["value"]}]}),
        (
            remove('addresses[type eq "work"].country'),
            {"addresses": [{"type": "work", "streetAddress": "1 Main", "locality": "Berlin"}]},
        ),
        (add(f"{ENTERPRISE}:division", "X"), {ENTERPRISE: {**user()[ENTERPRISE], "division": "X"}}),
        (add(f"{ENTERPRISE}:manager.value", "u-8"), {ENTERPRISE: {**user()[ENTERPRISE], "manager": {"value": "u-8"}}}),
        (add(ENTERPRISE, {"division": "X"}), {ENTERPRISE: {**user()[ENTERPRISE], "division": "X"}}),
        (replace(None, {ENTERPRISE: {"division": "X"}}), {ENTERPRISE: {**user()[ENTERPRISE], "division": "X"}}),
        (replace(None, {f"{ENTERPRISE}:division": "X"}), {ENTERPRISE: {**user()[ENTERPRISE], "division": "X"}}),
        (replace(CORE, {"title": "Chef"}), {"title": "Chef"}),
        (remove(f"{ENTERPRISE}:manager"), {ENTERPRISE: {"employeeNumber": "701984", "department": "Tours"}}),
        (remove(ENTERPRISE), {ENTERPRISE: None}),
        (replace(ENTERPRISE, None), {ENTERPRISE: None}),
    ],
)
def test_an_operation_changes_what_it_names_and_nothing_else(
    operation: dict[str, object], changed: dict[str, object]
) -> None:
    assert patch(user(), operation) == user(**changed)


@pytest.mark.parametrize(
    "operation",
    [
        add("title", "Guide"),
        add("emails", [HOME]),
        add("emails", [{"value": "BABS@example.org", "type": "HOME"}]),
        add("emails", []),
        add("emails", None),
        add("name", {"givenName": "Barbara"}),
        add("schemas", [ENTERPRISE]),
        add("password", "secret"),
        replace("userName", "barbara"),
        replace("emails", [WORK, HOME]),
        replace("password", "secret"),
        replace("name", {}),
        replace(ENTERPRISE, {"department": "Tours"}),
        replace(None, {"schemas": [CORE], "id": "u-1", "active": True, "meta": {"resourceType": "User"}, "groups": []}),
        replace(None, {}),
        remove("nickName"),
        remove("roles"),
        remove("name.middleName"),
        remove('emails[type eq "other"]'),
        remove('roles[value eq "x"]'),
        remove(f"{ENTERPRISE}:division"),
        {"op": "remove", "path": "emails", "value": []},
        {"op": "remove", "path": "emails", "value": [{"value": "nobody@example.com"}]},
    ],
)
def test_an_operation_that_changes_nothing_gives_an_equal_resource(operation: dict[str, object]) -> None:
    assert patch(user(), operation) == user()


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        (replace("shoeSize", 43), "invalidPath"),
        (replace("name.shoe", 43), "invalidPath"),
        (replace('emails[type eq "work"].shoe', "x"), "invalidPath"),
        (replace('userName[value eq "x"]', "x"), "invalidPath"),
        (replace('emails.value[type eq "x"]', "x"), "invalidPath"),
        (replace('emails[type eq "work"] .value', "x"), "invalidFilter"),
        (replace("emails[type eq work]", "x"), "invalidFilter"),
        (replace('emails[shoe eq "x"]', {}), "invalidFilter"),
        (replace('emails[type eq "work"', "x"), "invalidFilter"),
        (replace("user name", "x"), "invalidPath"),
        (replace("[", "x"), "invalidPath"),
        (replace(f'{ENTERPRISE}[a eq "b"]', {}), "invalidPath"),
        (replace(None, {"shoeSize": 43}), "invalidPath"),
        (replace("urn:x:y:z", "x"), "invalidPath"),
        (replace('emails[type eq "other"].value', "x"), "noTarget"),
        (replace('emails[type eq "other"]', {"value": "x"}), "noTarget"),
        (add('emails[type eq "other"].value', "x"), "noTarget"),
        (replace("roles.value", "x"), "noTarget"),
        (remove(""), "noTarget"),
        (remove(CORE), "noTarget"),
        (replace("id", "x"), "mutability"),
        (replace("meta.created", "x"), "mutability"),
        (add("groups", [{"value": "g-2"}]), "mutability"),
        (remove("groups"), "mutability"),
        (remove("id"), "mutability"),
        (replace(None, {"id": "other"}), "mutability"),
        (remove("userName"), "mutability"),
        (replace("userName", None), "mutability"),
        (remove("schemas"), "mutability"),
        (replace("userName", ""), "invalidValue"),
        (replace("active", "False"), "invalidValue"),
        (replace("title", 5), "invalidValue"),
        (replace("title", ["x"]), "invalidValue"),
        (replace("name", "Barbara"), "invalidValue"),
        (replace("name.givenName", {}), "invalidValue"),
        (replace("emails", ["a@x.org"]), "invalidValue"),
        (replace('emails[type eq "work"]', "x"), "invalidValue"),
        (replace('emails[type eq "work"].primary', "True"), "invalidValue"),
        (add("emails", [{"value": "x", "primary": True}, {"value": "y", "primary": True}]), "invalidValue"),
        (replace(f"{ENTERPRISE}:manager", "u-8"), "invalidValue"),
        (replace(ENTERPRISE, "x"), "invalidValue"),
        (replace(None, "x"), "invalidValue"),
        ({"op": "add", "path": "title"}, "invalidValue"),
        ({"op": "replace"}, "invalidValue"),
        ({"op": "remove", "path": "emails", "value": [{"display": None}]}, "invalidValue"),
        ({"op": "remove", "path": "emails", "value": [5]}, "invalidValue"),
        ({"op": "copy", "path": "title"}, "invalidSyntax"),
        ({"path": "title", "value": "x"}, "invalidSyntax"),
        ({"op": 5, "path": "title", "value": "x"}, "invalidSyntax"),
        ({"op": "add", "path": 5, "value": "x"}, "invalidPath"),
    ],
)
def test_an_impossible_operation_is_refused(operation: dict[str, object], scim_type: str | None) -> None:
    with pytest.raises(ScimError) as refused:
        patch(user(), operation)
    assert (refused.value.status, refused.value.scim_type) == (400, scim_type)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schemas": [PATCH_SCHEMA]},
        {"schemas": [PATCH_SCHEMA], "Operations": []},
        {"schemas": [PATCH_SCHEMA], "Operations": {"op": "add"}},
        {"schemas": [PATCH_SCHEMA], "Operations": ["add"]},
        {"schemas": [CORE], "Operations": [remove("title")]},
        {"schemas": PATCH_SCHEMA, "Operations": [remove("title")]},
        {"Operations": [remove("title")]},
    ],
)
def test_a_body_that_is_no_patch_message_is_invalid_syntax(body: dict[str, object]) -> None:
    with pytest.raises(ScimError) as refused:
        read_patch(body)
    assert refused.value.scim_type == "invalidSyntax"


def test_keys_and_operators_are_read_in_any_case() -> None:
    body = {"SCHEMAS": [PATCH_SCHEMA.upper()], "operations": [{"OP": "Replace", "Path": "title", "VALUE": "Chef"}]}
    assert apply_patch(user(), read_patch(body), USER_TYPE)["title"] == "Chef"


def test_too_many_operations_are_refused_with_413() -> None:
    with pytest.raises(ScimError) as refused:
        read_patch(message(*[remove("title")] * (MAX_OPERATIONS + 1)))
    assert refused.value.status == 413


def test_no_operation_at_all_is_allowed_where_the_rules_say_so() -> None:
    rules = PatchRules(allow_empty=True)
    assert apply_patch(user(), read_patch(message(), rules), USER_TYPE, rules) == user()


def test_the_input_is_never_changed() -> None:
    stored = user()
    before = copy.deepcopy(stored)
    patch(
        stored,
        replace('emails[type eq "work"].value', "n@x.org"),
        add("emails", [{"value": "z@x.org", "primary": True}]),
        replace("name.givenName", "B"),
        replace(f"{ENTERPRISE}:manager.value", "u-8"),
        remove('addresses[type eq "work"]'),
        remove(f"{ENTERPRISE}:department"),
    )
    assert stored == before


def test_a_late_mistake_leaves_nothing_of_the_earlier_operations() -> None:
    stored = user()
    with pytest.raises(ScimError):
        patch(stored, replace("title", "Chef"), replace("id", "x"))
    assert stored == user()


def test_operations_see_what_earlier_ones_did() -> None:
    made = patch(user(), remove("emails"), add("emails", [HOME]), replace('emails[type eq "home"].value', "n@x.org"))
    assert made["emails"] == [{**HOME, "value": "n@x.org"}]


def test_a_newly_marked_primary_unmarks_the_old_one() -> None:
    for operation in (
        add("emails", [{"value": "z@x.org", "primary": True}]),
        replace('emails[type eq "home"].primary', True),
        replace('emails[type eq "home"]', {"primary": True}),
        add("emails", [{**HOME, "primary": True}]),
    ):
        emails = patch(user(), operation)["emails"]
        assert [email["value"] for email in emails if email.get("primary")] != [WORK["value"]]
        assert sum(email.get("primary") is True for email in emails) == 1
        assert emails[0]["primary"] is False


def test_replacing_the_primary_address_keeps_it_primary() -> None:
    emails = patch(user(), replace("emails[primary eq true].value", "n@x.org"))["emails"]
    assert emails[0] == {**WORK, "value": "n@x.org"}


def test_values_that_a_change_makes_equal_become_one_and_stay_primary() -> None:
    emails: list[dict[str, object]] = [
        {"value": "b@x.org", "type": "other"},
        {"value": "a@x.org", "type": "home", "primary": False, "display": "A"},
        {"value": "A@x.org", "type": "work", "primary": True},
    ]
    stored: dict[str, object] = {**user(), "emails": emails}
    one = {"value": "a@x.org", "primary": True, "display": "A"}
    assert patch(stored, remove("emails.type"))["emails"] == [{"value": "b@x.org"}, one]
    made = patch(stored, replace('emails[type eq "home"].type', "work"))
    assert made["emails"] == [emails[0], {**one, "type": "work"}]
    assert patch(stored, replace("emails[display pr]", {"value": "A@x.org", "type": "work"}))["emails"] == [
        emails[0],
        {**one, "value": "A@x.org", "type": "work"},
    ]


def test_removing_the_last_attribute_of_an_extension_removes_its_schema() -> None:
    stored = user(**{ENTERPRISE: {"department": "Tours"}})
    made = patch(stored, remove(f"{ENTERPRISE}:department"))
    assert made["schemas"] == [CORE]
    assert ENTERPRISE not in made


def test_adding_to_a_new_extension_adds_its_schema() -> None:
    made = patch(user(**{ENTERPRISE: None}), add(f"{ENTERPRISE}:department", "Tours"))
    assert made["schemas"] == [CORE, ENTERPRISE]
