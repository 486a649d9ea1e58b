"""What a directory does to its users: create, change, remove. All of it conditional, all of it repeatable.

Each use case reads what it needs in one call, computes what should be, and commits it as one transaction. A commit
that is refused says which condition did not hold: another holder of the address becomes a conflict and the standard
409; anything that merely changed meanwhile is read again and tried again, while there is time.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rightful.accounts.account import Account, Flag, account_id_of, canonical_user_name
from rightful.accounts.changes import (
    changed_account,
    new_account,
    relinked_account,
    unlinked_account,
    without_tombstone,
)
from rightful.accounts.claims import alteration, creation, requester_of, user_name_claim
from rightful.accounts.further_addresses import further_writes
from rightful.accounts.history import display_name_of, entries_of, removal_entry
from rightful.accounts.refusals import RefusalRecorder
from rightful.accounts.refused_commits import (
    is_done,
    is_stale,
    refused_hold,
    refused_user_name,
    void_releases,
)
from rightful.accounts.relinking import may_be_linked
from rightful.accounts.resource import (
    MAX_ATTRIBUTES_OCTETS,
    MAX_KEY_OCTETS,
    UnverifiedDomainError,
    check_claimable,
    fits_key,
    resource_of,
)
from rightful.accounts.statement import NOTHING, Statement
from rightful.conflicts.conflict import Conflict, Operation, Requester
from rightful.conflicts.ending import owes_deactivation
from rightful.invocation import Invocation
from rightful.organizations.claimable_domains import may_claim
from rightful.organizations.organization import OnDelete
from rightful.scim.errors import ScimError, not_found, payload_too_large, unavailable, uniqueness
from rightful.storage.contract import DirectoryState, IdentityStore
from rightful.storage.writes import (
    AppendLog,
    ContendedError,
    CountUsers,
    DeleteAccount,
    Hold,
    PutAccount,
    RefusedError,
    ReleaseAddress,
    ReleaseUserName,
    Write,
)

Change = Callable[[Mapping[str, object]], Mapping[str, object]]
"""From a User resource as it is to the resource as the request wants it; raises ScimError."""

Precondition = Callable[[Account], None]
"""Checks If-Match against the account as it is at each attempt; raises ScimError (412)."""

_RETRY_AFTER_SECONDS = 1
_TIME_FOR_ONE_MORE_ATTEMPT = 1.0
_MAX_REQUESTER_KEY_OCTETS = MAX_KEY_OCTETS + 128  # Requester.key: an externalId or userName with its directory


def no_precondition(_: Account) -> None:
    """Any state will do."""


@dataclass(frozen=True, slots=True)
class Provisioning:
    """The use cases of one directory. `refusals` records refused claims as conflicts."""

    store: IdentityStore
    refusals: RefusalRecorder
    organization_id: str
    directory_id: str

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
        if state is None:
            raise not_found(f"There is no directory {self.directory_id}.")
        if scim_id is not None and not self._is_user(state.account, scim_id):
            raise not_found(f"Resource {scim_id} not found.")
        return state

    def create(self, resource: Mapping[str, object], state: DirectoryState, invocation: Invocation) -> Account:
        """Create a user; or, on proof that it is the same person, link the account it had here before.

        Args:
            resource: a User resource as `scim.resources.read_create` made it.

        Raises:
            ScimError: 400 invalidValue, 409 uniqueness (the conflict is recorded then), 503.
        """
        account = new_account(invocation.new_id(), self.organization_id, self.directory_id, resource, invocation.now)
        self._check(account, state, None, invocation)
        user_name = account.link.user_name if account.link else ""
        external_id = account.link.external_id if account.link else None
        requester = Requester(None, None, user_name, external_id, display_name_of(account))
        writes = creation(account, self.directory_id, requester, invocation)
        while True:
            pending = self.refusals.pending(state)
            try:
                self._commit([*writes, *self.refusals.ending(pending, None, account, invocation)], invocation)
            except RefusedError as refused:
                if refused_user_name(refused):
                    raise self.refusals.taken_user_name(
                        state, Operation.CREATE, requester, None, account, invocation
                    ) from None
                hold = refused_hold(refused)
                try:
                    relinked = self._relink(hold, resource, state, invocation) if hold else None
                except RefusedError:
                    hold = relinked = None  # the holder changed in between
                if hold is None:
                    state = self._again(None, invocation, requester_key=requester.key(self.directory_id))
                    continue
                if relinked is not None:
                    return relinked
                raise self.refusals.taken_address(
                    state, Operation.CREATE, requester, None, account, invocation
                ) from None
            return account

    def change(
        self,
        scim_id: str,
        change: Change,
        operation: Operation,
        state: DirectoryState,
        invocation: Invocation,
        precondition: Precondition = no_precondition,
        statement: Statement = NOTHING,
    ) -> Account:
        """Change a user. Where the change asks for nothing new the user is not written and its version stays.

        Args:
            state: as `self.state(scim_id)` read it.
            change: computes the wanted resource; called again where the user changed meanwhile.
            statement: what the request says in so many words: it can take back what was refused before.

        Raises:
            ScimError: 400, 404, 409 uniqueness (the conflict is recorded then), 412, 503.
        """
        void: tuple[Write, ...] = ()
        while True:
            before = state.account
            if before is None or not self._is_user(before, scim_id):
                raise not_found(f"Resource {scim_id} not found.")
            precondition(before)
            pending = self.refusals.pending(state)
            wanted = without_tombstone(before, change(resource_of(before)))
            wanted = _with_what_is_owed(wanted, pending, scim_id, statement)
            after = changed_account(before, wanted, invocation.now)
            writes: list[Write] = []
            if after is not None:
                try:
                    self._check(after, state, before, invocation)
                except UnverifiedDomainError:
                    if before.active and not after.active:
                        # Nobody stays active because of an address: as with a 409, the remediator deactivates.
                        self.refusals.taken_address(
                            state, operation, requester_of(before), before, after, invocation, statement
                        )
                    raise
                writes = [
                    write for write in alteration(before, after, self.directory_id, invocation) if write not in void
                ]
            after = after or before
            writes += self.refusals.ending(pending, before, after, invocation, statement)
            if not writes:
                return before
            try:
                self._commit(writes, invocation)
            except RefusedError as refused:
                if is_done(refused, after):
                    return after
                if not is_stale(refused):
                    void += void_releases(refused)
                    requester = requester_of(before)
                    if refused_hold(refused) is not None:
                        raise self.refusals.taken_address(
                            state, operation, requester, before, after, invocation, statement
                        ) from None
                    if refused_user_name(refused):
                        raise self.refusals.taken_user_name(
                            state, operation, requester, before, after, invocation, statement
                        ) from None
                state = self._again(scim_id, invocation)
                continue
            return after

    def remove(
        self,
        scim_id: str,
        state: DirectoryState,
        invocation: Invocation,
        precondition: Precondition = no_precondition,
    ) -> Account:
        """SCIM DELETE: unlink and deactivate, so that the account keeps its address; or erase, as the directory says.

        The user has left its groups before.

        Returns:
            The account as it was.

        Raises:
            ScimError: 404, 412, 503.
        """
        void: tuple[Write, ...] = ()
        while True:
            before = state.account
            if before is None or before.link is None or not self._is_user(before, scim_id):
                raise not_found(f"Resource {scim_id} not found.")
            precondition(before)
            # What is on legal hold is not erased by anybody's delete.
            erase = state.directory.on_delete is OnDelete.ERASE and Flag.LEGAL_HOLD not in before.flags
            if erase and before.group_ids:
                raise _busy()  # it joined a group meanwhile; whoever removes it has to leave that first
            after = None if erase else unlinked_account(before, invocation.now)
            writes: list[Write] = [
                ReleaseUserName(self.directory_id, canonical_user_name(before.link.user_name), before.id),
                CountUsers(self.directory_id, before.id, -1),
                *further_writes([(before, after)]),
                AppendLog(removal_entry(before, erased=erase, invocation=invocation)),
                *self.refusals.ending(self.refusals.pending(state), before, after, invocation),
            ]
            if after is not None:
                writes.append(PutAccount(after, before.version))
            else:
                writes.append(DeleteAccount(before.id, before.version))
                if before.holds is not None:
                    writes.append(ReleaseAddress(before.holds, before.id))
            try:
                self._commit([write for write in writes if write not in void], invocation)
            except RefusedError as refused:
                if not is_stale(refused):
                    void += void_releases(refused)
                state = self._again(scim_id, invocation)
                continue
            return before

    # Parts

    def _is_user(self, account: Account | None, scim_id: str) -> bool:
        """Whether that SCIM id is, now, that account's in this directory."""
        return (
            account is not None
            and account.link is not None
            and account.link.directory_id == self.directory_id
            and account.link.scim_id == scim_id
        )

    def _check(self, after: Account, state: DirectoryState, before: Account | None, invocation: Invocation) -> None:
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

    def _relink(
        self, hold: Hold, resource: Mapping[str, object], state: DirectoryState, invocation: Invocation
    ) -> Account | None:
        """Link the holder again where it is the same person (`relinking`); else None.

        Raises:
            RefusedError: the holder, or the pending change, is not as it was read any more.
        """
        holder = self.store.account(hold.account_id) if hold.account_id is not None else None
        if holder is None or holder.holds != hold.canonical:
            return None  # the index and the account disagree by now: that is for the remediator to look into
        policy, now = state.organization.policy, invocation.now
        if not may_be_linked(holder, resource, self.organization_id, self.directory_id, policy, now):
            return None
        account = relinked_account(holder, self.directory_id, resource, invocation.now)
        self._check(account, state, holder, invocation)
        writes: list[Write] = [
            PutAccount(account, holder.version),
            user_name_claim(account, self.directory_id),
            CountUsers(self.directory_id, account.id, 1),
            *further_writes([(holder, account)]),
            *map(AppendLog, entries_of(holder, account, invocation)),
            *self.refusals.ending(self.refusals.pending(state), None, account, invocation),
        ]
        try:
            self._commit(writes, invocation)
        except RefusedError as refused:
            if refused_user_name(refused):
                raise uniqueness("userName", str(resource.get("userName", ""))) from None
            raise
        return account

    def _commit(self, writes: list[Write], invocation: Invocation) -> None:
        try:
            self.store.commit(writes, remaining=invocation.remaining)
        except ContendedError as error:
            raise _busy() from error

    def _again(
        self, scim_id: str | None, invocation: Invocation, *, requester_key: str | None = None
    ) -> DirectoryState:
        """Read again after something changed meanwhile, while there is time for one more attempt."""
        if invocation.remaining() < _TIME_FOR_ONE_MORE_ATTEMPT:
            raise _busy()
        return self.state(scim_id, requester_key=requester_key)


def _with_what_is_owed(
    wanted: Mapping[str, object], pending: Conflict | None, scim_id: str, statement: Statement
) -> Mapping[str, object]:
    """What a directory wants, with the deactivation that it asked for before and that was not carried out yet."""
    return {**wanted, "active": False} if owes_deactivation(pending, scim_id, statement.active) else wanted


def _busy() -> ScimError:
    return unavailable(_RETRY_AFTER_SECONDS)
