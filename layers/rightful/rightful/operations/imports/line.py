"""`rightful import`: the accounts of an existing system, before the first identity provider pushes.

Each line is one transaction, and can be tried again: the account that it made is remembered under what says who the
line is (`imports.identity`), whatever its address is now. A line that meets somebody else's account changes nothing and
is reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rightful.core.accounts.resource import attributes_of, check_claimable
from rightful.domain.account import Account, Origin, canonical_user_name
from rightful.domain.address import Hold
from rightful.operations.imports.account import Target, account_of, adopted, adoption, attributes_from, creation
from rightful.operations.imports.identity import earlier_keys, line_key
from rightful.operations.imports.outcomes import Imported, Outcome
from rightful.operations.imports.rows import ImportRow
from rightful.ports.context import Invocation
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import ClaimAddress, ClaimSource, ClaimUserName, CountUsers, PutAccount
from rightful.ports.writes.transaction import RefusedError, Write
from rightful.scim.errors import ScimError

_ATTEMPTS = 5
_CLOSED = "The directory is being deleted: nobody comes in any more."


class ImportStore(Protocol):
    """What importing needs of a store (`ports.store.contract`)."""

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None: ...
    def account(self, account_id: str) -> Account | None: ...
    def account_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None: ...


@dataclass(frozen=True, slots=True)
class _Line:
    row: ImportRow
    target: Target
    key: str

    @property
    def organization_id(self) -> str:
        return self.target.organization.id if self.target.organization else ""

    def came_to(self, outcome: Outcome, account: Account | None = None, explanation: str = "") -> Imported:
        """What became of it. An account of others has no id in a report that may be handed on."""
        ours = account is not None and account.organization_id in {None, self.organization_id or None}
        return Imported(self.row.number, outcome, account.id if ours and account else "", explanation)


def import_account(store: ImportStore, invocation: Invocation, target: Target, row: ImportRow) -> Imported:
    """Import one line.

    Raises:
        ContendedError: no quiet moment; try again.
    """
    organization_id = target.organization.id if target.organization else ""
    line = _Line(row, target, line_key(row, organization_id, target.directory_id))
    invalid = _invalid(row, invocation)
    if invalid is not None:
        return line.came_to(Outcome.INVALID, explanation=invalid)
    if target.organization is not None and not target.organization.may_claim_on(row.address.domain):
        # An organization takes over accounts on its own domains only: importing is no way around verifying.
        explanation = f"The organization has not verified {row.address.domain}."
        return line.came_to(Outcome.OTHER_ORGANIZATION, explanation=explanation)
    twin = _user_with_external_id(store, line)
    if twin is not None:
        return twin
    account = account_of(row, target, invocation, line.key)
    source = ClaimSource(line.key, account.id)
    for _ in range(_ATTEMPTS):
        try:
            store.commit(creation(account, source, invocation), remaining=invocation.remaining)
        except RefusedError as refused:
            known = _known_by(refused)
            if known is not None and store.account(known) is None:
                source = replace(source, instead_of=known)  # that one was erased
                continue
            found = _met(store, line, refused, invocation)
            if found is not None:
                return found
            continue  # whoever was in the way is gone again
        return Imported(row.number, Outcome.IMPORTED, account.id)
    return line.came_to(Outcome.ADDRESS_TAKEN, explanation="The address keeps changing hands. Import the file again.")


def _invalid(row: ImportRow, invocation: Invocation) -> str | None:
    """What is wrong with a line by the rules that hold for every user."""
    try:
        check_claimable(row.address)
    except ScimError as error:
        return f"email: {error.detail}"
    try:
        attributes_of(attributes_from(row))
    except ScimError as error:
        return error.detail
    if row.last_login_at is not None and row.last_login_at > invocation.now:
        return "lastLoginAt: is in the future. Leave it out where it is not known."
    return None


def _user_with_external_id(store: ImportStore, line: _Line) -> Imported | None:
    """What becomes of a line whose externalId a user of the directory has already; None: nobody, or the line's own."""
    row, directory_id = line.row, line.target.directory_id
    if directory_id is None or row.external_id is None:
        return None
    for account_id in store.account_ids_of_external_id(directory_id, row.external_id) or ():
        account = store.account(account_id)
        link = account.link if account is not None else None
        if account is None or link is None or (link.directory_id, link.external_id) != (directory_id, row.external_id):
            continue  # the index is behind
        if account.sign_up_key == line.key and account.origin is Origin.IMPORT:
            return None
        same_name = canonical_user_name(link.user_name) == canonical_user_name(row.user_name)
        another_source = row.source_id is not None and account.origin is Origin.IMPORT
        if account.holds == row.address.canonical and same_name and not another_source:
            return line.came_to(Outcome.ALREADY_THERE, account)
        explanation = (
            "externalId: a user of this directory has it already, with another address, userName or sourceId. Find out "
            "whether the line is that user, and mend the column."
        )
        return line.came_to(Outcome.EXTERNAL_ID_TAKEN, account, explanation)
    return None


