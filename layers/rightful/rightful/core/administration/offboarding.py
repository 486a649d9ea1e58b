"""The end of an organization, by the operator alone, in steps of which each can be repeated, from wherever it was left.

1. It is marked, with what becomes of its accounts. 2. Nobody signs in to its console any more, and the secret that it
has at its identity provider is forgotten. 3. Its keys are revoked. 4. Its domains are free. 5. Its directories go
(`directory_deletion`). 6. Its accounts are erased, or become personal. 7. Its conflicts are removed. 8. Its settings
are removed, last: as long as they are there, it is not done.

Rows of its event log stay until their retention ends; nobody has a key to read them any more.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from rightful.core.accounts.claims import release_writes, released
from rightful.core.accounts.log_rows import changed_row
from rightful.core.administration import directory_deletion
from rightful.core.administration.belongings import pages_of_accounts
from rightful.core.administration.erase import erase_of_organization
from rightful.core.conflicts.lifecycle.end import end_of_waiters
from rightful.core.organizations.keys import keys_of
from rightful.core.organizations.log_rows import settings_row
from rightful.core.organizations.registry import change_organization, revoke_token
from rightful.domain.account import Account, Flag
from rightful.domain.organization import AccountsAtEnd, Closing, Directory, Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context, QueueContext
from rightful.ports.refusals import commit_again
from rightful.ports.sign_in import ClientSecrets
from rightful.ports.store.lists import every_page
from rightful.ports.writes.accounts import EndReservation
from rightful.ports.writes.conflicts import AppendLog, EndPending
from rightful.ports.writes.settings import PutOrganization, ReleaseDomain, RemoveConflict, RemoveOrganization
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

_PAGE = 100
_DOMAINS_AT_ONCE = 90


@dataclass(slots=True)
class Left:
    """What a run did, and what keeps the organization from going: accounts on legal hold, and whatever changed all the
    time. `gone`: nothing does."""

    done: Counter[str] = field(default_factory=Counter)
    on_legal_hold: list[str] = field(default_factory=list)
    busy: int = 0
    gone: bool = False


def begin(context: Context, organization: Organization, accounts: AccountsAtEnd, *, by: str) -> Organization:
    """Mark an organization as one that goes.

    Raises:
        RequestError: conflict, it began with another word on its accounts, or somebody changed it meanwhile.
    """
    closing = organization.closing
    if closing is not None:
        if closing.accounts is not accounts:
            raise RequestError(
                "conflict",
                f"Deleting this organization began on {closing.asked_at:%Y-%m-%d} with --accounts "
                f"{closing.accounts.value}: go on with that.",
            )
        return organization
    marked = replace(organization, closing=Closing(context.now, accounts))
    sentence = f"The organization is being deleted; its accounts: {accounts.value}."
    return change_organization(context, marked, sentence, by=by)


def end_sign_in(
    context: Context, secrets: Callable[[], ClientSecrets], organization: Organization, *, by: str
) -> Organization:
    """The organization as nobody signs in to its console any more; sessions open nothing from now on.

    The secret goes first: once the settings are gone, nothing says under which name it was kept.

    Args:
        secrets: gives the place where it is kept; asked for only where there is one.

    Raises:
        RequestError: conflict, somebody changed the organization meanwhile.
    """
    settings = organization.sign_in
    if settings is None:
        return organization
    if settings.secret_id:
        secrets().forget(organization.id, settings.secret_id)
    return change_organization(context, replace(organization, sign_in=None), "Nobody signs in any more.", by=by)


def offboard(
    context: QueueContext,
    organization: Organization,
    *,
    by: str,
    at_once: int = 1,
    told: Callable[[Left], None] = lambda _: None,
) -> Left:
    """Do what is left to do for a marked organization.

    Args:
        at_once: how many accounts at a time.
        told: hears of progress.
    """
    return _Offboarding(context, organization, by, at_once, told).run()


@dataclass(slots=True)
class _Offboarding:
    context: QueueContext
    organization: Organization
    by: str
    at_once: int
    told: Callable[[Left], None]
    left: Left = field(default_factory=Left)

    def run(self) -> Left:
        self._revoke_keys()
        self._release_domains()
        if self._delete_directories() and self._end_accounts() and self._remove_conflicts() and self._nobody_left():
            self.left.gone = self._remove()
        return self.left

    @property
    def _erases(self) -> bool:
        closing = self.organization.closing
        return closing is not None and closing.accounts is AccountsAtEnd.ERASE

    def _count(self, what: str, number: int = 1) -> None:
        self.left.done[what] += number
        self.told(self.left)

    def _revoke_keys(self) -> None:
        for token in keys_of(self.context.store, self.organization.id):
            revoke_token(self.context, token, by=self.by)
            self._count("keys revoked")

    def _release_domains(self) -> None:
        """From here on nothing is claimed for the organization any more, by whomever it was begun."""
        while self.organization.domains or self.organization.challenges:
            names = sorted(self.organization.domains)[:_DOMAINS_AT_ONCE]
            self._release_some(names)
            self._count("domains released", len(names))

    def _release_some(self, names: list[str]) -> None:
        before = self.organization
        kept = {name: at for name, at in before.domains.items() if name not in names}
        after = replace(before, version=before.version + 1, domains=kept, challenges={})
        releases: set[Write] = {ReleaseDomain(name, before.id) for name in names}

        def attempt() -> None:
            try:
                self.context.commit([PutOrganization(after, before.version), *releases])
            except RefusedError as refused:
                if any(isinstance(refusal.write, PutOrganization) for refusal in refused.refusals):
                    message = "Somebody else changes this organization. Run it again."
                    raise RequestError("conflict", message) from refused
                releases.difference_update(refusal.write for refusal in refused.refusals)  # not this organization's
                raise

        commit_again(attempt, self.context.invocation)
        self.organization = after

    def _delete_directories(self) -> bool:
        gone = True
        for directory in self.context.store.directories(self.organization.id):
            gone &= self._delete_directory(directory)
        return gone

    def _delete_directory(self, directory: Directory) -> bool:
        marked = directory_deletion.begin(self.context, directory, by=self.by, keeps_active=not self._erases)
        users = self.context.store.number_of_users(directory.id)
        progress = directory_deletion.go_on(self.context, marked, at_once=self.at_once)
        self._count("users unlinked", max(0, users - progress.users))
        if progress.gone:
            self._count("directories deleted")
        else:
            self.left.busy += 1
        return progress.gone

    def _end_accounts(self) -> bool:
        for page in pages_of_accounts(self.context.store, self.organization.id):
            with ThreadPoolExecutor(self.at_once) as pool:
                ended = list(pool.map(self._end_account, page))
            self._count("accounts erased" if self._erases else "accounts released", sum(ended))
            for account, done in zip(page, ended, strict=True):
                if not done and Flag.LEGAL_HOLD in account.flags and self._erases:
                    self.left.on_legal_hold.append(account.id)
                elif not done:
                    self.left.busy += 1
        return not (self.left.on_legal_hold or self.left.busy)

    def _end_account(self, account: Account) -> bool:
        if self._erases:
            return erase_of_organization(self.context, account.id, self.organization.id, by=self.by)
        return self._release(account.id)

    def _release(self, account_id: str) -> bool:
        def attempt() -> bool:
            before = self.context.store.account(account_id)
            if before is None or before.organization_id != self.organization.id:
                return True
            if before.link is not None:
                return False  # somebody is at it
            after, invocation = released(before, self.context.invocation), self.context.invocation
            row = changed_row(before, invocation, "The account is the person's own from now on.", approver=self.by)
            writes: list[Write] = [
                *release_writes(before, after, invocation),
                *map(AppendLog, row),
            ]
            self.context.commit(writes)
            return True

        try:
            return commit_again(attempt, self.context.invocation)
        except ContendedError:
            return False

    def _remove_conflicts(self) -> bool:
        store, organization_id = self.context.store, self.organization.id
        for page in every_page(lambda at: store.conflicts(organization_id, limit=_PAGE, position=at)):
            for conflict in page.conflicts:
                # Refused: it is not this conflict's.
                self.context.commits([EndPending(conflict.request.requester_key, conflict.id)])
                self.context.commits([EndReservation(conflict.request.wanted.canonical, conflict.id)])
                if not self.context.commits([RemoveConflict(organization_id, conflict.id), *end_of_waiters(conflict)]):
                    self.left.busy += 1
                self._count("conflicts removed")
        return not self.left.busy

    def _nobody_left(self) -> bool:
        """Whoever was listed a moment too late is the next run's."""
        left = next(pages_of_accounts(self.context.store, self.organization.id), None)
        self.left.busy += left is not None or bool(self.context.store.directories(self.organization.id))
        return not self.left.busy

    def _remove(self) -> bool:
        sentence = "The organization was deleted."
        row = settings_row(self.organization, sentence, self.by, self.context.invocation)
        return self.context.commits([RemoveOrganization(self.organization.id, self.organization.version), *row])
