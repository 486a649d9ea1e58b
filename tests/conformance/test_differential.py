"""This engine against scim2-models, an independent reading of the same RFCs.

Hypothesis makes users, PATCH bodies and filters; both have to come to the same result, or to a
difference that is listed here with its reason. Each listed difference has an example of its own,
so that the list cannot outlive what it excuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import Context, PatchOp
from scim2_models.exceptions import SCIMException

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import PATCH_SCHEMA, apply_patch, read_patch
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import USER
from tests.conformance.differential import (
    CORE,
    ENTERPRISE,
    STORED,
    OracleUser,
    Resource,
    addresses,
    email,
    kinds,
    manager,
    optional,
    users,
    words,
)

pytestmark = pytest.mark.slow
OraclePatch = PatchOp[OracleUser]


@dataclass(frozen=True)
class Outcome:
    """A resource, or the scimType of a refusal with what was said."""

    resource: Resource | None
    error: str | None = None
    told: str = ""

    def values(self, name: str) -> list[Any]:
        return list((self.resource or {}).get(name, ()))


def ours(call: Callable[[], Resource]) -> Outcome:
    try:
        return Outcome(call())
    except ScimError as error:
        return Outcome(None, error.scim_type, error.detail)


def theirs(call: Callable[[], Resource]) -> Outcome:
    try:
        return Outcome(call())
    except ValidationError as error:
        first = error.errors()[0]
        return Outcome(None, first["type"].removeprefix("scim_"), first["msg"])
    except SCIMException as error:
        return Outcome(None, error.scim_type, str(error))


def our_patch(user: Resource, operations: list[Resource]) -> Outcome:
    body: Resource = {"schemas": [PATCH_SCHEMA], "Operations": operations}
    return ours(lambda: apply_patch(user, read_patch(body), USER))


def their_patch(user: Resource, operations: list[Resource]) -> Outcome:
    def patched() -> Resource:
        resource = OracleUser.model_validate(user)
        body = {"schemas": [PATCH_SCHEMA], "Operations": operations}
        OraclePatch.model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST).patch(resource)
        return dict(resource.model_dump(scim_ctx=Context.RESOURCE_PATCH_RESPONSE))

    return theirs(patched)


new_emails = st.one_of(st.lists(email, max_size=2), email)
VALUES: dict[str | None, st.SearchStrategy[Any]] = {
    "userName": words,
    "title": words,
    "nickName": words,
    "externalId": words,
    "active": st.booleans(),
    "name": optional(givenName=st.one_of(words, st.none()), familyName=words),
    "name.givenName": words,
    "name.middleName": words,
    "emails": new_emails,
    "emails.value": addresses,
    "emails.display": words,
    'emails[type eq "work"]': optional(value=addresses, display=words, primary=st.booleans()),
    'emails[type eq "work"].value': addresses,
    'emails[type eq "home"].primary': st.booleans(),
    "emails[primary eq true].value": addresses,
    'emails[value sw "a" and not (type pr)].display': words,
    'emails[value co "example"].type': kinds,
    "phoneNumbers": st.lists(st.fixed_dictionaries({"value": words}), max_size=2),
    "roles": st.lists(st.fixed_dictionaries({"value": words}), max_size=2),
    'roles[value eq "x"]': st.just({"display": "X"}),
    "addresses": st.just([{"type": "home", "country": "FR"}]),
    'addresses[type eq "work"].country': words,
    f"{CORE}:title": words,
    ENTERPRISE: optional(department=words, costCenter=words),
    f"{ENTERPRISE}:department": words,
    f"{ENTERPRISE}:manager": manager,
    "id": words,
    "meta.created": words,
    "groups": st.just([{"value": "g"}]),
    "password": words,
    "shoeSize": words,
    "name.shoe": words,
    'emails[type eq "work"].shoe': words,
    'emails[shoe eq "x"].value': addresses,
    "title[": words,
}
keyed = optional(
    **{
        "title": words,
        "ACTIVE": st.booleans(),
        "nickName": st.none(),
        "name": st.just({"givenName": "Z"}),
        "name.familyName": words,
        "emails": new_emails,
        ENTERPRISE: st.just({"division": "V"}),
        f"{ENTERPRISE}:department": words,
        "id": st.just("u-1"),
        "shoeSize": words,
    }
)
wrong = st.sampled_from([None, [], "", 5, True, ["x"]])


@st.composite
def operations(draw: st.DrawFn) -> Resource:
    path = draw(st.sampled_from([*VALUES, None]))
    op = draw(st.sampled_from(["add", "Replace", "remove"]))
    made: Resource = {"op": op} if path is None else {"op": op, "path": path}
    if op != "remove":
        right = VALUES[path] if path is not None else keyed
        made["value"] = draw(st.one_of(right, right, right, right, right, right, wrong))
    return made


# Differences -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Where both readings are apart: why ours is what it is, when it applies, and one case of it."""

    reason: str
    applies: Callable[[Resource, Outcome, Outcome], bool]
    example: Resource


