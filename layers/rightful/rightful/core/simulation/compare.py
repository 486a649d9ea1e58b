"""Deciding conflicts once more, by the function that decides them, under two policies. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rightful.core.conflicts.decision.decide import Decision, decide
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.simulation.simulation import (
    ClassCount,
    Comparison,
    Difference,
    Judgement,
    NotSimulated,
    Settings,
)
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.evidence import NO_GROUNDS
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import Policy, Rule
from rightful.domain.conflicts.simulated import Verdict, VerdictNote, WhyNotSimulated
from rightful.text.wording import counted

if TYPE_CHECKING:
    from rightful.domain.conflicts.code import Code

MOST_DIFFERENCES = 100

_BY_RULE = {
    Rule.AUTO: Verdict.AUTOMATIC,
    Rule.APPROVAL: Verdict.APPROVAL,
    Rule.TWO_APPROVALS: Verdict.TWO_APPROVALS,
    Rule.REFUSE: Verdict.NEVER,
}

_OUTSIDE = frozenset({OutcomeCode.BACK_AND_FORTH, OutcomeCode.HOUR_FULL, OutcomeCode.DAY_FULL, OutcomeCode.OVER_CAP})
"""What kept a conflict back that lies outside it: recorded, and not looked at anew."""


def compare(before: Settings, after: Settings, conflicts: Sequence[Conflict], now: datetime) -> Comparison:
    """What would have been decided about each conflict under the one and under the other."""
    totals = Counter(conflict.finding.conflict_class for conflict in conflicts)
    unknown: Counter[tuple[ConflictClass | None, WhyNotSimulated]] = Counter()
    verdicts: Counter[tuple[ConflictClass | None, bool, Verdict]] = Counter()
    changed: Counter[ConflictClass | None] = Counter()
    differences: list[Difference] = []
    for conflict in conflicts:
        each = conflict.finding.conflict_class
        was, would_be = (judgement_of(conflict, settings, now) for settings in (before, after))
        if was is None or would_be is None:
            unknown[each, WhyNotSimulated.NOT_EXAMINED if each is None else WhyNotSimulated.DROPPED] += 1
            continue
        verdicts[each, False, was.verdict] += 1
        verdicts[each, True, would_be.verdict] += 1
        if was != would_be:
            changed[each] += 1
            differences.append(Difference(conflict, was, would_be))
    return Comparison(
        classes=tuple(
            ClassCount(
                conflict_class=each,
                conflicts=totals[each],
                not_simulated=sum(unknown[each, why] for why in WhyNotSimulated),
                before={verdict: verdicts[each, False, verdict] for verdict in Verdict},
                after={verdict: verdicts[each, True, verdict] for verdict in Verdict},
                changed=changed[each],
            )
            for each in (*ConflictClass, None)
            if totals[each]
        ),
        differences=tuple(differences[:MOST_DIFFERENCES]),
        not_simulated=tuple(
            NotSimulated(Statement(why, {"conflicts": counted(number, "conflict")}), number)
            for why in WhyNotSimulated
            if (number := sum(times for (_, reason), times in unknown.items() if reason is why))
        ),
    )


def judgement_of(conflict: Conflict, settings: Settings, now: datetime) -> Judgement | None:
    """How a conflict would be decided; None: that cannot be known any more, or not yet."""
    decision = decided_again(conflict, settings, now)
    if decision is None:
        return None
    verdict = _verdict(decision)
    grounds = conflict.finding.grounds
    if verdict is Verdict.AUTOMATIC and grounds is not None and grounds.follows:
        return Judgement(verdict, (Statement(VerdictNote.AFTER_ANOTHER),))
    because: tuple[Statement[Code], ...] = (decision.reason,) if decision.reason is not None else ()
    return Judgement(verdict, (Statement(verdict), *because))


def decided_again(conflict: Conflict, settings: Settings, now: datetime) -> Decision | None:
    """The decision about a conflict that nobody has approved, by what was found when it was examined last; None: that
    is not known."""
    diagnosis = diagnosed_again(conflict, settings.policy, now)
    if diagnosis is None:
        return None
    held_back = conflict.finding.held_back_by
    caution = held_back if held_back is not None and held_back.code in _OUTSIDE else None
    return decide(diagnosis, settings.policy, settings.brakes, caution=caution)


def diagnosed_again(conflict: Conflict, policy: Policy, now: datetime) -> Diagnosis | None:
    """The diagnosis of the last examination, as it would be under a policy; None: it is not known any more, or nobody
    has examined the conflict yet.

    What somebody's kind of account makes of it hangs on the policy, and nothing else of a diagnosis does. How long a
    holder has been deactivated is counted until the conflict was resolved or ended, or until now.
    """
    finding, grounds = conflict.finding, conflict.finding.grounds or NO_GROUNDS
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


def _verdict(decision: Decision) -> Verdict:
    if decision.act:  # nobody has approved it, so that is by itself
        return Verdict.AUTOMATIC
    if decision.reason is not None and decision.reason.code is OutcomeCode.DRY_RUN:
        return Verdict.ONLY_TOLD
    return _BY_RULE[decision.rule]
