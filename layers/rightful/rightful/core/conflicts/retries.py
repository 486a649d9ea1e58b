"""Whether the identity provider sends a refused change again by itself, and what has to be done where it does not."""

from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.next_step import Again, NextStep, Role, StepCode, step
from rightful.scim.profiles import PROFILES

_ENDED = frozenset({ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED})
"""The identity provider asked for something else since, or has given up."""

_AGAIN = {True: Again.BY_ITSELF, False: Again.TASK, None: Again.PUSH}


def retries(profile: str) -> bool | None:
    """Whether an identity provider of that profile tries again by itself; None: not known."""
    return PROFILES[profile].retries if profile in PROFILES else None


def retried_by_idp(conflict: Conflict) -> bool | None:
    """Whether the refused request will come again by itself; None: not known.

    What was applied is asked for again, too: the identity provider only knows of the 409. After an undo nobody knows
    whether it has heard yes in between.
    """
    if conflict.status in _ENDED:
        return False
    again = retries(conflict.request.profile)
    return None if conflict.status is ConflictStatus.UNDONE and again else again


def again(conflict: Conflict) -> Again:
    """How the refused request comes again."""
    return _AGAIN[retries(conflict.request.profile)]


def by_trying_again(conflict: Conflict, code: StepCode) -> NextStep:
    """The next step where the identity provider's next try is all that is missing: its own, or its administrator's."""
    how = again(conflict)
    return step(Role.IDP if how is Again.BY_ITSELF else Role.IDP_ADMINISTRATOR, code, again=how)
