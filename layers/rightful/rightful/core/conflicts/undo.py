"""Undo: every account that an applied conflict touched becomes what it was: address, link, status, attributes, whose
account it is, and the groups that it was taken out of. But whoever asked for the change stays active or not, as their
directory said: that was its word, which the conflict only carried out.

All or nothing, and only while nothing has been written to those accounts since: what came later rests on what is there
now. A swap or rotation is undone whole. What needed two people, or moves the address of somebody who is protected now,
needs two people to be undone: it moves the same addresses.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from rightful.core.accounts.edits import restored
from rightful.core.accounts.index_writes import AccountChange, CollidingUpdatesError, Indexed, index_writes
from rightful.core.conflicts.decision.decide import APPROVAL_LIFETIME, same_approver
from rightful.core.conflicts.diagnosis.gather import live_key_ids
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.errors import VERSION_REQUIRED, read_reason
from rightful.core.conflicts.explain import changed
from rightful.core.conflicts.lifecycle.end import end_of_waiters, without_reactivation
from rightful.core.conflicts.lifecycle.prepared import prepared_create_of, taken_back
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.conflicts.log_rows import log_row
from rightful.core.conflicts.plan import TRANSACTION_LIMIT
from rightful.core.conflicts.remediate import Effect, Remediation
from rightful.core.conflicts.undo_groups import GROUPS_OUTSTANDING, give_groups_back, takes_groups
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflict import Approval, Conflict, ConflictStatus, Pointer
from rightful.domain.event_log import Action, Result
from rightful.domain.explanation import Explanation, OutcomeCode, explained
from rightful.domain.key import Token
from rightful.domain.next_step import Role, StepCode, step
from rightful.domain.organization import Organization
from rightful.domain.policy import Rule
from rightful.domain.request_error import RequestError
from rightful.ports.context import Invocation
from rightful.ports.queue import ConflictQueue
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import ClaimAddress, CountUsers, PutAccount, RequireDomain
from rightful.ports.writes.conflicts import PutConflict, PutPending
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

_ATTEMPTS = 5


def undo(
    store: IdentityStore,
    queue: ConflictQueue,
    invocation: Invocation,
    pointer: Pointer,
    *,
    key: Token,
    reason: str,
    version: str | None,
) -> Remediation:
    """Restore every account that an applied conflict touched. All or nothing. Undoing twice is undoing once.

    `version` names what was read (`version.version_of`): what was done, to whom, and together with what.

    The conflict stays the requester's pending change in name, so that the identity provider's next try is counted on it
    and does not move the address a second time; an administrator's retry opens it again. Where it needs two people the
    first one's wish is noted on the conflict, which stays applied, and counts for 7 days while its key is live.

    Raises:
        RequestError: not_found, invalid_value, version_required, changed, same_approver, not_undoable (says what has
            changed since).
        ContendedError: no quiet moment; or not all groups are given back yet: undo again.
        QueueUnavailableError: it is undone, but conflicts that wait for a freed address were not woken: undo again.
    """
    text = read_reason(reason)
    for _ in range(_ATTEMPTS):
        conflict = store.conflict(pointer)
        organization = store.organization(pointer.organization_id)
        if conflict is None or organization is None:
            raise RequestError("not_found", "There is no such conflict.")
        participants = _participants(store, conflict)
        if conflict.status is ConflictStatus.UNDONE:
            # Asked twice, or the process died half-way the first time: what follows the transaction is done again.
            _write_follow_up(store, participants, invocation)
            participants = give_groups_back(store, invocation, participants)
            return Remediation(Effect.NOTHING, participants[0], _requeue(store, queue, participants))
        if version is None:
            raise RequestError("version_required", VERSION_REQUIRED, "version")
        if version != version_of(conflict):
            raise RequestError("changed", changed(conflict))
        asked = {participant.request.requester.account_id for participant in participants}
        touched = _touched_accounts(store, participants)
        moves = [restored(account, invocation.now, asked=account.id in asked) for account in touched]
        wish = Approval(key.id, key.holder, text, invocation.now, version=version)
        needs_two = _needs_two(organization, participants, moves, invocation)
        wishes = _wishes(store, invocation, participants, wish) if needs_two else (wish,)
        if needs_two and len(wishes) == 1:
            try:
                return _noted(store, invocation, conflict, wish)
            except RefusedError:
                continue
        _check_directories(store, pointer.organization_id, moves)
        undone, writes = _undoing(organization, participants, moves, wishes, invocation)
        if not moves:
            # It only kept an address for a user that has not come: that ends.
            writes += taken_back(prepared_create_of(store, conflict, invocation.now), invocation.now)
        follow_up = [write for participant in undone for write in _follow_up_of(participant)]
        room = len(writes) + len(follow_up) <= TRANSACTION_LIMIT
        try:
            store.commit([*writes, *(follow_up if room else ())], remaining=invocation.remaining)
        except RefusedError as refused:
            _explain(refused, organization.id)
            continue
        if not room:
            _write_follow_up(store, undone, invocation)
        undone = give_groups_back(store, invocation, undone)
        return Remediation(Effect.DECIDED, undone[0], _requeue(store, queue, undone))
    raise ContendedError


def _needs_two(
    organization: Organization, participants: list[Conflict], moves: list[AccountChange], invocation: Invocation
) -> bool:
    """Whether one person's word is not enough: it was not for what is undone, or would not be by now."""
    policy, now = organization.policy_at(invocation.now), invocation.now
    classes = [
        each
        for participant in participants
        for each in (participant.finding.conflict_class, participant.finding.underlying_class)
        if each is not None
    ]
    return (
        any(participant.finding.rule == Rule.TWO_APPROVALS for participant in participants)
        or any(policy.rule(each) is Rule.TWO_APPROVALS for each in classes)
        or any(move.before.flags or (move.before.two_until or now) > now for move in moves)
    )


