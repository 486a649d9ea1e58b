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
    Conflict,
    ConflictClass,
    ConflictStatus,
    Finding,
    Outcome,
    Resolution,
)
from rightful.domain.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.schedule import due_as, due_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


def conflict_item(conflict: Conflict) -> Item:
    """A conflict; while its change is wanted, also with its place in the index of open conflicts."""
    # A cold start needs no conflict.
    from rightful.aws.dynamodb.items.findings import finding_text

    request, finding, outcome = conflict.request, conflict.finding, conflict.outcome
    values: dict[str, Scalar] = {
        "conflict_id": conflict.id,
        "version": conflict.version,
        "status": conflict.status.value,
        "created_at": conflict.created_at,
        "updated_at": conflict.updated_at,
        "change_ends_at": conflict.expires_at,
        "correlation_id": conflict.correlation_id,
        "occurrences": conflict.occurrences,
        "sent": conflict.sent,
        "deactivation_pending": conflict.deactivation_pending,
        "approvals": _approvals_text(conflict.approvals),
        "explanation": finding_text(conflict.explanation) if conflict.explanation.statements else None,
        "next_step": finding_text(conflict.next_step) if conflict.next_step else None,
        # request
        "organization_id": request.organization_id,
        "directory_id": request.directory_id,
        "operation": request.operation.value,
        "requester_account_id": request.requester.account_id,
        "requester_scim_id": request.requester.scim_id,
        "requester_user_name": request.requester.user_name,
        "requester_external_id": request.requester.external_id,
        "requester_display_name": request.requester.display_name or None,
        "wanted": request.wanted.value,
        "wanted_address": request.address.canonical if request.address else None,
        "old_email": _address_text(request.old_email),
        "change": json_text(_change_document(request.change)),
        "key_id": request.key_id or None,
        # finding
        "class": finding.conflict_class.value if finding.conflict_class else None,
        "underlying_class": finding.underlying_class.value if finding.underlying_class else None,
        "evidence": finding_text(finding.evidence) if finding.evidence else None,
        "rule": finding.rule,
        "holder_account_id": finding.holder_account_id,
        "holder_organization_id": finding.holder_organization_id,
        "judged": finding.judged or None,
        # outcome
        "resolved_at": outcome.resolved_at,
        "placeholder": _address_text(outcome.placeholder),
        "touched_account_ids": " ".join(outcome.touched_account_ids) or None,
        "sessions_revoked_of": " ".join(outcome.sessions_revoked_of) or None,
        "released": json_text(outcome.released) if outcome.released else None,
        "participant_ids": " ".join(outcome.participant_ids) or None,
        "prepared": outcome.prepared or None,
        "decided_by": outcome.decided_by or None,
        "undo_approvals": _approvals_text(outcome.undo_approvals),
    }
    if conflict.live:
        values["open_key"] = keys.open_conflicts(request.organization_id)
        values["open_sort"] = conflict.id
    due = due_at(conflict)
    if due is not None:
        values["due_key"] = index_keys.due(due_as(conflict), conflict.id)
        values["due_sort"] = index_keys.due_sort(due)
    return write_item(keys.conflict(request.organization_id, conflict.id), values)


def read_conflict(item: Mapping[str, "AttributeValueTypeDef"]) -> Conflict:
    """The inverse of `conflict_item`."""
    from rightful.aws.dynamodb.items.findings import read_explanation, read_next_step

    read = Reader(item)
    next_step = read.document("next_step")
    return Conflict(
        id=read.text("conflict_id"),
        version=read.number("version"),
        status=ConflictStatus(read.text("status")),
        request=_read_request(read),
        created_at=read.moment("created_at"),
        updated_at=read.moment("updated_at"),
        expires_at=read.moment("change_ends_at"),
        correlation_id=read.text("correlation_id"),
        finding=_read_finding(read),
        outcome=_read_outcome(read),
        occurrences=read.number("occurrences"),
        sent=read.flag("sent"),
        deactivation_pending=read.flag("deactivation_pending"),
        approvals=_read_approvals(read, "approvals"),
        explanation=read_explanation(read.document("explanation")),
        next_step=read_next_step(next_step) if next_step else None,
    )


def _read_request(read: Reader) -> RefusedRequest:
    directory_id, wanted, address = read.text("directory_id"), read.text("wanted"), read.optional_text("wanted_address")
    return RefusedRequest(
        organization_id=read.text("organization_id"),
        directory_id=directory_id,
        operation=Operation(read.text("operation")),
        requester=Requester(
            account_id=read.optional_text("requester_account_id"),
            scim_id=read.optional_text("requester_scim_id"),
            user_name=read.text("requester_user_name"),
            external_id=read.optional_text("requester_external_id"),
            display_name=read.optional_text("requester_display_name") or "",
        ),
        wanted=Address(wanted, address) if address is not None else UserName(directory_id, wanted),
        old_email=_optional_address(read, "old_email"),
        change=_read_change(read.document("change")),
        key_id=read.optional_text("key_id") or "",
    )


def _read_finding(read: Reader) -> Finding:
    from rightful.aws.dynamodb.items.findings import read_evidence

    conflict_class, underlying_class = read.optional_text("class"), read.optional_text("underlying_class")
    evidence = read.document("evidence")
    return Finding(
        conflict_class=ConflictClass(conflict_class) if conflict_class else None,
        underlying_class=ConflictClass(underlying_class) if underlying_class else None,
        evidence=read_evidence(evidence) if evidence else None,
        rule=read.optional_text("rule"),
        holder_account_id=read.optional_text("holder_account_id"),
        holder_organization_id=read.optional_text("holder_organization_id"),
        judged=read.optional_text("judged") or "",
    )


def _read_outcome(read: Reader) -> Outcome:
    released = read.loaded("released")
    return Outcome(
        resolved_at=read.optional_moment("resolved_at"),
        placeholder=_optional_address(read, "placeholder"),
        touched_account_ids=_words(read, "touched_account_ids"),
        sessions_revoked_of=_words(read, "sessions_revoked_of"),
        released=tuple(map(str, released)) if isinstance(released, list) else (),
        participant_ids=_words(read, "participant_ids"),
        prepared=read.flag("prepared"),
        decided_by=read.optional_text("decided_by") or "",
        undo_approvals=_read_approvals(read, "undo_approvals"),
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


def _approvals_text(approvals: tuple[Approval, ...]) -> str | None:
    return json_text([_approval_document(approval) for approval in approvals]) if approvals else None


def _read_approvals(read: Reader, name: str) -> tuple[Approval, ...]:
    return tuple(_read_approval(document) for document in read.documents(name))


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
