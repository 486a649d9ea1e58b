"""How a conflict stands with the people who decide about it: its approvals, and what can be said to it now. Pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightful.core.conflicts.decision.decide import PEOPLE_NEEDED, same_approver, valid
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.domain.conflicts.conflict import REOPENED_BY_RETRY, Approval, Conflict, ConflictStatus
from rightful.domain.conflicts.policy import Rule


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a conflict: an admin key and its owner."""

    key_id: str
    owner: str


class Action(StrEnum):
    """What an administrator can do about a conflict."""

    APPROVE = "approve"
    REJECT = "reject"
    RETRY = "retry"
    UNDO = "undo"


def needed(conflict: Conflict) -> int:
    """How many people have to agree, whoever has already."""
    if conflict.status is not ConflictStatus.WAITING_APPROVAL or conflict.finding.rule is None:
        return 0
    return PEOPLE_NEEDED.get(Rule(conflict.finding.rule), 0)


def missing(conflict: Conflict, given: Sequence[Approval]) -> int:
    """How many approvals are missing still; those of them count together that have chosen the same as the last."""
    agreeing = [each for each in given if each.resolution == given[-1].resolution]
    return max(0, needed(conflict) - len(agreeing))


def said(conflict: Conflict, others: Mapping[str, Conflict]) -> tuple[Approval, ...]:
    """The approvals of a conflict, whether they count or not; what was said about another one of its swap or rotation
    was said about it.

    Args:
        others: conflicts by id, those of its circle among them.
    """
    circle = [others[each] for each in conflict.finding.circle_ids if each in others] if conflict.live else []
    given = [approval for leg in circle if leg.live for approval in leg.approvals]
    return (*conflict.approvals, *(each for each in given if each not in conflict.approvals))


def counted(
    conflict: Conflict, given: Iterable[Approval], now: datetime, live_key_ids: Set[str]
) -> tuple[Approval, ...]:
    """Those of the approvals (`said`) that count now, as far as the stored conflict says; of one that is over, those
    that counted."""
    return valid(given, version_of(conflict), now, live_key_ids) if conflict.live else conflict.approvals


def actions(
    conflict: Conflict, reader: Reader, given: Sequence[Approval], now: datetime, *, revoked: bool
) -> tuple[Action, ...]:
    """What its reader can do about it now, besides undoing it.

    Args:
        given: the approvals that count.
        revoked: the key that asked for the change was revoked.
    """
    found: list[Action] = []
    if conflict.live:
        if not revoked and _may_approve(conflict, reader, given, now):
            found.append(Action.APPROVE)
        found += [Action.REJECT, Action.RETRY]
    elif conflict.status in REOPENED_BY_RETRY and now < conflict.expires_at:
        found.append(Action.RETRY)
    return tuple(found)


def _may_approve(conflict: Conflict, reader: Reader, given: Sequence[Approval], now: datetime) -> bool:
    """Whether an approval says anything new: who gave one may still choose another way."""
    own = Approval(reader.key_id, reader.owner, "", now)
    chosen = {approval.resolution for approval in given if same_approver(own, approval)}
    possible = {choice.resolution for choice in conflict.finding.choices if choice.obstacle is None}
    return bool(possible - chosen)
