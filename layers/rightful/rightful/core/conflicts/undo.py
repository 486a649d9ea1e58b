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
from datetime import datetime

from rightful.core.accounts.edits import restored
from rightful.core.accounts.index_writes import AccountChange, CollidingUpdatesError, Indexed, index_writes
from rightful.core.conflicts.decision.decide import same_approver
from rightful.core.conflicts.diagnosis.gather import live_key_ids
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.explain import changed
from rightful.core.conflicts.lifecycle.end import end_of_waiters, without_reactivation
from rightful.core.conflicts.lifecycle.prepared import prepared_create_of, taken_back
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.conflicts.log_rows import log_row
from rightful.core.conflicts.plan import TRANSACTION_LIMIT
from rightful.core.conflicts.remediate import Effect, Remediation
from rightful.core.conflicts.undo_groups import GROUPS_OUTSTANDING, give_groups_back, takes_groups
from rightful.core.conflicts.word import Word, existing
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, explained
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.conflicts.policy import Rule
from rightful.domain.event_log import Action, Result
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import QueueContext
from rightful.ports.refusals import commit_again
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import ClaimAddress, CountUsers, PutAccount, RequireDomain
from rightful.ports.writes.conflicts import PutConflict, PutPending
from rightful.ports.writes.transaction import RefusedError, Write

_DIRECTORY_DELETED = "The directory that an account would be linked in again was deleted: undo it by hand."


def undo(context: QueueContext, pointer: Pointer, word: Word) -> Remediation:
    """Restore every account that an applied conflict touched. All or nothing. Undoing twice is undoing once.

    The word's version names what was read: what was done, to whom, and together with what.

    The conflict stays the requester's pending change in name, so that the identity provider's next try is counted on it
    and does not move the address a second time; an administrator's retry opens it again. Where it needs two people the
    first one's wish is noted on the conflict, which stays applied, and counts for 7 days while its key is live.

    Raises:
        RequestError: not_found, invalid_value, version_required, changed, same_approver, not_undoable (says what has
            changed since).
        ContendedError: no quiet moment; or not all groups are given back yet: undo again.
        QueueUnavailableError: it is undone, but conflicts that wait for a freed address were not woken: undo again.
    """
    word = word.with_reason()
    effect, participants = commit_again(lambda: _attempt(context, pointer, word), context.invocation)
    if participants[0].status is not ConflictStatus.UNDONE:
        return Remediation(effect, participants[0])
    first = give_groups_back(context, participants)[0]
    return Remediation(effect, first, requeue(context.store, context.queue, first.outcome.released, by=first))


def _attempt(context: QueueContext, pointer: Pointer, word: Word) -> tuple[Effect, list[Conflict]]:
    """Undo it, or note who wants it undone. The conflicts as they are then, the one in question first."""
    conflict, organization = existing(context.store, pointer), context.store.organization(pointer.organization_id)
    if organization is None:
        raise RequestError("not_found", "There is no such conflict.")
    participants = _participants(context.store, conflict)
    if conflict.status is ConflictStatus.UNDONE:
        # Asked twice, or the process died half-way the first time: what follows the transaction is done again.
        _write_follow_up(context, participants)
        return Effect.NOTHING, participants
    if not word.is_given_to(version_of(conflict)):
        raise RequestError("changed", changed(conflict))
    asked = {participant.request.requester.account_id for participant in participants}
    touched = _touched_accounts(context.store, participants)
    moves = [restored(account, context.now, asked=account.id in asked) for account in touched]
    wishes = [word.approval(version_of(conflict), context.now)]
    if _needs_two(organization, participants, moves, context.now):
        wishes = [*_wish_of_another(context, participants, wishes[0]), *wishes]
        if len(wishes) == 1:
            noted = replace(
                conflict,
                version=conflict.version + 1,
                next_step=step(Role.ADMINISTRATOR, StepCode.UNDO_AS_WELL),
                updated_at=context.now,
                outcome=replace(conflict.outcome, undo_approvals=tuple(wishes)),
            )
            context.commit(word.noted(noted, Action.CONFLICT_UNDONE, Result.WAITING))
            return Effect.DECIDED, [noted]
    _check_directories(context.store, pointer.organization_id, moves)
    undone, writes = _undoing(organization, participants, moves, wishes, context.now)
    if not moves:
        # It only kept an address for a user that has not come: that ends.
        writes += taken_back(prepared_create_of(context.store, conflict, context.now), context.now)
    follow_up = [write for participant in undone for write in _follow_up_of(participant)]
    room = len(writes) + len(follow_up) <= TRANSACTION_LIMIT
    try:
        context.commit([*writes, *(follow_up if room else ())])
    except RefusedError as refused:
        if obstacle := _obstacle(refused, organization.id):
            raise RequestError("not_undoable", obstacle) from refused
        raise
    if not room:
        _write_follow_up(context, undone)
    return Effect.DECIDED, undone


