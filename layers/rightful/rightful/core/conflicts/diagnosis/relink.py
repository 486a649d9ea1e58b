"""Whether the holder can be linked again by the create."""

from rightful.core.accounts.relinking import obstacle_to_linking
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.conflict import ConflictClass, Operation

_RELINKED = frozenset({ConflictClass.REHIRE, ConflictClass.UNLINKED, ConflictClass.DEACTIVATED})


def obstacle_to_relinking(snapshot: Snapshot, conflict_class: ConflictClass) -> str:
    """Why the holder cannot be linked again by the create, in words; empty: it can.

    Args:
        conflict_class: the class that says what to do.
    """
    conflict, holder = snapshot.conflict, snapshot.holder
    if conflict.operation is not Operation.CREATE:
        return "the user exists and keeps its own account"
    if holder is None or holder.holds != conflict.wanted.canonical:
        return "no account has the address"
    obstacle = obstacle_to_linking(holder, conflict.organization_id)
    if obstacle or conflict_class in _RELINKED:
        return obstacle
    return f"that is not done for the class {conflict_class.value}"
