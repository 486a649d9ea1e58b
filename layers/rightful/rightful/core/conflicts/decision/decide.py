"""Decision: from a diagnosis and an organization's policy to whether something may happen now. Pure."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.core.accounts.before_images import PING_PONG_WINDOW
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.diagnosis.version import circle_of, judged, version_of
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictClass, Resolution
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.policy import Brakes, Policy, Rule
from rightful.domain.conflicts.refused_request import Operation
from rightful.domain.person import is_person
from rightful.text.folding import same_name
from rightful.text.wording import counted, day_text, moment_text

PEOPLE_NEEDED = {Rule.AUTO: 0, Rule.APPROVAL: 1, Rule.TWO_APPROVALS: 2}

_ON_PROOF = frozenset({ConflictClass.REHIRE, ConflictClass.DUPLICATE})
"""Classes that there are only because two accounts are the same person's."""

_CHANGES_NOBODY = frozenset({ConflictClass.SELF, ConflictClass.TOMBSTONE})
"""Classes that take nothing from anybody and move nothing: no brake has a reason to stop them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What may happen.

    Attributes:
        rule: what holds for this conflict, all things considered.
        act: whether a plan may be applied now.
        by_itself: whether that would be without an approval.
        reason: why it is not automatic although the policy alone would let it be.
        missing: how many approvals are still missing.
        approvals: those that count now.
        resolution: what they chose, where there is a choice.
    """

    rule: Rule
    act: bool
    by_itself: bool = False
    reason: Statement[OutcomeCode] | None = None
    missing: int = 0
    approvals: tuple[Approval, ...] = ()
    resolution: Resolution | None = None


def decide(
    diagnosis: Diagnosis,
    policy: Policy,
    brakes: Brakes,
    *,
    approvals: Sequence[Approval] = (),
    caution: Statement[OutcomeCode] | None = None,
) -> Decision:
    """Whether a conflict may be resolved now.

    Args:
        approvals: those that count (`counting`).
        caution: a reason against automation that lies outside this conflict (a cap, ping-pong).
    """
    rule = _rule(diagnosis, policy)
    if rule is Rule.REFUSE:
        return Decision(rule, act=False)
    if diagnosis.follows:
        return Decision(rule, act=True, by_itself=True)  # the plan says what it waits for
    reason = None
    if rule is Rule.AUTO:
        reason = _hesitation(diagnosis, policy) or _brake(diagnosis, brakes) or caution
        if reason is None:
            return Decision(rule, act=True, by_itself=True)
        rule = Rule.APPROVAL
    chosen = [approval for approval in approvals if approval.resolution == approvals[-1].resolution]
    missing = max(0, PEOPLE_NEEDED[rule] - len(chosen))
    return Decision(
        rule,
        act=missing == 0,
        reason=reason,
        missing=missing,
        approvals=tuple(chosen),
        resolution=approvals[-1].resolution if approvals else None,
    )


def counting(snapshot: Snapshot, diagnosis: Diagnosis) -> tuple[Approval, ...]:
    """The approvals of a conflict that count now: given to what is the case now (`version_now`). Of a swap or rotation
    it does not matter to which of its conflicts somebody said so: they have one version, and are carried out as one."""
    legs = snapshot.participants() if circle_of(snapshot, diagnosis) else (snapshot.participant,)
    given = [approval for leg in legs for approval in leg.conflict.approvals]
    return valid(given, version_now(snapshot, diagnosis), snapshot.now, snapshot.live_key_ids) if given else ()


def valid(given: Iterable[Approval], version: str, now: datetime, live_key_ids: Set[str]) -> tuple[Approval, ...]:
    """Those approvals that count, the earliest first: recent, by keys that are still live, given to this version, and
    one for each key and person."""
    found: list[Approval] = []
    for approval in sorted(given, key=lambda each: each.given_at):
        if approval.version != version or now >= approval.ends_at:
            continue
        # Nobody tells this service that somebody has left their identity provider: a person's word ends with its time.
        if not is_person(approval.key_id) and approval.key_id not in live_key_ids:
            continue
        if not any(same_approver(approval, other) for other in found):
            found.append(approval)
    return tuple(found)


