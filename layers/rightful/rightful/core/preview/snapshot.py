"""The facts as the remediator would find them, had a change of the list just been refused. Pure."""

from collections.abc import Sequence

from rightful.core.accounts.emails import with_address
from rightful.core.accounts.index_writes import number_key
from rightful.core.conflicts.diagnosis.same_person import external_ids_of_both, number_of_both
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.preview.asked import Facts
from rightful.core.preview.paths import Move
from rightful.domain.conflicts.conflict import PENDING_CHANGE_LIFETIME, Conflict, ConflictStatus
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester


def snapshot_of(path: Sequence[Move], facts: Facts, *, cyclic: bool) -> Snapshot:
    """The facts as the remediator would find them had each of these changes just been refused."""
    participants = [_participant(move, facts) for move in path]
    return Snapshot(
        now=facts.now,
        participant=participants[0],
        organization=facts.organization,
        directory_exists=True,
        pending_id=participants[0].conflict.id,
        following=tuple(participants[1:]),
        cyclic=cyclic,
        numbered=_numbered(participants[0], facts),
        shared_id=_shares_id(participants[0], facts),
    )


def _shares_id(participant: Participant, facts: Facts) -> bool:
    """Whether the externalId of both sides is others', too."""
    if participant.holder is None or participant.account is None:
        return False
    sent = external_ids_of_both(participant.conflict, participant.account, participant.holder)
    having = (facts.identified.get((participant.conflict.request.directory_id, each), frozenset()) for each in sent)
    return any(not each <= {participant.holder.id, participant.account.id} for each in having)


def _numbered(participant: Participant, facts: Facts) -> frozenset[str]:
    """Who has the employeeNumber of both sides."""
    number = (
        number_of_both(participant.conflict, participant.account, participant.holder)
        if participant.holder is not None
        else None
    )
    return facts.numbered.get(number_key(facts.organization.id, number), frozenset()) if number else frozenset()


def _participant(move: Move, facts: Facts) -> Participant:
    hold = facts.holds.get(move.wanted.canonical)
    named = facts.accounts.get(hold.account_id) if hold and hold.account_id else None
    return Participant(
        move.waiting or _refused(move, facts), move.account, hold, named, by_one=facts.by_one(move.account)
    )


def _refused(move: Move, facts: Facts) -> Conflict:
    """The conflict that pushing this change would record."""
    link = move.account.link
    if link is None:
        raise ValueError("only a linked account can be pushed")
    emails = move.account.attributes.get("emails")
    return Conflict(
        id=f"preview-{move.asked.number if move.asked else 0}",
        version=1,
        status=ConflictStatus.OPEN,
        request=RefusedRequest(
            organization_id=facts.organization.id,
            directory_id=link.directory_id,
            operation=Operation.PATCH,
            requester=Requester(move.account.id, link.scim_id, link.user_name, link.external_id),
            wanted=move.wanted,
            old_email=move.account.email,
            change=PendingChange({"emails": emails}, {"emails": with_address(emails, move.wanted)}),
        ),
        created_at=facts.now,
        updated_at=facts.now,
        expires_at=facts.now + PENDING_CHANGE_LIFETIME,
        correlation_id="preview",
    )
