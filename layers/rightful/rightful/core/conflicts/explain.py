"""What administrators are told about a conflict, as codes: why it is as it is, and who must do what next. Pure.

Written for the organization that asked. About an account of another organization it says nothing but that there is
one; and it never says more than the evidence shows. The sentences are made from the codes of
`domain.conflicts.explanation`.
"""

from collections.abc import Callable, Mapping

from rightful.core.conflicts.decision.choices import choices
from rightful.core.conflicts.decision.decide import Decision, chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.evidence_words import last_login_words, leaving_words, protected_words
from rightful.core.conflicts.plan import TRANSACTION_LIMIT, Blocked
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.evidence import Evidence, Holder, HolderFacts, TakenUserName
from rightful.domain.conflicts.explanation import (
    Explanation,
    FindingCode,
    ObstacleCode,
    OutcomeCode,
    Statement,
    explained,
)
from rightful.domain.conflicts.next_step import Effect, NextStep, Role, StepCode, step
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.refused_request import Operation

_Finding = Statement[FindingCode]

_ALWAYS: Mapping[ConflictClass, FindingCode] = {
    ConflictClass.SELF: FindingCode.REQUESTER,
    ConflictClass.TOMBSTONE: FindingCode.SOFT_DELETE,
    ConflictClass.OTHER_ORGANIZATION: FindingCode.OTHER_ORGANIZATION,
    ConflictClass.ACTIVE_IN_DIRECTORY: FindingCode.ACTIVE_IN_DIRECTORY,
    ConflictClass.OTHER_DIRECTORY: FindingCode.OTHER_DIRECTORY,
    ConflictClass.UNCONFIRMED: FindingCode.UNCONFIRMED,
    ConflictClass.CLAIMABLE: FindingCode.CLAIMABLE,
}


def _stale(evidence: Evidence) -> _Finding:
    codes = {Holder.MISSING: FindingCode.MISSING_ACCOUNT, Holder.ELSEWHERE: FindingCode.OTHER_ADDRESS}
    return Statement(
        codes.get(evidence.holder, FindingCode.NOBODY) if isinstance(evidence.holder, Holder) else FindingCode.NOBODY
    )


def _same_person(code: FindingCode, evidence: Evidence) -> _Finding:
    proof = evidence.proof
    return Statement(code, {"proof": proof.kind, "number": proof.number} if proof else {"proof": "unknown"})


def _dated(code: FindingCode, dated: FindingCode, day: object) -> _Finding:
    return Statement(dated, {"day": str(day)}) if day is not None else Statement(code)


def _unlinked(evidence: Evidence) -> _Finding:
    holder = evidence.holder
    if not isinstance(holder, HolderFacts):
        return Statement(FindingCode.UNLINKED, {"last_login": "unknown"})
    code = FindingCode.UNLINKED if holder.confirmed else FindingCode.UNLINKED_UNCONFIRMED
    return Statement(code, {"last_login": last_login_words(holder)})


def _other_key(evidence: Evidence) -> _Finding:
    codes = {
        TakenUserName.FREE_AGAIN: FindingCode.USER_NAME_FREE,
        TakenUserName.ADDRESS_TOO: FindingCode.USER_NAME_AND_ADDRESS,
    }
    return Statement(codes.get(evidence.user_name or TakenUserName.TAKEN, FindingCode.USER_NAME))


def _unknown(evidence: Evidence) -> _Finding:
    if evidence.reserved is None:
        return Statement(FindingCode.UNREADABLE)
    return Statement(
        FindingCode.RESERVED, {"day": str(evidence.reserved.until), "conflict": evidence.reserved.conflict_id}
    )


def _protected(evidence: Evidence) -> _Finding:
    return Statement(FindingCode.PROTECTED, {"protected": protected_words(evidence)})


def _facts(evidence: Evidence) -> HolderFacts | None:
    return evidence.holder if isinstance(evidence.holder, HolderFacts) else None


_BY_EVIDENCE: Mapping[ConflictClass, Callable[[Evidence], _Finding]] = {
    ConflictClass.STALE_INDEX: _stale,
    ConflictClass.UNVERIFIED_DOMAIN: lambda found: Statement(
        FindingCode.UNVERIFIED_DOMAIN, {"domain": found.domain or ""}
    ),
    ConflictClass.PROTECTED: _protected,
    ConflictClass.LEAVING: lambda found: Statement(FindingCode.LEAVING, {"kind": leaving_words(found) or ""}),
    ConflictClass.REHIRE: lambda found: _same_person(FindingCode.FORMER_ACCOUNT, found),
    ConflictClass.DUPLICATE: lambda found: _same_person(FindingCode.DUPLICATE, found),
    ConflictClass.PENDING_DELETION: lambda found: _dated(
        FindingCode.TO_BE_DELETED, FindingCode.TO_BE_DELETED_ON, facts.deletion_on if (facts := _facts(found)) else None
    ),
    ConflictClass.DEACTIVATED: lambda found: _dated(
        FindingCode.DEACTIVATED, FindingCode.DEACTIVATED_ON, facts.deactivated_on if (facts := _facts(found)) else None
    ),
    ConflictClass.UNLINKED: _unlinked,
    ConflictClass.OTHER_KEY: _other_key,
    ConflictClass.UNKNOWN: _unknown,
}

