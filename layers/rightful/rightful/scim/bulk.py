"""Bulk requests: RFC 7644 section 3.7.

What is asked for (`read_bulk`), carrying it out with a function that does one operation, so that
each has its own status and its own conflict (`run_bulk`), and the answer (`bulk_response`). In
which order operations can be done that refer to each other is for bulk_plan.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rightful.scim.bulk_plan import BulkOperation, BulkRequest, Step, completion, plan_bulk, references, resolve
from rightful.scim.errors import ScimError, invalid_syntax, payload_too_large

__all__ = [
    "BulkOperation",
    "BulkRequest",
    "BulkResult",
    "Step",
    "bulk_response",
    "completion",
    "plan_bulk",
    "read_bulk",
    "references",
    "resolve",
    "run_bulk",
]

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

    Raises
    ------
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


def run_bulk(request: BulkRequest, execute: Callable[[BulkOperation], BulkResult]) -> dict[str, object]:
    """Carry out the steps with `execute`, stop after failOnErrors errors, and return the BulkResponse.

    `execute` raises ScimError or returns the result; a POST's result must have its `resource_id`.
    """
    ids: dict[str, str] = {}
    results: dict[int, BulkResult] = {}
    errors = 0
    for step in plan_bulk(request):
        place, before = step.operation.place, results.get(step.operation.place)
        if step.completes and (before is None or before.failed or before.resource_id is None):
            continue
        try:
            if step.completes and before is not None and before.resource_id is not None:
                made = execute(completion(step, ids, before.resource_id))
                result = before if made.failed is False else replace(made, location=before.location)
                result = replace(result, version=made.version or before.version)
            else:
                result = execute(resolve(step, ids))
        except ScimError as error:
            location = before.location if before is not None else None
            result = BulkResult(error.status, location=location, response=error.body())
        results[place] = result
        if result.failed:
            errors += 1
            if request.fail_on_errors is not None and errors >= request.fail_on_errors:
                break
        elif step.operation.bulk_id is not None and result.resource_id is not None:
            ids[step.operation.bulk_id] = result.resource_id
    return bulk_response([(request.operations[place], results[place]) for place in sorted(results)])


def bulk_response(results: Sequence[tuple[BulkOperation, BulkResult]]) -> dict[str, object]:
    """Return the BulkResponse (RFC 7644 section 3.7.3); operations that were not reached are not in it."""
    return {"schemas": [RESPONSE_SCHEMA], "Operations": [_answer(op, result) for op, result in results]}


def _answer(operation: BulkOperation, result: BulkResult) -> dict[str, object]:
    made: dict[str, object] = {"method": operation.method}
    if operation.bulk_id is not None:
        made["bulkId"] = operation.bulk_id
    if result.version is not None:
        made["version"] = result.version
    if result.location is not None:
        made["location"] = result.location
    made["status"] = str(result.status)
    if result.response is not None:
        made["response"] = dict(result.response)
    return made
