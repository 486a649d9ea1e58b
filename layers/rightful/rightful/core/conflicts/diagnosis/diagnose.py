"""Diagnosis: from a snapshot to the class of a conflict, with its evidence. Pure.

The classes are tested in the order of docs/concepts.md, "Classes"; the first that holds is the class. Two of them need
a word:

- An address that nobody holds any more is `stale_index` with `Diagnosis.free`: the refusal rests on something that is
  no longer true. It needs nobody's decision, because the identity provider's own retry would go through as well.
- `protected` says how many people must agree, not what to do: `Diagnosis.underlying_class` is the class that says that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from rightful.core.accounts.soft_deletes import is_tombstone, names_of, names_wanted
from rightful.core.conflicts.diagnosis.evidence import facts_about, in_other_letters, moved_by_one, protection
from rightful.core.conflicts.diagnosis.merge import wanted_user_name_of
from rightful.core.conflicts.diagnosis.relink import obstacle_to_relinking
from rightful.core.conflicts.diagnosis.same_person import Proof, same_person, why_no_proof
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.account import Account, AccountStatus, Origin
from rightful.domain.address import Address
from rightful.domain.conflict import Collision, Conflict, ConflictClass, ConflictStatus
from rightful.text.identity import identifier, same_but_for_case


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a conflict is.

    Attributes:
        evidence: what it rests on, for administrators of the holder's organization; nothing about others' accounts.
        underlying_class: under `protected`, the class that would hold if nobody were protected.
        free: nobody stands in the way any more.
        since: how long the holder has been deactivated, where that counts.
        proof: the proof that requester and holder are the same person.
        other_letters: the holder's address is the wanted one, and is written otherwise in more than case.
        follows: it comes after another change, which is decided on its own; about this one there is nothing to decide.
        no_relink: why the holder cannot be linked again by the create; empty: it can.
    """

    conflict_class: ConflictClass
    evidence: Mapping[str, str] = field(default_factory=dict)
    underlying_class: ConflictClass | None = None
    free: bool = False
    since: timedelta | None = None
    proof: Proof | None = None
    follows: bool = False
    no_relink: str = ""
    other_letters: bool = False

    @property
    def effective_class(self) -> ConflictClass:
        """The class that says what to do."""
        return self.underlying_class or self.conflict_class


def reason_to_end(snapshot: Snapshot) -> tuple[ConflictStatus, str] | None:
    """Why the change is not wanted any more, if it is not: the end it comes to, and a sentence."""
    conflict, account = snapshot.conflict, snapshot.requester
    if snapshot.now >= conflict.expires_at:
        return ConflictStatus.EXPIRED, "Nothing could be done within 28 days, and the identity provider gave up by now."
    if snapshot.organization is None or not snapshot.directory_exists:
        return ConflictStatus.SUPERSEDED, "The directory that asked for the change was deleted."
    if snapshot.revoked:
        return ConflictStatus.SUPERSEDED, "The key that asked for the change was revoked."
    if snapshot.pending_id != conflict.id:
        return ConflictStatus.SUPERSEDED, "A later change of the same person took its place."
    if conflict.requester.account_id is None:
        return _reason_not_to_create(snapshot.participant)
    if account is None:
        return ConflictStatus.SUPERSEDED, "The account of the person who wanted the address was removed."
    if not is_requester(snapshot.participant):
        return (
            ConflictStatus.SUPERSEDED,
            "The person who wanted the address is no longer provisioned by this directory.",
        )
    if not wants_still(snapshot.participant):
        return ConflictStatus.SUPERSEDED, "A later change gave the person another address."
    if conflict.collision is Collision.USER_NAME and wanted_user_name_of(account, conflict.change) is None:
        return ConflictStatus.SUPERSEDED, "A later change gave the person another userName."
    deactivated = account.deactivated_at is not None and account.deactivated_at > conflict.activity_said_at
    if not account.active and deactivated and conflict.change.active is not False:
        return ConflictStatus.SUPERSEDED, "The person who wanted the address was deactivated."
    return None


