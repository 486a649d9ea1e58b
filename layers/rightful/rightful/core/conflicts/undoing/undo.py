"""Undo: every account that an applied conflict touched gets back what that took from it: address, link, status,
attributes, whose account it is, and the groups that it was taken out of. But whoever asked for the change stays active
or not, as their directory said: that was its word, which the conflict only carried out.

All or nothing, and only while nobody has changed since what it would give back (`undoable`): a login or a new title is
no obstacle, and stays. A swap or rotation is undone whole. What needed two people, or moves the address of somebody who
is protected now, needs two people to be undone: it moves the same addresses.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rightful.core.accounts.before_images import image_by
from rightful.core.accounts.index_writes import AccountChange, Indexed, index_writes
from rightful.core.conflicts.decision.decide import same_approver, valid
from rightful.core.conflicts.diagnosis.gather import live_key_ids
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.explain import changed, settled_by
from rightful.core.conflicts.lifecycle.end import end_of_waiters, without_reactivation
from rightful.core.conflicts.lifecycle.prepared import prepared_create_of, taken_back
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.conflicts.log_rows import log_row, rows_of_all
from rightful.core.conflicts.plan import fitted
from rightful.core.conflicts.remediate import Effect, Remediation
from rightful.core.conflicts.undoing.groups import GROUPS_OUTSTANDING, give_groups_back, takes_groups
from rightful.core.conflicts.undoing.snapshot import UndoSnapshot, read_to_undo
from rightful.core.conflicts.undoing.undoable import undoable
from rightful.core.conflicts.word import Word, existing
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictStatus, Pointer, without_holder
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, Statement
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.undo_obstacle import UndoObstacleCode
from rightful.domain.events.event_log import Action, Result
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import QueueContext
from rightful.ports.refusals import Commits, commit_again, commit_possible
from rightful.ports.writes.accounts import RequireAccount
from rightful.ports.writes.conflicts import AppendLog, PutConflict, PutPending
from rightful.ports.writes.transaction import Write


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
    commits = Commits(context)
    effect, participants = commit_again(lambda: _attempt(context, commits, pointer, word), context.invocation)
    if participants[0].status is not ConflictStatus.UNDONE:
        return Remediation(effect, participants[0])
    first = give_groups_back(context, participants)[0]
    return Remediation(effect, first, requeue(context.store, context.queue, first.outcome.released, by=first))


def _attempt(context: QueueContext, commits: Commits, pointer: Pointer, word: Word) -> tuple[Effect, list[Conflict]]:
    """Undo it, or note who wants it undone. The conflicts as they are then, the one in question first."""
    conflict, organization = existing(context.store, pointer), context.store.organization(pointer.organization_id)
    if organization is None:
        raise RequestError("not_found", "There is no such conflict.")
    snapshot = read_to_undo(context.store, organization, conflict, context.now)
    participants = snapshot.conflicts
    if conflict.status is ConflictStatus.UNDONE:
        # Asked twice, or the process died half-way the first time: what follows the transaction is done again.
        _write_follow_up(context, [each for each in participants if each.status is ConflictStatus.UNDONE])
        return Effect.NOTHING, participants
    obstacle = undoable(snapshot)
    never = obstacle is not None and obstacle.code is UndoObstacleCode.NOT_APPLIED
    if not never and not word.is_given_to(version_of(conflict)):
        raise RequestError("changed", changed(conflict))
    if obstacle is not None:
        raise RequestError("not_undoable", obstacle.sentence)
    moves = snapshot.moves
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
    undone, writes = _undoing(snapshot, moves, wishes)
    if not moves:
        # It only kept an address for a user that has not come: that ends.
        writes += taken_back(prepared_create_of(context.store, conflict, context.now), context.now)
    # The place of a later change that an administrator said no to as well is not taken from it.
    tidying = [
        write
        for participant in undone
        for write in _tidied(participant)
        if not isinstance(write, PutPending) or write.requester_key not in snapshot.pending
    ]
    besides = rows_of_all(undone, moves, context.now)
    together, afterwards = fitted(writes, [_undone_row(each) for each in undone], besides, tidying)
    commits.commit(together)
    commit_possible(context, afterwards)
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
    noted = [participant for participant in participants if participant.outcome.undo_approvals]
    live = live_key_ids(context, participants[0].request.organization_id) if noted else frozenset()
    counting = [
        approval
        for each in noted
        for approval in valid(each.outcome.undo_approvals, version_of(each), context.now, live)
    ]
    others = [approval for approval in counting if not same_approver(approval, wish)]
    if counting and not others:
        raise RequestError("same_approver", "You asked for this already: a different administrator must agree.")
    return others[:1]


def _undoing(
    snapshot: UndoSnapshot, moves: Sequence[AccountChange], wishes: Sequence[Approval]
) -> tuple[list[Conflict], list[Write]]:
    """The conflicts as they will be, and the writes that have to happen together."""
    participants, now, listed = snapshot.conflicts, snapshot.now, snapshot.stale_listings
    # A create's address is reserved for the user that never came: its own reservation gives way.
    moved = index_writes(moves, now, Indexed(listed=listed, requester_key=participants[0].request.requester_key))
    mistaken = [snapshot.accounts[each] for each in listed.values() if each in snapshot.accounts]
    moving = {move.before.id for move in moves}
    names = " and ".join(wish.owner for wish in wishes)
    released_ids = {move.after.id for move in moves if move.after.organization_id is None}
    undone = [
        replace(
            without_reactivation(participant),
            version=participant.version + 1,
            status=ConflictStatus.UNDONE,
            explanation=_undone(wishes, participants, participant, moves),
            next_step=GROUPS_OUTSTANDING
            if takes_groups(moves, participants) and participant is participants[0]
            else settled_by(participant),
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
        without_holder(participant) if participant.finding.holder_account_id in released_ids else participant
        for participant in undone
    ]
    return undone, [
        *moved.writes,
        *(RequireAccount(each.id, each.version) for each in mistaken if each.id not in moving),
        *required_domains(
            snapshot.organization, [move.after.email for move in moves if move.after.holds != move.before.holds]
        ),
        *(PutConflict(after, participant.version) for after, participant in zip(undone, participants, strict=True)),
    ]


def _undone(
    wishes: Sequence[Approval], participants: Sequence[Conflict], participant: Conflict, moves: Sequence[AccountChange]
) -> Explanation:
    """Who had it undone, and whose changes with it; what that does not give back: whether the person can sign in."""
    said = [Statement(OutcomeCode.UNDONE, {"by": wish.owner, "reason": wish.reason}) for wish in wishes]
    undone = Explanation(tuple(said))
    others = [each.request.requester.subject for each in participants if each is not participant]
    if others:
        undone = undone.and_then(OutcomeCode.UNDONE_TOGETHER, names=" and ".join(others))
    for move in moves:
        image = image_by(move.before, participant.id)
        asked = move.before.id == participant.request.requester.account_id
        if asked and image is not None and image.account.status is not move.after.status:
            return undone.and_then(OutcomeCode.STAYS_ACTIVE if move.after.active else OutcomeCode.STAYS_DEACTIVATED)
    return undone


def _tidied(undone: Conflict) -> tuple[Write, ...]:
    """What an undone conflict leaves behind: made from it alone, as its row, so that it can be written again."""
    pending = PutPending(undone.request.requester_key, undone.id, undone.request.wanted.canonical)
    return (pending, *end_of_waiters(undone))


def _undone_row(undone: Conflict) -> AppendLog:
    """The row of the account that had asked."""
    at = undone.outcome.resolved_at or undone.updated_at
    return log_row(undone, Action.CONFLICT_UNDONE, at, result=Result.DONE, approver=undone.outcome.decided_by)


def _write_follow_up(context: QueueContext, participants: list[Conflict]) -> None:
    commit_possible(context, [write for each in participants for write in (*_tidied(each), _undone_row(each))])
