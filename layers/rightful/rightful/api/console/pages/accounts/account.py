"""One account: what it is, what takes two people, what happened, and what one can do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rightful.api.admin.accounts import own_account
from rightful.api.console.call import ConsoleCall, Document, PageError, error_of
from rightful.api.console.pages.accounts.accounts import CLAIMABLE, CLAIMING, Claim, shown_list
from rightful.api.console.pages.accounts.addresses import account_name, directory_name
from rightful.api.console.pages.accounts.timeline import PER_PAGE, timeline
from rightful.api.documents import account_document
from rightful.api.json_call import ApiError
from rightful.api.request import Response
from rightful.core.administration.possible import CHANGE_IT_THERE, LINKED, possible_actions, why_not_alone
from rightful.domain.account import Flag
from rightful.domain.sign_in import ConsoleRole
from rightful.text.ids import is_id

_NO_FORM = "The form does not say what is to be done with what. Load the page again, and send its own form."
_CLAIMABLE = "If it is a person's own account on a domain of yours, it is among the claimable ones (Accounts)."
_GONE = (
    "It was erased, or it was never your organization's, or is not any more. This is what your conflicts and your log "
    "have about it."
)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that one can do with an account.

    Attributes:
        effect: what it will do.
        role: the least that somebody has to be. What lets an address go to somebody else, or decides whose an account
            is, is an approver's: it would otherwise be a way round approving. Who can sign in is an operator's.
        danger: it ends something for somebody.
    """

    name: str
    effect: str
    role: ConsoleRole = ConsoleRole.APPROVER
    danger: bool = False


ACTIONS: Mapping[str, Action] = {
    "deactivate": Action(
        "Deactivate",
        "The person cannot sign in any more, even where a remediation had seen to that and is undone. The account "
        "keeps its address. Where a directory provisions it and says otherwise later, that counts.",
        ConsoleRole.OPERATOR,
        danger=True,
    ),
    "reactivate": Action(
        "Reactivate",
        "The person can sign in again. Where a directory provisions it and says otherwise later, that counts.",
        ConsoleRole.OPERATOR,
    ),
    "set-email": Action(
        "Set its address",
        "The account gets this address, as a confirmed one; nobody else may have it, and your organization has to have "
        "verified its domain. Where it has another one now, that becomes free: who waits for that is examined again at "
        "once.",
    ),
    "free": Action(
        "Free its address",
        "The account keeps no address, and the one that it has now becomes free: who waits for it is examined again at "
        "once.",
        danger=True,
    ),
    "unlink": Action(
        "Unlink from its directory",
        "It leaves its directory and its groups there, and stays what it is, active or not, with its address. Its "
        "directory finds the user gone, as if it had deleted it, and can create it again.",
        danger=True,
    ),
    "schedule-deletion": Action(
        "Schedule its deletion",
        "The person cannot sign in any more, and in 14 days the account is erased. Until then that can be cancelled.",
        danger=True,
    ),
    "cancel-deletion": Action(
        "Cancel its deletion",
        "The account lives on, deactivated until somebody reactivates it.",
        ConsoleRole.OPERATOR,
    ),
    "claim": Action("Claim", CLAIMING),
    "unclaim": Action(
        "Give it back to the person",
        "It is the person's own again, with its login and the address with which it came (where somebody else has that "
        "by now, with the one that it has), and without what your organization wrote.",
        danger=True,
    ),
    "protect": Action(
        "Mark it",
        "A conflict about its address takes two approvals from then on, and no administrator moves its address alone. "
        "Only the host application takes marks off.",
        ConsoleRole.OPERATOR,
    ),
}
"""By the names of the admin API; `free` is its set-email with no address."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form that was not taken."""

    action: str = ""
    reason: str = ""
    email: str = ""
    flag: str = ""