def _wishes(
    store: IdentityStore, invocation: Invocation, participants: list[Conflict], wish: Approval
) -> tuple[Approval, ...]:
    """Who wants it undone: one other person who said so lately, if any, and the one who says so now.

    Raises:
        RequestError: same_approver, the only one who said so is the one who says so now.
    """
    noted = [
        wished
        for participant in participants
        for wished in participant.outcome.undo_approvals
        if wished.version == version_of(participant)
    ]
    if not noted:
        return (wish,)
    live = live_key_ids(store, invocation, participants[0].request.organization_id)
    counting = [
        approval
        for approval in noted
        if approval.key_id in live and invocation.now - approval.given_at <= APPROVAL_LIFETIME
    ]
    others = [approval for approval in counting if not same_approver(approval, wish)]
    if counting and not others:
        raise RequestError("same_approver", "You asked for this already: a different administrator must agree.")
    return (*others[:1], wish)


def _noted(store: IdentityStore, invocation: Invocation, conflict: Conflict, wish: Approval) -> Remediation:
    """The first of two people wants it undone."""
    noted = replace(
        conflict,
        version=conflict.version + 1,
        next_step=step(Role.ADMINISTRATOR, StepCode.UNDO_AS_WELL),
        updated_at=invocation.now,
        outcome=replace(conflict.outcome, undo_approvals=(wish,)),
    )
    row = log_row(
        replace(noted, explanation=explained(OutcomeCode.REASON, reason=wish.reason)),
        Action.CONFLICT_UNDONE,
        invocation.now,
        result=Result.WAITING,
        approver=wish.holder,
    )
    store.commit([PutConflict(noted, conflict.version), row], remaining=invocation.remaining)
    return Remediation(Effect.DECIDED, noted)


def _participants(store: IdentityStore, conflict: Conflict) -> list[Conflict]:
    """The conflict and those that were applied with it, all in the same state."""
    undoable = {ConflictStatus.APPLIED, ConflictStatus.UNDONE}
    nothing_done = conflict.status is ConflictStatus.APPLIED and not (
        conflict.outcome.touched_account_ids or conflict.outcome.prepared
    )
    if conflict.status not in undoable or nothing_done:
        raise RequestError("not_undoable", f"Nothing was done that could be undone ({conflict.status.value}).")
    participants = [conflict]
    for participant_id in conflict.outcome.participant_ids:
        participant = store.conflict(Pointer(conflict.request.organization_id, participant_id))
        if participant is None or participant.status is not conflict.status:
            raise RequestError("not_undoable", "Another part of the same swap has changed since.")
        participants.append(participant)
    return participants


def _touched_accounts(store: IdentityStore, participants: list[Conflict]) -> list[Account]:
    """The accounts as they are now, each still exactly as the remediation left it."""
    accounts = []
    for participant in participants:
        found = store.accounts(participant.outcome.touched_account_ids)
        for account_id in participant.outcome.touched_account_ids:
            account = found.get(account_id)
            image = account.before_image if account else None
            if (
                account is None
                or image is None
                or image.conflict_id != participant.id
                or image.version != account.version
            ):
                raise RequestError("not_undoable", f"The account {account_id} has changed since: undo it by hand.")
            accounts.append(account)
    return accounts


def _check_directories(store: IdentityStore, organization_id: str, moves: list[AccountChange]) -> None:
    """Nobody is given back to a directory that is gone, or going."""
    links = [move.after.link for move in moves if move.after.link and move.after.link != move.before.link]
    for directory_id in {link.directory_id for link in links}:
        state = store.directory_state(organization_id, directory_id)
        if state is None or state.directory.deleting is not None:
            raise _directory_deleted()


def _directory_deleted() -> RequestError:
    return RequestError(
        "not_undoable", "The directory that an account would be linked in again was deleted: undo it by hand."
    )


