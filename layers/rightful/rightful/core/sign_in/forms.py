"""Forms that do something once: what is shown once must not be made twice by sending a page again."""

import re
import secrets

from rightful.domain.sign_in import Session
from rightful.ports.sign_in import SessionStore

_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")


def new_nonce() -> str:
    """What a form carries that is sent once."""
    return secrets.token_urlsafe(16)


def is_nonce(text: str) -> bool:
    """Whether a page of ours could have written that."""
    return _NONCE.fullmatch(text) is not None


def is_sent_first(sessions: SessionStore, session: Session, nonce: str) -> bool:
    """Whether a form is sent for the first time in that session; not, where it has no nonce. One call."""
    return is_nonce(nonce) and sessions.first_use(session, nonce)
