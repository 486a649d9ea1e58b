"""The accounts of the organization: views that go by index, filters within the page that is shown, look-ups, CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rightful.api.console.call import CONSOLE, ConsoleCall, Document, document_of, error_of, items_of
from rightful.api.console.headers import page_headers
from rightful.api.console.pages.accounts.addresses import account_name, directory_names
from rightful.api.console.pages.conflicts.conflicts import Choice
from rightful.api.request import Response
from rightful.domain.sign_in import ConsoleRole
from rightful.text.csv_lines import csv_line

_PER_PAGE = "50"
_PER_LOOK = "100"
"""A filter looks through so many at once."""
MOST_CSV_ACCOUNTS = 5_000
_MOST_CSV_OCTETS = 4_000_000
"""A function may answer 6 MB."""
_TIME_FOR_ONE_MORE_PAGE = 5.0

VIEWS = (
    Choice("all", "All"),
    Choice("linked", "Linked"),
    Choice("unlinked", "Unlinked"),
    Choice("claimable", "Claimable"),
    Choice("wanted", "Wanted by another organization"),
)
"""What an index serves, whatever there is besides."""
LOOK_UPS = (Choice("email", "Address"), Choice("userName", "User name"), Choice("displayName", "Display name"))
CLAIMABLE = "claimable"
CLAIMING = (
    "Your organization manages this account from then on. Its name, its marks and everything else stay the person's."
)


_UNKNOWN_OF_CLAIMABLE: Document = {"link": None, "displayName": None, "flags": (), "deletionDate": None}


@dataclass(frozen=True, slots=True)
class Only:
    """A filter within what was read: no index serves it."""

    value: str
    name: str
    fits: Callable[[Document], bool]


ONLY = (
    Only("deactivated", "Deactivated", lambda account: account["status"] == "deactivated"),
    Only("held", "Without access, but with an address", lambda account: _is_idle(account) and bool(account["email"])),
    Only("pending_deletion", "To be deleted", lambda account: account["status"] == "pending_deletion"),
    Only("marked", "Marked", lambda account: bool(account["flags"])),
    Only("no_address", "Active without an address", lambda account: not _is_idle(account) and not account["email"]),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An account in the list. `opened`: its form stands open, with the reason that was typed."""

    account: Document
    name: str
    directory: str
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim of an account in the list that was not taken."""

    account_id: str = ""
    reason: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """A page of accounts.

    Attributes:
        chosen: view, only, by and q, as they are in the URL.
        looked_at: how many accounts were read for it.
        cursor: of this page; empty: it is the first one.
        older: the query of the next page; empty: this is the last one.
        csv: the query of the CSV; empty: there is none of a look-up.
        may_claim: whether the reader may claim accounts.
    """

    rows: Sequence[Row]
    chosen: Mapping[str, str]
    looked_at: int = 0
    cursor: str = ""
    older: str = ""
    csv: str = ""
    may_claim: bool = False
    error: str = ""
    notice: str = ""
    reason: str = ""
    title: str = "Accounts"
    views: Sequence[Choice] = VIEWS
    only: Sequence[Only] = ONLY
    look_ups: Sequence[Choice] = LOOK_UPS
    most_csv: int = MOST_CSV_ACCOUNTS
    claiming: str = CLAIMING

    @property
    def view(self) -> str:
        """The view; empty: somebody is looked up."""
        return "" if self.chosen.get("q") else self.chosen.get("view", "all")

    @property
    def filter(self) -> str:
        """What the filter is called, in the middle of a sentence; empty: there is none."""
        return next((each.name.lower() for each in self.only if each.value == self.chosen.get("only")), "")


def accounts_page(call: ConsoleCall) -> Response:
    """GET accounts?view=&only=&by=&q=&cursor=."""
    return shown_list(call)


def shown_list(call: ConsoleCall, error: str = "", status: int = 200, claim: Claim | None = None) -> Response:
    """The list; after a claim that was not taken, the claimable ones with what was typed."""
    chosen = _chosen(call) if claim is None else {"view": CLAIMABLE}
    cursor = claim.cursor if claim is not None else call.parameter("cursor") or ""
    answer = _read(call, chosen, cursor)
    wrong = error_of(answer)
    found: Document = {} if wrong else document_of(answer)
    items, more = _fitting(items_of(found), chosen), str(found.get("nextCursor") or "")
    names = directory_names(call) if any(each.get("link") for each in items) else {}
    opened = claim.account_id if claim is not None else ""
    page = AccountsPage(
        rows=[_row(each, names, opened) for each in items],
        chosen=chosen,
        looked_at=len(items_of(found)),
        cursor=cursor,
        older=urlencode({**chosen, "cursor": more}) if more else "",
        csv="" if chosen.get("q") else urlencode(chosen),
        may_claim=call.may(ConsoleRole.APPROVER),
        error=error or wrong,
        notice=call.parameter("notice") or "",
        reason=claim.reason if claim is not None else "",
    )
    return call.page("accounts.html", page, status=answer.status if wrong and status == 200 else status)


def accounts_csv(call: ConsoleCall) -> Response:
    """GET accounts.csv?view=&only=&cursor=: as many as an answer holds; its last line says where it goes on."""
    chosen = {"view": "all"} | {name: each for name, each in _chosen(call).items() if name in {"view", "only"}}
    cursor, names = call.parameter("cursor") or "", directory_names(call)
    columns = [name for name in _COLUMNS if chosen["view"] != CLAIMABLE or name in _OF_CLAIMABLE]
    lines, looked_at, octets = [csv_line(columns)], 0, 0
    while True:
        found = document_of(_read(call, chosen, cursor))
        made = [csv_line(_COLUMNS[name](each, names) for name in columns) for each in _fitting(items_of(found), chosen)]
        lines += made
        octets += sum(len(line.encode()) for line in made)
        looked_at += len(items_of(found))
        cursor = str(found.get("nextCursor") or "")
        enough = looked_at >= MOST_CSV_ACCOUNTS or octets >= _MOST_CSV_OCTETS
        if not cursor or enough or call.invocation.remaining() < _TIME_FOR_ONE_MORE_PAGE:
            break
    headers = page_headers(call.request.base_url)
    if cursor:
        following = f"{call.request.base_url}{CONSOLE}/accounts.csv?{urlencode({**chosen, 'cursor': cursor})}"
        said = f"This file ends here: {looked_at:,} accounts were looked through, and there are more. The next part:"
        lines.append(csv_line([f"{said} {following}"]))
        headers["Link"] = f'<{following}>; rel="next"'
    headers["Content-Disposition"] = f'attachment; filename="accounts-{_file_name(chosen)}.csv"'
    return Response(200, "".join(lines), headers, "text/csv; charset=utf-8")


def _file_name(chosen: Mapping[str, str]) -> str:
    """Of words of ours alone."""
    known = {each.value for each in (*VIEWS, *ONLY)}
    return "-".join(chosen[name] for name in ("view", "only") if chosen.get(name) in known)


def _chosen(call: ConsoleCall) -> dict[str, str]:
    asked = {name: call.parameter(name) or "" for name in ("view", "only", "by", "q")}
    if asked["q"].strip():
        return {"by": asked["by"] or "email", "q": asked["q"]}
    view = asked["view"] or "all"
    if view == "held":  # the admin API has it as a view, which reads on and on; here it is a filter
        return {"view": "all", "only": view}
    only = asked["only"] if view != CLAIMABLE else ""  # of them too little is known
    return {"view": view, **({"only": only} if any(each.value == only for each in ONLY) else {})}


def _read(call: ConsoleCall, chosen: Mapping[str, str], cursor: str) -> Response:
    if "q" in chosen:
        by = chosen["by"] if any(each.value == chosen["by"] for each in LOOK_UPS) else "email"
        return call.api("GET", "/accounts", query={by: chosen["q"]})
    limit = _PER_LOOK if "only" in chosen or call.path.endswith(".csv") else _PER_PAGE
    return call.api("GET", "/accounts", query={"view": chosen["view"], "limit": limit, "cursor": cursor})


def _fitting(accounts: Sequence[Document], chosen: Mapping[str, str]) -> Sequence[Document]:
    only = next((each for each in ONLY if each.value == chosen.get("only")), None)
    return [each for each in accounts if only is None or only.fits(each)]


def _row(account: Document, names: Mapping[str, str], opened: str) -> Row:
    link = account.get("link")
    directory = names.get(str(link["directoryId"]), "one that is gone") if isinstance(link, dict) else ""
    known = {**_UNKNOWN_OF_CLAIMABLE, **account}
    return Row(known, account_name(known), directory, account["id"] == opened)


def _is_idle(account: Document) -> bool:
    return account["status"] != "active"


def _of_link(name: str) -> Callable[[Document, Mapping[str, str]], object]:
    def value(account: Document, _: Mapping[str, str]) -> object:
        link = account["link"]
        return link[name] if isinstance(link, dict) else None

    return value


def _plain(name: str) -> Callable[[Document, Mapping[str, str]], object]:
    return lambda account, _: account[name]


def _yes(name: str) -> Callable[[Document, Mapping[str, str]], object]:
    return lambda account, _: "yes" if account[name] else "no"


def _flags(account: Document, _: Mapping[str, str]) -> object:
    flags = account["flags"]
    return " ".join(flags) if isinstance(flags, list) else None


def _directory(account: Document, names: Mapping[str, str]) -> object:
    return names.get(str(_of_link("directoryId")(account, names)))


_COLUMNS: Mapping[str, Callable[[Document, Mapping[str, str]], object]] = {
    "id": _plain("id"),
    "email": _plain("email"),
    "emailVerified": _yes("emailVerified"),
    "displayName": _plain("displayName"),
    "userName": _of_link("userName"),
    "status": _plain("status"),
    "directory": _directory,
    "directoryId": _of_link("directoryId"),
    "scimId": _of_link("scimId"),
    "externalId": _of_link("externalId"),
    "origin": _plain("origin"),
    "claimed": _yes("claimed"),
    "flags": _flags,
    "lastLoginAt": _plain("lastLoginAt"),
    "heldSince": _plain("heldSince"),
    "deletionDate": _plain("deletionDate"),
    "createdAt": _plain("createdAt"),
    "updatedAt": _plain("updatedAt"),
}
_OF_CLAIMABLE = ("id", "email", "emailVerified", "status", "origin", "lastLoginAt", "createdAt")
