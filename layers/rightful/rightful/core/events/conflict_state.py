"""A conflict as events show it: what everybody reads of it, with the names of those it is about. Pure."""

from collections.abc import Iterator

from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.document import outline
from rightful.domain.account import Account
from rightful.domain.address import shown, shown_text
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.ports.store.names import Asked, Named
from rightful.text.ids import time_text

_DECIDED = frozenset({ConflictStatus.REJECTED, ConflictStatus.UNDONE, ConflictStatus.OPEN})


def legs_asked(conflict: Conflict) -> Asked:
    """The other conflicts of its circle."""
    return Asked(conflicts=frozenset(Pointer(conflict.request.organization_id, other) for other in _others(conflict)))


def names_asked(conflict: Conflict) -> Asked:
    """Whose names its event has: who asks, who holds the address, and the directory."""
    accounts = {conflict.request.requester.account_id, _own_holder_id(conflict)} - {None}
    directory = (conflict.request.organization_id, conflict.request.directory_id)
    return Asked(accounts=frozenset(filter(None, accounts)), directories=frozenset({directory}))


def conflict_state(conflict: Conflict, named: Named) -> dict[str, object]:
    """The conflict. The holder only where it is of the same organization: events are routed to organizations."""
    holder_id = _own_holder_id(conflict)
    since = conflict.stands_since
    return {
        **outline(conflict),
        "revision": conflict.version,
        "version": version_of(conflict),
        "requester": _requester(conflict, named),
        "directoryName": named.directories.get(conflict.request.directory_id),
        "oldEmail": shown(conflict.request.old_email),
        "holderAccountId": holder_id,
        "holder": _holder(conflict, holder_id, named) if holder_id is not None else None,
        "approvedBy": [approval.owner for approval in conflict.approvals],
        "undoApprovedBy": [approval.owner for approval in conflict.outcome.undo_approvals],
        "decidedBy": _decided_by(conflict),
        "touchedAccountIds": list(conflict.outcome.touched_account_ids),
        "legs": [_leg(leg, named) for leg in _legs(conflict, named)],
        "waitingSince": time_text(since) if conflict.live and since is not None else None,
        "expiresAt": time_text(conflict.expires_at),
    }


def _own_holder_id(conflict: Conflict) -> str | None:
    own = conflict.finding.holder_organization_id == conflict.request.organization_id
    return conflict.finding.holder_account_id if own else None


def _requester(conflict: Conflict, named: Named) -> dict[str, object]:
    """Who wants the address: as they are called now, or as they were when it was asked for."""
    requester = conflict.request.requester
    account = _known(requester.account_id, conflict, named)
    display_name = account.display_name if account is not None else None
    return {
        "accountId": requester.account_id,
        "scimId": requester.scim_id,
        "userName": shown_text(requester.user_name),
        "externalId": requester.external_id,
        "displayName": display_name or requester.display_name or None,
    }


def _holder(conflict: Conflict, holder_id: str, named: Named) -> dict[str, object]:
    account = _known(holder_id, conflict, named)
    link = account.link if account is not None else None
    return {
        "accountId": holder_id,
        "displayName": account.display_name if account is not None else None,
        "userName": shown_text(link.user_name) if link is not None else None,
        "status": account.status.value if account is not None else None,
        "directoryId": link.directory_id if link is not None else None,
    }


def _known(account_id: str | None, conflict: Conflict, named: Named) -> Account | None:
    """An account, as long as it is the organization's own."""
    account = named.accounts.get(account_id) if account_id is not None else None
    return account if account is not None and account.organization_id == conflict.request.organization_id else None


def _decided_by(conflict: Conflict) -> str | None:
    """Who decided: who rejected it, undid it or opened it again, or who approved what was applied; None: nobody yet,
    or it went by itself."""
    if conflict.status is ConflictStatus.APPLIED:
        return " and ".join(approval.owner for approval in conflict.approvals) or None
    return conflict.outcome.decided_by or None if conflict.status in _DECIDED else None


def _others(conflict: Conflict) -> tuple[str, ...]:
    return conflict.finding.circle_ids if conflict.live else conflict.outcome.participant_ids


def _legs(conflict: Conflict, named: Named) -> Iterator[Conflict]:
    """The conflicts of its circle, itself first; nothing where there is no circle."""
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
        "requester": _requester(leg, named),
        "directoryId": leg.request.directory_id,
        "directoryName": named.directories.get(leg.request.directory_id),
        "oldEmail": shown(leg.request.old_email),
        "wantedEmail": leg.request.wanted.value if leg.request.address is not None else None,
    }
