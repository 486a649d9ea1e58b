"""Which accounts' addresses, and existence, take two people: whoever may do it alone in any other way has gone round
the second one. Pure.

An account that is marked; one of a kind for which the policy demands two approvals when it holds an address that
somebody wants; and for seven days one that was of such a kind until one person made another kind of account of it.
"""

from dataclasses import replace
from datetime import date, datetime

from rightful.domain.account import Account, AccountStatus, Origin
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import Policy, Rule
from rightful.domain.one_word import ALONE_FOR


def what_takes_two(account: Account, policy: Policy, now: datetime) -> str:
    """Why the account's address takes two people, as the end of "this account ..."; empty: it does not.

    Args:
        policy: the one that counts at that moment (`Organization.policy_at`).
    """
    if account.flags:
        return f"is marked ({', '.join(flag.value.replace('_', ' ') for flag in sorted(account.flags))})"
    found = kind_that_takes_two(account, policy, now)
    return words_for_kind(found) if found is not None else ""


def kind_that_takes_two(account: Account, policy: Policy, now: datetime) -> ConflictClass | date | None:
    """The kind that makes the account's address take two people; the day until which it does because it was of such a
    kind; None: neither."""
    for each in sorted(kinds_of(account)):
        if policy.rule(each) is Rule.TWO_APPROVALS:
            return each
    return account.two_until.date() if account.two_until is not None and now < account.two_until else None


def words_for_kind(found: str | date) -> str:
    """`kind_that_takes_two`, as the end of "this account ..."."""
    if isinstance(found, date):
        return f"was changed by one person from a kind for which the policy demands two approvals (until {found})"
    return f"is of a kind for which the policy demands two approvals ({found})"


def kinds_of(account: Account) -> frozenset[ConflictClass]:
    """The classes that a conflict can have whose holder this account is, whoever wants the address: some of them hang
    on that (the same directory, the same person). A swap is no kind of account."""
    if account.link is not None and account.active:
        return frozenset({ConflictClass.ACTIVE_IN_DIRECTORY, ConflictClass.OTHER_DIRECTORY})
    linked = {ConflictClass.OTHER_DIRECTORY} if account.link is not None else set[ConflictClass]()
    if account.organization_id is None or not account.claimed:
        return frozenset({ConflictClass.CLAIMABLE, *linked, *_of_sign_ups(account)})
    if account.status is AccountStatus.PENDING_DELETION:
        return frozenset({ConflictClass.PENDING_DELETION, *linked})
    if account.status is AccountStatus.DEACTIVATED:
        return frozenset({ConflictClass.DEACTIVATED, ConflictClass.REHIRE, *linked})
    same_person = ConflictClass.DUPLICATE if account.last_login_at is None else ConflictClass.REHIRE
    return frozenset({ConflictClass.UNLINKED, same_person, *_of_sign_ups(account)})


def eased_by_one(before: Account, after: Account, policy: Policy, now: datetime) -> Account:
    """The account as one person makes it; where fewer people than before could now take its address, it takes as many
    for seven days more."""
    if not what_takes_two(before, policy, now) or what_takes_two(after, policy, now):
        return after
    return replace(after, two_until=now + ALONE_FOR)


def _of_sign_ups(account: Account) -> frozenset[ConflictClass]:
    invited = account.origin in {Origin.SIGNUP, Origin.INVITATION} and account.active
    unused = not account.email_verified and account.last_login_at is None
    return frozenset({ConflictClass.UNCONFIRMED}) if invited and unused else frozenset()
