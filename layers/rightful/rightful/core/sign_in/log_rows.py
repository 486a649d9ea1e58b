"""The event log rows of signing in. Pure."""

from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.domain.sign_in import Session
from rightful.ports.context import Invocation
from rightful.ports.writes.conflicts import AppendLog


def signed_in_row(session: Session, invocation: Invocation) -> AppendLog:
    """Somebody came in."""
    how = "With an administrator's key" if session.by_key else "At the organization's identity provider"
    return _row(session, Action.SIGNED_IN, f"{how}, as {session.role}.", invocation)


def signed_out_row(session: Session, invocation: Invocation, *, everywhere: int = 0) -> AppendLog:
    """Somebody ended all of their sessions."""
    return _row(session, Action.SIGNED_OUT, f"Everywhere: {everywhere} sessions ended.", invocation)


def _row(session: Session, action: Action, sentence: str, invocation: Invocation) -> AppendLog:
    return AppendLog(
        LogEntry(
            id=row_id(invocation.now, invocation.new_id()),
            organization_id=session.organization_id,
            at=invocation.now,
            action=action,
            result=Result.DONE,
            subject=session.who,
            explanation=sentence,
            approver=session.who,
            correlation_id=invocation.correlation_id,
        )
    )
