"""Workarounds one by one, and what they must leave alone."""

import copy
from typing import Any

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.filters.matching import compile_filter
from rightful.scim.patch.patch import PATCH_SCHEMA, apply_patch, read_patch
from rightful.scim.profiles import PROFILE_NAMES, ScimRequest, profile
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type
from tests.unit.scim.builders import CORE, ENTERPRISE, GROUP_SCHEMA, user

VENDORS = [name for name in PROFILE_NAMES if name != "generic"]
TAGS = "urn:example:scim:badges:1.0:User"
OWN = (
    schema_from_dict(
        {
            "id": TAGS,
            "attributes": [
                {"name": "tags", "multiValued": True},
                {"name": "vip", "type": "boolean"},
                {"name": "level", "type": "integer"},
            ],
        }
    ),
)


def patched(name: str, *operations: dict[str, Any], current: dict[str, object] | None = None) -> dict[str, Any]:
    """Return a user after a PATCH sent under the profile."""
    chosen = profile(name, OWN)
    body: dict[str, object] = {"schemas": [PATCH_SCHEMA], "Operations": list(operations)}
    request = chosen.rewrite(ScimRequest("PATCH", "/Users/u-1", {}, body))
    rules = chosen.patch_rules
    assert request.body is not None
    return apply_patch(current or user(), read_patch(request.body, rules), user_type(OWN), rules)


def created(name: str, **body: object) -> dict[str, Any]:
    request = profile(name, OWN).rewrite(ScimRequest("POST", "/Users", {}, {"userName": "bob", **body}))
    assert request.body is not None
    return read_create(request.body, user_type(OWN))


def filtered(name: str, text: str) -> str:
    request = profile(name, OWN).rewrite(ScimRequest("GET", "/Users", {"filter": (text,)}))
    return request.query["filter"][0]


def replace(path: str | None, value: object) -> dict[str, Any]:
    return {"op": "Replace", "path": path, "value": value}


def test_there_is_a_profile_for_every_directory_setting() -> None:
    assert set(PROFILE_NAMES) == {"generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"}
    with pytest.raises(ValueError, match="ldap"):
        profile("ldap")


def test_every_workaround_says_which_shape_it_answers_and_where_it_is_from() -> None:
    for name in PROFILE_NAMES:
        for workaround in profile(name).workarounds:
            parts = getattr(workaround, "changes", None) or (
                workaround,
                getattr(workaround, "change", None),
                getattr(workaround, "rename", None),
            )
            told = [part.__doc__ or "" for part in parts if part is not None]
            assert any("Source:" in text and "`" in text for text in told), workaround
            assert not hasattr(workaround, "changes") or all("Source:" in text for text in told), workaround


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize(
    ("operation", "attribute", "expected"),
    [
        (replace("active", "False"), "active", False),
        (replace("active", "true"), "active", True),
        (replace(None, {"active": "FALSE"}), "active", False),
        (replace("displayName", [{"$ref": None, "value": "B"}]), "displayName", "B"),
        (replace("title", 7), "title", "7"),
        (replace("title", ""), "title", None),
        (replace("emails", [{"value": "", "type": "work"}]), "emails", None),
        (replace("emails", ["a@x.org"]), "emails", [{"value": "a@x.org"}]),
        (replace("emails", "a@x.org"), "emails", [{"value": "a@x.org"}]),
        (
            replace('emails[type eq "home"]', [{"value": "n@x.org"}]),
            "emails",
            [user()["emails"][0], {"value": "n@x.org", "type": "home"}],
        ),
        (replace('emails[type eq "work"].value', ""), "emails", [user()["emails"][1]]),
        (replace('emails[type eq "work"].value', None), "emails", [user()["emails"][1]]),
        ({"op": "Replace", "path": 'emails[type eq "work"].value'}, "emails", [user()["emails"][1]]),
        ({"op": "Replace", "path": 'emails[type eq "work"]'}, "emails", [user()["emails"][1]]),
        ({"op": "Replace", "path": "title"}, "title", None),
        ({"op": "Replace", "path": "manager"}, ENTERPRISE, {"employeeNumber": "701984", "department": "Tours"}),
        (replace("emails[type eq work].primary", "True"), "emails", user()["emails"]),
        (
            replace('emails[primary eq "True"].display', "B"),
            "emails",
            [{**user()["emails"][0], "display": "B"}, user()["emails"][1]],
        ),
        (replace(f"{ENTERPRISE}.department", "X"), ENTERPRISE, {**user()[ENTERPRISE], "department": "X"}),
        (replace("department", "X"), ENTERPRISE, {**user()[ENTERPRISE], "department": "X"}),
        (replace("manager", "u-8"), ENTERPRISE, {**user()[ENTERPRISE], "manager": {"value": "u-8"}}),
        (replace(None, {"manager.value": "u-8"}), ENTERPRISE, {**user()[ENTERPRISE], "manager": {"value": "u-8"}}),
        (replace("manager.value", ""), ENTERPRISE, {"employeeNumber": "701984", "department": "Tours"}),
        (
            replace(f"{ENTERPRISE}:manager", [{"value": "u-8"}]),
            ENTERPRISE,
            {**user()[ENTERPRISE], "manager": {"value": "u-8"}},
        ),
        (replace(f"{TAGS}:tags", [{"value": "1"}, {"value": "2"}]), TAGS, {"tags": ["1", "2"]}),
        (replace(f"{TAGS}:vip", "True"), TAGS, {"vip": True}),
        (replace(f"{TAGS}:level", "7"), TAGS, {"level": 7}),
        (replace(TAGS, {"vip": "True"}), TAGS, {"vip": True}),
        (replace(None, {TAGS: {"vip": "False"}}), TAGS, {"vip": False}),
        (replace(None, {"id": "other", "meta": {"x": 1}, "title": "Chef"}), "title", "Chef"),
        (replace("shoeSize", 43), "title", "Guide"),
        (replace(None, {"shoeSize": 43, "title": "Chef"}), "title", "Chef"),
    ],
)
def test_every_vendor_profile_understands(
    name: str, operation: dict[str, Any], attribute: str, expected: object
) -> None:
    made = patched(name, operation)
    assert made.get(attribute) == expected
    untouched = {key: value for key, value in user().items() if key not in {attribute, "schemas"}}
    assert {key: made[key] for key in untouched} == untouched


