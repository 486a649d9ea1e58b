"""Diagnosis: from a snapshot to the class of a conflict, with its evidence. Pure.

The classes are tested in the order of docs/concepts.md, "Classes"; the first that holds is the class. Two of them need
a word:

- An address that nobody holds any more is `stale_index` with `Diagnosis.free`: the refusal rests on something that is
  no longer true. It needs nobody's decision, because the identity provider's own retry would go through as well.
- `protected` says how many people must agree, not what to do: `Diagnosis.underlying_class` is the class that says that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rightful.core.accounts.emails import is_tombstone, names_of, names_wanted
from rightful.core.conflicts.diagnosis.evidence import (
    NOBODY_TAKES_TWO,
    TakesTwo,
    facts_about,
    in_other_letters,
    moved_by_one,
    protection,
)
from rightful.core.conflicts.diagnosis.names import NOBODY_NAMED, names_in
from rightful.core.conflicts.diagnosis.obstacle import obstacle_to_relinking
from rightful.core.conflicts.diagnosis.same_person import same_person, why_no_proof
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import holds_wanted
from rightful.domain.account import Account, AccountStatus, Origin
from rightful.domain.address import Address
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.evidence import NO_EVIDENCE, Evidence, Holder, Leaving, Proof, Reserved, TakenUserName
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.refused_request import UserName
from rightful.text.identity import identifier, same_but_for_case


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a conflict is.

    Attributes:
        evidence: what it rests on, as far as the organization that asked may know it.
        underlying_class: under `protected`, the class that would hold if nobody were protected.
        free: nobody stands in the way any more.
        since: how long the holder has been deactivated, where that counts; and `deactivated_at`, from when on.
        other_letters: the holder's address is the wanted one, and is written otherwise in more than case.
        follows: it comes after another change, which is decided on its own; about this one there is nothing to decide.
        stays: the holder would have moved away itself, but an administrator said no to that.
        two: whose address takes two people.
        no_relink: why the holder cannot be linked again by the create; None: it can.
        named: who it is about, by the parameters of sentences, as far as the organization that asked may know them.
    """

    conflict_class: ConflictClass
    evidence: Evidence = NO_EVIDENCE
    underlying_class: ConflictClass | None = None
    free: bool = False
    since: timedelta | None = None
    deactivated_at: datetime | None = None
    follows: bool = False
    no_relink: Statement[ObstacleCode] | None = None
    other_letters: bool = False
    named: Mapping[str, str] = field(default_factory=lambda: NOBODY_NAMED)
    stays: Statement[OutcomeCode] | None = None
    two: TakesTwo = NOBODY_TAKES_TWO

    @property
    def proof(self) -> Proof | None:
        """The proof that requester and holder are the same person."""
        return self.evidence.proof

    @property
    def effective_class(self) -> ConflictClass:
        """The class that says what to do."""
        return self.underlying_class or self.conflict_class


def diagnose(snapshot: Snapshot) -> Diagnosis:
    """The class of a conflict whose change is still wanted (`reason_to_end` said nothing)."""
    diagnosis = _diagnosed(snapshot)
    return replace(
        diagnosis,
        no_relink=obstacle_to_relinking(snapshot, diagnosis.effective_class),
        stays=_stays(snapshot),
        other_letters=diagnosis.conflict_class not in _MOVES_NOTHING and in_other_letters(snapshot),
        named=names_in(snapshot),
    )


def _stays(snapshot: Snapshot) -> Statement[OutcomeCode] | None:
    """That the holder would have moved away itself, and who said no to that."""
    wish = snapshot.stays
    if wish is None or snapshot.conflict.request.address is None:
        return None
    rejected = wish.status is ConflictStatus.REJECTED
    said = {"name": wish.request.requester.subject, "address": wish.request.wanted.value, "by": wish.outcome.decided_by}
    return Statement(OutcomeCode.HOLDER_REJECTED if rejected else OutcomeCode.HOLDER_UNDONE, said)


_MOVES_NOTHING = frozenset({ConflictClass.SELF, ConflictClass.TOMBSTONE, ConflictClass.STALE_INDEX})


def _diagnosed(snapshot: Snapshot) -> Diagnosis:
    if snapshot.conflict.request.address is None:
        return _user_name_collision(snapshot)
    before = _before_the_holder(snapshot)
    diagnosis = _unless_by_one(snapshot, before) if before else _by_holder(snapshot)
    if diagnosis.effective_class in _STAND_ALONE:
        return diagnosis
    # The address could move, but the same change asks for a userName that a third user has.
    return _third_user_name(snapshot, diagnosis) or diagnosis


_STAND_ALONE = frozenset({ConflictClass.OTHER_ORGANIZATION, ConflictClass.UNVERIFIED_DOMAIN, ConflictClass.LEAVING})
"""Where the userName does not matter: nothing may move, or it rotates with the address (`planning.cycle`)."""


