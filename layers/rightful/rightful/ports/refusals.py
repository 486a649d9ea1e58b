"""Why a commit was refused, in the words of the core; and trying again."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
)
from rightful.ports.writes.transaction import TRANSACTION_LIMIT, ContendedError, RefusedError, Write
from rightful.scim.errors import unavailable

State = TypeVar("State")
Result = TypeVar("Result")

_MOST_ATTEMPTS = 8
_MOST_OF_A_REQUEST = 40
"""A SCIM request is two calls and a pause for each: a directory that pushes many at once waits rather than gets 503."""
_TIME_FOR_ONE_MORE = 1.0


def commit_again(
    attempt: Callable[[], Result],
    invocation: Invocation,
    *,
    time_for_one: float = _TIME_FOR_ONE_MORE,
    most: int = _MOST_ATTEMPTS,
) -> Result:
    """Read, decide and commit; and again, a little later, where somebody else was faster.

    A refused commit wrote nothing: something that it rests on is not as it was read. So all of the attempt is made
    again, the reading first. What a refusal says for good (the address is somebody's) the attempt raises in its own
    words, and a stale read (`is_stale`) outweighs that. Contention (ContendedError) was waited out by the store
    already, and ends it.

    Args:
        attempt: returns what came of it; lets RefusedError pass where it is to be made again.
        time_for_one: seconds that another attempt needs.
        most: attempts. What is refused for another reason than a race is refused each time, and must not use up the
            time of those that wait behind it.

    Raises:
        ContendedError: others were faster each time, or the time ran out. To the client 503: send it again.
    """
    for number in range(most):
        try:
            return attempt()
        except RefusedError:
            if invocation.remaining() < time_for_one:
                break
            invocation.pause(number)
    raise ContendedError


def commit_from(
    first: State,
    attempt: Callable[[State], Result],
    read: Callable[[], State],
    invocation: Invocation,
    *,
    time_for_one: float = _TIME_FOR_ONE_MORE,
) -> Result:
    """See `commit_again`: the first attempt has what a SCIM request was understood by, each further one reads again.

    Raises:
        ScimError: 503, others were faster each time, until the time ran out.
    """
    states = chain((first,), iter(read, None))
    try:
        return commit_again(
            lambda: attempt(next(states)), invocation, time_for_one=time_for_one, most=_MOST_OF_A_REQUEST
        )
    except ContendedError as error:
        raise unavailable(1) from error


def commit_possible(context: Context, writes: Sequence[Write]) -> None:
    """Commit those of these writes that nothing stands in the way of, as many at once as fit.

    For what only tidies up: each of them is right without the others, and one that is refused is somebody else's matter
    by now.

    Raises:
        ContendedError: contention did not end in time; what was written stays, and doing it again does the rest.
    """
    for start in range(0, len(writes), TRANSACTION_LIMIT):
        left = list(writes[start : start + TRANSACTION_LIMIT])
        while left:
            try:
                context.commit(left)
            except RefusedError as refused:
                impossible = [refusal.write for refusal in refused.refusals]
                possible = [write for write in left if write not in impossible]
                if len(possible) == len(left):
                    raise
                left = possible
            else:
                break


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


class Commits:
    """What is tried again commits through it: what an index refuses to release each time, because it has lost track of
    it, is left out from then on."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._obsolete: list[Write] = []

    def commit(self, writes: Sequence[Write]) -> None:
        """Commit these writes, without obsolete releases.

        Raises:
            RefusedError: try again.
            ContendedError: contention did not end in time.
        """
        try:
            self._context.commit([write for write in writes if write not in self._obsolete])
        except RefusedError as refused:
            if not is_stale(refused):
                self._obsolete += obsolete_releases(refused)
            raise


def refused_user_name(refused: RefusedError) -> bool:
    """Whether another user of the directory has the userName that was to be claimed."""
    return any(isinstance(refusal.write, ClaimUserName) for refusal in refused.refusals)