def value_of(operation: Resource) -> Any:
    return operation.get("value")


def path_of(operation: Resource) -> str:
    return str(operation.get("path") or "")


def deep_values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(inner for item in value.values() for inner in deep_values(item))]
    if isinstance(value, list):
        return [value, *(inner for item in value for inner in deep_values(item))]
    return [value]


DIFFERENCES = (
    Difference(
        "Whether a text is an email address is judged by the rules of addresses, which the engine does not have: "
        "`a@corp.local` is one, and a conflict must name what was sent.",
        lambda operation, we, they: they.error == "invalidValue" and "not a valid email address" in they.told,
        {"op": "replace", "path": "emails", "value": [{"value": "nadia"}]},
    ),
    Difference(
        "An add of null adds nothing (RFC 7643 section 2.5: null is unassigned); it is no error.",
        lambda operation, we, they: (
            operation["op"] == "add" and value_of(operation) is None and they.error == "invalidValue"
        ),
        {"op": "add", "path": "nickName", "value": None},
    ),
    Difference(
        "An add never takes away: null within its value adds nothing.",
        lambda operation, we, they: (
            operation["op"] == "add" and None in deep_values(value_of(operation)) and not we.error
        ),
        {"op": "add", "path": "name", "value": {"givenName": None}},
    ),
    Difference(
        "A key of a path-less value is a path, and an unknown one is invalidPath like any other.",
        lambda operation, we, they: (we.error, they.error) == ("invalidPath", "invalidValue"),
        {"op": "replace", "value": {"shoeSize": "43"}},
    ),
    Difference(
        "Values that differ in case or in what is said besides are one value (RFC 7643 section 2.4: type and value "
        "together should not occur twice).",
        lambda operation, we, they: any(
            len(they.values(name)) > len(we.values(name)) > 0 for name in ("emails", "roles", "phoneNumbers")
        ),
        {"op": "add", "path": "emails", "value": [{"value": "BABS@example.org", "type": "home", "display": "B"}]},
    ),
    Difference(
        "A sub-attribute of no value at all is no target (RFC 7644 table 9); doing nothing would say that it was done.",
        lambda operation, we, they: (
            path_of(operation) in {"emails.value", "emails.display", "phoneNumbers.value"} and we.error == "noTarget"
        ),
        {"op": "replace", "path": "phoneNumbers.value", "value": "+1-555-0101"},
    ),
    Difference(
        "A required attribute cannot be set to nothing but blanks either.",
        lambda operation, we, they: path_of(operation) == "userName" and value_of(operation) == "",
        {"op": "replace", "path": "userName", "value": ""},
    ),
    Difference(
        "An empty list is no value of a single-valued attribute: it is refused as such before it could unassign one.",
        lambda operation, we, they: path_of(operation) == "userName" and value_of(operation) == [],
        {"op": "replace", "path": "userName", "value": []},
    ),
    Difference(
        "A replace by null unassigns what the path selects, values behind a filter, too.",
        lambda operation, we, they: (
            path_of(operation).endswith(("]", ENTERPRISE)) and value_of(operation) is None and not we.error
        ),
        {"op": "replace", "path": 'emails[type eq "home"]', "value": None},
    ),
    Difference(
        "A `$ref` that leads to another one than `value` names is left out.",
        lambda operation, we, they: "$ref" in str(they.resource) and "$ref" not in str(we.resource),
        {
            "op": "add",
            "path": f"{ENTERPRISE}:manager",
            "value": {"value": "Guide", "$ref": "https://example.com/v2/Users/9"},
        },
    ),
    Difference(
        "A password is dropped unread, of whatever type it is.",
        lambda operation, we, they: path_of(operation) == "password" and we.error is None,
        {"op": "replace", "path": "password", "value": ["x"]},
    ),
    Difference(
        "What is wrong from the bracket on is the filter (RFC 7644 table 9: invalidFilter, also in a PATCH path).",
        lambda operation, we, they: (
            "[" in path_of(operation) and (we.error, they.error) == ("invalidFilter", "invalidPath")
        ),
        {"op": "remove", "path": "title["},
    ),
    Difference(
        "Sub-attributes that nobody knows are ignored within a value, as in POST and PUT.",
        lambda operation, we, they: they.error == "invalidValue" and "not declared" in they.told and we.error is None,
        {"op": "replace", "path": "name", "value": {"shoe": "43"}},
    ),
)