def _reason_not_to_create(participant: Participant) -> tuple[ConflictStatus, str] | None:
    """The user exists by now, with another address. Under another externalId it is somebody else."""
    link = participant.namesake.link if participant.namesake else None
    if link is None or _holds_wanted(participant.namesake, participant.conflict.wanted):
        return None
    if participant.conflict.requester.identifier not in {None, identifier(link.external_id)}:
        return None
    return ConflictStatus.SUPERSEDED, "The user exists by now: it was created with another address."


def is_requester(participant: Participant) -> bool:
    """Whether the account is still the user that the directory asked for, in the organization that asked."""
    conflict, account = participant.conflict, participant.account
    return (
        account is not None
        and account.link is not None
        and account.link.directory_id == conflict.directory_id
        and account.link.scim_id == conflict.requester.scim_id
        and account.organization_id == conflict.organization_id
    )


def wants_still(participant: Participant) -> bool:
    """Whether the account holds what it held when it asked, or what it asked for, or lost it to another conflict."""
    conflict, account = participant.conflict, participant.account
    if account is None:
        return False
    old = conflict.old_email.canonical if conflict.old_email else None
    emptied = account.email is not None and account.email.is_placeholder
    return emptied or account.holds in {old, conflict.wanted.canonical}


def diagnose(snapshot: Snapshot) -> Diagnosis:
    """The class of a conflict whose change is still wanted (`reason_to_end` said nothing)."""
    diagnosis = _diagnosed(snapshot)
    return replace(
        diagnosis,
        no_relink=obstacle_to_relinking(snapshot, diagnosis.effective_class),
        other_letters=diagnosis.conflict_class not in _MOVES_NOTHING and in_other_letters(snapshot),
    )


_MOVES_NOTHING = frozenset({ConflictClass.SELF, ConflictClass.TOMBSTONE, ConflictClass.STALE_INDEX})


def _diagnosed(snapshot: Snapshot) -> Diagnosis:
    if snapshot.conflict.collision is Collision.USER_NAME:
        return _user_name_collision(snapshot)
    before = _before_the_holder(snapshot)
    diagnosis = _unless_by_one(snapshot, before) if before else _by_holder(snapshot)
    if diagnosis.effective_class in _STAND_ALONE:
        return diagnosis
    # The address could move, but the same change asks for a userName that a third user has.
    return _third_user_name(snapshot, diagnosis) or diagnosis


_STAND_ALONE = frozenset({ConflictClass.OTHER_ORGANIZATION, ConflictClass.UNVERIFIED_DOMAIN, ConflictClass.LEAVING})
"""Where the userName does not matter: nothing may move, or it rotates with the address (`cycles`)."""


def _before_the_holder(snapshot: Snapshot) -> Diagnosis | None:
    """Classes that do not depend on what kind of account the holder is."""
    conflict, hold, holder = snapshot.conflict, snapshot.participant.hold, snapshot.holder
    if _is_self(snapshot):
        return Diagnosis(ConflictClass.SELF, {"holder": "the requester itself"})
    if snapshot.requester is not None and _is_soft_delete(conflict, snapshot.requester):
        return Diagnosis(ConflictClass.TOMBSTONE, {"wanted": "32 hexadecimal digits before the person's own address"})
    if not snapshot.may_claim:
        # Before anything is said of a holder: whether there is one is no business of who may not use the domain.
        return _unverified(conflict.wanted)
    if hold is not None and hold.account_id is not None:
        if holder is None:
            return Diagnosis(ConflictClass.STALE_INDEX, {"holder": "the account that is listed does not exist"})
        if holder.holds != conflict.wanted.canonical:
            return Diagnosis(ConflictClass.STALE_INDEX, {"holder": "the account that is listed has another address"})
    keys = conflict.requester.keys(conflict.directory_id)
    if hold is None or any(hold.is_free_for(key, snapshot.now) for key in keys):
        return Diagnosis(ConflictClass.STALE_INDEX, {"holder": "nobody holds the address any more"}, free=True)
    if hold.reservation is not None:
        if hold.reservation.organization_id != conflict.organization_id:
            return Diagnosis(ConflictClass.OTHER_ORGANIZATION)
        evidence = {
            "holder": f"reserved until {hold.reservation.until:%Y-%m-%d} for a user that is about to be created",
            "reserved by conflict": hold.reservation.conflict_id,
        }
        return _with_protection(snapshot, Diagnosis(ConflictClass.UNKNOWN, evidence))
    return None


