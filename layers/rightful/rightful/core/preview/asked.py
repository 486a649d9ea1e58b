"""What is asked: pairs of an address and the one that is to take its place. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rightful.domain.account import Account
from rightful.domain.address import Address, Hold, InvalidAddressError, parse_address
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.organization import Organization
from rightful.domain.two_people import what_takes_two


@dataclass(frozen=True, slots=True)
class AskedChange:
    """One pair as it was sent; `number` counts from 1."""

    number: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Read:
    """A pair whose addresses could be read; None for one that could not, and why."""

    asked: AskedChange
    old: Address | None
    new: Address | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the answer rests on, as it was read.

    Attributes:
        holds: who holds the addresses.
        accounts: the holders, and those whose changes wait.
        foreign_domains: which of the domains that the domain policy would let in are another organization's.
        waiting: the organization's changes of addresses that were refused and are still wanted, oldest first.
        all_waiting: whether these are all of them.
        counts: what the counters of the caps stand at.
        alone: directories whose live keys all rest on one administrator's word.
        identified: who has, or had last, an externalId that more than one of these accounts have, by directory and id.
        numbered: who has an employeeNumber, by its list (`index_writes.number_key`); none where too many have it.
    """

    now: datetime
    organization: Organization
    holds: Mapping[str, Hold]
    accounts: Mapping[str, Account]
    foreign_domains: frozenset[str] = frozenset()
    waiting: tuple[Conflict, ...] = ()
    all_waiting: bool = True
    counts: Mapping[str, int] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    numbered: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    identified: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def by_one(self, account: Account) -> bool:
        """Whether whatever its directory pushes about it comes with one administrator's key."""
        return account.link is not None and account.link.directory_id in self.alone

    def waits_for_second(self, account: Account) -> str:
        """Why its directory's keys cannot change its address until a second administrator has confirmed one; empty:
        they can."""
        return what_takes_two(account, self.organization.policy, self.now) if self.by_one(account) else ""

    def may_claim_on(self, domain: str) -> bool:
        """Whether the organization may claim addresses on a domain."""
        return self.organization.may_claim_on(domain) and domain not in self.foreign_domains

    def holder(self, canonical: str) -> Account | None:
        """The account that holds an address."""
        hold = self.holds.get(canonical)
        account = self.accounts.get(hold.account_id) if hold and hold.account_id else None
        return account if account is not None and account.holds == canonical else None


def read_pairs(asked: Iterable[AskedChange]) -> tuple[Read, ...]:
    """Read the addresses of all pairs."""
    return tuple(map(_read, asked))


def _read(asked: AskedChange) -> Read:
    addresses: list[Address | None] = []
    problem = ""
    for name, text in (("from", asked.old), ("to", asked.new)):
        try:
            addresses.append(parse_address(text))
        except InvalidAddressError as error:
            addresses.append(None)
            problem = problem or f"{name}: {error}."
    return Read(asked, addresses[0], addresses[1], problem)
