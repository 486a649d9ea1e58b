"""What administrators are told about a conflict, as codes: why it is as it is, and who must do what next. Pure.

Written for the organization that asked. About an account of another organization it says nothing but that there is
one; and it never says more than the evidence shows. The sentences are made from the codes of
`domain.conflicts.explanation`.
"""

from collections.abc import Mapping

from rightful.core.conflicts.decision.choices import choices
from rightful.core.conflicts.decision.decide import Decision, chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.names import names_in
from rightful.core.conflicts.diagnosis.situation import situation
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.lifecycle.kept import kept_until
from rightful.core.conflicts.plan import Blocked
from rightful.core.conflicts.retries import again, by_trying_again
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.explanation import Explanation, OutcomeCode, Statement, explained
from rightful.domain.conflicts.next_step import Effect, NextStep, Role, StepCode, step
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.refused_request import Operation
from rightful.ports.writes.transaction import TRANSACTION_LIMIT
from rightful.text.wording import moment_text

_REFUSALS: Mapping[ConflictClass, NextStep] = {
    ConflictClass.OTHER_ORGANIZATION: step(Role.OTHER_ADMINISTRATOR, StepCode.RELEASE_THERE),
    ConflictClass.UNVERIFIED_DOMAIN: step(Role.ADMINISTRATOR, StepCode.VERIFY_DOMAIN),
    ConflictClass.ACTIVE_IN_DIRECTORY: step(Role.IDP_ADMINISTRATOR, StepCode.CORRECT_ADDRESS),
    ConflictClass.OTHER_KEY: step(Role.IDP_ADMINISTRATOR, StepCode.CORRECT_USER_NAME),
}


def decided(conflict: Conflict, diagnosis: Diagnosis, decision: Decision) -> tuple[Explanation, NextStep]:
    """Why a conflict was not applied: it is refused, or it waits for approvals."""
    explanation = situation(diagnosis)
    if diagnosis.stays is not None:
        explanation = Explanation((*explanation.statements, diagnosis.stays))
    free = diagnosis.free and diagnosis.conflict_class is not ConflictClass.PROTECTED
    if decision.rule is Rule.REFUSE:
        if free:
            return explanation, by_trying_again(conflict, StepCode.NEXT_TRY)
        by_policy = step(Role.ADMINISTRATOR, StepCode.FREE_BY_HAND)
        return explanation, _REFUSALS.get(diagnosis.effective_class, by_policy)
    if decision.reason is not None:
        explanation = Explanation((*explanation.statements, decision.reason))
    if diagnosis.effective_class is ConflictClass.UNKNOWN and diagnosis.evidence.reserved is None:
        return explanation, unknown(conflict).next_step
    if free:
        return explanation, step(Role.ADMINISTRATOR, StepCode.APPROVE_OR_WAIT, again=again(conflict))
    return explanation, _approving(conflict, diagnosis, decision)


def _approving(conflict: Conflict, diagnosis: Diagnosis, decision: Decision) -> NextStep:
    """How many people have to approve, and what that does."""
    people = StepCode.APPROVE_TWO if decision.missing > 1 else StepCode.APPROVE
    if decision.missing == 1 and decision.approvals:
        people = StepCode.APPROVE_ONE_MORE
    said: list[Statement[StepCode]] = [Statement(people)]
    resolution = chosen(conflict, diagnosis, decision.resolution)
    possible = {choice.resolution: choice.effect for choice in choices(conflict, diagnosis) if choice.obstacle is None}
    effect = possible.pop(resolution, Effect.GIVE)
    if not possible:
        said.append(Statement(StepCode.APPROVAL_DOES, {"effect": effect}))
        if diagnosis.free:
            said.append(Statement(StepCode.CONFIRM_KEY))
        if conflict.request.change.active and conflict.request.operation is not Operation.CREATE:
            said.append(Statement(StepCode.LETS_IN))
        return NextStep(Role.ADMINISTRATOR, tuple(said))
    other, instead = possible.popitem()
    if decision.approvals:
        chose = {"names": _names(decision.approvals), "resolution": resolution.value, "effect": effect}
        said.append(Statement(StepCode.OTHERS_CHOSE, {**chose, "other": other.value, "instead": instead}))
    else:
        said.append(Statement(StepCode.APPROVAL_DOES, {"effect": effect}))
        said.append(Statement(StepCode.RESOLUTION_DOES, {"other": other.value, "instead": instead}))
    return NextStep(Role.ADMINISTRATOR, tuple(said))


def _names(approvals: tuple[Approval, ...]) -> str:
    return " and ".join(approval.owner for approval in approvals)


def changed(conflict: Conflict) -> str:
    """That the conflict has changed since it was read, how it is now, and what to do."""
    what = conflict.next_step.what if conflict.next_step else ""
    now = " ".join(filter(None, [conflict.explanation.sentence, what]))
    again = "Read it again, and decide by its new version." if conflict.live else f"It is {conflict.status.value} now."
    return f"The conflict has changed since it was read. Now: {now} {again}"


_DONE: Mapping[ConflictClass, OutcomeCode] = {
    ConflictClass.SELF: OutcomeCode.REST_APPLIED,
    ConflictClass.TOMBSTONE: OutcomeCode.ADDRESS_STAYS,
    ConflictClass.STALE_INDEX: OutcomeCode.APPLIED,
    ConflictClass.OTHER_DIRECTORY: OutcomeCode.HOLDER_UNLINKED,
    ConflictClass.DUPLICATE: OutcomeCode.DUPLICATE_DEACTIVATED,
    ConflictClass.UNKNOWN: OutcomeCode.RESERVATION_ENDED,
}