@pytest.mark.parametrize("name", VENDORS)
def test_bodies_are_mended_too(name: str) -> None:
    made = created(
        name,
        active="True",
        nickName="",
        title=5,
        emails={"value": "a@x.org", "primary": "true"},
        **{ENTERPRISE: {"manager": "u-8", "employeeNumber": 701984}, "name.givenName": "Bob", TAGS: {"vip": "False"}},
    )
    assert made == {
        "schemas": [CORE, ENTERPRISE, TAGS],
        "userName": "bob",
        "active": True,
        "title": "5",
        "emails": [{"value": "a@x.org", "primary": True}],
        ENTERPRISE: {"manager": {"value": "u-8"}, "employeeNumber": "701984"},
        "name": {"givenName": "Bob"},
        TAGS: {"vip": False},
    }


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("externalId eq jyoung", 'externalId eq "jyoung"'),
        ("userName eq 'bob'", 'userName eq "bob"'),
        ("displayName eq John Smith and active eq true", 'displayName eq "John Smith" and active eq true'),
        ("meta.created gt 2015-10-10T14:38:21.8617979-07:00", 'meta.created gt "2015-10-10T14:38:21.8617979-07:00"'),
        ("userName sw O", 'userName sw "O"'),
        ("userName eq 701984", 'userName eq "701984"'),
        ('active eq "True"', "active eq true"),
        (
            'emails[primary eq "True" and type eq work].value eq "a"',
            'emails[primary eq true and type eq "work"].value eq "a"',
        ),
        ('id eq "1" and manager eq "2"', f'id eq "1" and {ENTERPRISE}:manager eq "2"'),
        (
            '(department eq "a" or not (active eq "false"))',
            f'({ENTERPRISE}:department eq "a" or not (active eq false))',
        ),
        ('userName+eq+"a+b"', 'userName eq "a+b"'),
        (f"{TAGS}:level gt 5", f"{TAGS}:level gt 5"),
        ('userName eq "and or"', 'userName eq "and or"'),
    ],
)
def test_filters_are_mended(name: str, sent: str, meant: str) -> None:
    assert filtered(name, sent) == meant
    compile_filter(parse_filter(meant), user_type(OWN))(user())


