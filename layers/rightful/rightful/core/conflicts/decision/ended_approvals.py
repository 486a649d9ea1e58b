"""Which approvals of a waiting conflict came to an end without being carried out, and why. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from rightful.core.conflicts.decision.decide import same_approver
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.domain.conflicts.conflict import Approval, Conflict
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode


class WhyEnded(StrEnum):
    """Why an approval counts no more."""

    CHANGED = "changed"
    """It is not what was approved any more."""
    LAPSED = "lapsed"
    """Its 7 days are over."""
    KEY_REVOKED = "key_revoked"


_SAID = {
    WhyEnded.CHANGED: OutcomeCode.APPROVALS_ENDED,
    WhyEnded.LAPSED: OutcomeCode.APPROVALS_LAPSED,
    WhyEnded.KEY_REVOKED: OutcomeCode.APPROVALS_REVOKED,
}


@dataclass(frozen=True, slots=True)
class EndedApproval:
    """An approval, and why it counts no more."""

    approval: Approval
    why: WhyEnded


def ended_approvals(before: Conflict, after: Conflict) -> tuple[EndedApproval, ...]:
    """The approvals that a write took away. Who approved again in another way has taken the place of the former one."""
    return tuple(
        EndedApproval(approval, _why(approval, after))
        for approval in before.approvals
        if approval not in after.approvals and not any(same_approver(approval, other) for other in after.approvals)
    )


def told_of(before: Conflict, after: Conflict) -> Explanation:
    """How a conflict is explained after a write: which approvals it took away besides; and which one before it did, as
    long as nobody has approved since."""
    ended, explanation = ended_approvals(before, after), after.explanation
    if not ended and set(after.approvals) <= set(before.approvals):
        told = (each for each in before.explanation.statements if each.code in _SAID.values())
        return Explanation((*explanation.statements, *told))
    for why, code in _SAID.items():
        names = " and ".join(each.approval.owner for each in ended if each.why is why)
        if names:
            explanation = explanation.and_then(code, names=names)
    return explanation


def _why(approval: Approval, after: Conflict) -> WhyEnded:
    if approval.version != version_of(after):
        return WhyEnded.CHANGED
    return WhyEnded.LAPSED if after.updated_at >= approval.ends_at else WhyEnded.KEY_REVOKED
