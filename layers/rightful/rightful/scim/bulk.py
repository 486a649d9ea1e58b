"""Bulk requests: RFC 7644 section 3.7.

What is asked for (`read_bulk`), carrying it out with a function that does one operation, so that
each has its own status and its own conflict (`run_bulk`), and the answer (`bulk_response`). In
which order operations can be done that refer to each other is for bulk_plan.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rightful.scim.bulk_plan import BulkOperation, BulkRequest, Step, completion, plan_bulk, resolve
from rightful.scim.errors import ScimError, invalid_syntax, payload_too_large

REQUEST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_MAX_BULK_ID = 128


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What came of one operation. `response` is the error body, or the resource where one is shown."""

    status: int
    location: str | None = None
    version: str | None = None
    response: Mapping[str, object] | None = None
    resource_id: str | None = None

    @property
    def failed(self) -> bool:
        """An error in the sense of failOnErrors."""
        return self.status >= 400


def read_bulk(body: Mapping[str, object], *, max_operations: int) -> BulkRequest:
    """Return the operations of a BulkRequest message.

    The size in bytes is for `parse_body` to check. A single operation that cannot work is no error
    here: it gets its own status. A message that is malformed as such is refused as a whole.

    Raises:
        ScimError: 413 over `max_operations`; 400 invalidSyntax that names the operation.
    """
    members = {key.lower(): value for key, value in body.items()}
    schemas, listed = members.get("schemas"), members.get("operations")
    if not isinstance(schemas, list) or REQUEST_SCHEMA.lower() not in {str(urn).lower() for urn in schemas}:
        raise invalid_syntax(f"'schemas' must be a list with {REQUEST_SCHEMA}.")
    if not isinstance(listed, list) or not listed:
        raise invalid_syntax("'Operations' must be a list of one operation or more.")
    if len(listed) > max_operations:
        raise payload_too_large(f"A bulk request may have {max_operations} operations at most: send several requests.")
    limit = members.get("failonerrors")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise invalid_syntax("'failOnErrors' must be a whole number of 1 or more.")
    operations = tuple(_read_operation(item, place) for place, item in enumerate(listed))
    created = [operation.bulk_id for operation in operations if operation.bulk_id is not None]
    if len(created) != len(set(created)):
        raise invalid_syntax("A 'bulkId' occurs twice: give each operation its own.")
    return BulkRequest(operations, limit)


def _read_operation(item: object, place: int) -> BulkOperation:
    where = f"Operation {place + 1}"
    if not isinstance(item, dict):
        raise invalid_syntax(f"{where} must be an object with 'method' and 'path'.")
    members = {key.lower(): value for key, value in item.items()}
    method, path, bulk_id = members.get("method"), members.get("path"), members.get("bulkid")
    data, version = members.get("data"), members.get("version")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise invalid_syntax(f"{where}: 'method' must be POST, PUT, PATCH or DELETE.")
    method = method.upper()
    if not isinstance(path, str) or not path.startswith("/"):
        raise invalid_syntax(f"{where}: 'path' must be relative to the base URL, such as /Users/<id>.")
    if bulk_id is not None and (not isinstance(bulk_id, str) or not 0 < len(bulk_id) <= _MAX_BULK_ID):
        raise invalid_syntax(f"{where}: 'bulkId' must be a string of at most {_MAX_BULK_ID} characters.")
    if method == "POST" and bulk_id is None:
        raise invalid_syntax(f"{where}: a POST needs a 'bulkId'.")
    if method != "DELETE" and not isinstance(data, dict):
        raise invalid_syntax(f"{where}: a {method} needs an object as 'data'.")
    if version is not None and not isinstance(version, str):
        raise invalid_syntax(f"{where}: 'version' must be a string.")
    return BulkOperation(place, method, path, bulk_id, data if isinstance(data, dict) else None, version)


