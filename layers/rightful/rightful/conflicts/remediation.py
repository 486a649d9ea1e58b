"""Remediation: from a pointer on the queue to a resolved conflict, or to a sentence that says who must do what."""

from dataclasses import dataclass
from enum import StrEnum

from rightful.conflicts.conflict import Conflict
from rightful.invocation import Invocation
from rightful.storage.contract import ConflictQueue, IdentityStore, Pointer


class Effect(StrEnum):
    """What a remediation did."""

    APPLIED = "applied"
    DECIDED = "decided"
    """It waits for a person or was refused; class, explanation and next step are new."""
    ENDED = "ended"
    """Superseded or expired."""
    NOTHING = "nothing"
    """A repeat: there is no such conflict, it ended before, or nothing about it changed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a remediation did, the conflict as it is now (None: there is none), and which other conflicts it woke."""

    effect: Effect
    conflict: Conflict | None
    woken: tuple[Pointer, ...] = ()


def remediate(store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer) -> Outcome:
    """Examine a conflict afresh and do what its organization's policy allows.

    Reads everything consistently, applies a pending deactivation first, then diagnoses, decides, plans and commits
    once; where the evidence changed meanwhile it starts over. Conflicts that wait for an address that became free are
    sent to the queue before it returns. A redelivered pointer is a no-op.

    Raises:
        ContendedError: no quiet moment in the time there was; let the queue deliver the pointer again.
        QueueUnavailableError: waiters could not be woken; let the queue deliver the pointer again.
    """
    raise NotImplementedError
