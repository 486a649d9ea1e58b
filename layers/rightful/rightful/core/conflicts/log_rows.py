"""The event log rows that conflicts write, made from the conflict alone, so that writing one again writes the same
row."""

from datetime import datetime

from rightful.core.conflicts.retries import retried_by_idp
from rightful.domain.address import shown
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.ports.writes.conflicts import AppendLog

OURS = "an account of your organization"
"""A holder who is not named by what is said of the conflict."""

OUTSIDE = "an account outside your organization"
"""All that anybody may read about a holder of another organization, or of none."""

_RESULTS = {
    ConflictStatus.OPEN: Result.WAITING,
    ConflictStatus.WAITING_APPROVAL: Result.WAITING,
    ConflictStatus.PREPARED: Result.WAITING,
    ConflictStatus.APPLIED: Result.DONE,
    ConflictStatus.UNDONE: Result.DONE,
}


def conflict_row_id(at: datetime, conflict: Conflict) -> str:
    """The same for the same version of the conflict, so that a repeat is the same row."""
    return row_id(at, f"{conflict.id}-{conflict.version}")


def log_row(
    conflict: Conflict,
    action: Action,
    at: datetime,
    *,
    result: Result | None = None,
    approver: str | None = None,
) -> AppendLog:
    """The row about a conflict as it is after the write it belongs to, with the explanation that it is given."""
    step = conflict.next_step
    return AppendLog(
        LogEntry(
            id=conflict_row_id(at, conflict),
            organization_id=conflict.request.organization_id,
            at=at,
            action=action,
            result=result or _RESULTS.get(conflict.status, Result.REFUSED),
            directory_id=conflict.request.directory_id,
            account_id=conflict.request.requester.account_id,
            subject=conflict.request.requester.subject,
            scim_id=conflict.request.requester.scim_id,
            external_id=conflict.request.requester.external_id,
            old_email=shown(conflict.request.old_email),
            requested_email=conflict.request.wanted.value if conflict.request.address is not None else None,
            holder=holder_text(conflict),
            conflict_id=conflict.id,
            conflict_class=conflict.finding.conflict_class.value if conflict.finding.conflict_class else None,
            explanation=conflict.explanation.sentence,
            explanation_code=conflict.explanation.code or "",
            next_step_who=step.who.value if step else "",
            next_step_what=step.what if step else "",
            next_step_code=step.code if step else "",
            retried_by_idp=retried_by_idp(conflict),
            approver=approver,
            correlation_id=conflict.correlation_id,
        )
    )


def approvers(conflict: Conflict) -> str | None:
    """Who approved it, by name; None: the policy let it happen."""
    return ", ".join(approval.owner for approval in conflict.approvals) or None


def holder_text(conflict: Conflict) -> str | None:
    """Who holds the address, as far as the requester's organization may know."""
    if conflict.finding.holder_account_id is None:
        return None
    if conflict.finding.holder_organization_id != conflict.request.organization_id:
        return OUTSIDE
    named = [each.parameters["holder"] for each in conflict.explanation.statements if "holder" in each.parameters]
    return named[0] if named else OURS