def settle(operation: Resource, we: Outcome, they: Outcome) -> Difference | None:
    """Return None when both agree, the listed difference when they do not; fail for any other."""
    if we.error is not None and they.error is not None:
        if we.error == they.error:
            return None
    elif we.resource == they.resource:
        return None
    found = next((difference for difference in DIFFERENCES if difference.applies(operation, we, they)), None)
    assert found is not None, f"\n  {operation}\n  ours:   {we}\n  theirs: {they}"
    return found


@pytest.mark.parametrize("difference", DIFFERENCES, ids=[difference.reason[:40] for difference in DIFFERENCES])
def test_every_listed_difference_is_a_real_one(difference: Difference) -> None:
    operation = difference.example
    assert settle(operation, our_patch(STORED, [operation]), their_patch(STORED, [operation])) is difference


@settings(max_examples=300, deadline=None)
@given(users, operations())
def test_one_operation_has_the_same_result_or_a_listed_difference(user: Resource, operation: Resource) -> None:
    settle(operation, our_patch(user, [operation]), their_patch(user, [operation]))


@settings(max_examples=100, deadline=None)
@given(users, st.lists(operations(), min_size=2, max_size=4))
def test_several_operations_have_the_same_result_when_each_alone_has(user: Resource, sent: list[Resource]) -> None:
    current = user
    for operation in sent:
        we, they = our_patch(current, [operation]), their_patch(current, [operation])
        if settle(operation, we, they) is not None or we.resource is None:
            return
        current = we.resource
    assert our_patch(user, sent).resource == their_patch(user, sent).resource == current


@settings(max_examples=100, deadline=None)
@given(users)
def test_a_user_is_read_as_the_same_resource(user: Resource) -> None:
    sent = {name: value for name, value in user.items() if name not in {"id", "meta"}}
    oracle = OracleUser.model_validate(sent, scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    assert read_create(sent, USER) == oracle.model_dump(scim_ctx=Context.RESOURCE_CREATION_REQUEST)


@settings(max_examples=100, deadline=None)
@given(users, users)
def test_a_put_replaces_the_same(current: Resource, new: Resource) -> None:
    """With emails in the body: keeping them where they are left out is this engine's own rule."""
    body = {"emails": current.get("emails"), **new}
    oracle = OracleUser.model_validate(current)
    sent = OracleUser.model_validate(body, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    sent.replace(oracle)
    expected = sent.model_dump(scim_ctx=Context.RESOURCE_REPLACEMENT_RESPONSE)
    assert read_replace(body, current, USER) == {**expected, **({"meta": current["meta"]} if "meta" in current else {})}