def run_bulk(
    request: BulkRequest,
    execute: Callable[[BulkOperation], BulkResult],
    locate: Callable[[BulkOperation], str | None] = lambda _: None,
) -> dict[str, object]:
    """Carry out the steps with `execute`, stop after failOnErrors errors, and return the BulkResponse.

    An operation is done or not done (RFC 7644 section 3.7): a resource of a circle that cannot get
    the references that it was created without is removed again. `execute` raises ScimError or
    returns the result; a POST's result must have its `resource_id`. `locate` tells the location
    that the answer to an operation that failed has.
    """
    run = _Run(execute, locate)
    steps = list(plan_bulk(request))
    while steps:
        step = steps.pop(0)
        run.take(step)
        if request.fail_on_errors is not None and run.errors >= request.fail_on_errors:
            # What is begun is not left half done.
            steps = [step for step in steps if step.completes]
    return bulk_response([(request.operations[place], run.results[place]) for place in sorted(run.results)])


@dataclass(slots=True)
class _Run:
    """What has been done of a bulk request: results by place, ids by bulkId, and how many errors."""

    execute: Callable[[BulkOperation], BulkResult]
    locate: Callable[[BulkOperation], str | None]
    ids: dict[str, str] = field(default_factory=dict)
    results: dict[int, BulkResult] = field(default_factory=dict)
    errors: int = 0

    def take(self, step: Step) -> None:
        operation = step.operation
        if not step.completes:
            result = self._tried(operation, lambda: resolve(step, self.ids))
        elif (created := self._created(operation)) is not None:
            result = self._completed(step, *created)
        else:
            return
        self.results[operation.place] = result
        if result.failed:
            self.errors += 1
            self.ids.pop(operation.bulk_id or "", None)
        elif operation.bulk_id is not None and result.resource_id is not None:
            self.ids[operation.bulk_id] = result.resource_id

    def _tried(self, sent: BulkOperation, wanted: Callable[[], BulkOperation]) -> BulkResult:
        operation = sent
        try:
            operation = wanted()
            return self.execute(operation)
        except ScimError as error:
            return BulkResult(error.status, self.locate(operation), response=error.body())

    def _created(self, operation: BulkOperation) -> tuple[BulkResult, str] | None:
        """The first step's result and the resource that it made, None where it made none."""
        result = self.results.get(operation.place)
        return None if result is None or result.resource_id is None else (result, result.resource_id)

    def _completed(self, step: Step, created: BulkResult, resource_id: str) -> BulkResult:
        """Add what the first step left out; where that fails, remove what it made."""
        added = self._tried(step.operation, lambda: completion(step, self.ids, resource_id))
        if not added.failed:
            return replace(created, version=added.version or created.version)
        path = f"{step.operation.path.rstrip('/')}/{resource_id}"
        removal = replace(step.operation, method="DELETE", path=path, data=None)
        removed = self._tried(removal, lambda: removal)
        if not removed.failed or removed.status == 404:
            return BulkResult(added.status, response=added.response)
        told = dict(added.response or {})
        told["detail"] = (
            f"{told.get('detail', '')} The resource exists without what refers to other operations: removing it again "
            f"was answered {removed.status}. PATCH or DELETE it at this location."
        ).strip()
        return BulkResult(added.status, created.location, created.version, told)


def bulk_response(results: Sequence[tuple[BulkOperation, BulkResult]]) -> dict[str, object]:
    """Return the BulkResponse (RFC 7644 section 3.7.3); operations that were not reached are not in it."""
    return {"schemas": [RESPONSE_SCHEMA], "Operations": [_answer(op, result) for op, result in results]}


def _answer(operation: BulkOperation, result: BulkResult) -> dict[str, object]:
    made: dict[str, object] = {
        "method": operation.method,
        "bulkId": operation.bulk_id,
        "version": result.version,
        "location": result.location,
        "status": str(result.status),
        "response": None if result.response is None else dict(result.response),
    }
    return {name: value for name, value in made.items() if value is not None}
