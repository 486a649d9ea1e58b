"""The end of a directory, in steps of which each can be repeated, from wherever it was left.

1. It is marked, and nobody comes into it any more: its counters are closed, which refuses whoever is half-way.
2. Its keys are revoked.
3. Its groups are deleted; the janitor cleans their members up.
4. Its users are unlinked, as by SCIM DELETE with `deactivate`: accounts, addresses and what is marked on them stay.
5. What it asked for and was refused is not wanted any more; addresses that were kept for its users are free.
6. Its settings are removed.

The first two are done when `begin` and the first `go_on` return; with 100,000 users the rest takes an hour.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from rightful.core.accounts.index_writes import AccountUpdate, index_writes
from rightful.core.accounts.log_rows import removal_entry
from rightful.core.accounts.resource import unlinked_account
from rightful.core.administration.alter import ending_of
from rightful.core.conflicts.remediate import remediate
from rightful.core.groups.delete import deletion_of
from rightful.core.groups.leave import leave_all
from rightful.core.organizations.log_rows import settings_row
from rightful.core.organizations.registry import revoke_token
from rightful.domain.account import Account, AccountStatus
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.organization import Directory, DirectoryDeletion
from rightful.domain.plain_text import plain_reason
from rightful.domain.request_error import changed_meanwhile
from rightful.domain.two_people import eased_by_one
from rightful.ports.context import Context, QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.refusals import commit_again, is_stale, obsolete_releases
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import AnyPage, ConflictFilter, every_page
from rightful.ports.writes.conflicts import AppendLog, EndPending
from rightful.ports.writes.settings import COUNTERS, CloseCounter, PutDirectory, RemoveDirectory
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write
from rightful.scim.errors import ScimError

_PAGE = 100
_TIME_FOR_ONE_MORE = 3.0
_STRAGGLERS_FOR = timedelta(minutes=15)
"""After so long nothing that was on its way when the directory was marked is still to come, and an index says all."""
_CLOSED_FOR = timedelta(days=7)
_UNSETTLED = frozenset(ConflictStatus) - {ConflictStatus.SUPERSEDED, ConflictStatus.EXPIRED}
_KINDS: tuple[Literal["users", "groups"], ...] = ("users", "groups")

Enough = Callable[[], bool]
"""Whether it is time to stop for now."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is left of a directory; `gone`: nothing."""

    gone: bool
    users: int
    groups: int


def begin(
    context: Context,
    directory: Directory,
    *,
    by: str,
    reason: str = "",
    keeps_active: bool = False,
) -> Directory:
    """Mark a directory as one that is to go; from then on nobody comes into it. One that is marked stays as it is.

    Args:
        keeps_active: whether its people stay active, because their accounts become their own; else they are
            deactivated.

    Raises:
        RequestError: conflict, somebody else changed it meanwhile; invalid_value, the reason cannot be written down.
    """
    if directory.deleting is not None:
        return directory
    told = plain_reason(reason) if reason else ""
    deleting = DirectoryDeletion(context.now, by, keeps_active)
    marked = replace(directory, version=directory.version + 1, deleting=deleting)
    sentence = f"The directory is being deleted, its users are unlinked. {told}".strip()
    row = settings_row(directory, sentence, by, context.invocation)
    closed = [CloseCounter(kind, directory.id, shard) for kind in _KINDS for shard in range(COUNTERS)]
    try:
        context.commit([PutDirectory(marked, directory.version), *closed, *row])
    except RefusedError as error:
        raise changed_meanwhile() from error
    return marked


def what_is_left(store: IdentityStore, directory_id: str) -> Progress:
    """How much there is still to do for a directory that is there."""
    return Progress(False, store.number_of_users(directory_id), store.number_of_groups(directory_id))


def delete_due(context: QueueContext) -> int:
    """Go on with the directories that are being deleted.

    Returns:
        How many are gone now.
    """
    gone = 0
    for directory in context.store.directories_to_delete(limit=_PAGE):
        if context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
        gone += go_on(context, directory).gone
    return gone


def go_on(
    context: QueueContext,
    directory: Directory,
    *,
    enough: Enough = lambda: False,
    at_once: int = 1,
) -> Progress:
    """Do what is left to do for a marked directory, until that is `enough` or the time runs out.

    Args:
        at_once: how many users at a time.
    """
    return _Deleting(context, directory, enough, at_once).run()


class _EnoughError(Exception):
    """It is time to stop for now."""


