"""POST /Bulk (RFC 7644 section 3.7): many operations in one request, each with its own outcome."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from rightful.api.request import Response
from rightful.api.scim.call import CONTENT_TYPE, ScimCall
from rightful.scim.bulk import BulkResult, read_bulk, run_bulk
from rightful.scim.bulk_plan import BulkOperation, references
from rightful.scim.errors import invalid_path, method_not_allowed, not_found, unavailable

MAX_OPERATIONS = 100
MAX_PAYLOAD_OCTETS = 1024 * 1024
_TIME_FOR_AN_OPERATION = 3.0
_TIME_FOR_A_REMOVAL = 1.0
"""Less, so that what an operation began late can still be taken back."""

ScimHandler = Callable[[ScimCall], Response]


def bulk(call: ScimCall, routes: Mapping[str, Mapping[str, ScimHandler]]) -> Response:
    """Carry out the operations, each as if it had come on its own: with its own settings, its own conflict, its own
    version.

    Args:
        routes: the endpoints of users and groups, as in `api.scim`.
    """
    request = read_bulk(call.body(MAX_PAYLOAD_OCTETS), max_operations=MAX_OPERATIONS)

    def execute(operation: BulkOperation) -> BulkResult:
        needed = _TIME_FOR_A_REMOVAL if operation.method == "DELETE" else _TIME_FOR_AN_OPERATION
        if call.invocation.remaining() < needed:
            raise unavailable(1)
        return _result(_handled(call, operation, routes), _location(call, operation))

    answer = run_bulk(request, execute, lambda operation: _location(call, operation))
    return Response(200, answer, None, CONTENT_TYPE)


def _handled(call: ScimCall, operation: BulkOperation, routes: Mapping[str, Mapping[str, ScimHandler]]) -> Response:
    endpoint, _, identifier = operation.path.strip("/").partition("/")
    route = f"/{endpoint}/{{id}}" if identifier else f"/{endpoint}"
    methods = routes.get(route)
    if methods is None or "/" in identifier:
        raise invalid_path(f"{operation.path[:128]!r}: a bulk operation goes to /Users, /Groups or one of theirs.")
    handler = methods.get(operation.method)
    if handler is None:
        raise method_not_allowed(", ".join(method for method in methods if method != "GET"))
    headers = {"content-type": CONTENT_TYPE} | ({"if-match": operation.version} if operation.version else {})
    parameters = {**call.request.path_parameters} | ({"id": unquote(identifier)} if identifier else {})
    request = replace(
        call.request,
        method=operation.method,
        resource=route,
        path_parameters=parameters,
        query={},
        headers=headers,
        body=None,
    )
    if request.names_nothing:
        raise not_found("There is no such resource.")
    data = dict(operation.data) if operation.data is not None else {}
    return handler(replace(call, request=request, data=data))


def _location(call: ScimCall, operation: BulkOperation) -> str | None:
    """RFC 7644 section 3.7.3: every answer has one, except that of a POST that failed; and of what is not there."""
    return (
        None
        if operation.method == "POST" or references(operation.path)
        else f"{call.base_url}/{operation.path.strip('/')}"
    )


def _result(response: Response, location: str | None) -> BulkResult:
    headers = response.headers or {}
    body = response.body if isinstance(response.body, dict) else {}
    return BulkResult(
        response.status,
        location=headers.get("Location") or location,
        version=headers.get("ETag"),
        resource_id=str(body["id"]) if "id" in body else None,
    )