def _is_soft_delete(conflict: Conflict, requester: Account) -> bool:
    names = names_of(requester) | names_wanted(conflict)
    return is_tombstone(conflict.wanted.value, names, requester.link.external_id if requester.link else None)


def _by_holder(snapshot: Snapshot) -> Diagnosis:
    """Classes by what the holder is; there is one, and it holds the address."""
    conflict, holder, organization = snapshot.conflict, snapshot.holder, snapshot.organization
    if holder is None or organization is None:
        return Diagnosis(ConflictClass.UNKNOWN, {"holder": "could not be read"})
    if holder.organization_id not in {None, conflict.organization_id}:
        return Diagnosis(ConflictClass.OTHER_ORGANIZATION)
    if not _is_ours(snapshot, holder) and conflict.wanted.domain not in organization.domains:
        # A domain policy of "any" lets an organization use a domain, not take it from an account it does not manage.
        return _unverified(conflict.wanted)
    return _with_protection(snapshot, _unprotected(snapshot, holder))


def _with_protection(snapshot: Snapshot, below: Diagnosis) -> Diagnosis:
    """The same, under `protected` where somebody on either side is."""
    return _protected(below, protection(snapshot))


def _unless_by_one(snapshot: Snapshot, below: Diagnosis) -> Diagnosis:
    """The same, under `protected` where the address is free for the asking, but one person's key asks for somebody
    whose address takes two."""
    return _protected(below, moved_by_one(snapshot)) if below.conflict_class is ConflictClass.STALE_INDEX else below


def _protected(below: Diagnosis, protected: str) -> Diagnosis:
    if not protected:
        return below
    return replace(
        below,
        conflict_class=ConflictClass.PROTECTED,
        underlying_class=below.conflict_class,
        evidence={**below.evidence, "protected": protected},
    )


def _is_ours(snapshot: Snapshot, holder: Account) -> bool:
    """Whether the organization manages the holder."""
    return holder.organization_id == snapshot.conflict.organization_id and holder.claimed


def _unprotected(snapshot: Snapshot, holder: Account) -> Diagnosis:
    leaving = _leaving(snapshot)
    if leaving is not None:
        return leaving
    evidence = facts_about(holder, snapshot.conflict.organization_id)
    directory_id = snapshot.conflict.directory_id
    numbered, shared = snapshot.numbered, snapshot.shared_id
    proof = same_person(snapshot.conflict, snapshot.requester, holder, numbered, shared=shared)
    if proof is not None:
        evidence["same person"] = proof.words
    elif (reason := why_no_proof(snapshot.conflict, snapshot.requester, holder, snapshot.numbered)) is not None:
        evidence["same employeeNumber"] = reason
    ours = _is_ours(snapshot, holder)
    if holder.link is not None and holder.link.directory_id != directory_id:
        return Diagnosis(ConflictClass.OTHER_DIRECTORY, evidence, proof=proof)
    if holder.link is not None and holder.active:
        return Diagnosis(ConflictClass.ACTIVE_IN_DIRECTORY, evidence, proof=proof)
    if ours and proof and holder.status is not AccountStatus.PENDING_DELETION and not _is_unused(holder):
        return Diagnosis(ConflictClass.REHIRE, evidence, proof=proof)
    if ours and holder.status is AccountStatus.PENDING_DELETION:
        return Diagnosis(ConflictClass.PENDING_DELETION, evidence)
    if ours and holder.status is AccountStatus.DEACTIVATED:
        since = snapshot.now - holder.deactivated_at if holder.deactivated_at else None
        return Diagnosis(ConflictClass.DEACTIVATED, evidence, since=since)
    if _is_unconfirmed(snapshot, holder):
        return Diagnosis(ConflictClass.UNCONFIRMED, evidence)
    if ours and proof and _is_unused(holder):
        return Diagnosis(ConflictClass.DUPLICATE, evidence, proof=proof)
    if not ours:
        return Diagnosis(ConflictClass.CLAIMABLE, evidence)
    return Diagnosis(ConflictClass.UNLINKED, evidence)


