"""Why a commit was refused, in the words of the core."""

from rightful.domain.account import Account
from rightful.domain.hold import Hold
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
)
from rightful.ports.writes.transaction import RefusedError, Write


def taken_by(refused: RefusedError) -> Hold | None:
    """Who has the address that a refused commit wanted to claim, if that was why."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, ClaimAddress) and isinstance(refusal.found, Hold):
            return refusal.found
    return None


def is_stale(refused: RefusedError) -> bool:
    """Whether what was computed from is not what is there any more; then nothing else in the refusal counts."""
    return any(isinstance(refusal.write, PutAccount | DeleteAccount) for refusal in refused.refusals)


def is_done(refused: RefusedError, after: Account) -> bool:
    """Whether the account is already what it was to become: our own write, whose answer was lost on the way."""
    return any(isinstance(refusal.write, PutAccount) and refusal.found == after for refusal in refused.refusals)


def is_closed(refused: RefusedError) -> bool:
    """Whether nobody comes into the directory any more: it is being deleted."""
    return any(isinstance(refusal.write, CountUsers) for refusal in refused.refusals)


def obsolete_releases(refused: RefusedError) -> tuple[Write, ...]:
    """The refused releases, where the account is as it was read: an index has lost track of what it holds, so there is
    nothing to release, and nobody is kept from being changed or removed because of that."""
    writes = (refusal.write for refusal in refused.refusals)
    return tuple(write for write in writes if isinstance(write, ReleaseAddress | ReleaseUserName))


def refused_user_name(refused: RefusedError) -> bool:
    """Whether another user of the directory has the userName that was to be claimed."""
    return any(isinstance(refusal.write, ClaimUserName) for refusal in refused.refusals)