@dataclass(frozen=True, slots=True)
class _Deleting:
    context: QueueContext
    directory: Directory
    enough: Enough
    at_once: int

    def run(self) -> Progress:
        self._revoke_keys()
        with suppress(_EnoughError):
            if self._delete_groups() and self._unlink_users() and self._end_conflicts() and self._remove():
                return Progress(True, 0, 0)
        return what_is_left(self.context.store, self.directory.id)

    @property
    def _by(self) -> str:
        return self.directory.deleting.by if self.directory.deleting else ""

    def _check_time(self) -> None:
        if self.enough() or self.context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            raise _EnoughError

    def _pages(self, read: Callable[[str | None], AnyPage]) -> Iterator[AnyPage]:
        def in_time(position: str | None) -> AnyPage:
            self._check_time()
            return read(position)

        return every_page(in_time)

    def _settled(self) -> bool:
        """Whether the index can be believed that lists nobody, whatever the counter says."""
        deleting = self.directory.deleting
        return deleting is not None and self.context.now - deleting.asked_at > _STRAGGLERS_FOR

    def _revoke_keys(self) -> None:
        organization_id, directory_id = self.directory.organization_id, self.directory.id
        for token in self.context.store.tokens(organization_id=organization_id, directory_id=directory_id):
            revoke_token(self.context, token, by=self._by)

    def _delete_groups(self) -> bool:
        store, directory_id = self.context.store, self.directory.id
        for page in self._pages(lambda at: store.listed_groups(directory_id, limit=_PAGE, position=at)):
            for group in page.groups:
                self._check_time()
                if not group.deleted:
                    # Refused: it changed; it is still listed, and the next round's.
                    self.context.commits(deletion_of(group, self.directory.organization_id, self.context.invocation))
        return store.number_of_groups(directory_id) <= 0 or self._settled()

    def _unlink_users(self) -> bool:
        store, directory_id, last_listed = self.context.store, self.directory.id, False
        for page in self._pages(lambda at: store.users(directory_id, limit=_PAGE, position=at)):
            self._unlink_all(page.accounts)
            last_listed = bool(page.accounts)
        # Who came in last may not be listed yet: the counters know.
        return store.number_of_users(directory_id) <= 0 or (self._settled() and not last_listed)

    def _unlink_all(self, accounts: Iterable[Account]) -> None:
        if self.at_once == 1:
            for account in accounts:
                self._unlink(account)
            return
        with ThreadPoolExecutor(self.at_once) as pool:
            list(pool.map(self._unlink, accounts))

    def _unlink(self, account: Account) -> None:
        """One user. What changes all the time is the next round's."""
        obsolete: list[Write] = []

        def attempt() -> None:
            self._check_time()
            found = self.context.store.account(account.id)
            if found is None or found.link is None or found.link.directory_id != self.directory.id:
                return
            before = leave_all(self.context, found)
            try:
                self.context.commit([write for write in self._unlinking(before) if write not in obsolete])
            except RefusedError as refused:
                if not is_stale(refused):
                    obsolete.extend(obsolete_releases(refused))
                raise

        with suppress(ContendedError, ScimError):
            commit_again(attempt, self.context.invocation)

    def _unlinking(self, before: Account) -> list[Write]:
        if before.link is None:
            return []
        now, deleting = self.context.now, self.directory.deleting
        after = unlinked_account(before, now)
        row = removal_entry(before, erased=False, invocation=self.context.invocation)
        explanation = row.explanation
        if deleting is not None and deleting.keeps_active:
            after = replace(after, status=before.status, deactivated_at=before.deactivated_at)
            explanation = "The account was unlinked. It keeps its address."
        elif before.status is AccountStatus.DEACTIVATED:
            explanation = "The account was unlinked. It keeps its address, and stays deactivated."
        # What took two people goes on taking two for a while: one person made another kind of account of it.
        organization = self.context.store.organization(self.directory.organization_id)
        policy = organization.policy_at(now) if organization else STANDARD
        after = eased_by_one(before, after, policy, now)
        row = replace(row, explanation=f"The directory was deleted. {explanation}", approver=self._by)
        return [
            *index_writes([AccountUpdate(before, after)], now).writes,
            AppendLog(row),
            *ending_of(self.context, before, after),
        ]

    def _end_conflicts(self) -> bool:
        """The remediator knows the end of what a deleted directory asked for; what people settled is forgotten as its
        requester's pending change."""
        store, directory, left = self.context.store, self.directory, False
        wanted = ConflictFilter(statuses=_UNSETTLED, directory_id=directory.id)
        for page in self._pages(
            lambda at: store.conflicts(directory.organization_id, limit=_PAGE, position=at, wanted=wanted)
        ):
            for conflict in page.conflicts:
                self._check_time()
                left |= not self._end(conflict)
            self._forget_pending(page.conflicts)
        return not left

    def _end(self, conflict: Conflict) -> bool:
        failed = conflict.status is ConflictStatus.FAILED
        if not (conflict.live or failed or conflict.prepared or conflict.deactivation_pending):
            return True
        try:
            remediate(self.context, conflict.pointer)
        except (ContendedError, QueueUnavailableError):
            return False
        return True

    def _forget_pending(self, conflicts: Iterable[Conflict]) -> None:
        settled = {each.request.requester_key: each.id for each in conflicts if each.settled_by_people}
        pending = self.context.store.pending_conflicts(settled)
        for key, conflict_id in settled.items():
            if pending.get(key) == conflict_id:
                self.context.commits([EndPending(key, conflict_id)])

    def _remove(self) -> bool:
        directory, now = self.directory, self.context.now
        row = settings_row(directory, "The directory was deleted.", self._by, self.context.invocation)
        closed = [CloseCounter(kind, directory.id, at, now + _CLOSED_FOR) for kind in _KINDS for at in range(COUNTERS)]
        removal = RemoveDirectory(directory.organization_id, directory.id, directory.version)
        if self.context.commits([removal, *closed, *row]):
            return True
        state = self.context.store.directory_state(directory.organization_id, directory.id)
        return state is None  # somebody else was faster
