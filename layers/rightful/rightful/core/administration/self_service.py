"""What a person does with their own account, through the host application.

A managed account is its organization's: its directory, or an administrator, changes it. So a person's own wish is
refused there with a sentence that says whom to ask, and never becomes a conflict to be remediated.
"""

from rightful.core.accounts.edits import cancelled, scheduled, with_email
from rightful.core.administration.alter import alter
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Address
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context


def change_email(context: Context, account_id: str, address: Address, *, verified: bool) -> Account:
    """Give an account the address that its person wants. The account's own address changes nothing.

    Args:
        verified: whether the application has proof that the new mailbox is the person's.

    Raises:
        RequestError: not_found, managed, not_active, email_taken (AddressTakenError).
        ContendedError: no quiet moment.
    """

    def change(account: Account) -> Account:
        _refuse_managed(account, "address")
        if account.status is not AccountStatus.ACTIVE:
            message = f"This account is not active ({account.status.value}): its address cannot be changed."
            raise RequestError("not_active", message)
        changed = with_email(account, address, context.invocation, verified=verified)
        return account if changed == account else changed

    return alter(context, account_id, change)


def schedule_deletion(context: Context, account_id: str) -> Account:
    """Let an account be erased after 14 days. One that is scheduled already keeps its date.

    Raises:
        RequestError: not_found, managed, legal_hold.
        ContendedError: no quiet moment.
    """

    def change(account: Account) -> Account:
        _refuse_managed(account, "deletion")
        return scheduled(account, context.now)

    return alter(context, account_id, change)


def cancel_deletion(context: Context, account_id: str) -> Account:
    """Let an account live on. One whose deletion is not scheduled stays as it is.

    Raises:
        RequestError: not_found, managed.
        ContendedError: no quiet moment.
    """

    def change(account: Account) -> Account:
        _refuse_managed(account, "deletion")
        if account.status is not AccountStatus.PENDING_DELETION:
            return account
        return cancelled(account, context.now)

    return alter(context, account_id, change)


def _refuse_managed(account: Account, what: str) -> None:
    if account.organization_id is None:
        return
    if account.link is not None:
        message = f"The {what} of this account is up to its organization's directory. Ask the organization's IT."
    else:
        message = f"This account is managed by an organization. Its administrators decide about its {what}: ask them."
    raise RequestError("managed", message)
