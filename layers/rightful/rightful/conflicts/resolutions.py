"""Which way a refused create is resolved where there are two: the holder gives the address up, or the create links the
holder again. Pure."""

from rightful.accounts.relinking import obstacle_to_linking
from rightful.conflicts.conflict import Conflict, ConflictClass, Operation, Resolution
from rightful.conflicts.snapshot import Snapshot

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


def chosen(conflict: Conflict, acts_as: ConflictClass, obstacle: str, asked: Resolution | None = None) -> Resolution:
    """The resolution that was asked for; where nobody said, a former account of the same person is linked again if it
    can be, and every other holder gives its address up."""
    if asked is not None:
        return asked
    same_person = acts_as is ConflictClass.REHIRE and conflict.operation is Operation.CREATE
    return Resolution.RELINK if same_person and not obstacle else Resolution.RELEASE
