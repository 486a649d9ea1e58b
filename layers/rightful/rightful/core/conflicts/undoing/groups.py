"""After an undo: users that a remediation unlinked are linked again, and get the groups of their directory back.

Memberships do not fit into the transaction of the undo. Until they are given back the conflict's next step says so, and
undoing again goes on with it; after that, undoing again changes no membership, whatever the directory did since.
"""

from collections.abc import Sequence
from dataclasses import replace

from rightful.core.accounts.before_images import image_by, scim_id_of_link
from rightful.core.accounts.index_writes import AccountChange
from rightful.core.conflicts.explain import settled_by
from rightful.core.groups.rejoin import rejoin
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.explanation import OutcomeCode
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.ports.context import Context
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.transaction import RefusedError

GROUPS_OUTSTANDING = step(Role.ADMINISTRATOR, StepCode.UNDO_AGAIN)


def takes_groups(moves: Sequence[AccountChange], participants: Sequence[Conflict]) -> bool:
    """Whether the undo links somebody again who was in groups."""
    return any(_owed(move.after, participants) for move in moves)


def give_groups_back(context: Context, participants: list[Conflict]) -> list[Conflict]:
    """Put everybody whom the undo linked again back into their groups, if that is still to be done.

    Returns:
        The undone conflicts, the first one as it is then.

    Raises:
        ContendedError: the time ran out; what was done stays, and doing it again goes on.
    """
    first = next((participant for participant in participants if participant.next_step == GROUPS_OUTSTANDING), None)
    if first is None:
        return participants
    lost = 0
    for account in context.store.accounts(
        [account_id for participant in participants for account_id in participant.outcome.touched_account_ids]
    ).values():
        lost += len(rejoin(context, account, _owed(account, participants)))
    told = first.explanation
    if lost:
        told = told.and_then(OutcomeCode.GROUPS_LOST, number=str(lost))
    after = replace(
        first,
        version=first.version + 1,
        explanation=told,
        next_step=settled_by(first),
        updated_at=context.now,
    )
    try:
        context.commit([PutConflict(after, first.version)])
    except RefusedError:
        # The identity provider asked again meanwhile, or somebody else does the same: it is noted later.
        return participants
    return [after if participant is first else participant for participant in participants]


def _owed(account: Account, participants: Sequence[Conflict]) -> frozenset[str]:
    """The groups that a user was in before the remediation unlinked it, as long as it is linked as the undo left it."""
    images = [image for each in participants if (image := image_by(account, each.id)) is not None]
    linked = scim_id_of_link(account.link)
    again = [
        each for each in images if each.account.link is None and linked is not None and each.left.scim_id == linked
    ]
    return again[0].account.group_ids if again else frozenset()
