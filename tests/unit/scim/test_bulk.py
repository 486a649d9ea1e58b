"""Bulk requests: RFC 7644 section 3.7."""

from typing import Any

import pytest

from rightful.scim.bulk import REQUEST_SCHEMA, BulkResult, read_bulk, run_bulk
from rightful.scim.bulk_plan import BulkOperation, BulkRequest, plan_bulk
from rightful.scim.errors import ScimError, uniqueness
from tests.unit.scim.builders import ENTERPRISE


def bulk(*operations: dict[str, object], **more: object) -> BulkRequest:
    return read_bulk({"schemas": [REQUEST_SCHEMA], "Operations": list(operations), **more}, max_operations=100)


def create(bulk_id: str, kind: str = "Users", **data: object) -> dict[str, object]:
    return {"method": "POST", "path": f"/{kind}", "bulkId": bulk_id, "data": data}


class Service:
    """Carries out operations as a service would: gives ids, refuses what `taken` names."""

    def __init__(self, *taken: str) -> None:
        self.taken = taken
        self.done: list[BulkOperation] = []

    def __call__(self, operation: BulkOperation) -> BulkResult:
        self.done.append(operation)
        if operation.method != "POST":
            return BulkResult(200, location=operation.path, version='W/"2"')
        name = str((operation.data or {}).get("userName", operation.bulk_id))
        if name in self.taken:
            raise uniqueness("userName", name)
        return BulkResult(
            201, f"{operation.path}/id-{operation.bulk_id}", 'W/"1"', resource_id=f"id-{operation.bulk_id}"
        )

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(operation.method, operation.path) for operation in self.done]


def statuses(answer: dict[str, Any]) -> list[str]:
    return [operation["status"] for operation in answer["Operations"]]


def test_operations_are_done_in_order_and_answered_one_by_one() -> None:
    service = Service()
    answer = run_bulk(bulk(create("a"), {"method": "delete", "path": "/Users/9"}), service)
    assert service.calls == [("POST", "/Users"), ("DELETE", "/Users/9")]
    assert answer["Operations"] == [
        {"method": "POST", "bulkId": "a", "version": 'W/"1"', "location": "/Users/id-a", "status": "201"},
        {"method": "DELETE", "version": 'W/"2"', "location": "/Users/9", "status": "200"},
    ]


def test_a_reference_to_a_later_operation_waits_for_it() -> None:
    service = Service()
    run_bulk(bulk(create("g", "Groups", members=[{"value": "bulkId:u"}]), create("u")), service)
    assert [operation.bulk_id for operation in service.done] == ["u", "g"]
    assert service.done[1].data == {"members": [{"value": "id-u"}]}


def test_references_in_paths_and_patch_filters_are_resolved() -> None:
    service = Service()
    operations = [{"op": "remove", "path": 'members[value eq "bulkId:u"]'}]
    run_bulk(
        bulk(
            create("u"),
            {"method": "PATCH", "path": "/Groups/7", "data": {"Operations": operations}},
            {"method": "PUT", "path": "/Users/bulkId:u", "data": {"userName": "x"}},
        ),
        service,
    )
    assert service.done[1].data == {"Operations": [{"op": "remove", "path": 'members[value eq "id-u"]'}]}
    assert service.done[2].path == "/Users/id-u"


def test_a_circle_is_created_first_and_completed_after() -> None:
    service = Service()
    answer = run_bulk(
        bulk(
            create("a", "Groups", members=[{"value": "bulkId:b"}, {"value": "u-1"}]),
            create("b", "Groups", members=[{"value": "bulkId:a"}]),
        ),
        service,
    )
    assert service.calls == [("POST", "/Groups"), ("POST", "/Groups"), ("PATCH", "/Groups/id-a")]
    assert service.done[0].data == {"members": [{"value": "u-1"}]}
    assert service.done[1].data == {"members": [{"value": "id-a"}]}
    patch = service.done[2].data or {}
    assert patch["Operations"] == [{"op": "add", "path": "members", "value": [{"value": "id-b"}]}]
    assert statuses(answer) == ["201", "201"]
    assert answer["Operations"][0]["version"] == 'W/"2"'


