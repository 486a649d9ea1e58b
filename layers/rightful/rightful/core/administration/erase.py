"""The end of an account: everything it holds is released with it."""

from dataclasses import replace

from rightful.core.accounts.edits import is_due
from rightful.core.accounts.index_writes import AccountUpdate, index_writes
from rightful.core.accounts.log_rows import removal_entry
from rightful.core.administration.alter import ending_of
from rightful.core.groups.leave import leave_all
from rightful.domain.account import Account, Flag, Origin
from rightful.ports.context import Context
from rightful.ports.writes.accounts import ReleaseAddress, ReleaseSource, ReleaseUserName
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write
from rightful.scim.errors import ScimError

_INDEXES = (ReleaseAddress, ReleaseUserName, ReleaseSource)


def erase_due(context: Context, account_id: str) -> bool:
    """Erase an account whose deletion is due.

    Returns:
        Whether it was erased now. False: it is gone, cancelled, on legal hold, or changed this moment.
    """
    account = context.store.account(account_id)
    if account is None or not is_due(account, context.now):
        return False
    return _erase(context, account)


def erase_of_organization(context: Context, account_id: str, organization_id: str, *, by: str) -> bool:
    """Erase an account of an organization that is offboarded, now.

    Returns:
        Whether nothing is left to do. False: it is on legal hold, or changed this moment.
    """
    account = context.store.account(account_id)
    if account is None or account.organization_id != organization_id:
        return True
    if Flag.LEGAL_HOLD in account.flags:
        return False
    return _erase(context, account, by=by)


def _erase(context: Context, account: Account, *, by: str | None = None) -> bool:
    try:
        account = leave_all(context, account)
        writes = _erasure(context, account, by)
        try:
            context.commit(writes)
        except RefusedError as refused:
            if not all(isinstance(refusal.write, _INDEXES) for refusal in refused.refusals):
                return False
            # An index item that is not the account's must not keep it from going.
            not_ours = {refusal.write for refusal in refused.refusals}
            rest = [write for write in writes if write not in not_ours]
            context.commit(rest)
    except (RefusedError, ContendedError, ScimError):
        return False
    return True


def _erasure(context: Context, account: Account, by: str | None) -> list[Write]:
    writes = [*index_writes([AccountUpdate(account, None)], context.now).writes]
    if account.origin is Origin.IMPORT and account.sign_up_key is not None:
        writes.append(ReleaseSource(account.sign_up_key, account.id))
    if account.organization_id is not None:
        writes.append(
            AppendLog(replace(removal_entry(account, erased=True, invocation=context.invocation), approver=by))
        )
    return [*writes, *ending_of(context, account, None)]
