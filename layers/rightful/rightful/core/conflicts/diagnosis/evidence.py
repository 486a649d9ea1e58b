"""What an administrator of the organization that asked may read about the accounts of a conflict. Pure.

Everything about an account of the organization's own; of any other, that there is one. That somebody is marked shows in
how many people must agree, so that is said; which mark an account of somebody else has is not.
"""

from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.account import Account
from rightful.domain.two_people import what_takes_two


def facts_about(holder: Account, organization_id: str) -> dict[str, str]:
    """What there is to know about a holder, by name."""
    if holder.organization_id != organization_id:
        return {"holder": "a personal account on a domain of yours"}
    facts = {"status": holder.status.value, "origin": holder.origin.value}
    if holder.link:
        facts["linked in directory"] = holder.link.directory_id
    elif holder.former_link:
        facts["last linked in directory"] = holder.former_link.directory_id
    facts["address confirmed"] = "yes" if holder.email_verified else "no"
    facts["last login"] = f"{holder.last_login_at:%Y-%m-%d}" if holder.last_login_at else "never"
    if holder.deactivated_at and not holder.active:
        facts["deactivated on"] = f"{holder.deactivated_at:%Y-%m-%d}"
    if holder.deletion_date:
        facts["deletion on"] = f"{holder.deletion_date:%Y-%m-%d}"
    return facts


def protection(snapshot: Snapshot) -> str:
    """Who on either side is protected, and by what; empty: nobody."""
    participants = snapshot.following if snapshot.cyclic else ()
    sides = [
        ("requester", snapshot.requester, snapshot.participant.by_one),
        ("holder", snapshot.holder, bool(participants) and participants[0].by_one),
        *(("another person of the swap", participant.account, participant.by_one) for participant in participants[1:]),
    ]
    return ", ".join(word for side, account, by_one in sides for word in _protected(snapshot, side, account, by_one))


def moved_by_one(snapshot: Snapshot) -> str:
    """Why the requester's own address may not move by this change alone, although nobody stands in its way: it came
    with one administrator's key, and the requester's address takes two people. Empty: it may."""
    return ", ".join(_protected(snapshot, "requester", snapshot.requester, True)) if snapshot.participant.by_one else ""


def _protected(snapshot: Snapshot, side: str, account: Account | None, by_one: bool) -> list[str]:
    """What of one side's account is protected. That it takes two people by its kind counts where one person's key
    moves it: what the policy says of a holder's kind counts by the conflict's own class."""
    if account is None:
        return []
    own = account.organization_id == snapshot.conflict.organization_id
    if account.flags:
        return [f"{side}: {flag.value}" for flag in sorted(account.flags)] if own else [f"{side}: marked"]
    eased = account.two_until is not None and snapshot.now < account.two_until
    if not own or snapshot.organization is None or not (by_one or eased):
        return []
    why = what_takes_two(account, snapshot.organization.policy, snapshot.now)
    return [f"{side}: {why}"] if why else []


def in_other_letters(snapshot: Snapshot) -> bool:
    """Whether somebody has a wanted address and it is written in other letters (full-width ones): it is one address,
    which one account can have, and no sign that this one is meant."""
    return any(
        participant.holder is not None
        and participant.holder.email is not None
        and participant.holder.holds == participant.conflict.wanted.canonical
        and not participant.holder.email.is_written_like(participant.conflict.wanted)
        for participant in (snapshot.participants() if snapshot.cyclic else (snapshot.participant,))
    )
