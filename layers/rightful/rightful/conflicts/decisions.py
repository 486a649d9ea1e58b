"""What administrators say about a conflict: approve, reject, retry, undo."""

from rightful.conflicts.conflict import Resolution
from rightful.conflicts.remediation import Outcome
from rightful.invocation import Invocation
from rightful.organizations.tokens import Token
from rightful.storage.contract import ConflictQueue, IdentityStore, Pointer


class DecisionError(Exception):
    """An administrator's decision cannot be taken. `code` is for the admin API, str(error) one sentence for a person.

    Codes: not_found (no such conflict), ended (it is not waiting any more), not_approvable (no approval can make it
    right; the sentence says what can), same_approver, changed (what it rests on changed), not_undoable,
    invalid_value (`field` names it).
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def approve(
    store: IdentityStore,
    queue: ConflictQueue,
    invocation: Invocation,
    pointer: Pointer,
    *,
    key: Token,
    reason: str,
    resolution: Resolution | None = None,
) -> Outcome:
    """Approve a conflict with an admin key, and apply it if that was the last approval it needed.

    The approval is stored, then everything is read and judged again: what is applied is what is true then. An
    approval counts for 7 days and only while its key is live. Two approvals need two keys of two different people.

    Raises:
        DecisionError: not_found, ended, not_approvable, same_approver, invalid_value.
        ContendedError: no quiet moment; the approval may be stored: approve again.
    """
    raise NotImplementedError


def reject(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token, reason: str
) -> Outcome:
    """Say no. The identity provider's retries are counted on the conflict, and nobody is asked again.

    Raises:
        DecisionError: not_found, ended.
    """
    raise NotImplementedError


def retry(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token
) -> Outcome:
    """Examine a conflict again now; one that was rejected, undone or failed is opened again.

    Raises:
        DecisionError: not_found, ended (applied, superseded, expired; or a newer change took its place).
    """
    raise NotImplementedError


def undo(
    store: IdentityStore, queue: ConflictQueue, invocation: Invocation, pointer: Pointer, *, key: Token, reason: str
) -> Outcome:
    """Restore every account that an applied conflict touched: address, link, status, attributes. All or nothing.

    Raises:
        DecisionError: not_found, not_undoable (an account changed since, an address was taken meanwhile; says which).
    """
    raise NotImplementedError