_NOTHING = Typed()


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account, with what its reader can do with it.

    Attributes:
        account: as the admin API has it.
        directory: the name of the directory that provisions it; empty: none does.
        two: why one administrator alone cannot do everything; empty: they can.
        elsewhere: where else its address is changed; empty: here.
        may: the actions that would change it now, and that its reader may take.
        lacks: a role that the reader lacks -> what it could do now.
        marks: the marks that it does not have.
    """

    account: Document
    title: str
    directory: str
    two: str
    elsewhere: str
    may: Mapping[str, Action]
    lacks: Mapping[str, Sequence[str]]
    marks: Sequence[str]
    typed: Typed = _NOTHING
    error: str = ""
    notice: str = ""


def account_page(call: ConsoleCall) -> Response:
    """GET accounts/{id}; of one that is not there, what is known of it (404)."""
    try:
        return _shown(call)
    except ApiError as error:
        found = _history(call)
        if found.status >= 400 or not isinstance(found.body, dict):
            raise PageError(error.status, f"{error.message} {_CLAIMABLE}") from error
        said = f"{error.message} {_GONE}"
        page = timeline(call, found.body, "No account of yours", ("/accounts", "All accounts"), said)
        return call.page("timeline.html", page, status=error.status)


def history_page(call: ConsoleCall) -> Response:
    """GET accounts/{id}/history?cursor=."""
    found = _history(call)
    if found.status >= 400 or not isinstance(found.body, dict):
        raise PageError(found.status, error_of(found))
    back = (f"/accounts/{call.path_id()}", "Back to the account")
    return call.page("timeline.html", timeline(call, found.body, "History of this account", back))


def act(call: ConsoleCall) -> Response:
    """POST accounts/{id}/actions: as the account was read, by its version."""
    name = call.field("action")
    action = ACTIONS.get(name)
    if action is None:
        raise PageError(400, _NO_FORM)
    call.need_role(action.role)
    typed = Typed(name, call.field("reason"), call.field("email"), call.field("flag"))
    version = call.field("version")
    counted = version.isascii() and version.isdigit() and len(version) < 16
    if not counted and (version or name != "claim"):
        raise PageError(400, _NO_FORM)
    before = _version_of(_read(call))
    answer = call.api("POST", "/accounts/{id}/actions", parameters={"id": call.path_id()}, body=_asked(typed, version))
    if answer.status < 400 and isinstance(answer.body, dict):
        notice = "unchanged" if _version_of(answer) == before else "saved"
        if "organizationId" not in answer.body:  # it is a person's own now, and can be claimed
            return call.redirect("/accounts", query={"view": CLAIMABLE}, notice=notice)
        return call.redirect(f"/accounts/{call.path_id()}", notice=notice)
    if call.field("cursor") or call.field("list"):
        claim = Claim(call.path_id(), typed.reason, call.field("cursor"))
        return shown_list(call, error_of(answer), answer.status, claim)
    return _shown(call, error_of(answer), answer.status, typed)


def _asked(typed: Typed, version: str) -> Document:
    body: dict[str, object] = {"action": typed.action, "reason": typed.reason}
    if version:
        body["version"] = int(version)
    if typed.action == "set-email":
        body["email"] = typed.email
    if typed.action == "free":
        body |= {"action": "set-email", "email": None}
    if typed.action == "protect":
        body["flag"] = typed.flag
    return body


def _read(call: ConsoleCall) -> Response:
    return call.api("GET", "/accounts/{id}", parameters={"id": call.path_id()})


def _version_of(answer: Response) -> object:
    """The version of the account in an answer; None: it is not one of the organization's."""
    return answer.body.get("version") if isinstance(answer.body, dict) else None


def _history(call: ConsoleCall) -> Response:
    query = {"limit": PER_PAGE, "cursor": call.parameter("cursor") or ""}
    return call.api("GET", "/accounts/{id}/history", parameters={"id": call.path_id()}, query=query)


def _shown(call: ConsoleCall, error: str = "", status: int = 200, typed: Typed = _NOTHING) -> Response:
    if not is_id(call.path_id()):
        raise ApiError(404, "not_found", "There is no such account in this organization.")
    account = own_account(call)
    document = account_document(account)
    policy, now = call.organization().policy_at(call.invocation.now), call.invocation.now
    possible = possible_actions(account, policy, now)
    there = {name: action for name, action in ACTIONS.items() if name in possible}
    page = AccountPage(
        account=document,
        title=account_name(document),
        directory=directory_name(call, document),
        two=why_not_alone(account, policy, now),
        elsewhere=f"{LINKED} {CHANGE_IT_THERE}" if account.link is not None else "",
        may={name: action for name, action in there.items() if call.may(action.role)},
        lacks={role.value: told for role in ConsoleRole if not call.may(role) and (told := _names(there, role))},
        marks=[flag.value for flag in Flag if flag not in account.flags],
        typed=typed,
        error=error,
        notice=call.parameter("notice") or "",
    )
    return call.page("account.html", page, status=status)


def _names(actions: Mapping[str, Action], role: ConsoleRole) -> list[str]:
    """Of the actions that take just that role."""
    return [action.name for action in actions.values() if action.role is role]
