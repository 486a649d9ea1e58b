"""The admin API of an organization: routes, and what is the same for all of them.

JSON in camelCase. Lists are {"items": [...], "nextCursor": "..."}; errors {"error": {"code", "message", "field"?}}.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rightful.api.admin import accounts as admin_accounts
from rightful.api.admin import log as admin_log
from rightful.api.admin import statistics as admin_statistics
from rightful.api.admin import summary as admin_summary
from rightful.api.admin.call import AdminCall
from rightful.api.admin.conflicts import conflicts as admin_conflicts
from rightful.api.admin.conflicts import histories as admin_histories
from rightful.api.admin.conflicts import lists as admin_conflict_lists
from rightful.api.admin.conflicts import preview as admin_preview
from rightful.api.admin.conflicts import simulation as admin_simulation
from rightful.api.admin.organizations import confirmations as admin_confirmations
from rightful.api.admin.organizations import directories as admin_directories
from rightful.api.admin.organizations import domains as admin_domains
from rightful.api.admin.organizations import keys as admin_keys
from rightful.api.admin.organizations import organization as admin_organization
from rightful.api.admin.organizations import settings as admin_settings
from rightful.api.admin.organizations import sign_in as admin_sign_in
from rightful.api.admin.organizations import tokens as admin_tokens
from rightful.api.json_call import ApiError, JsonCall, answered, check_query, no_such_endpoint
from rightful.api.request import Principal, Request, Response
from rightful.core.organizations.verify_domain import DomainProof
from rightful.domain.key import Scope
from rightful.ports.context import Context, Invocation, QueueContext
from rightful.ports.queue import ConflictQueue
from rightful.ports.sign_in import ClientSecrets
from rightful.ports.store.contract import IdentityStore

BASE = "/admin/v1/orgs/{orgId}"

AdminHandler = Callable[[AdminCall], Response]

ROUTES: Mapping[str, Mapping[str, AdminHandler]] = {
    "": {"GET": admin_organization.get_organization, "PATCH": admin_organization.patch_organization},
    "/administrators": {"GET": admin_keys.list_administrators},
    "/tokens": {"GET": admin_tokens.list_tokens},
    "/tokens/{id}": {"DELETE": admin_tokens.delete_token},
    "/conflicts": {"GET": admin_conflicts.list_conflicts},
    "/conflicts/{id}": {"GET": admin_conflicts.get},
    "/conflicts/{id}/decision": {"POST": admin_conflicts.decide},
    "/conflicts/{id}/retry": {"POST": admin_conflicts.retry_conflict},
    "/conflicts/{id}/undo": {"POST": admin_conflicts.undo_conflict},
    "/accounts": {"GET": admin_accounts.search},
    "/accounts/{id}": {"GET": admin_accounts.get},
    "/accounts/{id}/history": {"GET": admin_histories.of_account},
    "/addresses": {"GET": admin_histories.who_has_it},
    "/addresses/history": {"GET": admin_histories.of_address},
    "/accounts/{id}/actions": {"POST": admin_accounts.act},
    "/email-changes/preview": {"POST": admin_preview.preview},
    "/log": {"GET": admin_log.list_log},
    "/summary": {"GET": admin_summary.summary},
    "/statistics": {"GET": admin_statistics.statistics},
    "/policy": {"GET": admin_settings.get_policy, "PUT": admin_settings.put_policy},
    "/policy/simulation": {"POST": admin_simulation.simulate_policy},
    "/policy/confirmation": {"POST": admin_confirmations.confirm_loosened_policy},
    "/sign-in": {
        "GET": admin_sign_in.get_sign_in,
        "PUT": admin_sign_in.put_sign_in,
        "DELETE": admin_sign_in.delete_sign_in,
    },
    "/sign-in/confirmation": {"POST": admin_confirmations.confirm_how_people_sign_in},
    "/domains": {"GET": admin_domains.list_domains, "POST": admin_domains.post_domain},
    "/domains/{domain}": {"DELETE": admin_domains.delete_domain},
    "/domains/{domain}/verify": {"POST": admin_domains.verify},
    "/directories": {"GET": admin_directories.list_directories, "POST": admin_directories.post_directory},
    "/directories/{id}": {
        "GET": admin_directories.get_directory,
        "PATCH": admin_directories.patch_directory,
        "DELETE": admin_directories.delete_directory,
    },
    "/directories/{id}/confirmation": {"POST": admin_confirmations.confirm_delete_rule},
    "/directories/{id}/tokens": {"GET": admin_directories.list_tokens, "POST": admin_directories.post_token},
    "/directories/{id}/tokens/{tokenId}": {"DELETE": admin_directories.delete_token},
    "/directories/{id}/tokens/{tokenId}/confirmation": {"POST": admin_confirmations.confirm_key},
}

_PAGE = ("limit", "cursor")

PARAMETERS: Mapping[tuple[str, str], Sequence[str]] = {
    ("/tokens", "GET"): ("scope",),
    ("/conflicts", "GET"): (*admin_conflict_lists.PARAMETERS, *_PAGE),
    ("/accounts", "GET"): (*admin_accounts.PARAMETERS, *_PAGE),
    ("/accounts/{id}/history", "GET"): _PAGE,
    ("/addresses", "GET"): ("address",),
    ("/addresses/history", "GET"): ("address", *_PAGE),
    ("/log", "GET"): (*admin_log.PARAMETERS, *_PAGE),
    ("/statistics", "GET"): admin_statistics.PARAMETERS,
    ("/directories/{id}", "DELETE"): ("confirm",),
}
"""The query parameters of routes; another route has none. What is misspelt is refused: it would silently be nothing."""

OPEN_TO_OPERATORS = frozenset(
    {
        "",
        "/administrators",
        "/tokens",
        "/tokens/{id}",
        "/policy",
        "/sign-in",
        "/sign-in/confirmation",
        "/policy/confirmation",
        "/domains",
        "/domains/{domain}",
        "/domains/{domain}/verify",
        "/directories",
        "/directories/{id}",
        "/directories/{id}/confirmation",
        "/directories/{id}/tokens",
        "/directories/{id}/tokens/{tokenId}",
        "/directories/{id}/tokens/{tokenId}/confirmation",
    }
)
"""What the operator of the service keeps for organizations: with its key, of any organization. Each route by itself:
what is added below one of them is not open before somebody says so."""

ABOUT_KEYS = "/admin/v1"
ROUTES_ABOUT_KEYS: Mapping[str, Mapping[str, Callable[[JsonCall], Response]]] = {"/me": {"GET": admin_keys.get_me}}
"""Beside the organizations: what a key may ask about itself."""


@dataclass(frozen=True, slots=True)
class AdminService:
    """Answers an organization's administrators."""

    store: IdentityStore
    queue: ConflictQueue
    on_failure: Callable[[str, Exception], None]
    proof: DomainProof | None = None
    client_secrets: Callable[[], ClientSecrets] | None = None

    def answer(self, request: Request, invocation: Invocation) -> Response:
        """The response to a request; see `answered`."""
        return answered(lambda: self._answer(request, invocation), "data")

    def _answer(self, request: Request, invocation: Invocation) -> Response:
        own = ROUTES_ABOUT_KEYS.get(request.resource.removeprefix(ABOUT_KEYS))
        if own is not None:
            return _about_itself(own, request, Context(self.store, invocation))
        methods = ROUTES.get(request.resource.removeprefix(BASE), {})
        handler = methods.get(request.method)
        if handler is None:
            raise no_such_endpoint(methods)
        principal = _administrator(request)
        if request.names_nothing:
            raise ApiError(404, "not_found", "There is no such thing in this organization.")
        check_query(request, PARAMETERS.get((request.resource.removeprefix(BASE), request.method), ()))
        context = QueueContext(self.store, invocation, self.queue)
        call = AdminCall(request, principal, context, self.on_failure, self.proof, self.client_secrets)
        if call.by_operator:
            call.organization()  # an administrator's key proves that there is one
        if request.method != "GET":
            call.key()
        return handler(call)


