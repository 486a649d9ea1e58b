"""Who is marked is protected whatever else is the case; and whose right rests on a domain needs that domain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.decision.decide import decide
from rightful.core.conflicts.diagnosis.diagnose import diagnose
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.conflicts.evidence_words import evidence_document
from rightful.core.conflicts.plan import Plan
from rightful.core.conflicts.planning.dispatch import plan
from rightful.domain.account import Account, Flag, Origin
from rightful.domain.address import Hold, Reservation, parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.policy import STANDARD, Brakes, Policy, PolicyBase, Rule
from rightful.domain.conflicts.refused_request import PendingChange, Requester
from rightful.domain.organization import DomainPolicy
from rightful.ports.writes.accounts import RequireDomain
from tests.support.builders import NOW, a_conflict, a_link, an_account, an_organization

OURS = an_organization("ours", domains={"corp.example": NOW}, domain_policy=DomainPolicy.ANY)
WANTED = parse_address("wanted@corp.example")
EMAILS = [{"value": "ada@corp.example", "type": "work", "primary": True}]
ADA = an_account(
    "ada",
    email="ada@corp.example",
    organization_id="ours",
    claimed=True,
    link=a_link("ada", "here"),
    attributes={"userName": "ada", "emails": EMAILS},
)
PERSONAL = an_account("bob", email="wanted@corp.example", origin=Origin.SIGNUP, last_login_at=NOW)
UNCONFIRMED = replace(PERSONAL, last_login_at=None, email_verified=False)
CONFLICT = a_conflict(
    "ours",
    "c1",
    directory_id="here",
    requester=Requester("ada", "ada-1", "ada", None),
    wanted=WANTED,
    old_email=ADA.email,
    change=PendingChange({"emails": EMAILS}, {"emails": [{**EMAILS[0], "value": WANTED.value}]}),
)
RESERVED = Hold(WANTED.canonical, None, Reservation("create:here:new", "earlier", "ours", NOW + timedelta(days=3)))
AUTOMATIC = Policy(PolicyBase.CUSTOM, {ConflictClass.CLAIMABLE: Rule.AUTO})


def _snapshot(
    holder: Account | None, *, requester: Account = ADA, hold: Hold | None = None, conflict: Conflict = CONFLICT
) -> Snapshot:
    listed = hold or Hold(WANTED.canonical, holder.id if holder else None)
    participant = Participant(conflict, requester, listed, holder)
    return Snapshot(NOW, participant, OURS, directory_exists=True, pending_id=conflict.id)


def _domains_required(snapshot: Snapshot) -> Sequence[RequireDomain]:
    diagnosis = diagnose(snapshot)
    planned = plan(snapshot, diagnosis, decide(diagnosis, AUTOMATIC, Brakes()))
    assert isinstance(planned, Plan), planned
    return [write for write in planned.writes if isinstance(write, RequireDomain)]


@pytest.mark.parametrize("flag", list(Flag))
def test_a_protected_requester_takes_no_reserved_address_on_one_person_s_word(flag: Flag) -> None:
    marked = replace(ADA, flags=frozenset({flag}))
    diagnosis = diagnose(_snapshot(None, requester=marked, hold=RESERVED))
    assert (diagnosis.conflict_class, diagnosis.underlying_class) == (ConflictClass.PROTECTED, ConflictClass.UNKNOWN)
    assert decide(diagnosis, STANDARD, Brakes()).missing == 2
    assert diagnose(_snapshot(None, hold=RESERVED)).conflict_class is ConflictClass.UNKNOWN


def test_a_reserved_address_with_a_third_user_s_name_is_refused_for_the_name() -> None:
    snapshot = _snapshot(None, hold=RESERVED)
    taken = replace(snapshot, participant=replace(snapshot.participant, user_name_holder_id="third"))
    assert diagnose(taken).conflict_class is ConflictClass.OTHER_KEY


def test_a_mark_of_a_personal_account_needs_two_people_and_is_not_named() -> None:
    diagnosis = diagnose(_snapshot(replace(PERSONAL, flags=frozenset({Flag.LEGAL_HOLD, Flag.SERVICE}))))
    assert (diagnosis.conflict_class, diagnosis.underlying_class) == (ConflictClass.PROTECTED, ConflictClass.CLAIMABLE)
    assert evidence_document(diagnosis.evidence) == {
        "holder": "a personal account on a domain of yours",
        "status": "active",
        "origin": "signup",
        "address confirmed": "yes",
        "last login": f"{NOW:%Y-%m-%d}",
        "protected": "holder: marked",
    }


def test_a_mark_of_an_account_of_the_organization_s_own_is_named() -> None:
    managed = replace(PERSONAL, organization_id="ours", claimed=True, flags=frozenset({Flag.LEGAL_HOLD}))
    assert evidence_document(diagnose(_snapshot(managed)).evidence)["protected"] == "holder: legal_hold"


@pytest.mark.parametrize("holder", [PERSONAL, UNCONFIRMED], ids=["claimable", "unconfirmed"])
def test_what_rests_on_owning_the_domain_requires_it_though_any_domain_may_be_used(holder: Account) -> None:
    assert _domains_required(_snapshot(holder)) == [RequireDomain("ours", "corp.example", or_nobody=False)]


def test_a_create_that_takes_an_unconfirmed_sign_up_s_address_requires_the_domain_to_be_its_own() -> None:
    create = replace(
        CONFLICT, request=replace(CONFLICT.request, requester=Requester(None, None, "new", None), old_email=None)
    )
    participant = Participant(create, None, Hold(WANTED.canonical, "bob"), UNCONFIRMED)
    snapshot = Snapshot(NOW, participant, OURS, directory_exists=True, pending_id="c1")
    assert _domains_required(snapshot) == [RequireDomain("ours", "corp.example", or_nobody=False)]


def test_a_free_address_requires_no_more_than_the_domain_policy() -> None:
    snapshot = _snapshot(None)
    free = replace(snapshot, participant=replace(snapshot.participant, hold=None))
    assert _domains_required(free) == [RequireDomain("ours", "corp.example", or_nobody=True)]


@pytest.mark.parametrize("holder", [PERSONAL, UNCONFIRMED, replace(PERSONAL, organization_id="ours")])
def test_an_account_that_is_not_managed_is_not_touched_on_a_domain_that_is_merely_used(holder: Account) -> None:
    merely_used = replace(_snapshot(holder), organization=replace(OURS, domains={}))
    assert diagnose(merely_used).conflict_class is ConflictClass.UNVERIFIED_DOMAIN


def test_an_invitation_on_a_domain_that_is_merely_used_is_not_taken_back_by_itself() -> None:
    invited = replace(UNCONFIRMED, organization_id="ours", claimed=True)
    merely_used = replace(_snapshot(invited), organization=replace(OURS, domains={}))
    assert diagnose(merely_used).conflict_class is ConflictClass.UNLINKED
