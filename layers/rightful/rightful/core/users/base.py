"""The users of one directory, as every use case of it reads, checks and commits them."""

import json
from dataclasses import dataclass
from datetime import datetime

from rightful.core.accounts.resource import MAX_ATTRIBUTES_OCTETS, UnverifiedDomainError, check_claimable
from rightful.core.organizations.may_claim import may_claim
from rightful.core.users.refuse import RefusalRecorder
from rightful.domain.account import Account, account_id_of
from rightful.domain.two_people import eased_by_one, what_takes_two
from rightful.ports.invocation import Invocation
from rightful.ports.store.contract import DirectoryState, IdentityStore
from rightful.ports.writes.transaction import ContendedError, Write
from rightful.scim.errors import ScimError, not_found, payload_too_large, unavailable
from rightful.text.ids import MAX_KEY_OCTETS, fits_key

_RETRY_AFTER_SECONDS = 1
_TIME_FOR_ONE_MORE_ATTEMPT = 1.0
_MAX_REQUESTER_KEY_OCTETS = MAX_KEY_OCTETS + 128  # Requester.key: an externalId or userName with its directory


@dataclass(frozen=True, slots=True)
class DirectoryUsers:
    """The users of one directory. `refusals` records refused claims as conflicts; until `alone_until` the key of the
    request is one administrator's word."""

    store: IdentityStore
    refusals: RefusalRecorder
    organization_id: str
    directory_id: str
    alone_until: datetime | None = None

    def by_one(self, now: datetime) -> bool:
        """Whether the request comes with a key that one administrator issued and no other one has confirmed yet."""
        return self.alone_until is not None and now < self.alone_until

    def out_of_reach(self, account: Account, state: DirectoryState, invocation: Invocation) -> str:
        """Why this key may not change the account's address; empty: it may."""
        now = invocation.now
        return what_takes_two(account, state.organization.policy_at(now), now) if self.by_one(now) else ""

    def eased(self, before: Account, after: Account, state: DirectoryState, invocation: Invocation) -> Account:
        """The changed account; where one person's key changed it, what took two people still does for a while."""
        now = invocation.now
        return eased_by_one(before, after, state.organization.policy_at(now), now) if self.by_one(now) else after

    def state(self, scim_id: str | None = None, *, requester_key: str | None = None) -> DirectoryState:
        """The directory's settings and, by SCIM id, one of its users, as they are now: one call.

        Raises:
            ScimError: 404, there is no such directory or user.
        """
        if scim_id is not None and not fits_key(scim_id):
            raise not_found("There is no resource with an id of that length.")
        if requester_key is not None and not fits_key(requester_key, _MAX_REQUESTER_KEY_OCTETS):
            requester_key = None  # longer than any that was recorded: what has such a userName is refused
        state = self.store.directory_state(
            self.organization_id,
            self.directory_id,
            account_id=account_id_of(scim_id) if scim_id is not None else None,
            requester_key=requester_key,
        )
        if state is None or state.directory.deleting is not None:
            raise not_found(f"There is no directory {self.directory_id}.")
        if scim_id is not None and not self.is_user(state.account, scim_id):
            raise not_found(f"Resource {scim_id} not found.")
        return state

    def is_user(self, account: Account | None, scim_id: str) -> bool:
        """Whether that SCIM id is, now, that account's in this directory."""
        return (
            account is not None
            and account.link is not None
            and account.link.directory_id == self.directory_id
            and account.link.scim_id == scim_id
        )

    def check(self, after: Account, state: DirectoryState, before: Account | None, invocation: Invocation) -> None:
        """Everything that can refuse a user before any index is touched."""
        size = len(json.dumps(after.attributes, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size > MAX_ATTRIBUTES_OCTETS:
            raise payload_too_large(f"A user's attributes may have {MAX_ATTRIBUTES_OCTETS} octets; these have {size}.")
        address = after.email
        if address is None or (before is not None and before.holds == address.canonical):
            return
        check_claimable(address)
        if not may_claim(self.store, state.organization, address.domain):
            refused = UnverifiedDomainError(address)
            self.refusals.unverified_domain(state, before, after, refused, invocation)
            raise refused

    def commit(self, writes: list[Write], invocation: Invocation) -> None:
        """Do all of it or nothing.

        Raises:
            RefusedError: conditions did not hold.
            ScimError: 503, contention did not end in time.
        """
        try:
            self.store.commit(writes, remaining=invocation.remaining)
        except ContendedError as error:
            raise busy() from error

    def again(self, scim_id: str | None, invocation: Invocation, *, requester_key: str | None = None) -> DirectoryState:
        """Read again after something changed meanwhile, while there is time for one more attempt."""
        if invocation.remaining() < _TIME_FOR_ONE_MORE_ATTEMPT:
            raise busy()
        return self.state(scim_id, requester_key=requester_key)


def busy() -> ScimError:
    """Contention that did not end in time: try again."""
    return unavailable(_RETRY_AFTER_SECONDS)


def keeps_address(before: Account, after: Account) -> bool:
    """Whether mail to the person goes where it went. Full-width letters are the same address to whoever wants one, and
    another mailbox to a mail server."""
    if before.email is None or after.email is None:
        return before.holds == after.holds
    return after.email.is_written_like(before.email)