def _known_by(refused: RefusedError) -> str | None:
    """The account that was imported for this line before."""
    found = next((refusal.found for refusal in refused.refusals if isinstance(refusal.write, ClaimSource)), None)
    return found if isinstance(found, str) else None


def _met(store: ImportStore, line: _Line, refused: RefusedError, invocation: Invocation) -> Imported | None:
    """What becomes of a line that met an account; None: it is gone again."""
    known = _known_by(refused)
    if known is not None:
        account = store.account(known)
        return _known(store, line, account, invocation) if account is not None else None
    if any(isinstance(refusal.write, CountUsers) for refusal in refused.refusals):
        return line.came_to(Outcome.INVALID, explanation=_CLOSED)
    for refusal in refused.refusals:
        if isinstance(refusal.write, ClaimAddress):
            return _held(store, line, refusal.found, invocation) if isinstance(refusal.found, Hold) else None
    if any(isinstance(refusal.write, ClaimUserName) for refusal in refused.refusals):
        return line.came_to(
            Outcome.USER_NAME_TAKEN, explanation="userName: another user of this directory has it already."
        )
    return None


def _known(store: ImportStore, line: _Line, account: Account, invocation: Invocation) -> Imported | None:
    """A line whose account is there, whatever has become of it."""
    row, target = line.row, line.target
    if account.holds != row.address.canonical:
        explanation = (
            "Who this line is was imported before, and the account has another address or none, which importing does "
            "not change. If the address of this line is the right one, its identity provider sends it (if a "
            "directory provisions the account), an administrator sets it (set-email), or the person changes it."
        )
        return line.came_to(Outcome.KNOWN_WITH_ANOTHER_ADDRESS, account, explanation)
    if account.organization_id != (line.organization_id or None):
        explanation = "This line was imported before, and the account is managed otherwise now."
        return line.came_to(Outcome.KNOWN_OTHERWISE, account, explanation)
    if target.directory_id is not None and (account.link is None or account.link.directory_id != target.directory_id):
        former = account.former_link
        if account.link is None and former is not None and former.directory_id == target.directory_id:
            return line.came_to(Outcome.ALREADY_THERE, account)  # its directory let it go since
        return _adopt(store, line, account, invocation)
    expected = account.expected
    if expected is not None and _said(expected.user_name, expected.external_id) != _said(
        row.given_user_name, row.external_id
    ):
        explanation = (
            "This line was imported before with another userName or externalId, which importing does not change: its "
            "identity provider sends them."
        )
        return line.came_to(Outcome.KNOWN_OTHERWISE, account, explanation)
    return line.came_to(Outcome.ALREADY_THERE, account)


def _said(user_name: str | None, external_id: str | None) -> tuple[str | None, str | None]:
    return (canonical_user_name(user_name) if user_name is not None else None), external_id


def _held(store: ImportStore, line: _Line, hold: Hold, invocation: Invocation) -> Imported | None:
    """A line whose address somebody has."""
    if hold.account_id is None:
        explanation = "email: the address is kept for a user who is to be created."
        return line.came_to(Outcome.ADDRESS_TAKEN, explanation=explanation)
    holder = store.account(hold.account_id)
    if holder is None or holder.holds != hold.canonical:
        explanation = "email: an account that does not have it (any more) stands in the index: run `rightful check`."
        return line.came_to(Outcome.ADDRESS_TAKEN, explanation=explanation)
    if holder.origin is Origin.IMPORT and holder.sign_up_key in earlier_keys(line.row, line.organization_id):
        return _adopt(store, line, holder, invocation)
    if holder.organization_id not in {None, line.organization_id or None}:
        who = "an account that another organization manages"
    elif holder.origin is Origin.IMPORT:
        who = "an account that was imported from another line, or from this one when it said something else"
    else:
        who = "an account that was not imported"
    return line.came_to(Outcome.ADDRESS_TAKEN, holder, f"email: {who} has this address.")


def _adopt(store: ImportStore, line: _Line, account: Account, invocation: Invocation) -> Imported | None:
    """A line that was imported for less: the account gets the organization and directory of this run."""
    after, obstacle = adopted(account, line.row, line.target, line.key, invocation.now)
    if after is None:
        return line.came_to(Outcome.KNOWN_OTHERWISE, account, obstacle)
    try:
        store.commit(adoption(account, after, invocation), remaining=invocation.remaining)
    except RefusedError as refused:
        if any(isinstance(refusal.write, PutAccount) for refusal in refused.refusals):
            return None
        if any(isinstance(refusal.write, CountUsers) for refusal in refused.refusals):
            return line.came_to(Outcome.INVALID, account, _CLOSED)
        if any(isinstance(refusal.write, ClaimUserName) for refusal in refused.refusals):
            explanation = "userName: another user of this directory has it already."
            return line.came_to(Outcome.USER_NAME_TAKEN, account, explanation)
        return None
    return Imported(line.row.number, Outcome.ADOPTED, account.id)
