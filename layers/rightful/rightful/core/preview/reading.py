"""Reading what a preview rests on: rounds of batches, as many whatever stands in the list. Where the domain policy is
"any", each new domain is looked up, too; and each directory's keys where its changes wait, or where one of its users is
marked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rightful.core.accounts.index_writes import number_key, number_of
from rightful.core.conflicts.decision.limits import day_counter, hour_counter
from rightful.core.organizations.may_claim import may_claim
from rightful.core.preview.asked import Facts, Read
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.organization import Organization
from rightful.domain.two_people import what_takes_two
from rightful.ports.context import Context
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import STILL_WANTED
from rightful.text.identity import identifier

MOST_WAITING = 2_000
_PAGE = 100


def gather_facts(context: Context, organization: Organization, pairs: Sequence[Read]) -> Facts:
    """Who holds the addresses of all pairs and of the changes that wait, those accounts, what the caps' counters stand
    at, and under the domain policy "any" whose the domains are. Writes nothing."""
    store, now = context.store, context.now
    organization = replace(organization, policy=organization.policy_at(now))
    waiting, all_waiting = _waiting(store, organization)
    waiting = _by_kept_keys(store, organization, waiting)
    wanted = {conflict.request.wanted for conflict in waiting}
    domains = {pair.new.domain for pair in pairs if pair.new is not None} | {address.domain for address in wanted}
    permitted = set(filter(organization.may_claim_on, domains))
    foreign = frozenset(domain for domain in permitted if not may_claim(store, organization, domain))
    # Who holds an address on a domain that the organization may not use is not even looked up.
    asked = [address for address in (*(pair.new for pair in pairs), *wanted) if address is not None]
    claimable = {address.canonical for address in asked if address.domain in permitted - foreign}
    holds = store.holds({*(pair.old.canonical for pair in pairs if pair.old is not None), *claimable})
    requester_ids = {
        conflict.request.requester.account_id for conflict in waiting if conflict.request.requester.account_id
    }
    # The organization's id is no account's: there is something to read in any case, so that the time tells nothing.
    holder_ids = {hold.account_id for hold in holds.values() if hold.account_id}
    accounts = store.accounts(holder_ids | requester_ids | {organization.id})
    facts = Facts(now, organization, holds, accounts, foreign, waiting, all_waiting)
    counters = {day_counter(account_id, now) for account_id in {*_could_move(facts, pairs), *requester_ids}}
    counts = store.tallied([hour_counter(organization.id, now), *counters])
    alone = frozenset(_alone(context, organization, accounts.values()))
    return replace(
        facts, counts=counts, alone=alone, numbered=_numbered(store, facts), identified=_identified(store, facts)
    )


def _alone(context: Context, organization: Organization, accounts: Iterable[Account]) -> Iterator[str]:
    """The directories of accounts whose address takes two people, if whatever key they push with, one administrator
    issued it alone."""
    directory_ids = {
        account.link.directory_id
        for account in accounts
        if account.link is not None
        and account.organization_id == organization.id
        and what_takes_two(account, organization.policy, context.now)
    }
    for directory_id in sorted(directory_ids):
        tokens = context.store.tokens(organization_id=organization.id, directory_id=directory_id)
        ends = [token.alone_until() for token in tokens if token.is_live(context.now)]
        if ends and all(until is not None and context.now < until for until in ends):
            yield directory_id


def _identified(store: IdentityStore, facts: Facts) -> dict[tuple[str, str], frozenset[str]]:
    """Who has the externalIds that more than one of these accounts have."""
    ties = [tie for account in facts.accounts.values() if (tie := account.link or account.former_link) is not None]
    known = [(tie.directory_id, tie.external_id) for tie in ties if tie.external_id and identifier(tie.external_id)]
    times = Counter((directory_id, identifier(external_id)) for directory_id, external_id in known)
    found: dict[tuple[str, str], frozenset[str]] = {}
    for directory_id, external_id in {each for each in known if times[each[0], identifier(each[1])] > 1}:
        ids = store.account_ids_of_external_id(directory_id, external_id)
        found[directory_id, external_id] = frozenset(ids if ids is not None else _TOO_MANY)
    return found


_TOO_MANY = ("",)
"""Stands for others: no account has that id."""


def _numbered(store: IdentityStore, facts: Facts) -> dict[tuple[str, str], frozenset[str]]:
    """Who has the employeeNumbers that more than one of these accounts have: no other can be a proof."""
    numbers = Counter(number for account in facts.accounts.values() if (number := number_of(account.attributes)))
    keys = {number_key(facts.organization.id, number) for number, times in numbers.items() if times > 1}
    return {key: found.account_ids for key, found in store.secondary_email_lists(keys).items() if not found.unnamed}


def _waiting(store: IdentityStore, organization: Organization) -> tuple[tuple[Conflict, ...], bool]:
    found: list[Conflict] = []
    position = None
    while len(found) < MOST_WAITING:
        page = store.conflicts(organization.id, limit=_PAGE, position=position, wanted=STILL_WANTED)
        found += [each for each in page.conflicts if each.request.address is not None]
        position = page.next_position
        if position is None:
            return tuple(found), True
    return tuple(found), False


def _by_kept_keys(
    store: IdentityStore, organization: Organization, waiting: Iterable[Conflict]
) -> tuple[Conflict, ...]:
    """Without the changes whose directory's key was revoked since: they are not wanted any more."""
    waiting = tuple(waiting)
    directory_ids = {conflict.request.directory_id for conflict in waiting if conflict.request.key_id}
    kept = {
        token.id
        for directory_id in sorted(directory_ids)
        for token in store.tokens(organization_id=organization.id, directory_id=directory_id)
    }
    return tuple(conflict for conflict in waiting if not conflict.request.key_id or conflict.request.key_id in kept)


def _could_move(facts: Facts, pairs: Iterable[Read]) -> Iterator[str]:
    """Who stands on either side of a change that meets a holder."""
    for pair in pairs:
        holder = facts.holder(pair.new.canonical) if pair.new else None
        if holder is not None:
            yield holder.id
            requester = facts.holder(pair.old.canonical) if pair.old else None
            if requester is not None:
                yield requester.id
