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


# Hypothesis examines a strategy when it is first drawn from, which takes longer than to draw: each is made once.
several_entries, several_addresses = _lists(entries), _lists(addresses)
labels = st.lists(few, max_size=2)
held_names = st.sets(st.sampled_from(PLURAL[:-1]), max_size=2)
changed_names = st.lists(st.sampled_from(["emails", "addresses", *PLURAL]), min_size=1, max_size=2, unique=True)


@st.composite
def users(draw: st.DrawFn, rt: ResourceType) -> Resource:
    body: Resource = {"schemas": [CORE_USER.id], "userName": "ada", "addresses": draw(several_addresses)}
    pagers: Resource = {"pagers": draw(several_entries), "labels": draw(labels)}
    body |= {name: draw(several_entries) for name in draw(held_names)}
    try:
        return read_create({**body, "emails": draw(several_entries), PAGERS: pagers}, rt)
    except ScimError:
        assume(False)
        raise


kinds_of_comparisons = st.sampled_from(["said", "made", "primary", "other"])
kinds_of_filters = st.sampled_from(["one", "one", "two", "not"])
joins = st.sampled_from(["and", "or"])
about_primary = st.sampled_from(
    ["primary eq true", "primary eq false", "primary pr", "primary ne true", 'primary eq "True"']
)
texts = st.one_of(types, few)
named = {name: st.sampled_from(["type", name]) for name in ("locality", "value")}
others = {
    name: st.sampled_from(['type ne "work"', "type eq null", "not (primary eq true)", f'{name} sw "a"'])
    for name in ("locality", "value")
}


def _comparison(draw: st.DrawFn, held: list[dict[str, object]], name: str) -> str:
    kind = draw(kinds_of_comparisons)
    if kind == "said":
        said = [f'{key} eq "{text}"' for value in held for key, text in value.items() if isinstance(text, str)]
        return draw(st.sampled_from(said)) if said else "type pr"
    if kind == "made":
        return f'{draw(named[name])} eq "{draw(texts)}"'
    return draw(about_primary if kind == "primary" else others[name])


def _filter(draw: st.DrawFn, held: list[dict[str, object]], name: str) -> str:
    kind, one = draw(kinds_of_filters), _comparison(draw, held, name)
    if kind == "two":
        return f"{one} {draw(joins)} {_comparison(draw, held, name)}"
    return f"not ({one})" if kind == "not" else one


def _held(user: Resource, path: str) -> list[dict[str, object]]:
    urn, _, name = path.rpartition(":")
    container = user.get(urn, {}) if urn else user
    assert isinstance(container, dict)
    values = container.get(name, [])
    assert isinstance(values, list)
    return values


yes_or_no = st.sampled_from([True, True, False])
operators = st.sampled_from(["add", "Replace", "Replace", "remove"])
flags = st.sampled_from([True, True, False, "True"])
entry_subs = st.sampled_from(["", "value", "type", "display", "primary", "primary"])
address_subs = st.sampled_from(["", "locality", "type", "primary", "primary", "primary"])
one_or_several = {
    False: st.one_of(several_entries, entries),
    True: st.one_of(several_addresses, addresses),
}


@st.composite
def operations(draw: st.DrawFn, user: Resource, attribute: str) -> dict[str, object]:
    """One operation on that attribute: add, replace or remove, through a filter or not, with a path or without."""
    address = attribute == "addresses"
    path = attribute
    if draw(yes_or_no):
        path += f"[{_filter(draw, _held(user, attribute), 'locality' if address else 'value')}]"
    sub = draw(address_subs if address else entry_subs)
    path += f".{sub}" if sub else ""
    op = draw(operators)
    if op == "remove":
        return {"op": op, "path": path}
    what: object
    if sub == "primary":
        what = draw(flags)
    elif sub:
        what = draw(types if sub == "type" else few)
    elif path != attribute:
        what = draw(addresses if address else entries)
    else:
        what = draw(one_or_several[address])
    if draw(marks):
        return {"op": op, "value": {path: what}}
    return {"op": op, "path": path, "value": what}


def _applied(name: str, user: Resource, body: dict[str, object]) -> Resource:
    """What a PATCH makes of a user under that profile; a refused one makes nothing of it."""
    spoken = profile(name, [_PAGERS])
    rt = spoken.types.user
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
    rt = profile(name, [_PAGERS]).types.user
    user = data.draw(users(rt), label="user")
    attributes = data.draw(changed_names)
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
    rt = profile(name, [_PAGERS]).types.user
    held = {"value": "abcd", "type": "work", **data.draw(entries, label="held")}
    user = read_create({"schemas": [CORE_USER.id], "userName": "ada", attribute: [held]}, rt)
    key = data.draw(st.sampled_from(sorted(held)), label="key")
    of = {"type": types, "primary": marks}.get(key, few)
    asked = f"{key} eq {json.dumps(held[key])}"
    sent = {"op": "replace", "path": f"{attribute}[{asked}].{key}", "value": data.draw(of, label="new")}
    body: dict[str, object] = {"schemas": [PATCH_SCHEMA], "Operations": [sent]}
    once = _applied(name, user, body)
    assert _applied(name, once, body) == once
