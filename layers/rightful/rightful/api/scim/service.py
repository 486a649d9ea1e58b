"""The SCIM service of a directory (RFC 7644): routes, and what is the same for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rightful.api.request import Request, Response
from rightful.api.scim import groups as scim_groups
from rightful.api.scim import lists as scim_listing
from rightful.api.scim import users as scim_users
from rightful.api.scim.call import ScimCall
from rightful.core.users.request import NO_OBSERVER, Observer, UserRequest
from rightful.domain.key import Scope
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.queue import ConflictQueue
from rightful.ports.store.contract import IdentityStore
from rightful.scim.errors import ScimError, forbidden, invalid_syntax, method_not_allowed, not_found, not_implemented

CONTENT_TYPE = "application/scim+json"
BASE = "/scim/directory/{directoryId}"

ScimHandler = Callable[[ScimCall], Response]


def _me(_: ScimCall) -> Response:
    # RFC 7644 section 3.11: a provisioning key is nobody's own account.
    raise not_implemented("/Me is not available: a directory's key belongs to no user. Use /Users.")


_RESOURCES: Mapping[str, Mapping[str, ScimHandler]] = {
    "/Users": {"GET": scim_listing.list_users, "POST": scim_users.create},
    "/Users/{id}": {
        "GET": scim_users.get,
        "PUT": scim_users.replace,
        "PATCH": scim_users.patch,
        "DELETE": scim_users.delete,
    },
    "/Groups": {"GET": scim_listing.list_groups, "POST": scim_groups.create},
    "/Groups/{id}": {
        "GET": scim_groups.get,
        "PUT": scim_groups.replace,
        "PATCH": scim_groups.patch,
        "DELETE": scim_groups.delete,
    },
}


# Bulk and discovery are asked for rarely: who makes a cold start with another request does not pay for them.
def _bulk(call: ScimCall) -> Response:
    from rightful.api.scim.bulk import bulk

    return bulk(call, _RESOURCES)


def _discovery(call: ScimCall) -> Response:
    from rightful.api.scim.discovery import answer

    return answer(call)


ROUTES: Mapping[str, Mapping[str, ScimHandler]] = {
    **_RESOURCES,
    "/Users/.search": {"POST": scim_listing.search_users},
    "/Groups/.search": {"POST": scim_listing.search_groups},
    "/.search": {"POST": scim_listing.search_all},
    "/Bulk": {"POST": _bulk},
    "/ServiceProviderConfig": {"GET": _discovery},
    "/ResourceTypes": {"GET": _discovery},
    "/ResourceTypes/{id}": {"GET": _discovery},
    "/Schemas": {"GET": _discovery},
    "/Schemas/{id}": {"GET": _discovery},
    "/Me": dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), _me),
}


@dataclass(frozen=True, slots=True)
class ScimService:
    """Answers a directory's requests.

    Attributes:
        cursor_key: what cursors of lists are signed with.
        documentation_url: where the service is described; empty: nowhere.
    """

    store: IdentityStore
    queue: ConflictQueue
    observer: Observer = NO_OBSERVER
    cursor_key: bytes = b""
    documentation_url: str = ""

    def answer(self, request: Request, invocation: Invocation) -> Response:
        """The response to a request; every error that a client can cause is a SCIM error (RFC 7644 section 3.12)."""
        response = self._answer(request, invocation)
        # RFC 9110 section 9.3.2: HEAD is GET without the content, with the same headers.
        return replace(response, body="") if request.method == "HEAD" and response.body is not None else response

    def _answer(self, request: Request, invocation: Invocation) -> Response:
        try:
            handler = _handler(request)
            return handler(self._call(request, invocation))
        except ScimError as error:
            return error_response(error)

    def _call(self, request: Request, invocation: Invocation) -> ScimCall:
        principal = request.principal
        directory_id = request.path_parameters.get("directoryId", "")
        if principal is None or principal.scope is not Scope.SCIM:
            raise forbidden("This key does not open SCIM endpoints. Use the key of the directory.")
        if request.names_nothing:
            raise not_found("There is no such resource.")
        if (garbled := request.garbled_parameter) is not None:
            raise invalid_syntax(f"The query parameter {garbled[:64]!r} is not UTF-8: percent-encode UTF-8.")
        if principal.directory_id != directory_id:
            if self.store.directory_state(principal.organization_id, directory_id) is None:
                raise not_found(f"There is no directory {directory_id}.")
            raise forbidden("This key belongs to another directory: use the key of this one.")
        users = UserRequest(
            QueueContext(self.store, invocation, self.queue),
            principal.organization_id,
            directory_id,
            principal.token_id,
            principal.alone_until,
            self.observer,
        )
        return ScimCall(request, users, self.cursor_key, self.documentation_url)


def error_response(error: ScimError) -> Response:
    """A SCIM error as a response."""
    return Response(error.status, error.body(), error.headers, CONTENT_TYPE)


def _handler(request: Request) -> ScimHandler:
    methods = ROUTES.get(request.resource.removeprefix(BASE))
    if methods is None:
        raise not_found("There is no such endpoint: see /ResourceTypes.")
    handler = methods.get("GET" if request.method == "HEAD" else request.method)
    if handler is None:
        raise method_not_allowed(", ".join([*methods, "HEAD"] if "GET" in methods else methods))
    return handler
