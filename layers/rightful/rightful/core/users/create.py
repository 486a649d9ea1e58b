"""A directory creates a user: a new account, or the one that it had here before, or the one that an administrator lets
it link. An address that somebody else has is a conflict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rightful.core.accounts.from_resource import new_account, relinked_account
from rightful.core.accounts.index_writes import user_writes
from rightful.core.accounts.log_rows import display_name_of
from rightful.core.accounts.relinking import may_be_linked
from rightful.core.accounts.same_external_id import is_shared
from rightful.core.users.base import DirectoryUsers, busy, keeps_address
from rightful.core.users.expected import is_expected
from rightful.domain.account import Account, Link, canonical_user_name
from rightful.domain.hold import Hold
from rightful.domain.refused_request import Operation, Requester
from rightful.ports.invocation import Invocation
from rightful.ports.refusals import is_closed, refused_user_name, taken_by
from rightful.ports.store.contract import DirectoryState
from rightful.ports.writes.transaction import RefusedError
from rightful.scim.errors import uniqueness
from rightful.text.identity import identifier


class ExpectedUserError(Exception):
    """The create is the first word of its directory about a user that an operator imported into it (`expecting`)."""

    def __init__(self, link: Link) -> None:
        super().__init__(link.scim_id)
        self.scim_id = link.scim_id


@dataclass(frozen=True, slots=True)
class Creating(DirectoryUsers):
    """How users are created."""

    def create(self, resource: Mapping[str, object], state: DirectoryState, invocation: Invocation) -> Account:
        """Create a user; or, on proof that it is the same person, link the account it had here before.

        Args:
            resource: a User resource as `scim.resources.read_create` made it.

        Raises:
            ScimError: 400 invalidValue, 409 uniqueness (the conflict is recorded then), 503.
            ExpectedUserError: it is a user of the directory already, by an import, and its directory never spoke of it
        """
        account = new_account(invocation.new_id(), self.organization_id, self.directory_id, resource, invocation.now)
        self.check(account, state, None, invocation)
        user_name = account.link.user_name if account.link else ""
        external_id = account.link.external_id if account.link else None
        requester = Requester(None, None, user_name, external_id, display_name_of(account))
        writes = user_writes(None, account, invocation, requester_key=requester.key(self.directory_id))
        while True:
            pending = self.refusals.pending(state)
            try:
                self.commit([*writes, *self.refusals.ending(pending, None, account, invocation)], invocation)
            except RefusedError as refused:
                if is_closed(refused):
                    self.again(None, invocation)  # 404, unless only a part of it was restored
                    raise busy() from None
                if refused_user_name(refused):
                    self._look_for_expected(user_name, resource, state, invocation.now)
                    raise self.refusals.taken_user_name(
                        state, Operation.CREATE, requester, None, account, invocation
                    ) from None
                hold = taken_by(refused)
                try:
                    relinked = self._relink(hold, resource, state, invocation) if hold else None
                except RefusedError:
                    hold = relinked = None  # the holder changed in between
                if hold is None:
                    state = self.again(None, invocation, requester_key=requester.key(self.directory_id))
                    continue
                if relinked is not None:
                    return relinked
                raise self.refusals.taken_address(
                    state, Operation.CREATE, requester, None, account, invocation
                ) from None
            return account

    def _look_for_expected(
        self, user_name: str, resource: Mapping[str, object], state: DirectoryState, now: datetime
    ) -> None:
        """See whether the user that has the userName is the one that is created, as an import said."""
        account_id = self.store.account_id_of_user_name(self.directory_id, canonical_user_name(user_name))
        account = self.store.account(account_id) if account_id is not None else None
        if account is None or account.link is None:
            return
        if self._is_expected(account, resource, state, now):
            raise ExpectedUserError(account.link)

    def _is_expected(
        self, account: Account, resource: Mapping[str, object], state: DirectoryState, now: datetime
    ) -> bool:
        expected, sent = account.expected, identifier(resource.get("externalId"))
        if expected is None:
            return False
        same = sent is not None and sent == identifier(expected.external_id)
        ids = (resource.get("externalId"), expected.external_id)
        shared = same and is_shared(self.store, self.directory_id, ids, {account.id})
        return is_expected(account, resource, state.organization, self.directory_id, now, shared=shared)

    def _shares(self, holder: Account, resource: Mapping[str, object]) -> bool:
        """Whether the externalId by which the holder would be linked is others', too."""
        former, sent = holder.former_link, resource.get("externalId")
        if former is None or former.directory_id != self.directory_id:
            return False
        if identifier(sent) != identifier(former.external_id):
            return False
        return is_shared(self.store, self.directory_id, (sent, former.external_id), {holder.id})

    def _relink(
        self, hold: Hold, resource: Mapping[str, object], state: DirectoryState, invocation: Invocation
    ) -> Account | None:
        """Link the holder again where it is the same person (`relinking`); else None.

        Raises:
            RefusedError: the holder, or the pending change, is not as it was read any more.
            ExpectedUserError: see `create`.
        """
        holder = self.store.account(hold.account_id) if hold.account_id is not None else None
        if holder is None or holder.holds != hold.canonical:
            return None  # the index and the account disagree by now: that is for the remediator to look into
        now = invocation.now
        policy = state.organization.policy_at(now)
        expected = self._is_expected(holder, resource, state, now)
        if expected and holder.link is not None:
            raise ExpectedUserError(holder.link)
        ids = (self.organization_id, self.directory_id)
        shared = not expected and self._shares(holder, resource)
        if not expected and not may_be_linked(holder, resource, *ids, policy, now, shared=shared):
            return None
        relinked = relinked_account(holder, self.directory_id, resource, invocation.now)
        if not keeps_address(holder, relinked) and self.out_of_reach(holder, state, invocation):
            return None  # as with a change (`Provisioning.change`); two administrators can approve the conflict
        account = self.eased(holder, relinked, state, invocation)
        self.check(account, state, holder, invocation)
        writes = [
            *user_writes(holder, account, invocation),
            *self.refusals.ending(self.refusals.pending(state), None, account, invocation),
        ]
        try:
            self.commit(writes, invocation)
        except RefusedError as refused:
            if refused_user_name(refused):
                raise uniqueness("userName", str(resource.get("userName", ""))) from None
            raise
        return account
