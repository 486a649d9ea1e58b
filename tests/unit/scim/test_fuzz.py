"""Whatever is sent, the answer is a result or a ScimError, soon."""

import copy
import json
import string
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightful.scim.bulk import read_bulk
from rightful.scim.bulk_plan import plan_bulk
from rightful.scim.errors import ScimError
from rightful.scim.filters.equality import equality
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.filters.matching import compile_filter
from rightful.scim.filters.paths import locate, parse_path
from rightful.scim.listing import read_list_query, read_search
from rightful.scim.patch.member_plan import plan_members
from rightful.scim.patch.members import take_members
from rightful.scim.patch.patch import PATCH_SCHEMA, PatchRules, apply_patch, read_patch
from rightful.scim.profiles import PROFILE_NAMES, ScimRequest, profile
from rightful.scim.rendering import render
from rightful.scim.requests import parse_body
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict
from tests.support.work import Text, lines_run
from tests.unit.scim.builders import CORE, ENTERPRISE, GROUP_SCHEMA, user

pytestmark = pytest.mark.slow

NAMES = [
    *("userName", "USERNAME", "emails", "emails.value", "emails.type", "emails.primary", "name", "name.givenName"),
    *("active", "id", "meta", "meta.created", "schemas", "groups", "password", "title", "roles", "addresses"),
    *("x509Certificates.value", "members", "shoeSize", "a.b.c", ".", ":", "urn:", "urn:x:y", "$ref", ""),
    *(ENTERPRISE, f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.value", f"{CORE}:userName", CORE),
]
PIECES = [
    *NAMES,
    *("eq", "ne", "co", "sw", "ew", "gt", "pr", "and", "or", "not", "(", ")", "[", "]", '"', '"x"', "true", "null"),
    *("1", "-1.5e3", ".value", "\\", '"\\u0041"', '"2026-01-01T00:00:00Z"', " ", "\x00", "\ud800"),
]

names = st.sampled_from(NAMES)
expressions = st.lists(st.sampled_from(PIECES), max_size=14).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
)
texts = st.one_of(expressions, st.text(max_size=40), st.text(alphabet=string.printable, max_size=40))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts,
    st.sampled_from(["", "True", "x@example.com", "2026-01-01T00:00:00Z", '{"value": "x"}']),
)  # fmt: skip
keys = st.one_of(
    names,
    texts,
    st.sampled_from(["value", "type", "primary", "display", "$ref", "manager", "op", "path", "Operations"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
bodies = st.dictionaries(keys, values, max_size=6)
paths = st.one_of(
    st.none(), names, texts,
    st.builds(lambda n, f, s: f"{n}[{f}]{s}", names, expressions, st.sampled_from(["", ".value", ".x", "."])),
)  # fmt: skip
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove", "REMOVE", "move"])}, optional={"path": paths, "value": values}
)
patches = st.builds(
    lambda ops: {"schemas": [PATCH_SCHEMA], "Operations": ops}, st.lists(operations, min_size=1, max_size=4)
)
lenient = PatchRules(create_on_miss=True, allow_empty=True)
quick = settings(max_examples=150, deadline=None)
T = TypeVar("T")


def answer(call: Callable[[], T]) -> T | ScimError:
    """Return what the call returns, or the ScimError that it raises. Anything else fails the test."""
    try:
        return call()
    except ScimError as error:
        return error


@quick
@given(texts)
def test_any_text_is_a_filter_or_invalid(text: str) -> None:
    parsed = answer(lambda: parse_filter(text))
    if isinstance(parsed, ScimError):
        assert parsed.scim_type in {"invalidFilter", "tooMany"}
        return
    equality(parsed)
    matched = answer(lambda: compile_filter(parsed, USER)(user()))
    assert matched.scim_type in {"invalidFilter", "sensitive"} if isinstance(matched, ScimError) else matched in {0, 1}
    answer(lambda: compile_filter(parsed, GROUP, beside=[USER])({}))


@quick
@given(texts)
def test_any_text_is_a_path_or_invalid(text: str) -> None:
    parsed = answer(lambda: parse_path(text))
    if isinstance(parsed, ScimError):
        assert parsed.scim_type in {"invalidPath", "invalidFilter", "tooMany"}
        json.dumps(parsed.body())
    locate(text, USER)


@settings(max_examples=400, deadline=None)
@given(patches, st.sampled_from([PatchRules(), lenient]))
def test_any_patch_is_applied_or_refused_and_never_half(body: dict[str, object], rules: PatchRules) -> None:
    stored = user()
    before, sent = copy.deepcopy(stored), copy.deepcopy(body)
    result = answer(lambda: apply_patch(stored, read_patch(body, rules), USER, rules))
    if isinstance(result, ScimError):
        assert result.status == 400
        assert result.scim_type is not None
    else:
        check_invariants(result)
        assert apply_patch(result, (), USER) == result
    assert stored == before
    assert body == sent


def check_invariants(result: dict[str, object]) -> None:
    """What holds for every stored user, whatever was sent."""
    assert result["userName"]
    assert result["id"] == "u-1"
    assert result["groups"] == user()["groups"]
    assert "password" not in result
    schemas = result["schemas"]
    assert isinstance(schemas, list)
    assert (ENTERPRISE in schemas) is (ENTERPRISE in result)
    for value in result.values():
        assert value is not None
        assert value != []
        if isinstance(value, list) and isinstance(value[0], dict):
            assert sum(item.get("primary") is True for item in value) <= 1


@quick
@given(patches)
def test_a_patch_that_was_applied_can_be_sent_again(body: dict[str, object]) -> None:
    once = answer(lambda: apply_patch(user(), read_patch(body), USER))
    if isinstance(once, dict):
        twice = answer(lambda: apply_patch(once, read_patch(body), USER))
        if isinstance(twice, dict):
            check_invariants(twice)


@quick
@given(bodies)
def test_any_body_is_a_resource_or_refused(body: dict[str, object]) -> None:
    body = {**body, "schemas": [CORE], "userName": "bob"}
    made, replaced = answer(lambda: read_create(body, USER)), answer(lambda: read_replace(body, user(), USER))
    if isinstance(made, ScimError) or isinstance(replaced, ScimError):
        assert {getattr(made, "scim_type", None), getattr(replaced, "scim_type", None)} == {"invalidValue"}
        return
    assert read_create(made, USER) == made
    check_invariants(replaced)
    assert read_replace(replaced, replaced, USER) == replaced


@quick
@given(st.lists(texts, max_size=4), st.booleans())
def test_any_list_of_attributes_can_be_rendered(listed: list[str], only: bool) -> None:
    made = render(user(), USER, attributes=listed if only else (), excluded=() if only else listed)
    assert made["id"] == "u-1"
    assert made["schemas"]


@quick
@given(st.lists(operations, min_size=1, max_size=4))
def test_any_patch_of_a_group_is_planned_or_refused(sent: list[dict[str, object]]) -> None:
    plan = answer(lambda: plan_members(read_patch({"schemas": [PATCH_SCHEMA], "Operations": sent})))
    if isinstance(plan, ScimError):
        assert plan.status == 400
        return
    assert not {member.value for member in plan.add} & set(plan.remove)
    assert plan.replace_all is None or not (plan.add or plan.remove)


members = st.lists(st.sampled_from("abcd"), max_size=4)
member_operations = st.one_of(
    st.builds(lambda ids: {"op": "add", "path": "members", "value": [{"value": v} for v in ids]}, members),
    st.builds(lambda ids: {"op": "replace", "path": "members", "value": [{"value": v} for v in ids]}, members),
    st.builds(lambda ids: {"op": "remove", "path": "members", "value": [{"value": v} for v in ids]}, members),
    st.builds(lambda v: {"op": "remove", "path": f'members[value eq "{v}"]'}, st.sampled_from("abcd")),
    st.just({"op": "remove", "path": "members"}),
)


@quick
@given(members, st.lists(member_operations, min_size=1, max_size=5))
def test_a_plan_of_members_leaves_whom_applying_the_patch_leaves(
    held: list[str], sent: list[dict[str, object]]
) -> None:
    group: dict[str, object] = {"schemas": [GROUP_SCHEMA], "displayName": "x"}
    if held:
        group["members"] = [{"value": value} for value in dict.fromkeys(held)]
    parsed = read_patch({"schemas": [PATCH_SCHEMA], "Operations": sent})
    expected = {member.value for member in take_members(apply_patch(group, parsed, GROUP))[1]}
    plan = plan_members(parsed)
    if plan.replace_all is not None:
        planned = {member.value for member in plan.replace_all}
    else:
        planned = (set(held) - set(plan.remove)) | {member.value for member in plan.add}
    assert planned == expected


@quick
@given(st.sampled_from(PROFILE_NAMES), st.sampled_from(["POST", "PUT", "PATCH"]), st.one_of(bodies, patches), texts)
def test_no_profile_ever_raises_or_changes_its_input(
    name: str, method: str, body: dict[str, object], text: str
) -> None:
    sent = copy.deepcopy(body)
    rewritten = profile(name).rewrite(ScimRequest(method, "/Users/u-1", {"filter": (text,)}, body))
    assert body == sent
    again = profile(name).rewrite(rewritten)
    assert again.body == rewritten.body


@quick
@given(st.one_of(texts, bodies.map(json.dumps), st.binary(max_size=40).map(lambda b: b.decode("latin-1"))))
def test_any_text_is_a_body_or_refused(raw: str) -> None:
    parsed = answer(lambda: parse_body(raw, "application/scim+json", limit_bytes=100_000))
    assert parsed.scim_type == "invalidSyntax" if isinstance(parsed, ScimError) else isinstance(parsed, dict)


@quick
@given(st.dictionaries(st.one_of(st.sampled_from(["filter", "count", "startIndex", "cursor", "sortBy"]), texts),
                       st.lists(texts, max_size=2), max_size=4), bodies)  # fmt: skip
def test_any_query_is_read_or_refused(parameters: dict[str, list[str]], body: dict[str, object]) -> None:
    search = {**body, "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    for query in (answer(lambda: read_list_query(parameters)), answer(lambda: read_search(search))):
        if isinstance(query, ScimError):
            assert query.status == 400
        else:
            assert query.start_index >= 1
            assert 0 <= query.count <= 200


bulk_operations = st.fixed_dictionaries(
    {"method": st.sampled_from(["POST", "PUT", "DELETE"]), "path": st.sampled_from(["/Users", "/Users/bulkId:a"])},
    optional={
        "bulkId": st.sampled_from("abcde"),
        "data": st.dictionaries(
            keys, st.one_of(values, st.sampled_from(["bulkId:a", "bulkId:b", "bulkId:"])), max_size=3
        ),
    },
)


@quick
@given(st.lists(bulk_operations, min_size=1, max_size=6))
def test_any_bulk_is_planned_or_refused(sent: list[dict[str, object]]) -> None:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": sent}
    request = answer(lambda: read_bulk(body, max_operations=10))
    if isinstance(request, ScimError):
        assert request.scim_type == "invalidSyntax"
        return
    steps = [step for step in plan_bulk(request) if not step.completes]
    assert sorted(step.operation.place for step in steps) == list(range(len(sent)))


@quick
@given(bodies)
def test_any_data_is_a_schema_or_refused(data: dict[str, object]) -> None:
    made = answer(lambda: schema_from_dict({"id": "urn:x:y", "attributes": [data], **data}))
    assert made.scim_type == "invalidValue" if isinstance(made, ScimError) else bool(made.attributes)


def test_large_requests_take_work_in_proportion() -> None:
    def handle(size: int) -> None:
        ids = [{"value": Text(f"u-{number}")} for number in range(size)]
        group: dict[str, object] = {"schemas": [GROUP_SCHEMA], "displayName": "x", "members": ids}
        body: dict[str, object] = {
            "schemas": [PATCH_SCHEMA],
            "Operations": [
                {"op": "add", "path": "members", "value": ids},
                {"op": "remove", "path": "members", "value": ids[: size // 2]},
            ],
        }
        request = profile("entra").rewrite(ScimRequest("PATCH", "/Groups/g", {}, body))
        assert request.body is not None
        plan_members(read_patch(request.body))
        read_create(group, GROUP)

    def work(size: int) -> tuple[int, int]:
        compared = Text.compared
        return lines_run(lambda: handle(size)), Text.compared - compared

    work(100)
    (lines, compared), (more_lines, more_compared) = work(500), work(5000)
    assert more_lines < 12 * lines
    assert more_compared < 12 * compared + 5000
