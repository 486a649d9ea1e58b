"""The ways in which people can resolve a conflict, and what each does. Pure."""

from collections.abc import Mapping

from rightful.core.conflicts.decision.decide import chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.domain.conflicts.conflict import Choice, Conflict, ConflictClass, Resolution
from rightful.domain.conflicts.next_step import Effect
from rightful.domain.conflicts.refused_request import Operation

_EFFECTS: Mapping[ConflictClass, Effect] = {
    ConflictClass.OTHER_DIRECTORY: Effect.UNLINK,
    ConflictClass.REHIRE: Effect.RELEASE_FORMER,
    ConflictClass.PENDING_DELETION: Effect.RELEASE_DATED,
    ConflictClass.DEACTIVATED: Effect.RELEASE_DEACTIVATED,
    ConflictClass.UNCONFIRMED: Effect.RELEASE_UNCONFIRMED,
    ConflictClass.DUPLICATE: Effect.RELEASE_DUPLICATE,
    ConflictClass.CLAIMABLE: Effect.CLAIM,
    ConflictClass.UNLINKED: Effect.RELEASE_USED,
    ConflictClass.ACTIVE_IN_DIRECTORY: Effect.RELEASE_ACTIVE,
    ConflictClass.LEAVING: Effect.MOVE_ALL,
    ConflictClass.UNKNOWN: Effect.PASS_ON,
}

_LINKED: Mapping[ConflictClass, Effect] = {
    ConflictClass.REHIRE: Effect.RELINK_FORMER,
    ConflictClass.DEACTIVATED: Effect.RELINK_DEACTIVATED,
    ConflictClass.UNLINKED: Effect.RELINK_USED,
}
"""Where a create may link the holder (`resolutions`)."""


def choices(conflict: Conflict, diagnosis: Diagnosis) -> tuple[Choice, ...]:
    """The ways in which people can resolve a conflict, first what happens where nobody names one; none, where no
    approval would help."""
    effective_class = diagnosis.effective_class
    if effective_class is ConflictClass.UNKNOWN and diagnosis.evidence.reserved is None:
        return ()  # whoever agreed could not know to what
    release = Choice(Resolution.RELEASE, _EFFECTS.get(effective_class, Effect.GIVE))
    if effective_class not in _LINKED or conflict.request.operation is not Operation.CREATE:
        return (release,)
    relink = Choice(Resolution.RELINK, _LINKED[effective_class], diagnosis.no_relink)
    return (relink, release) if chosen(conflict, diagnosis) is Resolution.RELINK else (release, relink)
