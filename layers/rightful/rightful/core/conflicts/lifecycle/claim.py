"""What becomes of the account that a conflict had claimed when the conflict is rejected: it goes back, or a sentence
says why not."""

from dataclasses import dataclass

from rightful.core.accounts.before_images import image_by
from rightful.core.accounts.claims import claim_by, release_writes, released
from rightful.core.accounts.index_writes import AccountChange
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.explanation import OutcomeCode
from rightful.domain.two_people import what_takes_two
from rightful.ports.context import Context
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Claim:
    """What becomes of an account that was claimed.

    Attributes:
        said: what is said of it.
        given_back: the change by which it is the person's own again; None: it stays the organization's.
        writes: that change.
    """

    said: OutcomeCode
    given_back: AccountChange | None = None
    writes: tuple[Write, ...] = ()


def claim_of(context: Context, conflict: Conflict) -> Claim | None:
    """The claim that a conflict made, as it stands now; None: there is none, or it is not there any more.

    One person gives no account out of the organization that takes two, whichever it is: before or afterwards.
    """
    holder_id = conflict.finding.holder_account_id
    holder = context.store.account(holder_id) if holder_id is not None else None
    if holder is None or holder.organization_id != conflict.request.organization_id or not _claimed(holder, conflict):
        return None
    if claim_by(holder, conflict.id) is None:
        return Claim(OutcomeCode.CLAIM_CHANGED)
    organization = context.store.organization(holder.organization_id)
    if organization is None:
        return None
    after, policy = released(holder, context.invocation), organization.policy_at(context.now)
    if any(what_takes_two(each, policy, context.now) for each in (holder, after)):
        return Claim(OutcomeCode.CLAIM_TAKES_TWO)
    writes = release_writes(holder, after, context.invocation)
    return Claim(OutcomeCode.CLAIM_GIVEN_BACK, AccountChange(holder, after), tuple(writes))


def _claimed(holder: Account, conflict: Conflict) -> bool:
    """Whether the conflict had claimed it, as far as that is known."""
    image = image_by(holder, conflict.id)
    return image is not None and holder.claimed and not image.account.claimed
