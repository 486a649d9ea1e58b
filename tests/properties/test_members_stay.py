"""A group never loses members by a request that names members which it could not read."""

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:Group"
NAMES = ("ada", "bob", "eve")

nothing = st.sampled_from(["", " ", "\u2003", "nobody-1", "0" * 32])
scalars = st.one_of(st.none(), st.booleans(), st.integers(), nothing)
keys = st.sampled_from(["value", "Value", "display", "$ref", "type", "id"])
unreadable = st.one_of(
    scalars,
    st.dictionaries(keys, st.one_of(scalars, st.just([]), st.just({})), max_size=3),
    st.builds(lambda name, text: {"display": name, "value": text}, st.sampled_from(NAMES), nothing),
    st.lists(scalars, max_size=2),
)


# Hypothesis examines a strategy when it is first drawn from, which takes longer than to draw: each is made once.
readable = st.tuples(st.sampled_from(["value", "$ref"]), st.integers(0, len(NAMES) - 1))
several = st.lists(st.one_of(readable, unreadable), max_size=3)
yes_or_no = st.booleans()
attributes = st.sampled_from(["members", "MEMBERS", f"{CORE}:members"])
operators = st.sampled_from(["add", "replace", "Replace", "remove"])


def _entry(how: str, member_id: str) -> dict[str, object]:
    return {"value": member_id} if how == "value" else {"$ref": f"../Users/{member_id}", "value": None}


@st.composite
def requests(draw: st.DrawFn, ids: list[str], path: str) -> tuple[str, str, object, set[str]]:
    """A change of the members: method, path, body; and who may leave by it."""
    listed = [_entry(each[0], ids[each[1]]) if isinstance(each, tuple) else each for each in draw(several)]
    value: Any = listed
    if len(listed) == 1 and draw(yes_or_no):
        value = listed[0]
    named = {_named(each) for each in listed}
    may_go = set(ids) if value == [] or named <= set(ids) else set[str]()
    key = draw(attributes)
    if draw(yes_or_no):
        return "PUT", path, {"schemas": [CORE], "displayName": "Crew", key: value}, may_go
    op = draw(operators)
    if op == "remove":
        # Without a value it removes all.
        return "PATCH", path, patch({"op": op, "path": key, "value": value}), set(ids) if value is None else named
    if draw(yes_or_no):
        pairs: dict[str, object] = {key: value}
        return "PATCH", path, patch({"op": op, "value": draw(st.sampled_from([pairs, {CORE: pairs}]))}), may_go
    return "PATCH", path, patch({"op": op, "path": key, "value": value}), may_go


def _named(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    said = {key.lower(): item for key, item in entry.items()}
    value, reference = said.get("value"), said.get("$ref")
    if isinstance(value, str) and value.strip():
        return value
    return reference.rpartition("/")[2] if isinstance(reference, str) and value in (None, "", " ", "\u2003") else ""


def _members(service: Service, path: str) -> set[str]:
    shown: Any = service.scim("GET", path).body
    return {member["value"] for member in shown.get("members", [])}


@cache
def _with_a_group(profile: str) -> tuple[Service, list[str], str]:
    service = Service(profile=profile)
    ids = [str(service.create_user(each)["id"]) for each in NAMES]
    body = {"schemas": [CORE], "displayName": "Guides", "members": [{"value": each} for each in ids[:2]]}
    made: Any = service.scim("POST", "/Groups", body)
    return service, ids, f"/Groups/{made.body['id']}"


@settings(max_examples=1_500, deadline=None)
@given(st.sampled_from(PROFILE_NAMES), st.data())
def test_nobody_leaves_by_a_request_that_names_somebody_who_could_not_be_read(name: str, data: st.DataObject) -> None:
    shared, ids, path = _with_a_group(name)
    service = shared.copy()
    before, stored = _members(service, path), service.store.snapshot()
    method, path, sent, may_go = data.draw(requests(ids, path), label="request")
    answer = service.scim(method, path, sent)
    if answer.status >= 400:
        assert service.store.snapshot() == stored
    else:
        assert before - _members(service, path) <= may_go
