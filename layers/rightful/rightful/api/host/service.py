"""The accounts API: what the host application tells this service about accounts, and may ask it.

Only a key of scope `app` opens it, and only it: the host application is trusted with facts about every account, and
with no organization's settings or directory data. JSON in camelCase; errors {"error": {"code", "message", "field"?}}.

    POST   /accounts/v1/accounts                  sign-up                        201; 200 for the same Idempotency-Key
    GET    /accounts/v1/accounts?email=           who has an address             a list of one or none
    GET    .../{id}                               one account
    PUT    .../{id}/email                         the person changes it          refused for managed accounts
    POST   .../{id}/email-verified                the mailbox is the person's
    POST   .../{id}/login-seen                    they signed in                 204
    PUT    .../{id}/flags/{flag}, DELETE          privileged, service, legal_hold
    PUT    .../{id}/deletion, DELETE              erased in 14 days; not after all
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rightful.api.host import handlers as accounts_reported
from rightful.api.json_call import ApiError, JsonCall, answered, check_query, no_such_endpoint
from rightful.api.request import Request, Response
from rightful.core.accounts.errors import no_such_account
from rightful.domain.key import Scope
from rightful.ports.context import Context, Invocation
from rightful.ports.store.contract import IdentityStore

BASE = "/accounts/v1/accounts"

HostHandler = Callable[[JsonCall], Response]

ROUTES: Mapping[str, Mapping[str, HostHandler]] = {
    "": {"GET": accounts_reported.find, "POST": accounts_reported.post},
    "/{id}": {"GET": accounts_reported.get},
    "/{id}/email": {"PUT": accounts_reported.put_email},
    "/{id}/email-verified": {"POST": accounts_reported.post_email_verified},
    "/{id}/login-seen": {"POST": accounts_reported.post_login_seen},
    "/{id}/flags/{flag}": {"PUT": accounts_reported.put_flag, "DELETE": accounts_reported.delete_flag},
    "/{id}/deletion": {"PUT": accounts_reported.put_deletion, "DELETE": accounts_reported.delete_deletion},
}


PARAMETERS: Mapping[tuple[str, str], Sequence[str]] = {("", "GET"): ("email",)}
"""The query parameters of routes; another route has none."""


@dataclass(frozen=True, slots=True)
class AccountsService:
    """Answers the host application."""

    store: IdentityStore

    def answer(self, request: Request, invocation: Invocation) -> Response:
        """The response to a request; see `answered`."""
        return answered(lambda: self._answer(request, invocation), "account")

    def _answer(self, request: Request, invocation: Invocation) -> Response:
        methods = ROUTES.get(request.resource.removeprefix(BASE), {})
        handler = methods.get(request.method)
        if handler is None:
            raise no_such_endpoint(methods)
        principal = request.principal
        if principal is None or principal.scope is not Scope.APP:
            message = "This key does not open the accounts API. Use the key of the host application."
            raise ApiError(403, "forbidden", message)
        if request.names_nothing:
            raise no_such_account()
        check_query(request, PARAMETERS.get((request.resource.removeprefix(BASE), request.method), ()))
        return handler(JsonCall(request, principal, Context(self.store, invocation)))
