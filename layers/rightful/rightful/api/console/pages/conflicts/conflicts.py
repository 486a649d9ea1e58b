"""The conflicts of the organization: filtered, counted, and several decided with one reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

from rightful.api.console.call import ConsoleCall, Document, error_of, items_of
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
    title: str = "Conflicts"
    statuses: Sequence[Choice] = (Choice("live", "open (all)"), *_choices(ConflictStatus))
    classes: Sequence[Choice] = _choices(ConflictClass)
    roles: Sequence[Choice] = tuple(Choice(each.code, each.value) for each in Role)

    @property
    def decidable(self) -> bool:
        """Whether there is anything here that the reader could decide."""
        return self.may_decide and any(_decidable(conflict) for conflict in self.conflicts)

    @property
    def filtered(self) -> bool:
        """Whether something other than the open ones is asked for."""
        return bool({name: value for name, value in self.chosen.items() if (name, value) != ("status", "live")})


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of several that were decided together."""

    id: str
    who: str
    wanted: str
    done: bool
    told: str


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """What became of each."""

    decision: str
    results: Sequence[Decided]
    title: str = "Decided together"


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
    if decision == "approve":
        for each in chosen:
            read = call.api("GET", "/conflicts/{id}", parameters={"id": each.partition(" ")[0]})
            if read.status < 400 and isinstance(read.body, dict):
                call.need_what_it_takes(read.body, "/conflicts")
    results = [_decide(call, each, decision, reason) for each in chosen]
    return call.page("decided.html", DecidedPage(decision, results))


def _decide(call: ConsoleCall, ticked: str, decision: str, reason: str) -> Decided:
    conflict_id, _, version = ticked.partition(" ")
    parameters = {"id": conflict_id}
    before = call.api("GET", "/conflicts/{id}", parameters=parameters)
    if before.status >= 400 or not isinstance(before.body, dict):
        return Decided(conflict_id, "", "", False, error_of(before))
    who, wanted = name_of(before.body["requester"]), wish_of(before.body)
    if decision == "approve":
        refusal = call.why_no_approval(before.body)
        if refusal:
            return Decided(conflict_id, who, wanted, False, refusal)
    body = {"decision": decision, "reason": reason, "version": version}
    answer = call.api("POST", "/conflicts/{id}/decision", parameters=parameters, body=body)
    told = error_of(answer)
    if not told and isinstance(answer.body, dict):
        told = str(answer.body["explanation"])
    return Decided(conflict_id, who, wanted, answer.status < 400, told)


def _list(call: ConsoleCall, *, error: str = "", status: int = 200) -> Response:
    asked = {name: call.parameter(name) or "" for name in _FILTERS}
    chosen = {name: value for name, value in asked.items() if value}
    if not (set(call.request.query) & {*_FILTERS, "cursor"}):
        chosen["status"] = "live"
    wanted = {name: value for name, value in chosen.items() if name != "age"}
    if chosen.get("age") in AGES:
        wanted["until"] = time_text(call.invocation.now - AGES[chosen["age"]])
    query = {**wanted, "limit": _PER_PAGE, "count": "true", "cursor": call.parameter("cursor") or ""}
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
    )
    return call.page("conflicts.html", page, status=status if status != 200 or answer.status < 400 else answer.status)


def _row(conflict: Document) -> Document:
    requester = conflict["requester"]
    return {**conflict, "who": name_of(requester), "wish": wish_of(conflict), "decidable": _decidable(conflict)}


def _decidable(conflict: Document) -> bool:
    """Whether it can be approved or rejected in a list: not where there are two ways, which have to be read."""
    resolutions, actions = conflict["resolutions"], conflict["actions"]
    assert isinstance(resolutions, list)  # noqa: S101 - for the type
    assert isinstance(actions, list)  # noqa: S101
    return "reject" in actions and len(resolutions) < 2


def _count(found: Document) -> str:
    count = found.get("count")
    if not isinstance(count, dict):
        return ""
    number = f"{count['number']:,}"
    return number if count["complete"] else f"more than {number}"