def _needs_two(
    organization: Organization, participants: list[Conflict], moves: list[AccountChange], now: datetime
) -> bool:
    """Whether one person's word is not enough: it was not for what is undone, or would not be by now."""
    policy, findings = organization.policy_at(now), [participant.finding for participant in participants]
    classes = {each for finding in findings for each in (finding.conflict_class, finding.underlying_class) if each}
    return (
        any(finding.rule == Rule.TWO_APPROVALS for finding in findings)
        or any(policy.rule(each) is Rule.TWO_APPROVALS for each in classes)
        or any(move.before.flags or (move.before.two_until or now) > now for move in moves)
    )


def _wish_of_another(context: QueueContext, participants: list[Conflict], wish: Approval) -> list[Approval]:
    """One other person who wanted it undone lately, if any.

    Raises:
        RequestError: same_approver, the only one who said so is the one who says so now.
    """
    noted = [
        wished
        for participant in participants
        for wished in participant.outcome.undo_approvals
        if wished.version == version_of(participant) and context.now < wished.ends_at
    ]
    live = live_key_ids(context, participants[0].request.organization_id) if noted else frozenset()
    counting = [approval for approval in noted if approval.key_id in live]
    others = [approval for approval in counting if not same_approver(approval, wish)]
    if counting and not others:
        raise RequestError("same_approver", "You asked for this already: a different administrator must agree.")
    return others[:1]


def _participants(store: IdentityStore, conflict: Conflict) -> list[Conflict]:
    """The conflict and those that were applied with it, all in the same state."""
    # What was taken for a user who never came can be given back, too.
    done = conflict.prepared or bool(conflict.outcome.touched_account_ids)
    if conflict.status is not ConflictStatus.UNDONE and not done:
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
            if not account or not image or (image.conflict_id, image.version) != (participant.id, account.version):
                raise RequestError("not_undoable", f"The account {account_id} has changed since: undo it by hand.")
            accounts.append(account)
    return accounts


def _check_directories(store: IdentityStore, organization_id: str, moves: list[AccountChange]) -> None:
    """Nobody is given back to a directory that is gone, or going."""
    links = [move.after.link for move in moves if move.after.link and move.after.link != move.before.link]
    for directory_id in {link.directory_id for link in links}:
        state = store.directory_state(organization_id, directory_id)
        if state is None or state.directory.deleting is not None:
            raise RequestError("not_undoable", _DIRECTORY_DELETED)


def _undoing(
    organization: Organization,
    participants: list[Conflict],
    moves: list[AccountChange],
    wishes: Sequence[Approval],
    now: datetime,
) -> tuple[list[Conflict], list[Write]]:
    """The conflicts as they will be, and the writes that have to happen together."""
    # A create's address is reserved for the user that never came: its own reservation gives way.
    indexed = Indexed(requester_key=participants[0].request.requester_key)
    try:
        moved = index_writes(moves, now, indexed)
    except CollidingUpdatesError as error:
        raise RequestError("not_undoable", "Two of the accounts would get one address: undo it by hand.") from error
    names = " and ".join(wish.owner for wish in wishes)
    reasons = " ".join(wish.reason for wish in wishes)
    released_ids = {move.after.id for move in moves if move.after.organization_id is None}
    undone = [
        replace(
            without_reactivation(participant),
            version=participant.version + 1,
            status=ConflictStatus.UNDONE,
            explanation=_undone(names, reasons, participant, moves),
            next_step=GROUPS_OUTSTANDING if takes_groups(moves) and participant is participants[0] else None,
            updated_at=now,
            outcome=replace(
                without_reactivation(participant).outcome,
                decided_by=names,
                undo_approvals=tuple(wishes) if len(wishes) > 1 else (),
                resolved_at=now,
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
        asked = move.before.id == participant.request.requester.account_id
        if asked and image is not None and image.account.status is not move.after.status:
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


def _write_follow_up(context: QueueContext, participants: list[Conflict]) -> None:
    for participant in participants:
        for write in _follow_up_of(participant):
            with suppress(RefusedError):  # the person has asked for something else since: that is pending now
                context.commit([write])


def _obstacle(refused: RefusedError, organization_id: str) -> str | None:
    """What stands in the way for good; None: it merely changed this moment, and is read again."""
    if any(isinstance(refusal.write, PutAccount | PutConflict) for refusal in refused.refusals):
        return None
    # First what says nothing of who has an address: on a domain that is not the organization's that is not told.
    for refusal in sorted(refused.refusals, key=lambda each: not isinstance(each.write, RequireDomain)):
        write = refusal.write
        if isinstance(write, RequireDomain):
            return f"The domain {write.domain} is not verified any more: verify it first."
        if isinstance(write, CountUsers):
            return _DIRECTORY_DELETED
        if isinstance(write, PutPending):
            return "The person has asked for another address since: decide that first."
        if isinstance(write, ClaimAddress):
            kept = refusal.found.reservation if isinstance(refusal.found, Hold) else None
            if kept is None or kept.organization_id != organization_id:
                return f"Somebody else has {write.canonical} by now: free it first."
            return (
                f"{write.canonical} is kept for another user by a later conflict ({kept.conflict_id}): undo that first."
            )
    return "What it would restore was taken meanwhile: undo it by hand." if refused.refusals else None
