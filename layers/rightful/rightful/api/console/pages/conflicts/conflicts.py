"""The conflicts of the organization: filtered, counted, and several decided with one reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

from rightful.api.console.call import ConsoleCall, Document, actions_of, error_of, items_of
from rightful.api.console.pages.conflicts.outcomes import notice_after
from rightful.api.console.pages.conflicts.sides import wish_of
from rightful.api.console.pages.directories.labels import labels_of
from rightful.api.console.rendering import name_of
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.next_step import Role
from rightful.domain.sign_in import ConsoleRole
from rightful.text.ids import time_text

_PER_PAGE = "25"
_MOST_AT_ONCE = 25
_FILTERS = ("status", "class", "who", "directoryId", "address", "order", "age")
AGES: Mapping[str, timedelta] = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "3d": timedelta(days=3),
                                 "7d": timedelta(days=7)}  # fmt: skip
"""Older than."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    name: str


def _choices(kind: type[StrEnum]) -> tuple[Choice, ...]:
    return tuple(Choice(each.value, each.value.replace("_", " ")) for each in kind)


@dataclass(frozen=True, slots=True)
class ConflictsPage:
    """A page of conflicts.

    Attributes:
        chosen: the filters as they are in the URL.
        older: the query of the next page; empty: this is the last one.
        may_decide: whether the reader may approve and reject.
        cursor: where this page of the list begins.
        ticked: which of them are ticked: those that somebody had ticked when their form was not taken.
    """

    conflicts: Sequence[Document]
    count: str
    chosen: Mapping[str, str]
    directories: Sequence[Choice]
    older: str
    may_decide: bool
    error: str = ""
    notice: str = ""
    reason: str = ""
    cursor: str = ""
    ticked: Sequence[str] = ()
    title: str = "Conflicts"
    statuses: Sequence[Choice] = (Choice("live", "open (all)"), *_choices(ConflictStatus))
    classes: Sequence[Choice] = _choices(ConflictClass)
    roles: Sequence[Choice] = tuple(Choice(each.code, each.value) for each in Role)

    @property
    def decidable(self) -> bool:
        """Whether there is anything here that the reader could decide."""
        return self.may_decide and any(_decidable(conflict) for conflict in self.conflicts)

    @property
    def approvable(self) -> bool:
        """Whether there is anything here that the reader could approve together with others."""
        return self.may_decide and any(_decidable(each) and _can_approve(each) for each in self.conflicts)

    @property
    def filtered(self) -> bool:
        """Whether something other than the open ones is asked for."""
        return bool({name: value for name, value in self.chosen.items() if (name, value) != ("status", "live")})


