"""The event log rows that conflicts write. Pure.

One is about the conflict, made from it alone, so that writing it again writes the same row. The others are of the
accounts that it touched, under their own ids: whoever lost something finds it in their own history, with the reason and
who decided. One row for each account, however much happened to it, in the transaction that does it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from rightful.core.accounts.index_writes import AccountChange
from rightful.core.accounts.log_rows import subject_of
from rightful.core.conflicts.retries import retried_by_idp
from rightful.domain.account import Account
from rightful.domain.address import shown
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.ports.writes.conflicts import AppendLog

OURS = "an account of your organization"
"""A holder who is not named by what is said of the conflict."""

OUTSIDE = "an account outside your organization"
"""All that anybody may read about a holder of another organization, or of none."""

_LONGEST_REASON = 500

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


def touched_rows(conflict: Conflict, moves: Iterable[AccountChange], at: datetime) -> list[AppendLog]:
    """The rows of these accounts.

    The requester's address has the conflict's own row; what else became of the requester (let in again, another
    userName) has one here. An account that is of no organization has none: nobody could read it.

    Args:
        conflict: as it is after the write, with the approvals that let it happen.
    """
    rows = []
    for move in moves:
        asked = move.before.id == conflict.request.requester.account_id
        told = [told for told in (fact(move.before, move.after) for fact in _FACTS) if told is not None]
        if asked:
            told = [(action, sentence) for action, sentence in told if action is not Action.EMAIL_CHANGED]
        organization_id = move.after.organization_id or move.before.organization_id
        if told and organization_id is not None:
            sessions = [_SESSIONS_END] if move.before.id in conflict.outcome.sessions_revoked_of and not asked else []
            sentences = [*(sentence for _, sentence in told), *sessions, *_why(conflict, asked=asked)]
            rows.append(_row(conflict, move, at, (organization_id, told[0][0], " ".join(sentences))))
    return rows


def rows_of_all(conflicts: Sequence[Conflict], moves: Sequence[AccountChange], at: datetime) -> list[AppendLog]:
    """The rows of accounts that several conflicts touched together, each under its own conflict."""
    rows = []
    for conflict in conflicts:
        touched = [move for move in moves if move.before.id in conflict.outcome.touched_account_ids]
        rows += touched_rows(conflict, touched, at)
    return rows


_SESSIONS_END = "Its sessions end."

_Told = tuple[Action, str] | None


def _unlinked(before: Account, after: Account) -> _Told:
    if before.link is None or (after.link is not None and after.link.directory_id == before.link.directory_id):
        return None
    return Action.USER_UNLINKED, "The account was unlinked from its directory."


def _another_address(before: Account, after: Account) -> _Told:
    old, new = shown(before.email), shown(after.email)
    if old == new:
        return None
    if new is None:
        return Action.EMAIL_CHANGED, f"The account lost its address {old}. It has no address now."
    return Action.EMAIL_CHANGED, f"The account has the address {new} now{f' instead of {old}' if old else ''}."


def _activity(before: Account, after: Account) -> _Told:
    if before.active == after.active:
        return None
    if after.active:
        return Action.USER_REACTIVATED, "The person may sign in again."
    return Action.USER_DEACTIVATED, "The account was deactivated."


def _linked(before: Account, after: Account) -> _Told:
    if after.link is None or (before.link is not None and after.link.directory_id == before.link.directory_id):
        return None
    return Action.USER_LINKED, "The account was linked in its directory."


def _another_user_name(before: Account, after: Account) -> _Told:
    if before.link is None or after.link is None or before.link.user_name == after.link.user_name:
        return None
    if before.link.directory_id != after.link.directory_id:
        return None
    instead = after.email.user_name_instead if after.email is not None and after.email.is_placeholder else None
    if after.link.user_name == instead:
        return Action.USER_NAME_CHANGED, f"It lost its userName {before.link.user_name}."
    return Action.USER_NAME_CHANGED, f"Its userName is {after.link.user_name} now."


def _managed(before: Account, after: Account) -> _Told:
    if before.organization_id == after.organization_id:
        return None
    if after.organization_id is None:
        return Action.ACCOUNT_CHANGED, "The account is the person's own again."
    return Action.ACCOUNT_CHANGED, "The account was claimed: the organization manages it now."


def _awaited(before: Account, after: Account) -> _Told:
    if before.awaited == after.awaited or before.link is not None or after.link is not None:
        return None
    if after.awaited is None:
        return Action.ACCOUNT_CHANGED, "It waits no more to be linked again."
    return Action.ACCOUNT_CHANGED, "The identity provider's next create of the user links this account again."


_FACTS: tuple[Callable[[Account, Account], _Told], ...] = (
    _unlinked, _another_address, _activity, _linked, _another_user_name, _managed, _awaited,
)  # fmt: skip
"""What can become of an account. The first that did is the row's action, and all of them are its explanation."""


def _why(conflict: Conflict, *, asked: bool) -> list[str]:
    """For whom it was done, and what they said who let it be done."""
    for_whom = [] if asked else [f"It was done for {conflict.request.requester.subject}."]
    if conflict.settled_by_people:
        return [conflict.explanation.sentence]
    return [*for_whom, *(f"{each.owner}: {each.reason[:_LONGEST_REASON]}" for each in conflict.approvals)]


def _decided_by(conflict: Conflict) -> str | None:
    """Who decided, by name; None: the policy let it happen."""
    if conflict.settled_by_people:
        return conflict.outcome.decided_by or None
    return approvers(conflict)


def _row(conflict: Conflict, move: AccountChange, at: datetime, told: tuple[str, Action, str]) -> AppendLog:
    organization_id, action, explanation = told
    account = move.after
    link = move.before.link or account.link
    return AppendLog(
        LogEntry(
            id=row_id(at, f"{conflict.id[-7:]}{conflict.version}-{account.id[-9:]}"),
            organization_id=organization_id,
            at=at,
            action=action,
            result=Result.DONE,
            directory_id=link.directory_id if link else None,
            account_id=account.id,
            subject=subject_of(move.before),
            scim_id=link.scim_id if link else None,
            external_id=link.external_id if link else None,
            old_email=shown(move.before.email),
            requested_email=shown(account.email) if account.holds != move.before.holds else None,
            conflict_id=conflict.id,
            conflict_class=conflict.finding.conflict_class.value if conflict.finding.conflict_class else None,
            explanation=explanation,
            approver=_decided_by(conflict),
            correlation_id=conflict.correlation_id,
        )
    )
