"""Facts that the host application reports about an account, whoever manages it: what a decision about its address will
rest on. None of them touches what a directory or an organization says about the account."""

from dataclasses import replace
from datetime import timedelta

from rightful.core.accounts.errors import no_such_account
from rightful.core.accounts.log_rows import changed_row
from rightful.core.administration.alter import Besides, alter
from rightful.domain.account import Account, Flag
from rightful.domain.address import Address
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import NoteLogin
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import RefusedError, Write

LOGIN_PRECISION = timedelta(minutes=1)
"""A login is not noted where one was noted this recently: it would say nothing new and cost a write."""
_TOLD_AGAIN_AFTER = timedelta(days=1)


def email_verified(context: Context, account_id: str, address: Address) -> Account:
    """The person proved that the mailbox is theirs.

    Raises:
        RequestError: not_found; email_changed, the account has another address by now (what was proved is not what it
            holds).
        ContendedError: no quiet moment.
    """

    def change(account: Account) -> Account:
        if account.holds != address.canonical:
            message = "email: the account has another address by now. Nothing was confirmed."
            raise RequestError("email_changed", message, "email")
        return account if account.email_verified else replace(account, email_verified=True)

    def rows(_: Account, after: Account) -> list[Write]:
        return [AppendLog(row) for row in changed_row(after, context.invocation, "The person confirmed the address.")]

    return alter(context, account_id, change, rows)


def login_seen(context: Context, account_id: str) -> None:
    """The person signed in. One cheap write, and at most one a minute.

    The first login changes the account's version: that an account was never used is evidence, on which its address may
    be taken from it, and a plan that rests on it must fail from that moment.

    Raises:
        RequestError: not_found.
        ContendedError: no quiet moment.
    """
    now = context.now
    note = NoteLogin(account_id, now, unless_since=now - LOGIN_PRECISION)
    try:
        context.commit([note])
    except RefusedError as refused:
        [refusal] = refused.refusals
        account = refusal.found
        if not isinstance(account, Account):
            raise no_such_account() from refused
        if account.last_login_at is None:
            alter(context, account_id, lambda found: _first_login(found, context.invocation), _rows_of_login(context))
        elif account.deactivated_at is not None and account.last_login_at <= note.unless_since:
            # Refused: another login was noted, or somebody changed it, at this very moment.
            context.commits([replace(note, deactivated=True), *_rows_of_login(context)(account, account)])


def _rows_of_login(context: Context) -> Besides:
    """The row of a login that should not have been: the account is deactivated. One a day says it."""

    def rows(before: Account, after: Account) -> list[Write]:
        last, gone = before.last_login_at, after.deactivated_at
        if gone is None or (last is not None and last > gone and context.now - last < _TOLD_AGAIN_AFTER):
            return []
        sentence = "Somebody signed in, although the account is deactivated: see that the application refuses that."
        return [AppendLog(row) for row in changed_row(after, context.invocation, sentence)]

    return rows


def set_flag(context: Context, account_id: str, flag: Flag, *, on: bool) -> Account:
    """Mark the account, or take the mark away. Doing so again changes nothing.

    Raises:
        RequestError: not_found.
        ContendedError: no quiet moment.
    """

    def change(account: Account) -> Account:
        flags = account.flags | {flag} if on else account.flags - {flag}
        return account if flags == account.flags else replace(account, flags=flags)

    def rows(_: Account, after: Account) -> list[Write]:
        mark = flag.value.replace("_", " ")
        text = f"marked the account: {mark}" if on else f"took a mark off the account: {mark}"
        return [AppendLog(row) for row in changed_row(after, context.invocation, f"The host application {text}.")]

    return alter(context, account_id, change, rows)


def _first_login(account: Account, invocation: Invocation) -> Account:
    return account if account.last_login_at is not None else replace(account, last_login_at=invocation.now)