def _is_unconfirmed(snapshot: Snapshot, holder: Account) -> bool:
    """A sign-up that nobody confirmed or used, on a domain that is the organization's own: who owns the domain owns
    the mailbox that could have confirmed it."""
    own = snapshot.organization is not None and snapshot.conflict.wanted.domain in snapshot.organization.domains
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
        kind = "swap" if participants == 2 else f"rotation of {participants}"
        return Diagnosis(ConflictClass.LEAVING, {"kind": kind, "participants": str(participants)})
    last = snapshot.following[-1].conflict
    if snapshot.cut_short or last.status in {ConflictStatus.OPEN, ConflictStatus.WAITING_APPROVAL}:
        return Diagnosis(ConflictClass.LEAVING, {"kind": "chain", "participants": str(participants)}, follows=True)
    return None  # the holder cannot leave either: who it is decides


def _is_self(snapshot: Snapshot) -> bool:
    conflict, hold, holder = snapshot.conflict, snapshot.participant.hold, snapshot.holder
    if hold is None:
        return False
    if conflict.requester.account_id is not None:
        return hold.account_id == conflict.requester.account_id and _holds_wanted(snapshot.requester, conflict.wanted)
    if hold.reservation is not None:
        return hold.reservation.requester_key == conflict.requester_key and snapshot.now < hold.reservation.until
    # A create whose answer was lost: the user is there.
    link = holder.link if holder else None
    if link is None or link.directory_id != conflict.directory_id or not _holds_wanted(holder, conflict.wanted):
        return False
    if identifier(link.external_id) != conflict.requester.identifier:
        return False
    return same_but_for_case(link.user_name, conflict.requester.user_name)


def _holds_wanted(account: Account | None, wanted: Address) -> bool:
    return account is not None and account.holds == wanted.canonical


def _user_name_collision(snapshot: Snapshot) -> Diagnosis:
    holder_id = snapshot.participant.user_name_holder_id
    if holder_id is None or holder_id == snapshot.conflict.requester.account_id:
        return Diagnosis(ConflictClass.OTHER_KEY, {"key": "userName", "holder": "nobody any more"}, free=True)
    return Diagnosis(ConflictClass.OTHER_KEY, {"key": "userName"})


def _third_user_name(snapshot: Snapshot, otherwise: Diagnosis) -> Diagnosis | None:
    """The change asks for a userName that neither requester nor holder has. A holder that lets its address go gives
    its userName to a user that exists; a create would be refused because of it all the same."""
    taken_by = snapshot.participant.user_name_holder_id
    known = {None, snapshot.conflict.requester.account_id}
    if snapshot.holder is not None and snapshot.participant.hold is not None and snapshot.requester is not None:
        known.add(snapshot.holder.id)
    if taken_by in known:
        return None
    unhindered = otherwise.free or otherwise.effective_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}
    both = {} if unhindered else {"address": "taken as well"}
    return Diagnosis(ConflictClass.OTHER_KEY, {"key": "userName", **both})


def _unverified(wanted: Address) -> Diagnosis:
    return Diagnosis(ConflictClass.UNVERIFIED_DOMAIN, {"domain": wanted.domain})