_REFUSALS: Mapping[ConflictClass, NextStep] = {
    ConflictClass.OTHER_ORGANIZATION: step(Role.OTHER_ADMINISTRATOR, StepCode.RELEASE_THERE),
    ConflictClass.UNVERIFIED_DOMAIN: step(Role.ADMINISTRATOR, StepCode.VERIFY_DOMAIN),
    ConflictClass.ACTIVE_IN_DIRECTORY: step(Role.IDP_ADMINISTRATOR, StepCode.CORRECT_ADDRESS),
    ConflictClass.OTHER_KEY: step(Role.IDP_ADMINISTRATOR, StepCode.CORRECT_USER_NAME),
}


def situation(diagnosis: Diagnosis) -> Explanation:
    """Who holds the address; under `protected`, also who is."""
    conflict_class, evidence = diagnosis.effective_class, diagnosis.evidence
    always = _ALWAYS.get(conflict_class)
    found = Statement(always) if always is not None else _BY_EVIDENCE[conflict_class](evidence)
    if diagnosis.conflict_class is ConflictClass.PROTECTED and conflict_class is not ConflictClass.PROTECTED:
        return Explanation((found, _protected(evidence)))
    return Explanation((found,))


def decided(conflict: Conflict, diagnosis: Diagnosis, decision: Decision) -> tuple[Explanation, NextStep]:
    """Why a conflict was not applied: it is refused, or it waits for approvals."""
    explanation = situation(diagnosis)
    free = diagnosis.free and diagnosis.conflict_class is not ConflictClass.PROTECTED
    if decision.rule is Rule.REFUSE:
        if free:
            return explanation, step(Role.IDP, StepCode.NEXT_TRY)
        by_policy = step(Role.ADMINISTRATOR, StepCode.FREE_BY_HAND)
        return explanation, _REFUSALS.get(diagnosis.effective_class, by_policy)
    if decision.reason is not None:
        explanation = Explanation((*explanation.statements, decision.reason))
    if diagnosis.effective_class is ConflictClass.UNKNOWN and diagnosis.evidence.reserved is None:
        return explanation, unknown(conflict).next_step
    if free:
        return explanation, step(Role.ADMINISTRATOR, StepCode.APPROVE_OR_WAIT)
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
    if decision.approvals and not decision.by_itself:
        done = done.and_then(OutcomeCode.APPROVED_BY, names=_names(decision.approvals))
    old = snapshot.conflict.request.old_email
    return done.and_then(OutcomeCode.OLD_ADDRESS_FREE, address=old.value) if old and diagnosis.free else done


def applied_create(snapshot: Snapshot, diagnosis: Diagnosis, *, relinked: bool) -> Explanation:
    """What was done for a create."""
    found, conflict_class = situation(diagnosis), diagnosis.effective_class
    if conflict_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}:
        return found.and_then(OutcomeCode.NOTHING_TO_DO)
    if relinked:
        return found.and_then(OutcomeCode.LINKED_AGAIN_BY_CREATE)
    codes = {ConflictClass.UNKNOWN: OutcomeCode.PASSED_ON, ConflictClass.STALE_INDEX: OutcomeCode.KEPT}
    code = codes.get(conflict_class, OutcomeCode.RELEASED_AND_KEPT)
    return found.and_then(code, user_name=snapshot.conflict.request.requester.user_name)


def next_create(conflict: Conflict) -> NextStep | None:
    """What remains to be done after a create was prepared."""
    return step(Role.IDP, StepCode.NEXT_CREATE) if conflict.request.requester.account_id is None else None


def applied_cycle(participants: int) -> Explanation:
    """What was done for everybody of a swap or rotation."""
    if participants == 2:
        return explained(OutcomeCode.SWAPPED)
    return explained(OutcomeCode.ROTATED, participants=str(participants))


def waiting_chain(snapshot: Snapshot) -> Blocked:
    """The holder wants to leave, but has nowhere to go yet."""
    last, organization = snapshot.following[-1].conflict, snapshot.organization
    stopped = organization is not None and (organization.brakes.paused or organization.brakes.dry_run)
    return Blocked(
        explained(OutcomeCode.FOLLOWS_LATER if stopped else OutcomeCode.FOLLOWS),
        step(Role.NOBODY, StepCode.WAIT, address=last.request.wanted.value),
        ConflictStatus.OPEN,
    )


def too_long(participants: int) -> Blocked:
    """More people than one transaction can move."""
    return Blocked(
        explained(OutcomeCode.CIRCLE_TOO_LONG, participants=str(participants), limit=str(TRANSACTION_LIMIT)),
        step(Role.IDP_ADMINISTRATOR, StepCode.BREAK_CIRCLE),
    )


def user_name_taken(conflict: Conflict) -> Blocked:
    """The address could move, but the change also asks for a userName that somebody else has."""
    user_name = str(conflict.request.change.after.get("userName", conflict.request.requester.user_name))
    return Blocked(
        explained(OutcomeCode.OTHER_USER_NAME_TAKEN, user_name=user_name), _REFUSALS[ConflictClass.OTHER_KEY]
    )


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
