"""What an administrator of the organization that asked may read about the accounts of a conflict. Pure.

Everything about an account of the organization's own; of any other, that there is one. That somebody is marked shows in
how many people must agree, so that is said; which mark an account of somebody else has is not.
"""

from rightful.accounts.account import Account
from rightful.conflicts.snapshot import Snapshot


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
    sides = [("requester", snapshot.requester), ("holder", snapshot.holder)]
    if snapshot.cyclic:
        sides += [("another person of the swap", leg.account) for leg in snapshot.following[1:]]
    words: list[str] = []
    for side, account in sides:
        if account is None or not account.flags:
            continue
        own = account.organization_id == snapshot.conflict.organization_id
        words += [f"{side}: {flag.value}" for flag in sorted(account.flags)] if own else [f"{side}: marked"]
    return ", ".join(words)
