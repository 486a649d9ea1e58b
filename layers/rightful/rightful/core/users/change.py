"""What a directory does to its users: create, change, remove. All of it conditional, all of it repeatable.

Each use case reads what it needs in one call, computes what should be, and commits it as one transaction. A commit
that is refused says which condition did not hold: another holder of the address becomes a conflict and the standard
409; anything that merely changed meanwhile is read again and tried again, while there is time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rightful.core.accounts.edits import deactivated
from rightful.core.accounts.from_resource import changed_account, unlinked_account
from rightful.core.accounts.index_writes import AccountUpdate, index_writes, requester_of, user_writes
from rightful.core.accounts.log_rows import removal_entry
from rightful.core.accounts.placeholders import with_own_address
from rightful.core.accounts.resource import UnverifiedDomainError, resource_of
from rightful.core.accounts.soft_deletes import remembering, without_tombstones
from rightful.core.conflicts.lifecycle.end import owes_deactivation
from rightful.core.users.base import busy, keeps_address
from rightful.core.users.create import Creating, ExpectedUserError
from rightful.core.users.intent import NOTHING, ExplicitIntent, intent_of_resource
from rightful.domain.account import Account, Flag
from rightful.domain.conflict import Conflict
from rightful.domain.organization import OnDelete
from rightful.domain.refused_request import Operation
from rightful.domain.two_people import what_takes_two
from rightful.ports.invocation import Invocation
from rightful.ports.refusals import is_done, is_stale, obsolete_releases, refused_user_name, taken_by
from rightful.ports.store.contract import DirectoryState
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import RefusedError, Write
from rightful.scim.errors import not_found

ResourceEdit = Callable[[Mapping[str, object]], Mapping[str, object]]
"""From a User resource as it is to the resource as the request wants it; raises ScimError."""

Precondition = Callable[[Account], None]
"""Checks If-Match against the account as it is at each attempt; raises ScimError (412)."""


def no_precondition(_: Account) -> None:
    """Any state will do."""


class _KnownByNowError(Exception):
    """The directory has said something about an imported user meanwhile."""


def _require_expected(account: Account) -> None:
    if account.expected is None:
        raise _KnownByNowError


@dataclass(frozen=True, slots=True)
class Provisioning(Creating):
    """The use cases of one directory: `create`, `change` and `remove`."""

    def create(self, resource: Mapping[str, object], state: DirectoryState, invocation: Invocation) -> Account:
        """See `Creating.create`. The first word about an imported user is a change of that user: its SCIM id stays, so
        that look-ups and creates lead to one resource."""
        wanted = {"active": True, **resource}
        while True:
            try:
                return Creating.create(self, resource, state, invocation)
            except ExpectedUserError as found:
                scim_id = found.scim_id
            try:
                imported = self.again(scim_id, invocation)
                return self.change(
                    scim_id,
                    lambda _: wanted,
                    Operation.PUT,
                    imported,
                    invocation,
                    _require_expected,
                    intent_of_resource(resource),
                )
            except _KnownByNowError:
                state = self.again(None, invocation)

    def change(
        self,
        scim_id: str,
        change: ResourceEdit,
        operation: Operation,
        state: DirectoryState,
        invocation: Invocation,
        precondition: Precondition = no_precondition,
        intent: ExplicitIntent = NOTHING,
    ) -> Account:
        """Change a user. Where the change asks for nothing new the user is not written and its version stays.

        Args:
            state: as `self.state(scim_id)` read it.
            change: computes the wanted resource; called again where the user changed meanwhile.
            statement: what the request says in so many words: it can take back what was refused before.

        Raises:
            ScimError: 400, 403 what takes two people, 404, 409 uniqueness (the conflict is recorded then; of a 403,
                too), 412, 503.
        """
        obsolete: tuple[Write, ...] = ()
        while True:
            before = state.account
            if before is None or not self.is_user(before, scim_id):
                raise not_found(f"Resource {scim_id} not found.")
            precondition(before)
            pending = self.refusals.pending(state)
            after, ending = self._changed(before, change(resource_of(before)), pending, intent, invocation)
            writes: list[Write] = []
            if after is not None:
                try:
                    self.check(after, state, before, invocation)
                except UnverifiedDomainError:
                    let_in = before.active or (pending is not None and pending.request.change.active is True)
                    if let_in and not after.active:
                        # Nobody stays active, or becomes it, because of an address: as with a 409, the remediator
                        # deactivates, and what was asked for before is taken back.
                        self.refusals.taken_address(
                            state, operation, requester_of(before), before, after, invocation, intent
                        )
                    raise
                self._check_reach(state, operation, before, after, invocation, intent)
                after = self.eased(before, after, state, invocation)
                writes = [write for write in user_writes(before, after, invocation) if write not in obsolete]
            after = after or before
            writes += ending
            if not writes:
                return before
            try:
                self.commit(writes, invocation)
            except RefusedError as refused:
                if is_done(refused, after):
                    return after
                if not is_stale(refused):
                    obsolete += obsolete_releases(refused)
                    requester = requester_of(before)
                    if taken_by(refused) is not None:
                        raise self.refusals.taken_address(
                            state, operation, requester, before, after, invocation, intent
                        ) from None
                    if refused_user_name(refused):
                        raise self.refusals.taken_user_name(
                            state, operation, requester, before, after, invocation, intent
                        ) from None
                state = self.again(scim_id, invocation)
                continue
            return after

    def _changed(
        self,
        before: Account,
        resource: Mapping[str, object],
        pending: Conflict | None,
        intent: ExplicitIntent,
        invocation: Invocation,
    ) -> tuple[Account | None, tuple[Write, ...]]:
        """A user as the request wants it (None: that is what it is already), and what ends of the pending change."""
        wanted, soft_delete = without_tombstones(before, with_own_address(before, resource), pending)
        if before.link is not None and owes_deactivation(pending, before.link.scim_id, intent.active):
            wanted = {**wanted, "active": False}  # the directory asked for it before, and it was not carried out yet
        after = changed_account(before, wanted, invocation.now)
        intent = replace(intent, soft_delete=soft_delete)
        ending = self.refusals.ending(pending, before, after or before, invocation, intent)
        remembers = remembering(after or before, pending, ending, soft_delete=soft_delete)
        if remembers is before:
            return None, ending
        return replace(remembers, version=before.version + 1, updated_at=invocation.now), ending

    def _check_reach(
        self,
        state: DirectoryState,
        operation: Operation,
        before: Account,
        after: Account,
        invocation: Invocation,
        intent: ExplicitIntent,
    ) -> None:
        """Refuse to change an address that takes two people with one administrator's key.

        Raises:
            ScimError: 403; what it says of the person's activity is done all the same, here or by the conflict.
        """
        why = "" if keeps_address(before, after) else self.out_of_reach(before, state, invocation)
        if not why:
            return
        if after.email is not None and after.holds != before.holds:
            raise self.refusals.held_address(state, operation, before, after, invocation, intent, why)
        if before.active and not after.active:
            self._deactivate(before, state, invocation)
        # In other letters it is the same address to everybody who asks for it: no claim, and nothing for a conflict.
        done = "removed" if after.email is None else "written in other letters"
        raise self.refusals.held_removal(state, before, invocation, why, done)

    def _deactivate(self, before: Account, state: DirectoryState, invocation: Invocation) -> None:
        """All that is done of a request that may not take the address away: the person loses access at once.

        Raises:
            ScimError: 503, the user changed meanwhile.
        """
        now = invocation.now
        after = replace(deactivated(before, now), version=before.version + 1, updated_at=now)
        after = self.eased(before, after, state, invocation)
        writes = user_writes(before, after, invocation)
        pending = self.refusals.pending(state)
        writes += self.refusals.ending(pending, before, after, invocation, ExplicitIntent(active=False))
        try:
            self.commit(writes, invocation)
        except RefusedError as refused:
            if not is_done(refused, after):
                raise busy() from refused

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
        obsolete: tuple[Write, ...] = ()
        while True:
            before = state.account
            if before is None or before.link is None or not self.is_user(before, scim_id):
                raise not_found(f"Resource {scim_id} not found.")
            precondition(before)
            erase = state.directory.on_delete is OnDelete.ERASE
            kept_because = self._obstacle_to_erasing(before, state, invocation) if erase else ""
            erase = erase and not kept_because
            if erase and before.group_ids:
                raise busy()  # it joined a group meanwhile; whoever removes it has to leave that first
            after = None if erase else self._unlinked(before, state, invocation)
            writes: list[Write] = [
                *index_writes([AccountUpdate(before, after)], invocation.now).writes,
                AppendLog(removal_entry(before, erased=erase, invocation=invocation, kept_because=kept_because)),
                *self.refusals.ending(self.refusals.pending(state), before, after, invocation),
            ]
            try:
                self.commit([write for write in writes if write not in obsolete], invocation)
            except RefusedError as refused:
                if not is_stale(refused):
                    obsolete += obsolete_releases(refused)
                state = self.again(scim_id, invocation)
                continue
            if kept_because and Flag.LEGAL_HOLD not in before.flags:
                self.refusals.on_held(before)
            return before

    def _obstacle_to_erasing(self, account: Account, state: DirectoryState, invocation: Invocation) -> str:
        """Why a delete unlinks and deactivates although the directory erases, in a sentence; empty: it erases."""
        if Flag.LEGAL_HOLD in account.flags:
            return "It is on legal hold: nobody's delete erases it."
        why, rule = self.out_of_reach(account, state, invocation), state.directory.erasing
        if why:
            return (
                f"It was not erased: it {why}, and one administrator alone issued the key of this request. "
                "A different administrator has to confirm the key."
            )
        if rule is None or not rule.stands_alone(invocation.now):
            return ""
        why = what_takes_two(account, state.organization.policy_at(invocation.now), invocation.now)
        return (
            f"It was not erased: it {why}, and one administrator alone ({rule.by}) let this directory erase. "
            "A different administrator has to confirm that."
            if why
            else ""
        )

    def _unlinked(self, before: Account, state: DirectoryState, invocation: Invocation) -> Account:
        """The account that its directory let go."""
        return self.eased(before, unlinked_account(before, invocation.now), state, invocation)
