"""What an administrator of the organization that asked may read about the accounts of a conflict. Pure.

Everything about an account of the organization's own; of a personal one on its own domain, what it takes to decide on
claiming it; of any other, that there is one. That somebody is marked shows in
how many people must agree, so that is said; which mark an account of somebody else has is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.evidence import HolderFacts, Protection, Side
from rightful.domain.two_people import kind_that_takes_two, kinds_of


def facts_about(holder: Account, organization_id: str) -> HolderFacts:
    """What there is to know about a holder that the organization manages, or may claim."""
    personal = holder.organization_id != organization_id
    former = holder.former_link if holder.link is None and not personal else None
    return HolderFacts(
        status=holder.status,
        origin=holder.origin,
        confirmed=holder.email_verified,
        directory_id=holder.link.directory_id if holder.link else None,
        former_directory_id=former.directory_id if former else None,
        last_login=holder.last_login_at.date() if holder.last_login_at else None,
        deactivated_on=holder.deactivated_at.date() if holder.deactivated_at and not holder.active else None,
        deletion_on=holder.deletion_date.date() if holder.deletion_date else None,
        personal=personal,
    )


@dataclass(frozen=True, slots=True)
class TakesTwo:
    """Whose address takes two people, and what of that hangs on the policy.

    Attributes:
        protected: who is protected, and by what; empty: nobody.
        anyway: somebody is whatever the policy says.
        kinds: of the others, the classes for which a rule of two approvals would protect them.
    """

    protected: tuple[Protection, ...] = ()
    anyway: bool = False
    kinds: frozenset[ConflictClass] = frozenset()


NOBODY_TAKES_TWO = TakesTwo()

_Side = tuple[Side, Account | None, bool]
"""Who, their account, and whether one person's key moves it."""


def protection(snapshot: Snapshot) -> TakesTwo:
    """Who on either side is protected."""
    participants = snapshot.following if snapshot.cyclic else ()
    sides: list[_Side] = [
        (Side.REQUESTER, snapshot.requester, snapshot.participant.by_one),
        (Side.HOLDER, snapshot.holder, bool(participants) and participants[0].by_one),
        *((Side.PARTICIPANT, participant.account, participant.by_one) for participant in participants[1:]),
    ]
    return _taking_two(snapshot, sides)


def protection_of(snapshot: Snapshot, participant: Participant) -> tuple[Protection, ...]:
    """What of one participant of a swap or rotation is protected, from whichever of them one looks."""
    return tuple(_protected(snapshot, Side.PARTICIPANT, participant.account, participant.by_one))


def moved_by_one(snapshot: Snapshot) -> TakesTwo:
    """Why the requester's own address may not move by this change alone, although nobody stands in its way: it came
    with one administrator's key, and the requester's address takes two people."""
    by_one = snapshot.participant.by_one
    return _taking_two(snapshot, [(Side.REQUESTER, snapshot.requester, True)]) if by_one else NOBODY_TAKES_TWO


def _taking_two(snapshot: Snapshot, sides: Sequence[_Side]) -> TakesTwo:
    kinds: set[ConflictClass] = set()
    anyway = False
    for _, account, by_one in sides:
        if account is None:
            continue
        own = account.organization_id == snapshot.conflict.request.organization_id
        if account.flags or (own and _is_eased(account, snapshot)):
            anyway = True
        elif own and by_one:
            kinds |= kinds_of(account)
    found = tuple(each for side, account, by_one in sides for each in _protected(snapshot, side, account, by_one))
    return TakesTwo(found, anyway, frozenset(kinds))


def _is_eased(account: Account, snapshot: Snapshot) -> bool:
    """Whether one person has made it another kind of account lately."""
    return account.two_until is not None and snapshot.now < account.two_until


def _protected(snapshot: Snapshot, side: Side, account: Account | None, by_one: bool) -> list[Protection]:
    """What of one side's account is protected. That it takes two people by its kind counts where one person's key
    moves it: what the policy says of a holder's kind counts by the conflict's own class."""
    if account is None:
        return []
    own = account.organization_id == snapshot.conflict.request.organization_id
    if account.flags:
        return [Protection(side, flag) for flag in sorted(account.flags)] if own else [Protection(side)]
    if not own or snapshot.organization is None or not (by_one or _is_eased(account, snapshot)):
        return []
    found = kind_that_takes_two(account, snapshot.organization.policy, snapshot.now)
    if found is None:
        return []
    return [Protection(side, kind=found) if isinstance(found, ConflictClass) else Protection(side, until=found)]


def in_other_letters(snapshot: Snapshot) -> bool:
    """Whether somebody has a wanted address and it is written in other letters (full-width ones): it is one address,
    which one account can have, and no sign that this one is meant."""
    return any(
        participant.holder is not None
        and participant.holder.email is not None
        and participant.holder.holds == participant.conflict.request.wanted.canonical
        and participant.conflict.request.address is not None
        and not participant.holder.email.is_written_like(participant.conflict.request.address)
        for participant in (snapshot.participants() if snapshot.cyclic else (snapshot.participant,))
    )