_RESULTS: Mapping[str, str] = {
    "": "not done",
    "approved": "approved",
    "approved-waits": "approved, and waits for another administrator",
    "rejected": "rejected",
    "examined": "examined again: not decided",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of several that were decided together.

    Attributes:
        became: as `outcomes.notice_after` says it; empty: nothing was done.
    """

    id: str
    who: str
    wanted: str
    became: str
    told: str

    @property
    def result(self) -> str:
        """What became of it, in a word or a few."""
        return _RESULTS[self.became]


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """What became of each.

    Attributes:
        list_query: the filters of the list from which they come.
    """

    results: Sequence[Decided]
    list_query: str = ""
    title: str = "Decided together"

    @property
    def counts(self) -> str:
        """How many became what, those of which something became first."""
        found = [(sum(each.became == became for each in self.results), told) for became, told in _RESULTS.items()]
        return "; ".join(f"{number} {told}" for number, told in [*found[1:], found[0]] if number)


def conflicts_page(call: ConsoleCall) -> Response:
    """GET conflicts?status=&class=&who=&directoryId=&address=&age=&order=&cursor=."""
    return _list(call)


def decide_several(call: ConsoleCall) -> Response:
    """POST conflicts/decisions: each as it was read, by its version; what became of each."""
    decision, reason, chosen = call.field("decision"), call.field("reason"), call.fields("conflict")
    if decision not in {"approve", "reject"}:
        return _list(call, error="Say whether to approve or to reject.", status=400)
    if not chosen:
        return _list(call, error="Tick the conflicts that you mean.", status=400)
    if len(chosen) > _MOST_AT_ONCE:
        return _list(call, error=f"At most {_MOST_AT_ONCE} at once.", status=400)
    if not reason.strip():
        return _list(call, error="Say why: the reason is kept with each of them.", status=400)
    read = [call.api("GET", "/conflicts/{id}", parameters={"id": each.partition(" ")[0]}) for each in chosen]
    if decision == "approve":
        for before in read:
            if before.status < 400 and isinstance(before.body, dict):
                call.need_what_it_takes(before.body, _with_query("/conflicts", _list_query(call)))
    said = {"decision": decision, "reason": reason}
    results = [_decide(call, each, before, said) for each, before in zip(chosen, read, strict=True)]
    return call.page("decided.html", DecidedPage(results, _list_query(call)))


def _decide(call: ConsoleCall, ticked: str, before: Response, said: Mapping[str, str]) -> Decided:
    """Decide one of several.

    Args:
        ticked: its id and its version, as it was shown.
        before: what the admin API says of it now.
        said: the decision and its reason.
    """
    conflict_id, _, version = ticked.partition(" ")
    if before.status >= 400 or not isinstance(before.body, dict):
        return Decided(conflict_id, "", "", "", error_of(before))
    who, wanted = name_of(before.body["requester"]), wish_of(before.body)
    if said["decision"] == "approve":
        refusal = call.why_no_approval(before.body)
        if refusal:
            return Decided(conflict_id, who, wanted, "", refusal)
    body = {**said, "version": version}
    answer = call.api("POST", "/conflicts/{id}/decision", parameters={"id": conflict_id}, body=body)
    if answer.status >= 400 or not isinstance(answer.body, dict):
        return Decided(conflict_id, who, wanted, "", error_of(answer))
    return Decided(
        conflict_id, who, wanted, notice_after(said["decision"], answer.body), str(answer.body["explanation"])
    )


def _asked(call: ConsoleCall, name: str) -> str:
    """A filter, or where the list goes on: of the URL, or of the form that stands in the list."""
    return call.parameter(name) or call.field(name)


def _list_query(call: ConsoleCall) -> str:
    """The list again from which a form comes; a state that is empty is any."""
    asked = [(name, _asked(call, name)) for name in (*_FILTERS, "cursor")]
    return urlencode([(name, value) for name, value in asked if value or (name == "status" and name in call.form)])


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _list(call: ConsoleCall, *, error: str = "", status: int = 200) -> Response:
    asked = {name: _asked(call, name) for name in _FILTERS}
    chosen = {name: value for name, value in asked.items() if value}
    if not ({*call.request.query, *call.form} & {*_FILTERS, "cursor"}):
        chosen["status"] = "live"
    wanted = {name: value for name, value in chosen.items() if name != "age"}
    if chosen.get("age") in AGES:
        wanted["until"] = time_text(call.invocation.now - AGES[chosen["age"]])
    query = {**wanted, "limit": _PER_PAGE, "count": "true", "cursor": _asked(call, "cursor")}
    query["order"] = chosen.get("order") or "oldest"
    answer = call.api("GET", "/conflicts", query=query)
    found: Document = answer.body if isinstance(answer.body, dict) and answer.status < 400 else {}
    directories = [Choice(each, name) for each, name in labels_of(items_of(call.read("/directories"))).items()]
    cursor = found.get("nextCursor")
    page = ConflictsPage(
        conflicts=[_row(each) for each in items_of(found)],
        count=_count(found),
        chosen=chosen,
        directories=directories,
        older=urlencode({**chosen, "cursor": cursor}) if cursor else "",
        may_decide=call.may(ConsoleRole.APPROVER),
        error=error or error_of(answer),
        notice=call.parameter("notice") or "",
        reason=call.field("reason"),
        cursor=_asked(call, "cursor"),
        ticked=call.fields("conflict"),
    )
    return call.page("conflicts.html", page, status=status if status != 200 or answer.status < 400 else answer.status)


def _row(conflict: Document) -> Document:
    requester = conflict["requester"]
    decidable = _decidable(conflict)
    only = decidable and not _can_approve(conflict)
    return {
        **conflict,
        "who": name_of(requester),
        "wish": wish_of(conflict),
        "decidable": decidable,
        "onlyRejectable": only,
    }


def _can_approve(conflict: Document) -> bool:
    """Whether an approval of the reader says anything: not where none can change it, or where they gave theirs."""
    return "approve" in actions_of(conflict)


def _decidable(conflict: Document) -> bool:
    """Whether it can be approved or rejected in a list: not where there are two ways, which have to be read."""
    resolutions = conflict["resolutions"]
    assert isinstance(resolutions, list)  # noqa: S101 - for the type
    return "reject" in actions_of(conflict) and len(resolutions) < 2


def _count(found: Document) -> str:
    count = found.get("count")
    if not isinstance(count, dict):
        return ""
    number = f"{count['number']:,}"
    return number if count["complete"] else f"more than {number}"
