"""What one administrator can do with an account now, and why not: before it is tried. Pure.

`Administration` decides; this says beforehand what it would say, for who shows accounts to people.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from rightful.core.accounts.claims import own_address
from rightful.core.conflicts.diagnosis.merge import kept_out
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import shown
from rightful.domain.conflicts.policy import Policy
from rightful.domain.two_people import what_takes_two

LINKED = "A directory provisions this account."
CHANGE_IT_THERE = "Change the address there, or unlink the account first."


def why_not_alone(account: Account, policy: Policy, now: datetime) -> str:
    """Why one administrator cannot move its address, end it, take it out of its directory or claim it; empty: one can.

    Args:
        policy: the one that counts at that moment (`Organization.policy_at`).
    """
    why = what_takes_two(account, policy, now)
    mark = ", or after the host application has taken the mark off" if account.flags else ""
    return (
        f"This account {why}: one administrator cannot do this. Its address moves only through a conflict that "
        f"two administrators approve{mark}."
        if why
        else ""
    )


def possible_actions(account: Account, policy: Policy, now: datetime) -> tuple[str, ...]:
    """The actions that would change an account of one's own organization now, by the names that the admin API has for
    them, and `free` for set-email with no address. Whether an address is free is seen when it is tried."""
    alone = not what_takes_two(account, policy, now)
    return tuple(name for name, (needs_one, fits) in _RULES.items() if (alone or not needs_one) and fits(account, now))


def _can_leave(account: Account, _: datetime) -> bool:
    has_address = shown(account.email) is not None or own_address(account) is not None
    of_no_directory = account.link is None and account.former_link is None
    return account.claimed and account.active and of_no_directory and account.awaited is None and has_address


def _can_be_scheduled(account: Account, _: datetime) -> bool:
    free = account.link is None and Flag.LEGAL_HOLD not in account.flags
    return free and account.status is not AccountStatus.PENDING_DELETION


_RULES: Mapping[str, tuple[bool, Callable[[Account, datetime], bool]]] = {
    "set-email": (True, lambda account, _: account.link is None),
    "free": (True, lambda account, _: account.link is None and shown(account.email) is not None),
    "deactivate": (False, lambda account, now: kept_out(account, now) != account),
    "reactivate": (False, lambda account, _: account.status is AccountStatus.DEACTIVATED),
    "schedule-deletion": (True, _can_be_scheduled),
    "cancel-deletion": (False, lambda account, _: account.status is AccountStatus.PENDING_DELETION),
    "unlink": (True, lambda account, _: account.link is not None),
    "claim": (True, lambda account, _: not account.claimed),
    "unclaim": (True, _can_leave),
    "protect": (False, lambda account, _: account.flags != frozenset(Flag)),
}
"""Whether it takes an account that one administrator may touch alone, and what else it takes."""