def _before_the_holder(snapshot: Snapshot) -> Diagnosis | None:
    """Classes that do not depend on what kind of account the holder is."""
    conflict, hold, holder = snapshot.conflict, snapshot.participant.hold, snapshot.holder
    if _is_self(snapshot):
        return Diagnosis(ConflictClass.SELF, Evidence(Holder.REQUESTER))
    if snapshot.requester is not None and _is_soft_delete(conflict, snapshot.requester):
        return Diagnosis(ConflictClass.TOMBSTONE, Evidence(soft_delete=True))
    if not snapshot.may_claim:
        # Before anything is said of a holder: whether there is one is no business of who may not use the domain.
        return _unverified(conflict.request.wanted)
    if hold is not None and hold.account_id is not None:
        if holder is None:
            return Diagnosis(ConflictClass.STALE_INDEX, Evidence(Holder.MISSING))
        if holder.holds != conflict.request.wanted.canonical:
            return Diagnosis(ConflictClass.STALE_INDEX, Evidence(Holder.ELSEWHERE))
    keys = conflict.request.requester.keys(conflict.request.directory_id)
    if hold is None or any(hold.is_free_for(key, snapshot.now) for key in keys):
        return Diagnosis(ConflictClass.STALE_INDEX, Evidence(Holder.NOBODY), free=True)
    if hold.reservation is not None:
        if hold.reservation.organization_id != conflict.request.organization_id:
            return Diagnosis(ConflictClass.OTHER_ORGANIZATION)
        evidence = Evidence(reserved=Reserved(hold.reservation.until, hold.reservation.conflict_id))
        return _with_protection(snapshot, Diagnosis(ConflictClass.UNKNOWN, evidence))
    return None


def _is_soft_delete(conflict: Conflict, requester: Account) -> bool:
    names = names_of(requester) | names_wanted(conflict)
    return is_tombstone(conflict.request.wanted.value, names, requester.link.external_id if requester.link else None)


def _by_holder(snapshot: Snapshot) -> Diagnosis:
    """Classes by what the holder is; there is one, and it holds the address."""
    conflict, holder, organization = snapshot.conflict, snapshot.holder, snapshot.organization
    if holder is None or organization is None:
        return Diagnosis(ConflictClass.UNKNOWN, Evidence(Holder.UNREADABLE))
    if holder.organization_id not in {None, conflict.request.organization_id}:
        return Diagnosis(ConflictClass.OTHER_ORGANIZATION)
    if not _is_ours(snapshot, holder) and conflict.request.wanted.domain not in organization.domains:
        # A domain policy of "any" lets an organization use a domain, not take it from an account it does not manage.
        return _unverified(conflict.request.wanted)
    return _with_protection(snapshot, _unprotected(snapshot, holder))


def _with_protection(snapshot: Snapshot, below: Diagnosis) -> Diagnosis:
    """The same, under `protected` where somebody on either side is."""
    return _protected(below, protection(snapshot))


def _unless_by_one(snapshot: Snapshot, below: Diagnosis) -> Diagnosis:
    """The same, under `protected` where the address is free for the asking, but one person's key asks for somebody
    whose address takes two."""
    return _protected(below, moved_by_one(snapshot)) if below.conflict_class is ConflictClass.STALE_INDEX else below


def _protected(below: Diagnosis, two: TakesTwo) -> Diagnosis:
    if not two.protected:
        return replace(below, two=two)
    return replace(
        below,
        conflict_class=ConflictClass.PROTECTED,
        underlying_class=below.conflict_class,
        evidence=replace(below.evidence, protected=two.protected),
        two=two,
    )


def _is_ours(snapshot: Snapshot, holder: Account) -> bool:
    """Whether the organization manages the holder."""
    return holder.organization_id == snapshot.conflict.request.organization_id and holder.claimed