def _undoing(
    organization: Organization,
    participants: list[Conflict],
    moves: list[AccountChange],
    wishes: Sequence[Approval],
    invocation: Invocation,
) -> tuple[list[Conflict], list[Write]]:
    """The conflicts as they will be, and the writes that have to happen together."""
    # A create's address is reserved for the user that never came: its own reservation gives way.
    indexed = Indexed(requester_key=participants[0].request.requester_key)
    try:
        moved = index_writes(moves, invocation.now, indexed)
    except CollidingUpdatesError as error:
        raise RequestError("not_undoable", "Two of the accounts would get one address: undo it by hand.") from error
    names = " and ".join(wish.holder for wish in wishes)
    reasons = " ".join(wish.reason for wish in wishes)
    released_ids = {move.after.id for move in moves if move.after.organization_id is None}
    undone = [
        replace(
            without_reactivation(participant),
            version=participant.version + 1,
            status=ConflictStatus.UNDONE,
            explanation=_undone(names, reasons, participant, moves),
            next_step=GROUPS_OUTSTANDING if takes_groups(moves) and participant is participants[0] else None,
            updated_at=invocation.now,
            outcome=replace(
                without_reactivation(participant).outcome,
                decided_by=names,
                undo_approvals=tuple(wishes) if len(wishes) > 1 else (),
                prepared=False,
                resolved_at=invocation.now,
                released=moved.released if moves else (participant.request.wanted.canonical,),
            ),
        )
        for participant in participants
    ]
    # What was known of a claimed account is not the organization's any more once it is a personal one again.
    undone = [
        replace(participant, finding=replace(participant.finding, holder_organization_id=None, evidence=None))
        if participant.finding.holder_account_id in released_ids
        else participant
        for participant in undone
    ]
    return undone, [
        *moved.writes,
        *required_domains(organization, [move.after.email for move in moves]),
        *(PutConflict(after, participant.version) for after, participant in zip(undone, participants, strict=True)),
    ]


def _undone(names: str, reasons: str, participant: Conflict, moves: Sequence[AccountChange]) -> Explanation:
    """Who had it undone, and what that does not give back: whether the person can sign in."""
    undone = explained(OutcomeCode.UNDONE, by=names, reason=reasons)
    for move in moves:
        image = move.before.before_image
        if (
            move.before.id == participant.request.requester.account_id
            and image is not None
            and image.status is not move.after.status
        ):
            return undone.and_then(OutcomeCode.STAYS_ACTIVE if move.after.active else OutcomeCode.STAYS_DEACTIVATED)
    return undone


def _follow_up_of(undone: Conflict) -> tuple[Write, ...]:
    """What an undone conflict leaves behind: made from it alone, so that it can be written again after a crash."""
    return (
        PutPending(undone.request.requester_key, undone.id, undone.request.wanted.canonical),
        *end_of_waiters(undone),
        log_row(
            undone,
            Action.CONFLICT_UNDONE,
            undone.outcome.resolved_at or undone.updated_at,
            result=Result.DONE,
            approver=undone.outcome.decided_by,
        ),
    )


def _write_follow_up(store: IdentityStore, participants: list[Conflict], invocation: Invocation) -> None:
    for participant in participants:
        for write in _follow_up_of(participant):
            with suppress(RefusedError):  # the person has asked for something else since: that is pending now
                store.commit([write], remaining=invocation.remaining)


def _requeue(store: IdentityStore, queue: ConflictQueue, participants: list[Conflict]) -> tuple[Pointer, ...]:
    return requeue(
        store,
        queue,
        participants[0].outcome.released,
        correlation_id=participants[0].correlation_id,
        by=participants[0],
    )


def _explain(refused: RefusedError, organization_id: str) -> None:
    """Say what stands in the way for good; what merely changed this moment is read again."""
    for refusal in refused.refusals:
        if isinstance(refusal.write, PutAccount | PutConflict):
            return
    for refusal in refused.refusals:
        # Before anything is said of who has an address: on a domain that is not the organization's that is not told.
        if isinstance(refusal.write, RequireDomain):
            raise RequestError(
                "not_undoable", f"The domain {refusal.write.domain} is not verified any more: verify it first."
            ) from refused
    for refusal in refused.refusals:
        if isinstance(refusal.write, CountUsers):
            raise _directory_deleted() from refused
        if isinstance(refusal.write, ClaimAddress):
            reservation = refusal.found.reservation if isinstance(refusal.found, Hold) else None
            if reservation is not None and reservation.organization_id == organization_id:
                raise RequestError(
                    "not_undoable",
                    f"{refusal.write.canonical} is kept for another user by a later conflict "
                    f"({reservation.conflict_id}): undo that first.",
                ) from refused
            raise RequestError(
                "not_undoable", f"Somebody else has {refusal.write.canonical} by now: free it first."
            ) from refused
        if isinstance(refusal.write, PutPending):
            raise RequestError(
                "not_undoable", "The person has asked for another address since: decide that first."
            ) from refused
    if refused.refusals:
        raise RequestError("not_undoable", "What it would restore was taken meanwhile: undo it by hand.") from refused
