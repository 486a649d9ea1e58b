"""The people that a conflict is about, as administrators read of them: in the admin API and in events. Pure.

Nobody but accounts of the conflict's own organization; a placeholder is no address.
"""

from collections.abc import Iterable, Iterator

from rightful.domain.account import Account
from rightful.domain.address import shown, shown_text
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.evidence import HolderFacts
from rightful.ports.store.names import Asked, Named


def own_holder_id(conflict: Conflict) -> str | None:
    """The holder, where it is an account of the conflict's own organization."""
    own = conflict.finding.holder_organization_id == conflict.request.organization_id
    return conflict.finding.holder_account_id if own else None


def names_asked(conflict: Conflict) -> Asked:
    """Whose names tell of it: who asks, who holds the address, and the directory."""
    accounts = {conflict.request.requester.account_id, own_holder_id(conflict)} - {None}
    directories = {conflict.request.directory_id, *_holders_directory_ids(conflict)}
    return Asked(
        accounts=frozenset(filter(None, accounts)),
        directories=frozenset((conflict.request.organization_id, each) for each in directories if each),
    )


def _holders_directory_ids(conflict: Conflict) -> tuple[str | None, ...]:
    """The directory that provisioned the holder when the conflict was examined, and the one before."""
    holder = conflict.finding.evidence.holder if conflict.finding.evidence is not None else None
    return (holder.directory_id, holder.former_directory_id) if isinstance(holder, HolderFacts) else ()


def legs_asked(conflict: Conflict) -> Asked:
    """The other conflicts of its circle."""
    return _conflicts(conflict, _others(conflict))


def first_asked(conflict: Conflict) -> Asked:
    """The conflict that has to be resolved before it."""
    blocked_by = conflict.finding.blocked_by if conflict.live else None
    return _conflicts(conflict, [blocked_by] if blocked_by is not None else [])


def known(account_id: str | None, conflict: Conflict, named: Named) -> Account | None:
    """An account, as long as it is the organization's own."""
    account = named.accounts.get(account_id) if account_id is not None else None
    return account if account is not None and account.organization_id == conflict.request.organization_id else None


def requester_document(conflict: Conflict, named: Named) -> dict[str, object]:
    """Who wants the address: as they are called now, or as they were when it was asked for."""
    requester = conflict.request.requester
    account = known(requester.account_id, conflict, named)
    display_name = account.display_name if account is not None else None
    return {
        "accountId": requester.account_id,
        "scimId": requester.scim_id,
        "userName": shown_text(requester.user_name),
        "externalId": requester.external_id,
        "displayName": display_name or requester.display_name or None,
    }


def holder_document(conflict: Conflict, named: Named) -> dict[str, object] | None:
    """Who holds the address, by the userName that it has or had last; None: no account of the organization's own."""
    holder_id = own_holder_id(conflict)
    if holder_id is None:
        return None
    account = known(holder_id, conflict, named)
    link = account.link or account.former_link if account is not None else None
    return {
        "accountId": holder_id,
        "displayName": account.display_name if account is not None else None,
        "userName": shown_text(link.user_name) if link is not None else None,
        "status": account.status.value if account is not None else None,
        "directoryId": account.link.directory_id if account is not None and account.link is not None else None,
    }


def leg_documents(conflict: Conflict, named: Named) -> list[dict[str, object]]:
    """Who gets what in its circle, itself first; nothing where there is no circle."""
    return [_leg(leg, named) for leg in _legs(conflict, named)]


def first_document(conflict: Conflict, named: Named) -> dict[str, object] | None:
    """The conflict that has to be resolved before it; None: there is none, or it is gone."""
    blocked_by = conflict.finding.blocked_by if conflict.live else None
    first = named.conflicts.get(blocked_by) if blocked_by is not None else None
    return {**_leg(first, named), "status": first.status.value} if first is not None else None


def _conflicts(conflict: Conflict, others: Iterable[str]) -> Asked:
    return Asked(conflicts=frozenset(Pointer(conflict.request.organization_id, other) for other in others))


def _others(conflict: Conflict) -> tuple[str, ...]:
    return conflict.finding.circle_ids if conflict.live else conflict.outcome.participant_ids


def _legs(conflict: Conflict, named: Named) -> Iterator[Conflict]:
    others = _others(conflict)
    if others:
        yield conflict
    for other in others:
        leg = named.conflicts.get(other)
        if leg is not None and leg.request.organization_id == conflict.request.organization_id:
            yield leg


def _leg(leg: Conflict, named: Named) -> dict[str, object]:
    return {
        "conflictId": leg.id,
        "requester": requester_document(leg, named),
        "directoryId": leg.request.directory_id,
        "directoryName": named.directories.get(leg.request.directory_id),
        "oldEmail": shown(leg.request.old_email),
        "wantedEmail": leg.request.wanted.value if leg.request.address is not None else None,
    }
