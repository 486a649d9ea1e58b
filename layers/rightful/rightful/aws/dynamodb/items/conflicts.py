"""Conflicts as DynamoDB items, and back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import (
    Item,
    Reader,
    Scalar,
    address_document,
    json_text,
    moment_of,
    read_address,
    text_of,
    write_item,
)
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.domain.address import Address
from rightful.domain.conflict import (
    Approval,
    Collision,
    Conflict,
    ConflictClass,
    ConflictStatus,
    Operation,
    PendingChange,
    Requester,
    Resolution,
)
from rightful.domain.schedule import due_as, due_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


def conflict_item(conflict: Conflict) -> Item:
    """A conflict; while its change is wanted, also with its place in the index of open conflicts."""
    # A cold start needs no conflict.
    from rightful.aws.dynamodb.items.findings import finding_text

    values: dict[str, Scalar] = {
        "conflict_id": conflict.id,
        "version": conflict.version,
        "organization_id": conflict.organization_id,
        "directory_id": conflict.directory_id,
        "status": conflict.status.value,
        "operation": conflict.operation.value,
        "requester_account_id": conflict.requester.account_id,
        "requester_scim_id": conflict.requester.scim_id,
        "requester_user_name": conflict.requester.user_name,
        "requester_external_id": conflict.requester.external_id,
        "requester_display_name": conflict.requester.display_name or None,
        "wanted_email": conflict.wanted.value,
        "wanted_canonical": conflict.wanted.canonical,
        "old_email": _address_text(conflict.old_email),
        "change": json_text(_change_document(conflict.change)),
        "created_at": conflict.created_at,
        "updated_at": conflict.updated_at,
        "change_ends_at": conflict.expires_at,
        "correlation_id": conflict.correlation_id,
        "occurrences": conflict.occurrences,
        "sent": conflict.sent,
        "class": conflict.conflict_class.value if conflict.conflict_class else None,
        "decision": conflict.decision,
        "evidence": finding_text(conflict.evidence) if conflict.evidence else None,
        "explanation": finding_text(conflict.explanation) if conflict.explanation.statements else None,
        "next_step": finding_text(conflict.next_step) if conflict.next_step else None,
        "holder_account_id": conflict.holder_account_id,
        "holder_organization_id": conflict.holder_organization_id,
        "approvals": json_text([_approval_document(approval) for approval in conflict.approvals])
        if conflict.approvals
        else None,
        "undo_approvals": json_text([_approval_document(approval) for approval in conflict.undo_approvals])
        if conflict.undo_approvals
        else None,
        "resolved_at": conflict.resolved_at,
        "deactivation_pending": conflict.deactivation_pending,
        "placeholder": _address_text(conflict.placeholder),
        "touched_account_ids": " ".join(conflict.touched_account_ids) or None,
        "collision": conflict.collision.value,
        "underlying_class": conflict.underlying_class.value if conflict.underlying_class else None,
        "key_id": conflict.key_id or None,
        "prepared": conflict.prepared or None,
        "decided_by": conflict.decided_by or None,
        "participant_ids": " ".join(conflict.participant_ids) or None,
        "sessions_revoked_of": " ".join(conflict.sessions_revoked_of) or None,
        "released": json_text(conflict.released) if conflict.released else None,
        "judged": conflict.judged or None,
    }
    if conflict.live:
        values["open_key"] = keys.open_conflicts(conflict.organization_id)
        values["open_sort"] = conflict.id
    due = due_at(conflict)
    if due is not None:
        values["due_key"] = index_keys.due(due_as(conflict), conflict.id)
        values["due_sort"] = index_keys.due_sort(due)
    return write_item(keys.conflict(conflict.organization_id, conflict.id), values)


def read_conflict(item: Mapping[str, "AttributeValueTypeDef"]) -> Conflict:
    """The inverse of `conflict_item`."""
    from rightful.aws.dynamodb.items.findings import read_evidence, read_explanation, read_next_step

    read = Reader(item)
    change = read.document("change")
    evidence, next_step = read.document("evidence"), read.document("next_step")
    conflict_class, underlying_class = read.optional_text("class"), read.optional_text("underlying_class")
    released = read.loaded("released")
    return Conflict(
        id=read.text("conflict_id"),
        version=read.number("version"),
        organization_id=read.text("organization_id"),
        directory_id=read.text("directory_id"),
        status=ConflictStatus(read.text("status")),
        operation=Operation(read.text("operation")),
        requester=Requester(
            account_id=read.optional_text("requester_account_id"),
            scim_id=read.optional_text("requester_scim_id"),
            user_name=read.text("requester_user_name"),
            external_id=read.optional_text("requester_external_id"),
            display_name=read.optional_text("requester_display_name") or "",
        ),
        wanted=Address(read.text("wanted_email"), read.text("wanted_canonical")),
        old_email=_optional_address(read, "old_email"),
        change=_read_change(change),
        created_at=read.moment("created_at"),
        updated_at=read.moment("updated_at"),
        expires_at=read.moment("change_ends_at"),
        correlation_id=read.text("correlation_id"),
        occurrences=read.number("occurrences"),
        sent=read.flag("sent"),
        conflict_class=ConflictClass(conflict_class) if conflict_class else None,
        decision=read.optional_text("decision"),
        evidence=read_evidence(evidence) if evidence else None,
        explanation=read_explanation(read.document("explanation")),
        next_step=read_next_step(next_step) if next_step else None,
        holder_account_id=read.optional_text("holder_account_id"),
        holder_organization_id=read.optional_text("holder_organization_id"),
        approvals=tuple(_read_approval(document) for document in read.documents("approvals")),
        undo_approvals=tuple(_read_approval(document) for document in read.documents("undo_approvals")),
        resolved_at=read.optional_moment("resolved_at"),
        deactivation_pending=read.flag("deactivation_pending"),
        placeholder=_optional_address(read, "placeholder"),
        touched_account_ids=_words(read, "touched_account_ids"),
        collision=Collision(read.text("collision")),
        underlying_class=ConflictClass(underlying_class) if underlying_class else None,
        key_id=read.optional_text("key_id") or "",
        prepared=read.flag("prepared"),
        decided_by=read.optional_text("decided_by") or "",
        participant_ids=_words(read, "participant_ids"),
        sessions_revoked_of=_words(read, "sessions_revoked_of"),
        released=tuple(map(str, released)) if isinstance(released, list) else (),
        judged=read.optional_text("judged") or "",
    )


def _words(read: Reader, name: str) -> tuple[str, ...]:
    return tuple((read.optional_text(name) or "").split())


def _address_text(address: Address | None) -> str | None:
    return json_text(address_document(address)) if address else None


def _optional_address(read: Reader, name: str) -> Address | None:
    return read_address(read.loaded(name))


def _change_document(change: PendingChange) -> dict[str, object]:
    said_at = text_of(change.active_said_at) if change.active_said_at else None
    return {
        "before": dict(change.before),
        "after": dict(change.after),
        "active": change.active,
        "activeSaidAt": said_at,
    }


def _read_change(document: Mapping[str, object]) -> PendingChange:
    before, after, active, said_at = (document[name] for name in ("before", "after", "active", "activeSaidAt"))
    return PendingChange(
        before=before if isinstance(before, dict) else {},
        after=after if isinstance(after, dict) else {},
        active=active if isinstance(active, bool) else None,
        active_said_at=moment_of(said_at) if isinstance(said_at, str) else None,
    )


def _approval_document(approval: Approval) -> dict[str, object]:
    return {
        "keyId": approval.key_id,
        "holder": approval.holder,
        "reason": approval.reason,
        "givenAt": text_of(approval.given_at),
        "resolution": approval.resolution.value if approval.resolution else None,
        "version": approval.version,
    }


def _read_approval(document: Mapping[str, object]) -> Approval:
    resolution = document["resolution"]
    return Approval(
        key_id=str(document["keyId"]),
        holder=str(document["holder"]),
        reason=str(document["reason"]),
        given_at=moment_of(str(document["givenAt"])),
        resolution=Resolution(str(resolution)) if resolution else None,
        version=str(document["version"]),
    )
