"""The event log rows of signing in. Pure."""

from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.domain.sign_in import Session
from rightful.ports.context import Invocation
from rightful.ports.writes.conflicts import AppendLog
from rightful.text.wording import counted


def signed_in_row(session: Session, invocation: Invocation) -> AppendLog:
    """Somebody came in."""
    how = "With an administrator's key" if session.by_key else "At the organization's identity provider"
    return _row(session, Action.SIGNED_IN, f"{how}, as {session.role}.", invocation)


def signed_out_row(session: Session, invocation: Invocation, *, by: Session, sessions: int) -> AppendLog:
    """All sessions of somebody were ended, by themselves or by an owner."""
    sentence = f"In every browser: {counted(sessions, 'session')} ended."
    return _row(session, Action.SIGNED_OUT, sentence, invocation, by.who)


def _row(session: Session, action: Action, sentence: str, invocation: Invocation, by: str = "") -> AppendLog:
    return AppendLog(
        LogEntry(
            id=row_id(invocation.now, invocation.new_id()),
            organization_id=session.organization_id,
            at=invocation.now,
            action=action,
            result=Result.DONE,
            subject=session.who,
            explanation=sentence,
            approver=by or session.who,
            correlation_id=invocation.correlation_id,
        )
    )