@pytest.mark.parametrize(
    "text", ["", "(", 'userName eq "', "userName", "eq eq eq", "a b c d", "emails[", "][", ")" * 50]
)
@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_broken_filter_stays_broken_and_raises_nothing(name: str, text: str) -> None:
    with pytest.raises(ScimError):
        compile_filter(parse_filter(filtered(name, text)), USER)(user())


def test_legacy_urns_become_the_real_ones_everywhere() -> None:
    legacy = "urn:scim:schemas:extension:enterprise:1.0"
    made = created("onelogin", schemas=["urn:scim:schemas:core:1.0", legacy], **{legacy: {"department": "X"}})
    assert made["schemas"] == [CORE, ENTERPRISE]
    assert made[ENTERPRISE] == {"department": "X"}
    assert patched("onelogin", replace(f"{legacy}:department", "X"))[ENTERPRISE]["department"] == "X"


@pytest.mark.parametrize("name", ["onelogin", "ping"])
def test_legacy_urns_become_the_real_ones_in_filters(name: str) -> None:
    assert filtered(name, 'urn:scim:schemas:core:1.0:userName eq "bob"') == f'{CORE}:userName eq "bob"'
    text = 'urn:scim:schemas:extension:enterprise:1.0:department eq "X" and emails[type eq "work"]'
    assert filtered(name, text) == f'{ENTERPRISE}:department eq "X" and emails[type eq "work"]'
    path = 'urn:scim:schemas:core:1.0:emails[type eq "work"].display'
    assert patched(name, replace(path, "B"))["emails"][0]["display"] == "B"


def test_a_legacy_urn_is_named_in_the_refusal_where_nobody_sends_it() -> None:
    with pytest.raises(ScimError, match=r"urn:scim:schemas:core:1\.0:userName") as refused:
        compile_filter(parse_filter(filtered("generic", 'urn:scim:schemas:core:1.0:userName eq "bob"')), USER)(user())
    assert refused.value.scim_type == "invalidFilter"


def test_a_replace_without_a_value_is_refused_under_generic() -> None:
    with pytest.raises(ScimError) as refused:
        patched("generic", {"op": "replace", "path": "title"})
    assert refused.value.scim_type == "invalidValue"


def test_the_core_urn_of_a_draft_means_the_type_of_the_endpoint() -> None:
    body: dict[str, object] = {"schemas": ["urn:scim:schemas:core:2.0"], "displayName": "Guides"}
    request = profile("onelogin").rewrite(ScimRequest("PUT", "/Groups/g-1", {}, body))
    assert request.body is not None
    assert read_replace(request.body, {"id": "g-1"}, GROUP)["schemas"] == [GROUP_SCHEMA]


@pytest.mark.parametrize("name", ["entra", "onelogin", "jumpcloud", "google", "ping"])
def test_a_value_that_a_filter_describes_is_made(name: str) -> None:
    made = patched(name, {"op": "Add", "path": 'addresses[type eq "home"].formatted', "value": "2 Side"})
    assert made["addresses"][1] == {"type": "home", "formatted": "2 Side"}
    made = patched(
        name, {"op": "Add", "path": 'emails[type eq "other"]', "value": {"value": "o@x.org", "primary": "True"}}
    )
    assert made["emails"][2] == {"type": "other", "value": "o@x.org", "primary": True}


def test_a_deactivation_is_not_lost_behind_an_unknown_attribute() -> None:
    made = patched("entra", replace("favouriteColour", "red"), replace("active", "False"))
    assert made["active"] is False


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("path", ['emails[type eq "work"].shade', "name.shade"])
def test_a_deactivation_is_not_lost_behind_an_unknown_sub_attribute(name: str, path: str) -> None:
    made = patched(name, replace(path, "red"), replace("active", False))
    assert made == {**user(), "active": False}


@pytest.mark.parametrize("name", VENDORS)
def test_a_value_that_loses_its_value_is_removed(name: str) -> None:
    made = patched(name, {"op": "Remove", "path": 'emails[type eq "home"].value'})
    assert made["emails"] == user()["emails"][:1]


def test_a_value_that_loses_its_value_keeps_the_rest_as_the_rfc_says_under_generic() -> None:
    made = patched("generic", {"op": "remove", "path": 'emails[type eq "home"].value'})
    assert made["emails"][1] == {name: value for name, value in user()["emails"][1].items() if name != "value"}


def test_nothing_left_of_a_patch_changes_nothing() -> None:
    assert patched("entra", replace("favouriteColour", "red")) == user()


