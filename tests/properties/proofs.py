"""Whose an account is, as the machine has seen it: it is linked again, or taken for a duplicate, only on a proof or on
somebody's word. Written from what is right, without asking the product."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.domain.account import Account, FormerLink, Link
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.refused_request import Operation

FILLERS = ["N/A", "0000", "-"]
"""What is written where there is no number."""
BLANKS = ["", " ", "\u00a0\u2003"]


@dataclass
class Seen:
    """The accounts after the step before, every SCIM id that there ever was, and the tie that each account had last."""

    accounts: dict[str, Account] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    last: dict[str, Link | FormerLink] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)

    def check(self, accounts: Iterable[Account], conflicts: Iterable[Conflict]) -> None:
        """Look at what has come since the last look.

        Raises:
            AssertionError: somebody got an account, or lost one, without a proof.
        """
        now, conflicts = {account.id: account for account in accounts}, list(conflicts)
        for account in now.values():
            link, last = account.link, self.last.get(account.id)
            if link is not None and link.scim_id not in self.links and account.id in self.accounts:
                proven = last is not None and same_user(last, link)
                assert proven or self._let_in(account, link, conflicts), f"{account.id} was {last}, and is {link}"
            if link is not None:
                self.links.add(link.scim_id)
            if tie := link or account.former_link:
                self.last[account.id] = tie  # it may have another userName by now
        for conflict in conflicts:
            if conflict.status not in {ConflictStatus.PREPARED, ConflictStatus.APPLIED} or conflict.id in self.applied:
                continue
            self.applied.add(conflict.id)
            effective_class = conflict.finding.underlying_class or conflict.finding.conflict_class
            if effective_class is ConflictClass.DUPLICATE and not conflict.approvals:
                assert self._proven(conflict, now), f"{conflict.finding.holder_account_id} was taken for a duplicate"
        self.accounts = now

    def _let_in(self, account: Account, link: Link, conflicts: Iterable[Conflict]) -> bool:
        """Whether an administrator said that this very user is the account's, or the organization's policy says so of
        whom a number proves."""
        now = self.accounts
        for conflict in conflicts:
            requester = conflict.request.requester
            asked = (
                conflict.request.operation is Operation.CREATE and account.id in conflict.outcome.touched_account_ids
            )
            meant = identity(requester.external_id) == identity(link.external_id) and (
                identity(link.external_id) is not None or requester.user_name.lower() == link.user_name.lower()
            )
            if asked and meant and conflict.request.directory_id == link.directory_id:
                return bool(conflict.approvals) or self._proven(conflict, now)
        return False

    def _proven(self, conflict: Conflict, now: dict[str, Account]) -> bool:
        """Whether requester and holder have the same number, of one directory, and nobody besides."""
        holder = self.accounts.get(conflict.finding.holder_account_id or "")
        last = (holder.link or holder.former_link) if holder else None
        if holder is None or last is None or last.directory_id != conflict.request.directory_id:
            return False
        wanted = number_of(conflict.request.change.after)
        requester = self.accounts.get(conflict.request.requester.account_id or "")
        wanted = wanted or (number_of(requester.attributes) if requester else None)
        if wanted is None or wanted in FILLERS or wanted != number_of(holder.attributes):
            return False
        others = [
            account
            for account in self.accounts.values()
            if account.organization_id == conflict.request.organization_id
            and account.id not in {holder.id, conflict.request.requester.account_id}
            and number_of(account.attributes) == wanted
            and account.id in now
        ]
        return not others


def same_user(former: Link | FormerLink, link: Link) -> bool:
    """Whether a directory speaks of the same user: by its externalId; where it never sent one, by the userName."""
    if former.directory_id != link.directory_id:
        return False
    before, after = identity(former.external_id), identity(link.external_id)
    if before is not None or after is not None:
        return before == after
    return former.user_name.lower() == link.user_name.lower()


def identity(value: str | None) -> str | None:
    """What identifies somebody; None: it is not there, or blank."""
    return value.strip() or None if value is not None else None


def number_of(attributes: object) -> str | None:
    """An employeeNumber."""
    extension = attributes.get(ENTERPRISE_USER) if isinstance(attributes, dict) else None
    number = extension.get("employeeNumber") if isinstance(extension, dict) else None
    return identity(number) if isinstance(number, str) else None