def applied(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> Explanation:
    """What was done, for a change of a user that exists."""
    done = situation(diagnosis).and_then(_DONE.get(diagnosis.effective_class, OutcomeCode.HOLDER_RELEASED))
    for approval in () if decision.by_itself else decision.approvals:
        done = done.and_then(OutcomeCode.APPROVED_BY, by=approval.owner, reason=approval.reason)
    old = snapshot.conflict.request.old_email
    return done.and_then(OutcomeCode.OLD_ADDRESS_FREE, address=old.value) if old and diagnosis.free else done


def applied_create(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision, *, relinked: bool) -> Explanation:
    """What was done for a create."""
    found, conflict_class = situation(diagnosis), diagnosis.effective_class
    if conflict_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}:
        return found.and_then(OutcomeCode.NOTHING_TO_DO)
    until = moment_text(kept_until(snapshot.conflict, snapshot.now))
    if relinked:
        done = found.and_then(OutcomeCode.LINKED_AGAIN_BY_CREATE, until=until)
    else:
        codes = {ConflictClass.UNKNOWN: OutcomeCode.PASSED_ON, ConflictClass.STALE_INDEX: OutcomeCode.KEPT}
        code = codes.get(conflict_class, OutcomeCode.RELEASED_AND_KEPT)
        done = found.and_then(code, user_name=snapshot.conflict.request.requester.user_name, until=until)
    for approval in decision.approvals:
        done = done.and_then(OutcomeCode.APPROVED_BY, by=approval.owner, reason=approval.reason)
    return done


def next_create(conflict: Conflict) -> NextStep | None:
    """What remains to be done after a create was prepared."""
    return by_trying_again(conflict, StepCode.NEXT_CREATE) if conflict.request.requester.account_id is None else None


def applied_cycle(participants: int, decision: Decision) -> Explanation:
    """What was done for everybody of a swap or rotation."""
    done = explained(OutcomeCode.SWAPPED)
    if participants > 2:
        done = explained(OutcomeCode.ROTATED, participants=str(participants))
    for approval in () if decision.by_itself else decision.approvals:
        done = done.and_then(OutcomeCode.APPROVED_BY, by=approval.owner, reason=approval.reason)
    return done


def waiting_chain(snapshot: Snapshot) -> Blocked:
    """The holder wants to leave, but has nowhere to go yet."""
    first, last = snapshot.following[0].conflict, snapshot.following[-1].conflict
    organization = snapshot.organization
    stopped = organization is not None and (organization.brakes.paused or organization.brakes.dry_run)
    return Blocked(
        explained(
            OutcomeCode.FOLLOWS_LATER if stopped else OutcomeCode.FOLLOWS, holder=first.request.requester.subject
        ),
        step(Role.NOBODY, StepCode.WAIT, user=last.request.requester.subject, address=last.request.wanted.value),
        ConflictStatus.OPEN,
    )


def too_long(participants: int) -> Blocked:
    """More people than one transaction can move."""
    return Blocked(
        explained(OutcomeCode.CIRCLE_TOO_LONG, participants=str(participants), limit=str(TRANSACTION_LIMIT)),
        step(Role.IDP_ADMINISTRATOR, StepCode.BREAK_CIRCLE),
    )


def user_name_taken(snapshot: Snapshot) -> Blocked:
    """The address could move, but the change also asks for a userName that somebody else has."""
    names = names_in(snapshot)
    return Blocked(
        explained(OutcomeCode.OTHER_USER_NAME_TAKEN, user_name=names["user_name"], user=names["user"]),
        _REFUSALS[ConflictClass.OTHER_KEY],
    )


def settled_by(conflict: Conflict) -> NextStep:
    """What remains to be done after an administrator said no: the identity provider does not know, and goes on asking.

    Answered 409 is every request for the value while another one has it, whatever it asks for besides; one that asks
    for the former value, or for none, goes through.
    """
    request = conflict.request
    wanted = {"wanted": request.wanted.value}
    if request.operation is Operation.CREATE:
        return step(Role.IDP_ADMINISTRATOR, StepCode.GIVE_ANOTHER, **wanted)
    old = request.old_email.value if request.old_email is not None and not request.old_email.is_placeholder else ""
    if request.address is None:
        old = str(request.change.before.get("userName", request.requester.user_name))
    if not old:
        return step(Role.IDP_ADMINISTRATOR, StepCode.GIVE_ANOTHER, **wanted)
    return step(Role.IDP_ADMINISTRATOR, StepCode.SET_BACK, old=old, **wanted)


def unknown(conflict: Conflict) -> Blocked:
    """Nothing that could be done safely."""
    about_name = conflict.request.address is None
    return Blocked(
        explained(OutcomeCode.USER_NAME_UNCERTAIN if about_name else OutcomeCode.ADDRESS_UNCERTAIN),
        step(Role.ADMINISTRATOR, StepCode.CORRECT_ACCOUNTS),
        ConflictStatus.WAITING_APPROVAL,
    )


def cannot_relink(obstacle: Statement[ObstacleCode], effective_class: ConflictClass) -> str:
    """Linking the holder again was asked for where it is impossible: why, and what can be done instead."""
    instead = (
        "Approve its claim first, without a resolution: then it is judged again."
        if effective_class is ConflictClass.CLAIMABLE
        else "Approve releasing the address instead, or reject."
    )
    return f"The holder cannot be linked again: {obstacle.sentence}. {instead}"
