"""The words in which the scenario tables speak of holders, policies and reservations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from rightful.core.accounts.index_writes import ENTERPRISE_USER, secondary_writes
from rightful.domain.account import (
    Account,
    AccountStatus,
    BeforeImage,
    Flag,
    FormerLink,
    Left,
    Origin,
    Passed,
)
from rightful.domain.address import Reservation
from rightful.domain.conflicts.policy import Brakes, Policy, PolicyBase, read_policy
from rightful.domain.conflicts.refused_request import Requester
from rightful.ports.writes.accounts import PutAccount, ReserveAddress
from tests.scenarios.world import DAY, ELSEWHERE, HERE, THEIRS, WANTED, World
from tests.support.builders import NOW

Change = Callable[[World, Account], Account]


def _deactivated(days: int) -> Change:
    return lambda _, account: replace(
        account, status=AccountStatus.DEACTIVATED, deactivated_at=NOW - timedelta(days=days)
    )


def _with_flag(flag: Flag) -> Change:
    return lambda _, account: replace(account, flags=account.flags | {flag})


def _unlinked(_: World, account: Account) -> Account:
    former = FormerLink(ELSEWHERE, account.id, "external-holder", NOW - 200 * DAY)
    return replace(account, link=None, former_link=former)


def _formerly(directory_id: str, external_id: str | None) -> Change:
    former = FormerLink(directory_id, "holder", external_id, NOW - 200 * DAY)
    return lambda _, account: replace(account, former_link=former)


def numbered(account: Account, number: str) -> Account:
    """An account with that employeeNumber."""
    return replace(account, attributes={**account.attributes, ENTERPRISE_USER: {"employeeNumber": number}})


def _numbered(number: str) -> Change:
    return lambda _, account: numbered(account, number)


def _third_with_the_number(world: World, account: Account) -> Account:
    third = world.account("third")
    after = numbered(replace(third, version=third.version + 1), "4711")
    world.commit(PutAccount(after, third.version), *secondary_writes([(third, after)]))
    return account


def _linked(directory_id: str) -> Change:
    return lambda _, account: (
        replace(account, link=replace(account.link, directory_id=directory_id)) if account.link else account
    )


def _personal(_: World, account: Account) -> Account:
    return replace(account, link=None, organization_id=None, claimed=False, attributes={})


def _from(origin: Origin) -> Change:
    return lambda _, account: replace(account, origin=origin)


def _of_theirs(_: World, account: Account) -> Account:
    link = replace(account.link, directory_id="there") if account.link else None
    return replace(account, organization_id=THEIRS, link=link)


def _took_it_from_requester(days: int) -> Change:
    def change(world: World, account: Account) -> Account:
        requester = world.account("requester")
        image = BeforeImage(
            conflict_id="earlier",
            version=requester.version,
            taken_at=NOW - timedelta(days=days),
            account=replace(requester, email=WANTED),
            left=Left(requester.holds, None, requester.status, requester.organization_id),
            passed=(Passed(WANTED.canonical, "earlier", NOW - timedelta(days=days)),),
        )
        after = replace(requester, version=requester.version + 1, before_image=image)
        world.commit(PutAccount(after, requester.version))
        return account

    return change


NUMBERS = {
    "same employee number": "4711",
    "both numbered N/A": "N/A",
    "both numbered 0000": "0000",
    "both with a blank number": " ",
    "both numbered contractor": "contractor",
}
"""What says that holder and requester have one employeeNumber, and which."""

SHARED_IDS = {"both with a blank externalId here": " \u200b", "both with the externalId N/A here": "N/A"}
"""What says that holder and requester have one externalId that identifies nobody, and which."""

HOLDER_WORDS: dict[str, Change] = {
    "unlinked": _unlinked,
    "linked here": _linked(HERE),
    "linked elsewhere": _linked(ELSEWHERE),
    "of another directory user": _linked(ELSEWHERE),
    "privileged": _with_flag(Flag.PRIVILEGED),
    "a service": _with_flag(Flag.SERVICE),
    "on legal hold": _with_flag(Flag.LEGAL_HOLD),
    "of another organization": _of_theirs,
    "personal": _personal,
    "not claimed yet": lambda _, account: replace(account, link=None, claimed=False),
    "signed up": _from(Origin.SIGNUP),
    "invited": _from(Origin.INVITATION),
    "unconfirmed": lambda _, account: replace(account, email_verified=False),
    "never used": lambda _, account: replace(account, last_login_at=None),
    **{word: _numbered(number) for word, number in NUMBERS.items()},
    "the third user has the number too": _third_with_the_number,
    "another externalId here": _formerly(HERE, "external-holder"),
    "same externalId here": _formerly(HERE, "external-requester"),
    "formerly here without an externalId": _formerly(HERE, None),
    **{word: _formerly(HERE, external_id) for word, external_id in SHARED_IDS.items()},
    "same externalId elsewhere": _formerly(ELSEWHERE, "external-requester"),
    "same name": lambda _, account: replace(
        account, attributes={**account.attributes, "displayName": "Requester", "name": {"formatted": "Requester"}}
    ),
    "to be deleted in 5 days": lambda _, account: replace(
        account, status=AccountStatus.PENDING_DELETION, deletion_date=NOW + 5 * DAY
    ),
    "deactivated at an unknown time": lambda _, account: replace(account, status=AccountStatus.DEACTIVATED),
    "took the address from the requester 2 days ago": _took_it_from_requester(2),
    "took the address from the requester 8 days ago": _took_it_from_requester(8),
    **{f"deactivated {days} days ago": _deactivated(days) for days in (13, 14, 30, 40, 60, 90, 100, 400)},
}


def create_key(name: str) -> str:
    """What identifies a user that *here* is to create."""
    return Requester(None, None, name, f"external-{name}").key(HERE)


def reservation(world: World, requester_key: str, organization_id: str, until: datetime) -> None:
    """The wanted address is kept for somebody."""
    kept = Reservation(requester_key, "earlier", organization_id, until)
    world.commit(ReserveAddress(world.wanted.canonical, None, kept, NOW))


def policy_of(words: list[str]) -> tuple[Policy, Brakes]:
    """The policy and brakes that a row speaks of."""
    policy, brakes = Policy(), Brakes()
    rules: dict[str, str] = {}
    for word in words:
        if ": " in word:
            name, rule = word.split(": ")
            rules[name] = rule
        elif word == "strict":
            policy = Policy(base=PolicyBase.STRICT)
        else:
            brakes = {
                "paused": Brakes(paused=True),
                "dry run": Brakes(dry_run=True),
                "no moves per hour": Brakes(per_organization_hour=0),
                "no moves per account and day": Brakes(per_account_day=0),
            }[word]
    return read_policy({"base": "custom", "rules": rules}) if rules else policy, brakes