def _about_itself(
    methods: Mapping[str, Callable[[JsonCall], Response]], request: Request, context: Context
) -> Response:
    """Whatever a key opens, it may ask what it is: whoever finds one has to know whose it is."""
    handler = methods.get(request.method)
    if handler is None:
        raise no_such_endpoint(methods)
    if request.principal is None:
        raise ApiError(403, "forbidden", "Use a key of this service.")
    check_query(request, ())
    return handler(JsonCall(request, request.principal, context))


def _administrator(request: Request) -> Principal:
    """Whose key it is: an administrator's of the organization in the path, or for its settings an operator's.

    Raises:
        ApiError: 403, it does not open this.
    """
    principal = request.principal
    if principal is not None and principal.scope is Scope.OPERATOR:
        if request.resource.removeprefix(BASE) not in OPEN_TO_OPERATORS:
            message = "An operator's key opens the settings of organizations, not their accounts and conflicts."
            raise ApiError(403, "forbidden", message)
        return principal
    if principal is None or principal.scope is not Scope.ADMIN:
        raise ApiError(403, "forbidden", "This key is no admin key. Use an admin key of the organization.")
    if principal.organization_id != request.path_parameters.get("orgId"):
        raise ApiError(403, "forbidden", "This key belongs to another organization.")
    return principal
