"""Sessions of the console: looked at with each request, and ended."""

from collections.abc import Sequence

from rightful.core.sign_in.log_rows import signed_out_row
from rightful.core.sign_in.sign_in import hashed
from rightful.domain.sign_in import SEEN_EVERY, Session
from rightful.ports.context import Context
from rightful.ports.sign_in import SessionStore, Visit


def visit_of(sessions: SessionStore, cookie: tuple[str, str], context: Context, *, used: bool = True) -> Visit | None:
    """The live session of a cookie, noted as used now; None: there is none, it has ended, or how one signs in has been
    changed since. One with a key ends with the key. One call; one more each minute; one more with a key."""
    organization_id, secret = cookie
    visit = sessions.visit(organization_id, hashed(secret))
    if visit is None or not visit.session.is_live(context.now):
        return None
    session, settings = visit.session, visit.organization.sign_in
    if session.by_key:
        keys = context.store.tokens(organization_id=organization_id)
        if not any(key.id == session.who_id and key.is_live(context.now) for key in keys):
            return None
    elif settings is None or settings.id != session.sign_in_id:
        return None
    if used and context.now - session.seen_at >= SEEN_EVERY:
        sessions.note_seen(session, context.now)
    return visit


def end_everywhere(sessions: SessionStore, session: Session, context: Context) -> int:
    """End all sessions of whoever has this one; how many there were."""
    theirs = [each for each in sessions.sessions(session.organization_id) if each.who_id == session.who_id]
    return end_sessions_of(sessions, theirs, context, by=session)


def end_sessions_of(sessions: SessionStore, theirs: Sequence[Session], context: Context, *, by: Session) -> int:
    """End these sessions, which are one person's; how many of them were live. `by` has its row in the log."""
    for each in theirs:
        sessions.end_session(each)
    live = sum(each.is_live(context.now) for each in theirs)
    if theirs:
        context.commit([signed_out_row(theirs[0], context.invocation, by=by, sessions=live)])
    return live
