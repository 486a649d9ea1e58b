"""The event log rows that a change of an account writes. Pure."""

from dataclasses import replace

from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import shown
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.ports.context import Invocation
from rightful.text.folding import one_line


def entries_of(before: Account | None, after: Account, invocation: Invocation) -> list[LogEntry]:
    """What an administrator reads about a change that went through; nothing for a change of mere attributes."""
    if before is None:
        actions = [Action.USER_CREATED]
    else:
        actions = []
        if before.link is None and after.link is not None:
            actions.append(Action.USER_LINKED)
        if before.holds != after.holds:
            actions.append(Action.EMAIL_CHANGED)
        if before.link and after.link and before.link.user_name != after.link.user_name:
            actions.append(Action.USER_NAME_CHANGED)
        if before.active != after.active:
            actions.append(Action.USER_REACTIVATED if after.active else Action.USER_DEACTIVATED)
    entries = [_of_action(action, before, after, invocation) for action in actions]
    if before is None or not before.flags:
        return entries
    marks = ", ".join(flag.value.replace("_", " ") for flag in sorted(before.flags))
    told = f"The account is marked ({marks}). Its own directory changed it: nobody else had the address."
    return [replace(entry, explanation=told) if entry.action is Action.EMAIL_CHANGED else entry for entry in entries]


def _of_action(action: Action, before: Account | None, after: Account, invocation: Invocation) -> LogEntry:
    entry = _entry(action, before, after, invocation)
    if action is not Action.USER_REACTIVATED or after.email is None or not after.email.is_placeholder:
        return entry
    return replace(
        entry,
        explanation=_WITHOUT_ADDRESS,
        next_step_who="organization administrator",
        next_step_what="Give the account an address, in the identity provider or by hand (set-email).",
    )


_WITHOUT_ADDRESS = "The person may sign in again, but has no address any more."


def changed_row(
    after: Account, invocation: Invocation, explanation: str, *, approver: str | None = None
) -> list[LogEntry]:
    """The row of any other change; none for an account that no organization manages: nobody could read it."""
    if after.organization_id is None:
        return []
    entry = _entry(Action.ACCOUNT_CHANGED, after, after, invocation)
    return [replace(entry, requested_email=None, explanation=explanation, approver=approver)]


def removal_entry(before: Account, *, erased: bool, invocation: Invocation, kept_because: str = "") -> LogEntry:
    """The row of a SCIM DELETE. `kept_because`: why it was not erased although its directory erases."""
    if erased:
        return _removal(Action.USER_ERASED, before, invocation, "The account was erased. Its address is free.")
    keeps = shown(before.email) is not None
    explanation = f"The account was unlinked and deactivated.{' It keeps its address.' if keeps else ''}"
    if before.status is AccountStatus.PENDING_DELETION:
        until = " and keeps its address until then" if keeps else ""
        explanation = f"The account was unlinked. It stays scheduled for deletion{until}."
    return _removal(Action.USER_UNLINKED, before, invocation, f"{explanation} {kept_because}".rstrip())


def display_name_of(account: Account) -> str:
    """The account's display name as a row of the log shows it: short, and without what would break the line."""
    return one_line(account.display_name) if account.display_name is not None else ""


def subject_of(account: Account) -> str:
    """The name by which an administrator knows an account: display name, else userName, else its address."""
    if display_name := display_name_of(account):
        return display_name
    if account.link:
        return one_line(account.link.user_name)
    return shown(account.email) or account.id


def _removal(action: Action, before: Account, invocation: Invocation, explanation: str) -> LogEntry:
    return replace(_entry(action, before, before, invocation), requested_email=None, explanation=explanation)


def _entry(action: Action, before: Account | None, after: Account, invocation: Invocation) -> LogEntry:
    link = after.link or (before.link if before else None)
    return LogEntry(
        id=row_id(invocation.now, invocation.new_id()),
        organization_id=after.organization_id or "",
        at=invocation.now,
        action=action,
        result=Result.DONE,
        directory_id=link.directory_id if link else None,
        account_id=after.id,
        subject=subject_of(after),
        scim_id=link.scim_id if link else None,
        external_id=link.external_id if link else None,
        old_email=shown(before.email) if before else None,
        requested_email=shown(after.email),
        correlation_id=invocation.correlation_id,
    )
