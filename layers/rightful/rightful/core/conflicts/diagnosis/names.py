"""Who a conflict is about, by name, as far as the organization that asked may know them. Pure.

Sentences name people as administrators know them: display name, else userName, else address. Nobody of another
organization, and nobody whose account is not managed, is named; an id never is.
"""

from collections.abc import Mapping

from rightful.core.accounts.log_rows import subject_of
from rightful.core.conflicts.diagnosis.merge import wanted_user_name_of
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.conflicts.refused_request import RefusedRequest
from rightful.ports.store.names import Asked
from rightful.text.wording import UNNAMED

NOBODY_NAMED: Mapping[str, str] = {
    "holder": UNNAMED,
    "directory": UNNAMED,
    "user": UNNAMED,
    "user_name": UNNAMED,
    "reserved_for": UNNAMED,
}
"""By parameter, what is said where no name is known."""


def names_asked(snapshot: Snapshot) -> Asked:
    """What of those it is about was not read yet."""
    participant, organization_id = snapshot.participant, snapshot.conflict.request.organization_id
    link = participant.holder.link if participant.holder is not None else None
    kept = participant.hold.reservation if participant.hold is not None else None
    elsewhere = link is not None and link.directory_id != snapshot.conflict.request.directory_id
    return Asked(
        accounts=frozenset({participant.user_name_holder_id or ""} - {"", *_read(snapshot)}),
        directories=frozenset({(organization_id, link.directory_id)})
        if link and elsewhere and _is_ours(snapshot, participant.holder)
        else frozenset(),
        conflicts=frozenset({Pointer(organization_id, kept.conflict_id)})
        if kept is not None and kept.organization_id == organization_id
        else frozenset(),
    )


def names_in(snapshot: Snapshot) -> Mapping[str, str]:
    """The names of those it is about, by parameter."""
    holder, named, request = snapshot.holder, snapshot.named, snapshot.conflict.request
    known = {**named.accounts, **_read(snapshot)}
    found = dict(NOBODY_NAMED)
    if holder is not None and _is_ours(snapshot, holder):
        found["holder"] = name_of(holder)
        found["directory"] = named.directories.get(holder.link.directory_id, UNNAMED) if holder.link else UNNAMED
    user = known.get(snapshot.participant.user_name_holder_id or "")
    if user is not None and _is_ours(snapshot, user):
        found["user"] = name_of(user)
    found["user_name"] = _user_name(snapshot, request)
    for conflict in named.conflicts.values():
        found["reserved_for"] = conflict.request.requester.subject
    return found


def name_of(account: Account) -> str:
    """An account as people of its organization know it."""
    name = subject_of(account)
    placeholder = account.email is not None and account.email.is_placeholder and name == account.email.value
    return UNNAMED if name == account.id or placeholder else name


def _is_ours(snapshot: Snapshot, account: Account | None) -> bool:
    return account is not None and account.organization_id == snapshot.conflict.request.organization_id


def _read(snapshot: Snapshot) -> dict[str, Account]:
    participant = snapshot.participant
    accounts = (participant.account, participant.holder, participant.namesake)
    return {account.id: account for account in accounts if account is not None}


def _user_name(snapshot: Snapshot, request: RefusedRequest) -> str:
    if request.address is None:
        return request.wanted.value
    wanted = wanted_user_name_of(snapshot.requester, request.change) if snapshot.requester is not None else None
    return wanted or request.requester.user_name