def test_a_resource_can_refer_to_itself() -> None:
    service = Service()
    run_bulk(bulk(create("a", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}, "department": "x"}})), service)
    assert service.done[0].data == {ENTERPRISE: {"department": "x"}}
    patch = service.done[1].data or {}
    assert patch["Operations"] == [{"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "id-a"}}]


def test_what_refers_to_a_failed_or_unknown_operation_fails_alone() -> None:
    service = Service("taken")
    answer = run_bulk(
        bulk(
            create("a", userName="taken"),
            create("b", manager="bulkId:a"),
            create("c", manager="bulkId:nobody"),
            create("d"),
        ),
        service,
    )
    assert statuses(answer) == ["409", "400", "400", "201"]
    assert answer["Operations"][0]["response"]["scimType"] == "uniqueness"
    assert answer["Operations"][1]["response"]["scimType"] == "invalidValue"


CIRCLE_THAT_FAILS = (
    create("a", "Groups", members=[{"value": "bulkId:b"}]),
    create("b", "Groups", userName="taken", x="bulkId:a"),
)


@pytest.mark.parametrize("limit", [{}, {"failOnErrors": 1}])
def test_a_circle_whose_second_half_fails_takes_back_the_first(limit: dict[str, object]) -> None:
    service = Service("taken")
    answer = run_bulk(bulk(*CIRCLE_THAT_FAILS, **limit), service)
    assert statuses(answer) == ["400", "409"]
    assert "location" not in answer["Operations"][0]
    assert service.calls[-1] == ("DELETE", "/Groups/id-a")


def test_a_resource_that_cannot_be_taken_back_is_named_with_what_it_lacks() -> None:
    service = Service("taken")

    def refusing(operation: BulkOperation) -> BulkResult:
        if operation.method == "DELETE":
            raise ScimError(503, None, "busy")
        return service(operation)

    [first, _] = run_bulk(bulk(*CIRCLE_THAT_FAILS), refusing)["Operations"]  # type: ignore[misc]
    assert (first["status"], first["location"]) == ("400", "/Groups/id-a")
    assert "bulkId:b" in first["response"]["detail"]
    assert "503" in first["response"]["detail"]
    assert "PATCH or DELETE it" in first["response"]["detail"]


def test_what_refers_to_what_was_taken_back_is_refused() -> None:
    answer = run_bulk(
        bulk(*CIRCLE_THAT_FAILS, {"method": "PATCH", "path": "/Groups/bulkId:a", "data": {"x": "bulkId:b"}}),
        Service("taken"),
    )
    assert statuses(answer) == ["400", "409", "400"]


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, ["409"]), (2, ["409", "201", "409"]), (None, ["409", "201", "409", "201"])]
)
def test_it_stops_after_as_many_errors_as_the_client_allows(limit: int | None, expected: list[str]) -> None:
    more = {} if limit is None else {"failOnErrors": limit}
    operations = [create(name, userName=name) for name in ("x", "a", "y", "b")]
    assert statuses(run_bulk(bulk(*operations, **more), Service("x", "y"))) == expected


def test_a_long_chain_and_a_large_circle_are_planned() -> None:
    chain = [create(str(n), m=f"bulkId:{n + 1}") for n in range(99)] + [create("99")]
    assert [step.operation.bulk_id for step in plan_bulk(bulk(*chain))] == [str(n) for n in range(99, -1, -1)]
    circle = [create(str(n), m=f"bulkId:{(n + 1) % 100}") for n in range(100)]
    steps = plan_bulk(bulk(*circle))
    assert len(steps) == 101
    assert steps[-1].completes


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schemas": [REQUEST_SCHEMA]},
        {"schemas": [REQUEST_SCHEMA], "Operations": []},
        {"schemas": ["urn:x:y"], "Operations": [create("a")]},
        {"schemas": [REQUEST_SCHEMA], "Operations": ["x"]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [create("a")], "failOnErrors": 0},
        {"schemas": [REQUEST_SCHEMA], "Operations": [create("a")], "failOnErrors": True},
        {"schemas": [REQUEST_SCHEMA], "Operations": [create("a"), create("a")]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "GET", "path": "/Users"}]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "POST", "path": "/Users", "data": {}}]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "POST", "path": "/Users", "bulkId": "a"}]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "DELETE", "path": "https://x/Users/1"}]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "DELETE", "path": "/Users/1", "version": 1}]},
        {"schemas": [REQUEST_SCHEMA], "Operations": [{"method": "DELETE", "path": "/Users/1", "bulkId": ""}]},
    ],
)
def test_a_malformed_message_is_invalid_syntax(body: dict[str, object]) -> None:
    with pytest.raises(ScimError) as refused:
        read_bulk(body, max_operations=100)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidSyntax")


def test_too_many_operations_are_refused_with_413() -> None:
    with pytest.raises(ScimError) as refused:
        read_bulk({"schemas": [REQUEST_SCHEMA], "Operations": [create(str(n)) for n in range(3)]}, max_operations=2)
    assert refused.value.status == 413


def test_changes_of_one_resource_keep_their_order_when_the_first_has_to_wait() -> None:
    service = Service()

    run_bulk(
        bulk(
            {"method": "PATCH", "path": "/Groups/g", "data": {"value": "bulkId:u"}},
            {"method": "PATCH", "path": "/Groups/g/", "data": {"value": "second"}},
            {"method": "DELETE", "path": "/Groups/other"},
            create("u"),
            {"method": "DELETE", "path": "/Groups/g"},
        ),
        service,
    )

    assert service.calls == [
        ("DELETE", "/Groups/other"),
        ("POST", "/Users"),
        ("PATCH", "/Groups/g"),
        ("PATCH", "/Groups/g/"),
        ("DELETE", "/Groups/g"),
    ]
