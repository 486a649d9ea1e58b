"""What an administrator of the organization that asked may read about the accounts of a conflict. Pure.

Everything about an account of the organization's own; of a personal one on its own domain, what it takes to decide on
claiming it; of any other, that there is one. That somebody is marked shows in
how many people must agree, so that is said; which mark an account of somebody else has is not.
"""

from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.evidence import HolderFacts, Protection, Side
from rightful.domain.two_people import kind_that_takes_two


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


def protection(snapshot: Snapshot) -> tuple[Protection, ...]:
    """Who on either side is protected, and by what; empty: nobody."""
    participants = snapshot.following if snapshot.cyclic else ()
    sides = [
        (Side.REQUESTER, snapshot.requester, snapshot.participant.by_one),
        (Side.HOLDER, snapshot.holder, bool(participants) and participants[0].by_one),
        *((Side.PARTICIPANT, participant.account, participant.by_one) for participant in participants[1:]),
    ]
    return tuple(each for side, account, by_one in sides for each in _protected(snapshot, side, account, by_one))


def protection_of(snapshot: Snapshot, participant: Participant) -> tuple[Protection, ...]:
    """What of one participant of a swap or rotation is protected, from whichever of them one looks."""
    return tuple(_protected(snapshot, Side.PARTICIPANT, participant.account, participant.by_one))


def moved_by_one(snapshot: Snapshot) -> tuple[Protection, ...]:
    """Why the requester's own address may not move by this change alone, although nobody stands in its way: it came
    with one administrator's key, and the requester's address takes two people. Empty: it may."""
    by_one = snapshot.participant.by_one
    return tuple(_protected(snapshot, Side.REQUESTER, snapshot.requester, True)) if by_one else ()


def _protected(snapshot: Snapshot, side: Side, account: Account | None, by_one: bool) -> list[Protection]:
    """What of one side's account is protected. That it takes two people by its kind counts where one person's key
    moves it: what the policy says of a holder's kind counts by the conflict's own class."""
    if account is None:
        return []
    own = account.organization_id == snapshot.conflict.request.organization_id
    if account.flags:
        return [Protection(side, flag) for flag in sorted(account.flags)] if own else [Protection(side)]
    eased = account.two_until is not None and snapshot.now < account.two_until
    if not own or snapshot.organization is None or not (by_one or eased):
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