@pytest.mark.parametrize(
    "operation",
    [
        replace("user name", "x"),
        replace("emails[type eq", "x"),
        replace("id", "x"),
        replace("active", "perhaps"),
        replace("userName", ""),
        {"op": "Replace", "path": "userName"},
        {"op": "Replace", "path": "emails"},
        {"op": "Add", "path": "title"},
        {"op": "Remove", "path": ""},
        {"op": "Move", "path": "title"},
    ],
)
@pytest.mark.parametrize("name", VENDORS)
def test_what_nobody_can_mean_is_still_refused(name: str, operation: dict[str, Any]) -> None:
    with pytest.raises(ScimError) as refused:
        patched(name, operation)
    assert refused.value.status == 400


@pytest.mark.parametrize("name", PROFILE_NAMES)
@pytest.mark.parametrize(
    "request_",
    [
        ScimRequest("PATCH", "/Users/1", {}, {"Operations": "x"}),
        ScimRequest("PATCH", "/Users/1", {}, {"Operations": ["x"]}),
        ScimRequest("PATCH", "/Users/1", {}, {"Operations": [{"op": 5, "path": 7, "value": [[]]}]}),
        ScimRequest("PATCH", "/Users/1", {}, {}),
        ScimRequest("PATCH", "/Nothing/1", {}, {"Operations": []}),
        ScimRequest("POST", "/Users", {}, {"schemas": "x", "emails": 5, "name": [], "": 1, "urn:": {}}),
        ScimRequest("POST", "/Users/.search", {}, {"filter": 5}),
        ScimRequest("POST", "/Bulk", {}, {"Operations": 5}),
        ScimRequest("GET", "/Users", {"": ("",), "filter": ()}),
        ScimRequest("DELETE", "/Users/1", {}),
    ],
)
def test_rewriting_never_raises(name: str, request_: ScimRequest) -> None:
    assert profile(name).rewrite(request_).method == request_.method


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_the_request_itself_is_never_changed(name: str) -> None:
    body = {
        "schemas": [PATCH_SCHEMA],
        "Operations": [
            replace("emails", [{"value": "", "primary": "True"}]),
            replace(None, {"manager": "x", "id": "1"}),
        ],
    }
    request = ScimRequest("PATCH", "/Users/1", {"filter": ("a+eq+b",), "": ("",)}, copy.deepcopy(body))
    profile(name).rewrite(request)
    assert request == ScimRequest("PATCH", "/Users/1", {"filter": ("a+eq+b",), "": ("",)}, body)


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_request_by_the_book_means_the_same_under_every_profile(name: str) -> None:
    operations = [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "n@x.org"},
        {"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "u-8"}},
        {"op": "remove", "path": "title"},
        {"op": "replace", "value": {"active": False, "name": {"givenName": "B"}}},
    ]
    assert patched(name, *operations) == patched("generic", *operations)
    body = {
        "schemas": [CORE, ENTERPRISE],
        "emails": [{"value": "a@x.org", "primary": True}],
        ENTERPRISE: {"division": "x"},
    }
    assert created(name, **body) == created("generic", **body)
    text = (
        f'emails[type eq "work" and value co "@x"].value eq "a" and {ENTERPRISE}:department pr or not (active eq true)'
    )
    assert filtered(name, text) == text


@pytest.mark.parametrize("name", [each for each in PROFILE_NAMES if each != "generic"])
@pytest.mark.parametrize("nothing", ["", None])
def test_an_entry_without_its_value_is_left_out(name: str, nothing: object) -> None:
    entries = [{"type": "work", "value": "a@x.org"}, {"type": "home", "Value": nothing}, {"type": "other"}]
    sent = ScimRequest("POST", "/Users", {}, {"schemas": [CORE], "userName": "u", "emails": entries})
    made = profile(name).rewrite(sent).body
    assert made is not None
    assert made["emails"] == [entries[0], entries[2]]


@pytest.mark.parametrize("name", [each for each in PROFILE_NAMES if each != "generic"])
def test_a_filter_of_the_roots_search_is_mended_like_any_other(name: str) -> None:
    sent = ScimRequest("POST", "/.search", {}, {"filter": 'displayName eq Tour and active eq "True"'})
    made = profile(name).rewrite(sent).body
    assert made is not None
    assert made["filter"] == 'displayName eq "Tour" and active eq true'