def _unprotected(snapshot: Snapshot, holder: Account) -> Diagnosis:
    leaving = _leaving(snapshot)
    if leaving is not None:
        return leaving
    directory_id = snapshot.conflict.request.directory_id
    numbered, shared = snapshot.numbered, snapshot.shared_id
    proof = same_person(snapshot.conflict, snapshot.requester, holder, numbered, shared=shared)
    evidence = Evidence(
        facts_about(holder, snapshot.conflict.request.organization_id),
        proof=proof,
        no_proof=None if proof else why_no_proof(snapshot.conflict, snapshot.requester, holder, numbered),
    )
    ours = _is_ours(snapshot, holder)
    if holder.link is not None and holder.link.directory_id != directory_id:
        return Diagnosis(ConflictClass.OTHER_DIRECTORY, evidence)
    if holder.link is not None and holder.active:
        return Diagnosis(ConflictClass.ACTIVE_IN_DIRECTORY, evidence)
    if ours and proof and holder.status is not AccountStatus.PENDING_DELETION and not _is_unused(holder):
        return Diagnosis(ConflictClass.REHIRE, evidence)
    if ours and holder.status is AccountStatus.PENDING_DELETION:
        return Diagnosis(ConflictClass.PENDING_DELETION, evidence)
    if ours and holder.status is AccountStatus.DEACTIVATED:
        since = snapshot.now - holder.deactivated_at if holder.deactivated_at else None
        return Diagnosis(ConflictClass.DEACTIVATED, evidence, since=since, deactivated_at=holder.deactivated_at)
    if _is_unconfirmed(snapshot, holder):
        return Diagnosis(ConflictClass.UNCONFIRMED, evidence)
    if ours and proof and _is_unused(holder):
        return Diagnosis(ConflictClass.DUPLICATE, evidence)
    if not ours:
        return Diagnosis(ConflictClass.CLAIMABLE, evidence)
    return Diagnosis(ConflictClass.UNLINKED, evidence)


def _is_unconfirmed(snapshot: Snapshot, holder: Account) -> bool:
    """A sign-up that nobody confirmed or used, on a domain that is the organization's own: who owns the domain owns
    the mailbox that could have confirmed it."""
    own = snapshot.organization is not None and snapshot.conflict.request.wanted.domain in snapshot.organization.domains
    invited = holder.origin in {Origin.SIGNUP, Origin.INVITATION}
    return own and invited and holder.active and not holder.email_verified and holder.last_login_at is None


def _is_unused(holder: Account) -> bool:
    """An account that could be used and never was: a duplicate rather than a person's former account."""
    return holder.active and holder.link is None and holder.last_login_at is None


def _leaving(snapshot: Snapshot) -> Diagnosis | None:
    """The holder wants to move away itself, by a change that its own directory asked for and that can still happen."""
    if not snapshot.following:
        return None
    participants = len(snapshot.following) + 1
    if snapshot.cyclic:
        return Diagnosis(ConflictClass.LEAVING, Evidence(leaving=Leaving.CIRCLE, participants=participants))
    last = snapshot.following[-1].conflict
    if snapshot.cut_short or last.status in {ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL}:
        evidence = Evidence(leaving=Leaving.CHAIN, participants=participants)
        return Diagnosis(ConflictClass.LEAVING, evidence, follows=True)
    return None  # the holder cannot leave either: who it is decides


def _is_self(snapshot: Snapshot) -> bool:
    conflict, hold, holder = snapshot.conflict, snapshot.participant.hold, snapshot.holder
    if hold is None:
        return False
    if conflict.request.requester.account_id is not None:
        return hold.account_id == conflict.request.requester.account_id and holds_wanted(
            snapshot.requester, conflict.request.wanted
        )
    if hold.reservation is not None:
        return (
            hold.reservation.requester_key == conflict.request.requester_key and snapshot.now < hold.reservation.until
        )
    # A create whose answer was lost: the user is there.
    link = holder.link if holder else None
    if (
        link is None
        or link.directory_id != conflict.request.directory_id
        or not holds_wanted(holder, conflict.request.wanted)
    ):
        return False
    if identifier(link.external_id) != conflict.request.requester.identifier:
        return False
    return same_but_for_case(link.user_name, conflict.request.requester.user_name)


def _user_name_collision(snapshot: Snapshot) -> Diagnosis:
    holder_id = snapshot.participant.user_name_holder_id
    if holder_id is None or holder_id == snapshot.conflict.request.requester.account_id:
        return Diagnosis(ConflictClass.OTHER_KEY, Evidence(user_name=TakenUserName.FREE_AGAIN), free=True)
    return Diagnosis(ConflictClass.OTHER_KEY, Evidence(user_name=TakenUserName.TAKEN))


def _third_user_name(snapshot: Snapshot, otherwise: Diagnosis) -> Diagnosis | None:
    """The change asks for a userName that neither requester nor holder has. A holder that lets its address go gives
    its userName to a user that exists; a create would be refused because of it all the same."""
    taken_by = snapshot.participant.user_name_holder_id
    known = {None, snapshot.conflict.request.requester.account_id}
    if snapshot.holder is not None and snapshot.participant.hold is not None and snapshot.requester is not None:
        known.add(snapshot.holder.id)
    if taken_by in known:
        return None
    unhindered = otherwise.free or otherwise.effective_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}
    user_name = TakenUserName.TAKEN if unhindered else TakenUserName.ADDRESS_TOO
    return Diagnosis(ConflictClass.OTHER_KEY, Evidence(user_name=user_name))


def _unverified(wanted: Address | UserName) -> Diagnosis:
    return Diagnosis(ConflictClass.UNVERIFIED_DOMAIN, Evidence(domain=wanted.domain))
