"""What an organization's administrators do with its accounts, one by one, each with a reason that is logged.

Not every change is an administrator's. A linked account's address is its directory's: changed here, the next push would
change it back, or collide. An account whose address takes two people (`domain.two_people`: it is marked, or of a
kind for which the policy demands two approvals) gives it away only with two approvals, which is what conflicts are for:
no action here moves that address, ends the account, takes it out of its directory or over from nobody. Access is one
person's to end and to give; that takes two people no less afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rightful.core.accounts.claims import claimed, own_address, released, source_of_released, with_own_address
from rightful.core.accounts.edits import cancelled, scheduled, with_email, without_address
from rightful.core.accounts.errors import no_such_account
from rightful.core.accounts.log_rows import changed_row, entries_of, removal_entry
from rightful.core.administration.alter import Alteration, alter
from rightful.core.administration.possible import CHANGE_IT_THERE, LINKED, why_not_alone
from rightful.core.conflicts.diagnosis.merge import kept_out
from rightful.core.groups.leave import leave_all
from rightful.core.organizations.may_claim import may_claim, required_domains
from rightful.domain.account import Account, AccountStatus, Flag, FormerLink
from rightful.domain.address import Address, placeholder, shown
from rightful.domain.conflicts.policy import Policy
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.domain.two_people import eased_by_one
from rightful.ports.context import Context
from rightful.ports.writes.accounts import RequireDomain
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import ContendedError, Write
from rightful.scim.errors import ScimError


@dataclass(frozen=True, slots=True)
class Administration:
    """The actions of one administrator on the accounts of one organization.

    Each returns the account as it is then, changes nothing where it is so already, and raises

    - RequestError: not_found (or another organization's: nobody may tell the difference); changed, it is not the
      `version` that was read, if one is given; and what it names itself;
    - ContendedError: no quiet moment.
    """

    context: Context
    organization: Organization
    administrator: str
    reason: str
    version: int | None = None

    def set_email(self, account_id: str, address: Address | None) -> Account:
        """Give an account another address; None frees the one it has, and it gets a placeholder.

        Raises:
            RequestError: linked; protected; email_taken (AddressTakenError); invalid_value, the domain is not verified.
        """
        if address is not None and not may_claim(self.context.store, self.organization, address.domain):
            message = f"email: the domain {address.domain} is not verified by this organization. Verify it first."
            raise RequestError("invalid_value", message, "email")
        instead = placeholder(self.context.invocation.new_id())

        def change(account: Account) -> Account:
            self._refuse_linked(account, CHANGE_IT_THERE)
            self._refuse_alone(account)
            if address is None:
                freed = account.email is None or account.email.is_placeholder
                return account if freed else without_address(account, instead, self.context.now)
            changed = with_email(account, address, self.context.invocation, verified=True)
            return account if changed == account else changed

        return self._alter(account_id, change, required_domains(self.organization, [address]))

    def deactivate(self, account_id: str) -> Account:
        """End the person's access, even where a remediation had done so and is undone. It keeps its address."""
        return self._alter(account_id, lambda account: kept_out(account, self.context.now), says_active=False)

    def reactivate(self, account_id: str) -> Account:
        """Let the person in again.

        Raises:
            RequestError: pending_deletion.
        """

        def change(account: Account) -> Account:
            if account.status is AccountStatus.PENDING_DELETION:
                raise RequestError("pending_deletion", "This account is scheduled for deletion. Cancel that first.")
            return account if account.active else replace(account, status=AccountStatus.ACTIVE, deactivated_at=None)

        return self._alter(account_id, change, says_active=True)

    def schedule_deletion(self, account_id: str) -> Account:
        """Let an account be erased in 14 days.

        Raises:
            RequestError: linked, legal_hold, protected.
        """

        def change(account: Account) -> Account:
            self._refuse_linked(account, "Remove the user there, or unlink the account first.")
            after = scheduled(account, self.context.now)
            self._refuse_alone(account)
            return after

        return self._alter(account_id, change)

    def cancel_deletion(self, account_id: str) -> Account:
        """Let an account live on, deactivated until somebody reactivates it.

        Raises:
            RequestError: not_scheduled.
        """
        return self._alter(account_id, lambda account: cancelled(account, self.context.now))

    def unlink(self, account_id: str) -> Account:
        """Take an account out of its directory: it stays what it is, active or not, with its address.

        Its directory finds the user gone, as if it had deleted it, and can create it again.

        Raises:
            RequestError: protected.
        """

        def change(account: Account) -> Account:
            link = account.link
            if link is None:
                return account
            self._refuse_alone(account)
            left = self._out_of_groups(account)
            former = FormerLink(link.directory_id, link.user_name, link.external_id, self.context.now)
            return replace(left, link=None, former_link=former)

        return self._alter(account_id, change)

    def claim(self, account_id: str) -> Account:
        """Take the management of an account over that nobody manages and whose address is on a verified domain.

        Raises:
            RequestError: protected.
        """

        def change(account: Account) -> Account:
            if account.organization_id == self.organization.id and account.claimed:
                return account
            self._refuse_alone(account)
            return claimed(account, self.organization.id)

        def besides(_: Account, after: Account) -> Sequence[Write]:
            domain = after.email.domain if after.email else ""
            rests_on = [RequireDomain(self.organization.id, domain)] if domain in self.organization.domains else []
            return [*rests_on, *self._signed(changed_row(after, self.context.invocation, ""))]

        def own_or_claimable(account: Account) -> Account:
            if account.organization_id == self.organization.id or self._may_claim(account):
                return self._as_read(account, change(account))
            raise no_such_account()

        return alter(self.context, account_id, own_or_claimable, besides)

    def unclaim(self, account_id: str) -> Account:
        """Give the management of an account back that was claimed: it is the person's own again, with login and the
        address with which it came, and without what the organization wrote about it. Where somebody else has that
        address by now it keeps the one that it has, and the log says so.

        Raises:
            RequestError: protected; linked, a directory provisions it, or has; not_active; conflict, it has no address,
                or waits to be linked; email_taken, somebody got its address at this moment.
        """

        def change(account: Account) -> Account:
            if self._may_claim(account):
                return account
            if account.organization_id != self.organization.id:
                raise no_such_account()
            self._refuse_linked(account, "It stays your organization's.")
            if account.former_link is not None:
                raise RequestError("linked", "A directory provisioned this account: it stays your organization's.")
            if not account.claimed:
                raise RequestError(
                    "conflict", "This account was never claimed: it came to your organization otherwise."
                )
            self._refuse_alone(account)
            if account.status is AccountStatus.PENDING_DELETION:
                raise RequestError("not_active", "This account is to be deleted: cancel that, and reactivate it.")
            if not account.active:
                raise RequestError("not_active", "This person cannot sign in: reactivate the account first.")
            if account.awaited is not None:
                raise RequestError("conflict", "A create is to link this account: undo that conflict first.")
            leaving = account if self._is_taken(own_address(account)) else with_own_address(account, invocation)
            if shown(leaving.email) is None:
                raise RequestError("conflict", "This account has no address: give it one first (set-email).", "email")
            after = released(leaving, invocation)
            self._refuse_alone(after)  # where claiming it takes two, so does this
            return after

        def besides(before: Account, after: Account) -> Sequence[Write]:
            own, told = own_address(before), ""
            if own is not None and own.canonical != after.holds:
                told = f" {own.value}, with which it came, is another's: it keeps {shown(after.email)}."
            seen = replace(after, organization_id=before.organization_id)  # nobody can read a personal account's rows
            rows = [*entries_of(before, seen, invocation), *changed_row(before, invocation, "")]
            return [*self._signed(rows, told), *source_of_released(before, after)]

        invocation = self.context.invocation
        return alter(self.context, account_id, lambda account: self._as_read(account, change(account)), besides)

    def protect(self, account_id: str, flag: Flag) -> Account:
        """Mark an account, so that its address moves only with two approvals. Only the host application takes marks
        off: one administrator could otherwise undo what needs two."""
        return self._alter(account_id, lambda account: replace(account, flags=account.flags | {flag}))

    # Parts

    def _alter(
        self, account_id: str, change: Alteration, evidence: Sequence[Write] = (), *, says_active: bool | None = None
    ) -> Account:
        def own(account: Account) -> Account:
            if account.organization_id != self.organization.id:
                raise no_such_account()
            changed = self._as_read(account, change(account))
            if changed == account:
                return account
            return eased_by_one(account, changed, self._policy, self.context.now)

        def besides(before: Account, after: Account) -> Sequence[Write]:
            return [*evidence, *self._rows(before, after)]

        return alter(self.context, account_id, own, besides, says_active=says_active)

    def _as_read(self, account: Account, after: Account) -> Account:
        """What becomes of an account, if it is still the one that was read: who says so again changes nothing."""
        if self.version is not None and account.version != self.version and after != account:
            message = "This account was changed since you read it: nothing was done. Read it again, and decide anew."
            raise RequestError("changed", message)
        return after

    def _rows(self, before: Account, after: Account) -> Sequence[Write]:
        if before.link is not None and after.link is None:
            return self._signed([removal_entry(before, erased=False, invocation=self.context.invocation)])
        entries = entries_of(before, after, self.context.invocation) or changed_row(after, self.context.invocation, "")
        return self._signed(entries)

    def _signed(self, entries: Sequence[LogEntry], told: str = "") -> Sequence[Write]:
        said = f"{self.reason}{told}"
        return [AppendLog(replace(each, approver=self.administrator, explanation=said)) for each in entries]

    def _is_taken(self, address: Address | None) -> bool:
        return address is not None and address.canonical in self.context.store.holds([address.canonical])

    def _may_claim(self, account: Account) -> bool:
        return (
            account.organization_id is None
            and account.email is not None
            and account.email.domain in self.organization.domains
        )

    def _out_of_groups(self, account: Account) -> Account:
        try:
            return leave_all(self.context, account)
        except ScimError as error:
            raise ContendedError from error

    def _refuse_linked(self, account: Account, instead: str) -> None:
        if account.link is not None:
            raise RequestError("linked", f"{LINKED} {instead}")

    def _refuse_alone(self, account: Account) -> None:
        refusal = why_not_alone(account, self._policy, self.context.now)
        if refusal:
            raise RequestError("protected", refusal)

    @property
    def _policy(self) -> Policy:
        return self.organization.policy_at(self.context.now)
