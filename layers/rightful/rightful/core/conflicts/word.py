"""What an administrator says about a conflict."""

from dataclasses import dataclass, replace
from datetime import datetime

from rightful.core.conflicts.log_rows import log_row
from rightful.domain.conflicts.conflict import (
    REOPENED_BY_RETRY,
    Approval,
    Conflict,
    ConflictStatus,
    Pointer,
    Resolution,
)
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.domain.events.event_log import Action, Result
from rightful.domain.key import Token
from rightful.domain.plain_text import plain_reason
from rightful.domain.request_error import RequestError
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Word:
    """What an administrator says about a conflict.

    Attributes:
        key: the admin key that it is said with.
        reason: why; a retry needs none.
        version: of the conflict that was read (`version.version_of`); None: it names none.
        resolution: which way, where there are two; None: what happens where nobody says.
    """

    key: Token
    reason: str = ""
    version: str | None = None
    resolution: Resolution | None = None

    def with_reason(self) -> "Word":
        """The word with its reason as it is kept.

        Raises:
            RequestError: invalid_value, it is empty, too long, or cannot be written down.
        """
        return replace(self, reason=plain_reason(self.reason))

    def is_given_to(self, version: str) -> bool:
        """Whether what was read is what has this version.

        Raises:
            RequestError: version_required, nobody agrees to what they have not read.
        """
        if self.version is None:
            raise RequestError(
                "version_required",
                "Name the version of the conflict that you read (GET it: `version`). What is decided is what stood "
                "there, and nothing else.",
                "version",
            )
        return self.version == version

    def approval(self, version: str, now: datetime) -> Approval:
        """The approval of what has this version."""
        return Approval(self.key.id, self.key.owner, self.reason, now, version=version)

    def noted(self, conflict: Conflict, action: Action, result: Result) -> list[Write]:
        """The writes that put the word down: on the conflict, which has it already, and in the event log."""
        told = replace(conflict, explanation=explained(OutcomeCode.REASON, reason=self.reason))
        row = log_row(told, action, conflict.updated_at, result=result, approver=self.key.owner)
        return [PutConflict(conflict, conflict.version - 1), row]


def existing(store: IdentityStore, pointer: Pointer) -> Conflict:
    """The conflict that it is about.

    Raises:
        RequestError: not_found.
    """
    conflict = store.conflict(pointer)
    if conflict is None:
        raise RequestError("not_found", "There is no such conflict.")
    return conflict


_ENDED = {
    ConflictStatus.APPLIED: "This conflict has ended (applied): the change is made. Undo takes it back, unless "
    "somebody has changed it since.",
    ConflictStatus.PREPARED: "This conflict is decided (prepared): it waits for its user. Undo takes it back.",
    ConflictStatus.REJECTED: "This conflict has ended (rejected): an administrator said no. Retry opens it again.",
    ConflictStatus.UNDONE: "This conflict has ended (undone): an administrator took it back. Retry opens it again.",
    ConflictStatus.FAILED: "This conflict could not be examined (failed). Retry examines it once more.",
    ConflictStatus.SUPERSEDED: "This conflict has ended (superseded): something else is wanted by now, or nothing.",
}
_LAPSED = "This conflict has ended ({status}), and its change is wanted no more: what is sent again is a new conflict."


def ended_because(conflict: Conflict, now: datetime) -> str:
    """Why nothing is left to decide or to retry, and what can be done instead."""
    lapsed = conflict.status in REOPENED_BY_RETRY and now >= conflict.expires_at
    sentence = None if lapsed else _ENDED.get(conflict.status)
    return sentence if sentence is not None else _LAPSED.format(status=conflict.status.value)
