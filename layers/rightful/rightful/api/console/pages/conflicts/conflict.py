"""One conflict: who wants what, who has it, what the evidence is, and what one can do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.api.console.call import ConsoleCall, Document, error_of, items_of
from rightful.api.console.pages.conflicts.outcomes import notice_after
from rightful.api.console.pages.conflicts.sides import (
    HolderRow,
    Leg,
    about_user_name,
    holder_heading,
    holder_rows,
    leg_of,
    plan_heading,
    wish_of,
)
from rightful.api.console.rendering import name_of
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import APPROVAL_LIFETIME
from rightful.domain.person import same_person
from rightful.domain.sign_in import ConsoleRole

_ACTIONS: Mapping[str, ConsoleRole] = {
    "approve": ConsoleRole.APPROVER,
    "reject": ConsoleRole.APPROVER,
    "undo": ConsoleRole.APPROVER,
    "retry": ConsoleRole.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form that was not taken, so that nothing is typed twice."""

    form: str = ""
    reason: str = ""
    resolution: str = ""


_NOTHING = Typed()


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """A conflict, with what its reader can do about it.

    Attributes:
        conflict: as the admin API has it.
        may: the actions that its reader may take, and that can be taken now.
        lacks: actions that could be taken now, with the role that they take.
        waits: whether it is being worked on: the page looks again by itself.
        no_approval: why this reader cannot approve it, though approvers could.
        holder_rows: what becomes of the holder's, where the document says so.
        undo_wishes: who wants it undone, and whether that counts still.
        undo_waits: whether this reader wants that already, and somebody else has to, too.
    """

    conflict: Document
    requester: str
    holder: str
    title: str
    may: Sequence[str]
    lacks: Mapping[str, str]
    waits: bool
    changes: Sequence[Mapping[str, str]]
    holder_rows: Sequence[HolderRow]
    legs: Sequence[Leg]
    holder_heading: str
    about_user_name: bool
    plan_heading: str
    error: str = ""
    notice: str = ""
    no_approval: str = ""
    undo_wishes: Sequence[Document] = ()
    undo_waits: bool = False
    typed: Typed = _NOTHING


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What happened about a conflict, newest first."""

    conflict_id: str
    rows: Sequence[Document]
    older: str
    title: str = "History of this conflict"


def conflict_page(call: ConsoleCall) -> Response:
    """GET conflicts/{id}."""
    return _shown(call, _read(call))


def history_page(call: ConsoleCall) -> Response:
    """GET conflicts/{id}/history: the rows of the log about it."""
    conflict_id, cursor = call.path_id(), call.parameter("cursor") or ""
    found = call.read("/log", query={"conflictId": conflict_id, "limit": "50", "cursor": cursor})
    page = HistoryPage(conflict_id, items_of(found), str(found.get("nextCursor", "")))
    return call.page("conflict_history.html", page)


def decide(call: ConsoleCall) -> Response:
    """POST conflicts/{id}/decision: approve, one way or the other, or reject."""
    decision, reason, resolution = call.field("decision"), call.field("reason"), call.field("resolution")
    typed = Typed(decision, reason, resolution)
    before = _read(call)
    if decision == "approve":
        refusal = call.why_no_approval(before)
        if refusal:
            return _shown(call, before, refusal, typed, 403)
        call.need_what_it_takes(before, f"/conflicts/{call.path_id()}")
    body: dict[str, object] = {"decision": decision, "reason": reason, "version": call.field("version")}
    if resolution:
        body["resolution"] = resolution
    return _after(call, "decision", body, typed)


def retry(call: ConsoleCall) -> Response:
    """POST conflicts/{id}/retry: examined again now."""
    return _after(call, "retry", {"version": call.field("version")}, Typed("retry"))


def undo(call: ConsoleCall) -> Response:
    """POST conflicts/{id}/undo: everything back as it was."""
    reason = call.field("reason")
    refusal = call.why_alone()
    if refusal:
        return _shown(call, _read(call), refusal, Typed("undo", reason), 403)
    call.need_what_it_takes(_read(call), f"/conflicts/{call.path_id()}")
    return _after(call, "undo", {"reason": reason, "version": call.field("version")}, Typed("undo", reason))


def _read(call: ConsoleCall) -> Document:
    return call.read("/conflicts/{id}", parameters={"id": call.path_id()})


def _after(call: ConsoleCall, what: str, body: Document, typed: Typed) -> Response:
    answer = call.api("POST", f"/conflicts/{{id}}/{what}", parameters={"id": call.path_id()}, body=body)
    if answer.status < 400 and isinstance(answer.body, dict):
        notice = notice_after(typed.form, answer.body)
        return call.redirect(f"/conflicts/{call.path_id()}", notice=notice)
    return _shown(call, _read(call), error_of(answer), typed, answer.status)


def _shown(
    call: ConsoleCall, conflict: Document, error: str = "", typed: Typed | None = None, status: int = 200
) -> Response:
    now = call.parameter("now") is not None
    page = page_of(conflict, call.session.role, error=error, typed=typed or _NOTHING, now=now)
    refusal = call.why_no_approval(conflict) if "approve" in page.may else ""
    wishes = wishes_of(conflict, call.invocation.now)
    shown = replace(
        page,
        notice=call.parameter("notice") or "",
        no_approval=refusal,
        undo_wishes=wishes,
        undo_waits=any(each["counts"] and same_person(str(each["by"]), call.session.who) for each in wishes),
    )
    return call.page("conflict.html", shown, status=status)


def page_of(
    conflict: Document, role: ConsoleRole, *, error: str = "", typed: Typed = _NOTHING, now: bool = False
) -> ConflictPage:
    """The view of a conflict for somebody of that role. Pure.

    Args:
        now: whether they want to decide it before it was examined.
    """
    possible = _texts(conflict["actions"])
    requester = name_of(conflict["requester"])
    return ConflictPage(
        conflict=conflict,
        requester=requester,
        holder=name_of(conflict["holder"]) if conflict["holder"] is not None else "",
        title=f"{requester} wants {wish_of(conflict)}",
        may=[action for action in possible if role.reaches(_ACTIONS[action])],
        lacks={action: _ACTIONS[action].value for action in possible if not role.reaches(_ACTIONS[action])},
        waits=conflict["status"] == "open" and not typed.form and not now,
        changes=[changed(each) for each in _objects(conflict["change"])],
        holder_rows=holder_rows(conflict),
        legs=[leg_of(each, name_of(each["requester"])) for each in _objects(conflict["legs"])],
        holder_heading=holder_heading(conflict),
        about_user_name=about_user_name(conflict),
        plan_heading=plan_heading(conflict["status"]),
        error=error,
        typed=typed,
    )


def wishes_of(conflict: Document, now: datetime) -> Sequence[Document]:
    """Who wants it undone; one that nobody shared for as long as an approval counts, counts no more. Pure."""
    undone = conflict["status"] == "undone"
    return [
        {**each, "counts": undone or now < datetime.fromisoformat(str(each["at"])) + APPROVAL_LIFETIME}
        for each in _objects(conflict["undoApprovals"])
    ]


def changed(change: Document) -> Mapping[str, str]:
    """One attribute of a change, before and after, as text: addresses and numbers by their values."""
    return {"attribute": str(change["attribute"]), "old": _told(change.get("old")), "new": _told(change.get("new"))}


def _told(value: object) -> str:
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_told, value)))
    if isinstance(value, dict):
        main = value.get("value", value.get("display"))
        if main is not None:
            return f"{_told(main)} ({value['type']})" if value.get("type") else _told(main)
        return ", ".join(f"{name}: {_told(each)}" for name, each in value.items() if _told(each))
    return str(value)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _objects(value: object) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
