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

from rightful.conflicts import explain
from rightful.conflicts.changes import plan_change, plan_claim
from rightful.conflicts.conflict import ConflictClass
from rightful.conflicts.creates import plan_create
from rightful.conflicts.cycles import plan_cycle
from rightful.conflicts.decision import Decision
from rightful.conflicts.diagnosis import Diagnosis
from rightful.conflicts.moves import CollidingMovesError
from rightful.conflicts.plan import Blocked, Plan
from rightful.conflicts.snapshot import Snapshot


def plan(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Plan | Blocked:
    """The plan for a conflict whose change is still wanted and that policy lets be resolved."""
    conflict_class = diagnosis.acts_as
    if conflict_class is ConflictClass.LEAVING:
        return plan_cycle(snapshot, diagnosis, decision) if snapshot.cyclic else explain.waiting_chain(snapshot)
    if conflict_class is ConflictClass.CLAIMABLE:
        return plan_claim(snapshot, diagnosis, decision)
    try:
        if snapshot.requester is None:
            return plan_create(snapshot, diagnosis, decision)
        return plan_change(snapshot, snapshot.requester, diagnosis, decision)
    except CollidingMovesError:
        return explain.user_name_taken(snapshot.conflict)
