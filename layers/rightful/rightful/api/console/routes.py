"""Which page answers to which path, and who may see it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rightful.api.console.call import ConsoleCall
from rightful.api.console.door import sign_out as session_pages
from rightful.api.console.pages.accounts import account as account_pages
from rightful.api.console.pages.accounts import accounts as accounts_pages
from rightful.api.console.pages.accounts import addresses as addresses_pages
from rightful.api.console.pages.activity import log as log_pages
from rightful.api.console.pages.activity import overview as overview_pages
from rightful.api.console.pages.conflicts import conflict as conflict_pages
from rightful.api.console.pages.conflicts import conflicts as conflicts_pages
from rightful.api.console.pages.conflicts import preview as preview_pages
from rightful.api.console.pages.directories import connect as connect_pages
from rightful.api.console.pages.directories import directory as directory_pages
from rightful.api.console.pages.directories import domains as domains_pages
from rightful.api.console.pages.directories import keys as keys_pages
from rightful.api.console.pages.settings import administrators as administrators_pages
from rightful.api.console.pages.settings import policy as policy_pages
from rightful.api.console.pages.settings import policy_change as policy_change_pages
from rightful.api.request import Response
from rightful.domain.sign_in import ConsoleRole

Handler = Callable[[ConsoleCall], Response]
_VIEWER, _OPERATOR, _APPROVER, _OWNER = ConsoleRole


@dataclass(frozen=True, slots=True)
class Route:
    """A page, or what a form of one does.

    Attributes:
        path: below the console, with {names}.
        role: the least that somebody has to be.
        fresh: whether they have to have shown who they are a short time ago.
    """

    method: str
    path: str
    handler: Handler
    role: ConsoleRole = _VIEWER
    fresh: bool = False


ROUTES: Sequence[Route] = (
    Route("GET", "/", overview_pages.overview_page),
    Route("GET", "/conflicts", conflicts_pages.conflicts_page),
    Route("POST", "/conflicts/decisions", conflicts_pages.decide_several, _APPROVER),
    Route("GET", "/conflicts/{id}", conflict_pages.conflict_page),
    Route("GET", "/conflicts/{id}/history", conflict_pages.history_page),
    Route("POST", "/conflicts/{id}/decision", conflict_pages.decide, _APPROVER),
    Route("POST", "/conflicts/{id}/retry", conflict_pages.retry, _OPERATOR),
    Route("POST", "/conflicts/{id}/undo", conflict_pages.undo, _APPROVER),
    Route("GET", "/addresses", addresses_pages.address_page),
    Route("GET", "/addresses/history", addresses_pages.history_page),
    Route("GET", "/accounts", accounts_pages.accounts_page),
    Route("GET", "/accounts.csv", accounts_pages.accounts_csv),
    Route("GET", "/accounts/{id}", account_pages.account_page),
    Route("GET", "/accounts/{id}/history", account_pages.history_page),
    Route("POST", "/accounts/{id}/actions", account_pages.act, _OPERATOR),
    Route("GET", "/preview", preview_pages.preview_page, _OPERATOR),
    Route("POST", "/preview", preview_pages.preview, _OPERATOR),
    Route("GET", "/policy", policy_pages.policy_page),
    Route("GET", "/policy/change", policy_change_pages.change_form, _OWNER, fresh=True),
    Route("POST", "/policy/change", policy_change_pages.change, _OWNER, fresh=True),
    Route("POST", "/policy/confirmation", policy_pages.confirm, _OWNER, fresh=True),
    Route("GET", "/connect", connect_pages.connect_page),
    Route("POST", "/connect", connect_pages.add_directory, _OWNER),
    Route("GET", "/connect/{id}", directory_pages.directory_page),
    Route("POST", "/connect/{id}", directory_pages.change_directory, _OWNER),
    Route("POST", "/connect/{id}/delete-rule", directory_pages.set_delete_rule, _OWNER, fresh=True),
    Route("POST", "/connect/{id}/confirmation", directory_pages.confirm_delete_rule, _OWNER, fresh=True),
    Route("GET", "/connect/{id}/delete", directory_pages.delete_form, _OWNER, fresh=True),
    Route("POST", "/connect/{id}/delete", directory_pages.delete_directory, _OWNER, fresh=True),
    Route("GET", "/connect/{id}/new-key", keys_pages.new_key_form, _OWNER, fresh=True),
    Route("POST", "/connect/{id}/new-key", keys_pages.issue_key, _OWNER, fresh=True),
    Route("POST", "/connect/{id}/keys/{key}/revoke", keys_pages.revoke_key, _OWNER, fresh=True),
    Route("POST", "/connect/{id}/keys/{key}/confirmation", keys_pages.confirm_key, _OWNER, fresh=True),
    Route("GET", "/domains", domains_pages.domains_page),
    Route("POST", "/domains", domains_pages.add_domain, _OWNER),
    Route("POST", "/domains/check", domains_pages.check_domain, _OWNER),
    Route("POST", "/domains/remove", domains_pages.remove_domain, _OWNER),
    Route("GET", "/log", log_pages.log_page),
    Route("GET", "/log.csv", log_pages.log_csv),
    Route("GET", "/administrators", administrators_pages.administrators_page),
    Route("GET", "/administrators/sign-in", administrators_pages.sign_in_form, _OWNER, fresh=True),
    Route("POST", "/administrators/sign-in", administrators_pages.set_sign_in, _OWNER, fresh=True),
    Route("POST", "/administrators/sign-in/confirmation", administrators_pages.confirm_sign_in, _OWNER, fresh=True),
    Route("POST", "/administrators/keys/{id}/revoke", administrators_pages.revoke_key, _OWNER, fresh=True),
    Route("POST", "/administrators/people/{id}/sign-out", administrators_pages.sign_somebody_out, _OWNER),
    Route("POST", "/sign-out", session_pages.sign_out),
    Route("POST", "/sign-out-everywhere", session_pages.sign_out_everywhere),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A route, and what stands in its path; None for the route: there is one, for `methods` only."""

    route: Route | None
    parameters: Mapping[str, str]
    methods: Sequence[str]
    path: str = ""


def found_route(method: str, path: str, routes: Sequence[Route] = ROUTES) -> Found | None:
    """The route of a path; None: there is none."""
    there = [(route, match) for route in routes if (match := _pattern(route.path).fullmatch(path))]
    if not there:
        return None
    methods = [route.method for route, _ in there]
    for route, match in there:
        if route.method == method:
            return Found(route, match.groupdict(), methods, route.path)
    return Found(None, {}, methods, there[0][0].path)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