def version_now(snapshot: Snapshot, diagnosis: Diagnosis) -> str:
    """The version of a waiting conflict as it was just judged: what an approval has to be given to."""
    judged, circle = judged_now(snapshot, diagnosis), circle_of(snapshot, diagnosis)
    finding = replace(snapshot.conflict.finding, judged=judged, circle_ids=circle)
    return version_of(replace(snapshot.conflict, finding=finding))


def judged_now(snapshot: Snapshot, diagnosis: Diagnosis) -> str:
    """What was just judged: what the conflict's `judged` has to be."""
    rule = _rule(diagnosis, snapshot.organization.policy) if snapshot.organization else Rule.REFUSE
    return judged(snapshot, diagnosis, rule)


def same_approver(one: Approval, other: Approval) -> bool:
    """Two keys of one person are one person's approval, and that is who has the same name to the eye; so is one key
    under two names. Two who signed in are two, whatever they are called. Whether the owner of a key is one of those who
    sign in cannot be told: a name is what somebody chose."""
    if is_person(one.key_id) or is_person(other.key_id):
        return one.key_id == other.key_id or is_person(one.key_id) is not is_person(other.key_id)
    return one.key_id == other.key_id or same_name(one.owner, other.owner)


def chosen(conflict: Conflict, diagnosis: Diagnosis, asked: Resolution | None = None) -> Resolution:
    """The resolution that was asked for; where nobody said, a former account of the same person is linked again if it
    can be, and every other holder gives its address up."""
    if asked is not None:
        return asked
    same_person = diagnosis.effective_class is ConflictClass.REHIRE and conflict.request.operation is Operation.CREATE
    return Resolution.RELINK if same_person and diagnosis.no_relink is None else Resolution.RELEASE


def ping_pong(snapshot: Snapshot) -> Statement[OutcomeCode] | None:
    """Why an address must not move by itself again; None where nothing speaks against it.

    A remediation took this very address from the requester a short while ago, or gave it to them, whoever had it in
    between: two sources of truth are pulling.
    """
    for participant in snapshot.participants() if snapshot.cyclic else (snapshot.participant,):
        image = participant.account.before_image if participant.account else None
        for passed in image.passed if image else ():
            if (
                passed.canonical != participant.conflict.request.wanted.canonical
                or passed.conflict_id == participant.conflict.id
            ):
                continue
            if snapshot.now - passed.at < PING_PONG_WINDOW:
                return Statement(
                    OutcomeCode.BACK_AND_FORTH,
                    {"day": day_text(passed.at), "until": moment_text(passed.at + PING_PONG_WINDOW)},
                )
    return None


def _rule(diagnosis: Diagnosis, policy: Policy) -> Rule:
    if diagnosis.free and diagnosis.conflict_class is ConflictClass.STALE_INDEX:
        return Rule.AUTO  # the identity provider's own retry would go through: there is nothing to decide
    rule = policy.rule(diagnosis.conflict_class)
    if diagnosis.underlying_class is not None and policy.rule(diagnosis.underlying_class) is Rule.REFUSE:
        return Rule.REFUSE
    return rule


def _hesitation(diagnosis: Diagnosis, policy: Policy) -> Statement[OutcomeCode] | None:
    """What the policy itself makes automation wait for."""
    if diagnosis.other_letters:
        return Statement(OutcomeCode.OTHER_LETTERS)
    if diagnosis.effective_class in _ON_PROOF and diagnosis.proof is not None and diagnosis.proof.across:
        return Statement(OutcomeCode.PROOF_ELSEWHERE)
    if diagnosis.effective_class is not ConflictClass.DEACTIVATED:
        return None
    if diagnosis.since is None or diagnosis.deactivated_at is None:
        return Statement(OutcomeCode.DEACTIVATED_SINCE_WHEN)
    if diagnosis.since < policy.deactivated_after:
        days, until = policy.deactivated_after.days, moment_text(diagnosis.deactivated_at + policy.deactivated_after)
        return Statement(OutcomeCode.DEACTIVATED_LATELY, {"days": counted(days, "day"), "until": until})
    return None


def _brake(diagnosis: Diagnosis, brakes: Brakes) -> Statement[OutcomeCode] | None:
    if diagnosis.conflict_class in _CHANGES_NOBODY:
        return None
    if brakes.paused:
        return Statement(OutcomeCode.PAUSED)
    return Statement(OutcomeCode.DRY_RUN) if brakes.dry_run else None
