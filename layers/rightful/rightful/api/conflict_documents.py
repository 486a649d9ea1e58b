"""Conflicts as administrators read them (docs/openapi.yaml): JSON documents, camelCase."""

from datetime import datetime

from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.evidence_words import evidence_document
from rightful.core.conflicts.lifecycle.kept import kept_until
from rightful.core.conflicts.reading.asked_change import change_document
from rightful.core.conflicts.reading.document import outline, statement_documents
from rightful.core.conflicts.reading.people import (
    first_document,
    holder_document,
    known,
    leg_documents,
    own_holder_id,
    requester_document,
)
from rightful.core.conflicts.reading.view import ConflictView
from rightful.core.conflicts.retries import retried_by_idp
from rightful.domain.account import Account
from rightful.domain.address import shown
from rightful.domain.conflicts.conflict import Approval, Choice, Conflict, ConflictStatus
from rightful.text.ids import time_text


def _time(moment: datetime | None) -> str | None:
    return time_text(moment) if moment else None


def conflict_document(seen: ConflictView) -> dict[str, object]:
    """A conflict, with everything that a decision about it needs."""
    conflict, named, finding = seen.conflict, seen.named, seen.conflict.finding
    requester = known(conflict.request.requester.account_id, conflict, named)
    holder = known(own_holder_id(conflict), conflict, named)
    held_back = finding.held_back_by if conflict.live else None
    return {
        **outline(conflict),
        "version": version_of(conflict),
        "underlyingClass": finding.underlying_class.value if finding.underlying_class else None,
        "directoryName": named.directories.get(conflict.request.directory_id),
        "requester": {**requester_document(conflict, named), **_account(requester)},
        "holder": _holder(seen, holder) if holder is not None else None,
        "change": change_document(conflict, requester),
        "evidence": evidence_document(finding.evidence, named.directories) if finding.evidence else {},
        "legs": leg_documents(conflict, named),
        "blockedBy": first_document(conflict, named),
        "heldBackBy": {**statement_documents([held_back])[0], "sentence": held_back.sentence} if held_back else None,
        "automaticAt": _time(finding.automatic_at) if conflict.live else None,
        "prepared": _prepared(conflict),
        "approvalsNeeded": seen.needed,
        "approvalsMissing": seen.missing,
        "approvals": [_approval(each, seen) for each in seen.approvals],
        "undoApprovals": [_approval_said(each) for each in conflict.outcome.undo_approvals],
        "resolutions": [_choice(choice) for choice in finding.choices] if conflict.live else [],
        "actions": [action.value for action in seen.actions],
        "keyRevoked": seen.revoked,
        "retriedByIdp": retried_by_idp(conflict),
        **_undo(seen),
        "occurrences": conflict.occurrences,
        "lastSeenAt": _time(conflict.last_seen_at or conflict.created_at),
        "updatedAt": _time(conflict.updated_at),
        "resolvedAt": _time(conflict.outcome.resolved_at),
        "decidedBy": conflict.outcome.decided_by or None,
        "expiresAt": _time(conflict.expires_at),
    }


def _account(account: Account | None) -> dict[str, object]:
    """What is known of a person now; all null where there is no account, or it is not the organization's."""
    return {
        "email": shown(account.email) if account else None,
        "status": account.status.value if account else None,
        "flags": sorted(account.flags) if account else [],
    }


def _holder(seen: ConflictView, holder: Account) -> dict[str, object]:
    linked = holder.link.directory_id if holder.link else None
    return {
        **(holder_document(seen.conflict, seen.named) or {}),
        **_account(holder),
        "emailVerified": holder.email_verified,
        "directoryName": seen.named.directories.get(linked) if linked else None,
        "lastLoginAt": _time(holder.last_login_at),
        "origin": holder.origin.value,
    }


def _prepared(conflict: Conflict) -> dict[str, object] | None:
    """For whom something is kept, and until when."""
    if conflict.status is not ConflictStatus.PREPARED or conflict.outcome.resolved_at is None:
        return None
    until = kept_until(conflict, conflict.outcome.resolved_at)
    return {"userName": conflict.request.requester.user_name, "until": _time(until)}


def _approval_said(approval: Approval) -> dict[str, object]:
    return {
        "by": approval.owner,
        "reason": approval.reason,
        "at": _time(approval.given_at),
        "resolution": approval.resolution.value if approval.resolution else None,
    }


def _approval(approval: Approval, seen: ConflictView) -> dict[str, object]:
    return {
        **_approval_said(approval),
        "counts": approval in seen.given,
        "expiresAt": _time(approval.ends_at) if seen.conflict.live else None,
    }


def _choice(choice: Choice) -> dict[str, object]:
    return {
        "resolution": choice.resolution.value,
        "effect": choice.effect.pattern,
        "effectCode": choice.effect.value,
        "obstacle": choice.obstacle.sentence if choice.obstacle else None,
        "obstacleCode": choice.obstacle.code.value if choice.obstacle else None,
    }


def _undo(seen: ConflictView) -> dict[str, object]:
    """Whether it can be undone; null where that was not looked at."""
    obstacle = seen.undo_obstacle
    done = seen.conflict.status in {ConflictStatus.APPLIED, ConflictStatus.PREPARED}
    return {
        "undoable": (done and obstacle is None) if seen.undo_known else None,
        "notUndoable": {**statement_documents([obstacle])[0], "sentence": obstacle.sentence} if obstacle else None,
    }
