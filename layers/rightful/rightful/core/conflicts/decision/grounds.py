"""What a decision rested on, put down in the finding, and the diagnosis made of that once more, as it would be under
another policy. Pure.

What somebody's kind of account makes of a conflict hangs on the policy; all else of a diagnosis does not.
"""

from dataclasses import replace
from datetime import datetime

from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, Finding
from rightful.domain.conflicts.evidence import Grounds
from rightful.domain.conflicts.policy import Policy, Rule

NOTHING_ELSE = Grounds()
"""Class and evidence say everything."""


def grounds_of(diagnosis: Diagnosis) -> Grounds | None:
    """What has to be kept of a diagnosis besides class and evidence; None: nothing."""
    grounds = Grounds(
        free=diagnosis.free,
        follows=diagnosis.follows,
        other_letters=diagnosis.other_letters,
        takes_two=diagnosis.two.anyway,
        kinds=tuple(sorted(each.value for each in diagnosis.two.kinds)),
        deactivated_at=diagnosis.deactivated_at,
    )
    return grounds if grounds != NOTHING_ELSE else None


def resolved_at(finding: Finding, now: datetime) -> Finding:
    """The finding with which a conflict is resolved now: the days of a deactivated holder are counted until then."""
    if finding.grounds is None or finding.grounds.deactivated_at is None:
        return finding
    return replace(finding, grounds=replace(finding.grounds, decided_at=now))


def diagnosed_again(conflict: Conflict, policy: Policy, now: datetime) -> Diagnosis | None:
    """The diagnosis of the last examination, as it would be under a policy; None: it is not known any more, or nobody
    has examined the conflict yet.

    How long a holder has been deactivated is counted until the conflict was resolved or ended, or until now.
    """
    finding, grounds = conflict.finding, conflict.finding.grounds or NOTHING_ELSE
    if finding.conflict_class is None or finding.evidence is None:
        return None
    takes_two = grounds.takes_two or any(
        policy.rule(ConflictClass(each)) is Rule.TWO_APPROVALS for each in grounds.kinds
    )
    below = finding.underlying_class or finding.conflict_class
    until = grounds.decided_at or (now if conflict.live else conflict.outcome.resolved_at or conflict.updated_at)
    return Diagnosis(
        conflict_class=ConflictClass.PROTECTED if takes_two else below,
        evidence=finding.evidence,
        underlying_class=below if takes_two else None,
        free=grounds.free,
        since=until - grounds.deactivated_at if grounds.deactivated_at is not None else None,
        deactivated_at=grounds.deactivated_at,
        follows=grounds.follows,
        other_letters=grounds.other_letters,
    )
