"""Which imported account the first create of a user is about. Pure.

An operator imports the accounts of an existing system for an organization, before its identity provider pushes. What
the file says about a user is the proof, until a directory says something about it for the first time:

- the same externalId, or
- where the file was imported for that directory: the same address, and the userName if the file gives one (the operator
  has said that the account is that directory's user; a look-up by userName would find it as well);
- where it was imported for none: the same userName and address where neither side has an externalId, the file named
  the userName, and the mailbox was confirmed. The address alone is no proof: anybody can sign up with it.

An externalId on each side that is not the same is another person, whatever else agrees; one that others in the
directory have, too, proves nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from rightful.core.accounts.resource import address_of
from rightful.domain.account import Account, AccountStatus
from rightful.domain.organization import Organization
from rightful.text.identity import identifier, same_but_for_case


def is_expected(
    account: Account,
    resource: Mapping[str, object],
    organization: Organization,
    directory_id: str,
    now: datetime,
    *,
    shared: bool = False,
) -> bool:
    """Whether that directory's create of this user is the first word about an imported account.

    Args:
        shared: others in the directory have that externalId, too, or had it: then it is nobody's in particular.
    """
    expected = account.expected
    if expected is None or _obstacle(account, organization, directory_id):
        return False
    external_id, known = identifier(resource.get("externalId")), identifier(expected.external_id)
    if external_id is not None and known is not None:
        # For no directory in particular, nothing says whose externalId it is: the address has to agree, too.
        if external_id != known or (shared and account.link is None):
            return False
        if not shared:
            return account.link is not None or _same_address(account, resource)
    if not account.active or not _same_address(account, resource, to_the_letter=True):
        return False
    if account.link is not None and expected.user_name is None and known is None:
        return True  # all that the file says of this directory's user is the address
    if account.link is not None:
        return same_but_for_case(account.link.user_name, _name_of(resource))
    neither = external_id is None and known is None
    allowed = organization.policy_at(now).relink_by_user_name and account.email_verified
    return (
        neither
        and allowed
        and expected.user_name is not None
        and same_but_for_case(expected.user_name, _name_of(resource))
    )


def _obstacle(account: Account, organization: Organization, directory_id: str) -> bool:
    expected, link = account.expected, account.link
    if expected is None or {account.organization_id, expected.organization_id} != {organization.id}:
        return True
    if expected.directory_id not in {None, directory_id} or (link is not None and link.directory_id != directory_id):
        return True
    if account.email is None or not organization.may_claim_on(account.email.domain):
        return True
    if account.flags or account.status is AccountStatus.PENDING_DELETION:
        return True
    # A leaver of no known directory comes back by somebody's decision.
    return link is None and not account.active


def _same_address(account: Account, resource: Mapping[str, object], *, to_the_letter: bool = False) -> bool:
    wanted = address_of(resource)
    if wanted is None or account.email is None:
        return False
    return wanted.is_written_like(account.email) if to_the_letter else wanted.canonical == account.holds


def _name_of(resource: Mapping[str, object]) -> str:
    return str(resource.get("userName", ""))
