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

from rightful.core.accounts.relinking import Creation
from rightful.domain.account import Account, AccountStatus
from rightful.text.identity import identifier, same_but_for_case


def is_expected(account: Account, creation: Creation, *, shared: bool = False) -> bool:
    """Whether that directory's create of this user is the first word about an imported account.

    Args:
        shared: others in the directory have that externalId, too, or had it: then it is nobody's in particular.
    """
    expected = account.expected
    if expected is None or _obstacle(account, creation):
        return False
    external_id, known = creation.external_id, identifier(expected.external_id)
    wanted, email = creation.address, account.email
    if external_id is not None and known is not None:
        # For no directory in particular, nothing says whose externalId it is: the address has to agree, too.
        if external_id != known or (shared and account.link is None):
            return False
        if not shared:
            return account.link is not None or (wanted is not None and wanted.canonical == account.holds)
    if not account.active or wanted is None or email is None or not wanted.is_written_like(email):
        return False
    if account.link is not None and expected.user_name is None and known is None:
        return True  # all that the file says of this directory's user is the address
    if account.link is not None:
        return same_but_for_case(account.link.user_name, creation.user_name)
    if external_id is not None or known is not None or expected.user_name is None:
        return False
    allowed = creation.policy.relink_by_user_name and account.email_verified
    return allowed and same_but_for_case(expected.user_name, creation.user_name)


def _obstacle(account: Account, creation: Creation) -> bool:
    expected, link, organization = account.expected, account.link, creation.organization
    if expected is None or {account.organization_id, expected.organization_id} != {organization.id}:
        return True
    if expected.directory_id not in {None, creation.directory_id}:
        return True
    if link is not None and link.directory_id != creation.directory_id:
        return True
    if account.email is None or not organization.may_claim_on(account.email.domain):
        return True
    if account.flags or account.status is AccountStatus.PENDING_DELETION:
        return True
    # A leaver of no known directory comes back by somebody's decision.
    return link is None and not account.active
