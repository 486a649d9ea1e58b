"""Why the holder cannot be linked again by the create that wants its address. Pure."""

from rightful.core.accounts.relinking import obstacle_to_linking
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.refused_request import Operation

_RELINKED = frozenset({ConflictClass.REHIRE, ConflictClass.UNLINKED, ConflictClass.DEACTIVATED})


def obstacle_to_relinking(snapshot: Snapshot, conflict_class: ConflictClass) -> Statement[ObstacleCode] | None:
    """Why the holder cannot be linked again by the create; None: it can.

    Args:
        conflict_class: the class that says what to do.
    """
    conflict, holder = snapshot.conflict, snapshot.holder
    if conflict.request.operation is not Operation.CREATE:
        return Statement(ObstacleCode.NOT_CREATED)
    if holder is None or holder.holds != conflict.request.wanted.canonical:
        return Statement(ObstacleCode.NO_ACCOUNT)
    obstacle = obstacle_to_linking(holder, conflict.request.organization_id)
    if obstacle is not None or conflict_class in _RELINKED:
        return obstacle
    return Statement(ObstacleCode.CLASS, {"conflict_class": conflict_class.value})
