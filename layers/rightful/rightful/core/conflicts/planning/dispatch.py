"""Planning: from a snapshot, diagnosis and decision to the exact conditional writes that resolve a conflict. Pure.

One transaction per plan, and its conditions are the evidence: the version of every account it rests on, the holder of
every address it moves, the verified domain. If any of it changed, nothing happens and everything is judged again.

    class                                              plan
    self, tombstone                                    change:  the rest of the change, the address as it is
    stale_index                                        change:  the address to the requester
    leaving (swap, rotation)                           cycle:   every participant at once
    claimable                                          change:  the holder becomes the organization's, diagnosed again
    a create: rehire, unlinked (relink)                create:  the holder waits to be linked again
    a create: all others                               create:  the holder emptied, the address reserved
    all others                                         change:  the holder emptied, the address to the requester
"""

from collections.abc import Callable
from dataclasses import replace

from rightful.core.accounts.index_writes import CollidingUpdatesError
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision, counting, decide, ping_pong
from rightful.core.conflicts.decision.limits import Brake
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.change import plan_change, plan_claim
from rightful.core.conflicts.planning.create import plan_create
from rightful.core.conflicts.planning.cycle import plan_cycle
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import Rule


def plan(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The plan for a conflict whose change is still wanted and that policy lets be resolved."""
    conflict_class = diagnosis.effective_class
    if conflict_class is ConflictClass.LEAVING:
        return plan_cycle(snapshot, diagnosis, decision) if snapshot.cyclic else explain.waiting_chain(snapshot)
    if conflict_class is ConflictClass.CLAIMABLE:
        return plan_claim(snapshot, diagnosis, decision)
    try:
        if snapshot.requester is None:
            return plan_create(snapshot, diagnosis, decision)
        return plan_change(snapshot, snapshot.requester, diagnosis, decision)
    except CollidingUpdatesError:
        return explain.user_name_taken(snapshot)


def judge(
    snapshot: Snapshot, diagnosis: Diagnosis, over_limit: Callable[[Plan], Statement[OutcomeCode] | None]
) -> tuple[Decision, Plan | Blocked | None, Brake | None]:
    """What is decided about a conflict; the plan, if something may be done now; and what brake keeps it from it.

    Args:
        over_limit: why the caps do not let a plan be carried out. Asked, and so counted, only for what would be done
            by itself.
    """
    organization, approvals = snapshot.organization, counting(snapshot, diagnosis)
    if organization is None:
        return Decision(Rule.REFUSE, act=False), None, None
    policy, brakes = organization.policy, organization.brakes
    decision = decide(diagnosis, policy, brakes, approvals=approvals)
    if not decision.act:
        return decision, None, None
    planned = plan(snapshot, diagnosis, decision)
    if isinstance(planned, Blocked) or not decision.by_itself or not planned.moved_account_ids:
        return decision, planned, None
    back_and_forth = ping_pong(snapshot)
    caution = back_and_forth or over_limit(planned)
    if caution is None:
        return decision, planned, None
    decision = decide(diagnosis, policy, brakes, approvals=approvals, caution=caution)
    brake = Brake.PING_PONG if back_and_forth else Brake.CAP
    return decision, plan(snapshot, diagnosis, decision) if decision.act else None, brake


def would_do(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> OutcomeCode | None:
    """What would be done by itself now, were it not for the dry run; None: nothing, or it is no dry run that holds it
    back. Caps are not asked: asking counts."""
    organization = snapshot.organization
    if organization is None or decision.reason is None or decision.reason.code is not OutcomeCode.DRY_RUN:
        return None
    free = decide(diagnosis, organization.policy, replace(organization.brakes, dry_run=False))
    planned = plan(snapshot, diagnosis, free) if free.by_itself and ping_pong(snapshot) is None else None
    code = planned.conflict.explanation.code if isinstance(planned, Plan) else None
    return code if isinstance(code, OutcomeCode) else None
