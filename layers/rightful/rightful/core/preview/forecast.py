"""What is foreseen for one change. Plain data."""

from dataclasses import dataclass

from rightful.core.conflicts.decision.limits import Brake
from rightful.core.preview.asked import AskedChange
from rightful.domain.account import Account
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.next_step import NextStep


class Verdict(Code):
    """What becomes of a change when the identity provider pushes it."""

    GOES_THROUGH = "goes_through", "It goes through: at its step it is answered 200."
    SWAP = "swap", "Refused with 409 until all of its group are pushed; then applied together, by itself."
    AUTOMATIC = "automatic", "Refused with 409 at first; the policy lets it be resolved by itself."
    APPROVAL = "approval", "Refused; it waits for administrators."
    REFUSED = "refused", "Refused; somebody has to do something else first."
    BEHIND = (
        "behind",
        "The address is another change's to give up, of the list or one that waits, and that one does not go through "
        "by itself.",
    )
    UNCHANGED = "unchanged", "Nothing would change."
    INVALID = "invalid", "An address cannot be read."
    NOT_FOUND = "not_found", "No account of the organization holds the old address."
    NOT_LINKED = "not_linked", "No directory provisions the account: no push will reach it."
    UNVERIFIED_DOMAIN = "unverified_domain", "The organization may not use the domain."
    SAME_TARGET = "same_target", "Another change, of the list or one that waits, wants the same address."
    LISTED_TWICE = "listed_twice", "The old address stands in the list twice."


WELL = frozenset({Verdict.GOES_THROUGH, Verdict.SWAP, Verdict.AUTOMATIC, Verdict.UNCHANGED})
"""Nobody has to do anything about these but push them in their order."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is foreseen for a change.

    Attributes:
        step: when to push it: all of step 1, then all of step 2, and so on; None: not at all as it is.
        group: the swap or chain that it is part of.
        held_back: the brake that keeps it from being resolved by itself, if one does.
        taken: how many addresses it takes from somebody by itself.
        holder: who holds the wanted address, if that is an account of the organization's own.
    """

    asked: AskedChange
    verdict: Verdict
    explanation: str
    step: int | None = None
    group: str | None = None
    conflict_class: ConflictClass | None = None
    holder: Account | None = None
    next_step: NextStep | None = None
    held_back: Brake | None = None
    taken: int = 0
