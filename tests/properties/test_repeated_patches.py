"""A PATCH that is sent again changes nothing more: whoever did not get the answer sends it again (RFC 7644 3.5.2)."""

import copy
import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import PATCH_SCHEMA, apply_patch, read_patch
from rightful.scim.profiles import PROFILE_NAMES, ScimRequest, profile
from rightful.scim.resources import read_create
from rightful.scim.schemas.attributes import Attribute, ResourceType
from rightful.scim.schemas.resource_types import schema_from_dict
from rightful.scim.schemas.standard import CORE_USER

Resource = dict[str, object]

PAGERS = "urn:example:scim:pagers:2.0:User"
_PAGERS = schema_from_dict(
    {
        "id": PAGERS,
        "attributes": [
            {
                "name": "pagers",
                "type": "complex",
                "multiValued": True,
                "subAttributes": [
                    {"name": "value"},
                    {"name": "type"},
                    {"name": "display", "mutability": "immutable"},
                    {"name": "primary", "type": "boolean"},
                ],
            },
            {"name": "labels", "multiValued": True},
        ],
    }
)

PLURAL = ("emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates", f"{PAGERS}:pagers")
"""Attributes with `value`, `type`, `display` and `primary`; `addresses` has no `value`."""

types = st.sampled_from(["work", "work", "home", "WORK"])
marks = st.sampled_from([True, False])
few = st.sampled_from(["abcd", "ABCD", "efgh"])  # base64, too

entries = st.fixed_dictionaries({}, optional={"value": few, "type": types, "display": few, "primary": marks})
addresses = st.fixed_dictionaries({}, optional={"locality": few, "type": types, "primary": marks})


def _one_mark(values: list[dict[str, object]]) -> list[dict[str, object]]:
    seen = False
    for value in values:
        if value.get("primary") is True:
            if seen:
                del value["primary"]
            seen = True
    return values


def _lists(of: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[list[dict[str, object]]]:
    return st.lists(of, max_size=3).map(_one_mark)


@st.composite
def users(draw: st.DrawFn, rt: ResourceType) -> Resource:
    body: Resource = {"schemas": [CORE_USER.id], "userName": "ada", "addresses": draw(_lists(addresses))}
    pagers: Resource = {"pagers": draw(_lists(entries)), "labels": draw(st.lists(few, max_size=2))}
    body |= {name: draw(_lists(entries)) for name in draw(st.sets(st.sampled_from(PLURAL[:-1]), max_size=2))}
    try:
        return read_create({**body, "emails": draw(_lists(entries)), PAGERS: pagers}, rt)
    except ScimError:
        assume(False)
        raise


def _comparisons(held: list[dict[str, object]], address: bool) -> st.SearchStrategy[str]:
    name = "locality" if address else "value"
    said = [f'{key} eq "{text}"' for value in held for key, text in value.items() if isinstance(text, str)]
    return st.one_of(
        st.sampled_from(said) if said else st.just("type pr"),
        st.builds(lambda key, text: f'{key} eq "{text}"', st.sampled_from(["type", name]), st.one_of(types, few)),
        st.sampled_from(["primary eq true", "primary eq false", "primary pr", "primary ne true", 'primary eq "True"']),
        st.sampled_from(['type ne "work"', "type eq null", "not (primary eq true)", f'{name} sw "a"']),
    )


def _filters(held: list[dict[str, object]], address: bool) -> st.SearchStrategy[str]:
    one = _comparisons(held, address)
    return st.one_of(
        one,
        one,
        st.builds(lambda a, join, b: f"{a} {join} {b}", one, st.sampled_from(["and", "or"]), one),
        one.map(lambda text: f"not ({text})"),
    )


def _held(user: Resource, path: str) -> list[dict[str, object]]:
    urn, _, name = path.rpartition(":")
    container = user.get(urn, {}) if urn else user
    assert isinstance(container, dict)
    values = container.get(name, [])
    assert isinstance(values, list)
    return values


@st.composite
def operations(draw: st.DrawFn, user: Resource, attribute: str) -> dict[str, object]:
    """One operation on that attribute: add, replace or remove, through a filter or not, with a path or without."""
    address = attribute == "addresses"
    value, subs = (addresses, ["locality", "type", "primary"]) if address else (entries, ["value", "type", "display"])
    path = attribute
    if draw(st.sampled_from([True, True, False])):
        path += f"[{draw(_filters(_held(user, attribute), address))}]"
    sub = draw(st.sampled_from(["", *subs, "primary", "primary"]))
    path += f".{sub}" if sub else ""
    op = draw(st.sampled_from(["add", "Replace", "Replace", "remove"]))
    if op == "remove":
        return {"op": op, "path": path}
    what: object
    if sub == "primary":
        what = draw(st.sampled_from([True, True, False, "True"]))
    elif sub:
        what = draw(types if sub == "type" else few)
    elif path != attribute:
        what = draw(value)
    else:
        what = draw(st.one_of(_lists(value), value))
    if draw(st.booleans()):
        return {"op": op, "value": {path: what}}
    return {"op": op, "path": path, "value": what}


def _applied(name: str, user: Resource, body: dict[str, object]) -> Resource:
    """What a PATCH makes of a user under that profile; a refused one makes nothing of it."""
    spoken = profile(name, [_PAGERS])
    rt = spoken.types.resource_types[0]
    sent = spoken.rewrite(ScimRequest("PATCH", "/Users/1", {}, copy.deepcopy(body))).body
    assert sent is not None
    try:
        return apply_patch(user, read_patch(sent, spoken.patch_rules), rt, spoken.patch_rules)
    except ScimError as error:
        if error.status != 400:
            raise
        return user


def _marked(user: Resource, attribute: Attribute) -> int:
    values = user.get(attribute.name, [])
    assert isinstance(values, list)
    return sum(isinstance(value, dict) and value.get("primary") is True for value in values)


@settings(max_examples=2_000, deadline=None)
@given(st.sampled_from(PROFILE_NAMES), st.data())
def test_a_patch_twice_is_a_patch_once(name: str, data: st.DataObject) -> None:
    rt = profile(name, [_PAGERS]).types.resource_types[0]
    user = data.draw(users(rt), label="user")
    attributes = data.draw(
        st.lists(st.sampled_from(["emails", "addresses", *PLURAL]), min_size=1, max_size=2, unique=True)
    )
    sent = [data.draw(operations(user, attribute), label="operation") for attribute in attributes]
    body: dict[str, object] = {"schemas": [PATCH_SCHEMA], "Operations": sent}
    once = _applied(name, user, body)
    assert _applied(name, once, body) == once
    for attribute in CORE_USER.attributes:
        if attribute.has_primary:
            assert _marked(once, attribute) <= 1


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(PROFILE_NAMES), st.sampled_from(PLURAL[:-1]), st.data())
def test_what_a_filter_asks_for_is_changed_once(name: str, attribute: str, data: st.DataObject) -> None:
    rt = profile(name, [_PAGERS]).types.resource_types[0]
    held = {"value": "abcd", "type": "work", **data.draw(entries, label="held")}
    user = read_create({"schemas": [CORE_USER.id], "userName": "ada", attribute: [held]}, rt)
    key = data.draw(st.sampled_from(sorted(held)), label="key")
    of = {"type": types, "primary": marks}.get(key, few)
    asked = f"{key} eq {json.dumps(held[key])}"
    sent = {"op": "replace", "path": f"{attribute}[{asked}].{key}", "value": data.draw(of, label="new")}
    body: dict[str, object] = {"schemas": [PATCH_SCHEMA], "Operations": [sent]}
    once = _applied(name, user, body)
    assert _applied(name, once, body) == once
