"""What the use cases need of a store. Implemented on DynamoDB (`aws.dynamodb.store`); tests/contract says what it
promises.

All reads are strongly consistent unless a method says otherwise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.events.event_log import EVERYTHING, LogEntry, LogFilter
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.store.counts import CountsStore
from rightful.ports.store.demands import DemandStore
from rightful.ports.store.emails import SecondaryEmailStore
from rightful.ports.store.groups import GroupStore
from rightful.ports.store.lists import AccountPage, ListingStore, ManagedStore
from rightful.ports.store.names import NamesStore
from rightful.ports.store.upkeep import UpkeepStore
from rightful.ports.writes.transaction import Write

Remaining = Callable[[], float]
"""Seconds left before the caller has to answer."""


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """A directory with its organization and, where one was asked for, an account: read together, in one call.

    `pending_conflict_id`: the one pending change of that account, or of the user to be created.
    """

    organization: Organization
    directory: Directory
    account: Account | None = None
    pending_conflict_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Event log rows, newest first, and where the next page begins (None: there is none)."""

    entries: tuple[LogEntry, ...]
    next_position: str | None


class IdentityStore(
    CountsStore,
    DemandStore,
    SecondaryEmailStore,
    GroupStore,
    ListingStore,
    ManagedStore,
    NamesStore,
    UpkeepStore,
    Protocol,
):
    """Accounts, the email and userName indexes, conflicts and settings."""

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        """Do all the writes or none.

        Contention with other transactions is retried, jittered, while `remaining()` allows.

        Raises:
            RefusedError: conditions did not hold; says which, and what was found.
            ContendedError: contention did not end in time.
        """
        ...

    def directory_state(
        self,
        organization_id: str,
        directory_id: str,
        *,
        account_id: str | None = None,
        requester_key: str | None = None,
    ) -> DirectoryState | None:
        """A directory's settings, one account, and the pending change of that account or of `requester_key`, in one
        call. None: that organization has no such directory."""
        ...

    def organization(self, organization_id: str) -> Organization | None:
        """An organization's settings."""
        ...

    def account(self, account_id: str) -> Account | None:
        """One account."""
        ...

    def accounts(self, account_ids: Iterable[str]) -> Mapping[str, Account]:
        """Several accounts by id; those that do not exist are absent."""
        ...

    def holds(self, canonicals: Iterable[str]) -> Mapping[str, Hold]:
        """Who holds these addresses (canonical forms); free ones are absent."""
        ...

    def account_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        """The accounts that have that externalId in that directory, or had it when they were unlinked last (RFC 7643
        does not make it unique); None: more than `MOST_FOUND`. Eventually consistent."""
        ...

    def account_ids_of_display_name(self, directory_id: str, display_name: str) -> tuple[str, ...] | None:
        """The accounts of that directory that may have that displayName, whatever its case; None: more than
        `MOST_FOUND`. Eventually consistent."""
        ...

    def users(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> AccountPage:
        """A page of a directory's users in the order in which they were linked, after `position` and `skip` more, and
        with `counted` how many it has (at no further call where the page has 92 users or fewer). Eventually
        consistent."""
        ...

    def number_of_users(self, directory_id: str) -> int:
        """How many users a directory has."""
        ...

    def numbers_of_users(self, directory_ids: Sequence[str]) -> Mapping[str, int]:
        """How many users each of these directories has: one call for a dozen of them."""
        ...

    def account_id_of_user_name(self, directory_id: str, canonical_user_name: str) -> str | None:
        """The account that has that userName in that directory."""
        ...

    def account_id_of_source(self, key: str) -> str | None:
        """The account that was imported under that key (`operations.imports.identity`)."""
        ...

    def conflict(self, pointer: Pointer) -> Conflict | None:
        """One conflict."""
        ...

    def log(
        self,
        organization_id: str,
        *,
        limit: int,
        position: str | None = None,
        wanted: LogFilter = EVERYTHING,
    ) -> LogPage:
        """A page of an organization's event log, newest first. A page may be short as in `conflicts`; by account,
        address or conflict it is eventually consistent."""
        ...

    def pending_conflicts(self, requester_keys: Iterable[str]) -> Mapping[str, str]:
        """The one pending change of each requester: Requester.key -> conflict id."""
        ...

    def waiters(self, canonical: str) -> tuple[Pointer, ...]:
        """The conflicts that wait for an address, oldest first."""
        ...

    def mark_sent(self, pointer: Pointer, *, now: datetime, again_at: datetime) -> None:
        """Note that a conflict's pointer reached the queue now, and when it is due again. Nothing where it has another
        appointment: whoever examined it meanwhile knows better. Does not change its version, and never fails: a note
        that could not be made means that the pointer is sent once more."""
        ...

    def directories(self, organization_id: str) -> tuple[Directory, ...]:
        """An organization's directories, oldest first."""
        ...

    def organization_of_domain(self, domain: str) -> str | None:
        """The organization that verified a canonical domain."""
        ...

    def token(self, sha256: str) -> Token | None:
        """A key by its hash, live or not."""
        ...

    def tokens(self, *, organization_id: str, directory_id: str | None = None) -> tuple[Token, ...]:
        """The listed keys of an organization, or of one of its directories, oldest first."""
        ...

    def all_tokens(self, organization_id: str) -> tuple[Token, ...]:
        """The listed keys of an organization, then those of each of its directories, oldest first each: one call for
        each megabyte, which is some two thousand keys."""
        ...

    def mark_used(self, token: Token, *, on: date) -> None:
        """Note for a key and its entry in the list that it was used on that day. Nothing where a later use is noted, or
        the key was ended meanwhile. The two are not one transaction: what was cut off is made up for by the next
        call."""
        ...

    def revoked_at(self, token_id: str) -> datetime | None:
        """When a key was revoked, for a year after it."""
        ...

    def tally(self, names: Iterable[str], *, until: datetime, most: int, times: int = 1) -> Mapping[str, int]:
        """Add to each of these counters, each by itself, and return what they stand at.

        For caps: a name carries its hour or day, and the counter may be forgotten after `until`. One that would pass
        `most` stays as it is, so that what is too much uses nothing up; what it would have stood at is returned.
        Less than nothing gives back what was counted before.
        """
        ...

    def tallied(self, names: Iterable[str]) -> Mapping[str, int]:
        """What these counters stand at; those that were never counted are absent."""
        ...

    def log_entry(self, entry: LogEntry) -> None:
        """Append one row to the event log outside any transaction.

        Raises:
            EventLogUnavailableError: it was not written.
        """
        ...


class EventLogUnavailableError(Exception):
    """The event log did not take the row."""
