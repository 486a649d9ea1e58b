"""Planning: from a snapshot, diagnosis and decision to the exact conditional writes that resolve a conflict. Pure.

One transaction per plan, and its conditions are the evidence: the version of every account it rests on, the holder of
every address it moves, the verified domain. If any of it changed, nothing happens and everything is judged again.

    class                                              plan
    self, tombstone                                    changes: the rest of the change, the address as it is
    stale_index                                        changes: the address to the requester
    leaving (swap, rotation)                           cycles: every leg at once
    claimable                                          changes: the holder becomes the organization's, diagnosed again
    a create: rehire, unlinked (relink)                creates: the holder waits to be linked again
    a create: all others                               creates: the holder emptied, the address reserved
    all others                                         changes: the holder emptied, the address to the requester
"""

from rightful.core.accounts.index_writes import CollidingUpdatesError
from rightful.core.conflicts import explain
from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.change import plan_change, plan_claim
from rightful.core.conflicts.planning.create import plan_create
from rightful.core.conflicts.planning.cycle import plan_cycle
from rightful.domain.conflict import ConflictClass


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
        return explain.user_name_taken(snapshot.conflict)
