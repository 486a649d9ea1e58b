"""A conflict as events show it: what everybody reads of it, with the names of those it is about. Pure."""

from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.reading.document import outline
from rightful.core.conflicts.reading.people import holder_document, leg_documents, own_holder_id, requester_document
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.ports.store.names import Named
from rightful.text.ids import time_text

_DECIDED = frozenset({ConflictStatus.REJECTED, ConflictStatus.UNDONE, ConflictStatus.OPEN})


def conflict_state(conflict: Conflict, named: Named) -> dict[str, object]:
    """The conflict. The holder only where it is of the same organization: events are routed to organizations."""
    since = conflict.stands_since
    return {
        **outline(conflict),
        "revision": conflict.version,
        "version": version_of(conflict),
        "requester": requester_document(conflict, named),
        "directoryName": named.directories.get(conflict.request.directory_id),
        "holderAccountId": own_holder_id(conflict),
        "holder": holder_document(conflict, named),
        "approvedBy": [approval.owner for approval in conflict.approvals],
        "undoApprovedBy": [approval.owner for approval in conflict.outcome.undo_approvals],
        "decidedBy": _decided_by(conflict),
        "touchedAccountIds": list(conflict.outcome.touched_account_ids),
        "legs": leg_documents(conflict, named),
        "waitingSince": time_text(since) if conflict.live and since is not None else None,
        "expiresAt": time_text(conflict.expires_at),
    }


def _decided_by(conflict: Conflict) -> str | None:
    """Who decided: who rejected it, undid it or opened it again, or who approved what was applied; None: nobody yet,
    or it went by itself."""
    if conflict.status is ConflictStatus.APPLIED:
        return " and ".join(approval.owner for approval in conflict.approvals) or None
    return conflict.outcome.decided_by or None if conflict.status in _DECIDED else None
