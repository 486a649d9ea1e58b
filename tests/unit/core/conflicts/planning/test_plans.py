"""Plans: the conditions of the one transaction are the evidence, all of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.decision.decide import decide
from rightful.core.conflicts.diagnosis.diagnose import diagnose
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import reason_to_end
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.dispatch import plan
from rightful.core.organizations.may_claim import required_domains
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import Hold, parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.evidence import NO_EVIDENCE
from rightful.domain.conflicts.refused_request import PendingChange, Requester
from rightful.domain.organization import DomainPolicy, Organization
from rightful.ports.writes.accounts import (
    ClaimAddress,
    PutAccount,
    ReleaseAddress,
    RequireAccount,
    RequireDomain,
    TransferAddress,
)
from rightful.ports.writes.conflicts import AppendLog, EndPending, EndWaiter, PutConflict
from tests.support.builders import NOW, a_conflict, a_link, an_account, an_organization

OURS = an_organization("ours", domains={"example.com": NOW})
WANTED = parse_address("wanted@example.com")
OLD = [{"value": "ada@example.com", "type": "work", "primary": True}]
NEW = [{"value": "wanted@example.com", "type": "work", "primary": True}]
ADA = an_account(
    "ada",
    version=5,
    email="ada@example.com",
    organization_id="ours",
    claimed=True,
    link=a_link("ada", "here"),
    attributes={"userName": "ada", "emails": OLD},
)
BOB = an_account(
    "bob",
    version=8,
    email="wanted@example.com",
    organization_id="ours",
    claimed=True,
    status=AccountStatus.DEACTIVATED,
    deactivated_at=NOW - timedelta(days=30),
    last_login_at=NOW - timedelta(days=31),
)
CONFLICT = a_conflict(
    "ours",
    "c1",
    version=3,
    directory_id="here",
    requester=Requester("ada", "ada-1", "ada", None),
    wanted=WANTED,
    old_email=ADA.email,
    change=PendingChange({"emails": OLD}, {"emails": NEW}),
)


def _snapshot(
    holder: Account | None = BOB,
    *,
    conflict: Conflict = CONFLICT,
    organization: Organization = OURS,
    requester: Account | None = ADA,
    hold: Hold | None = Hold(WANTED.canonical, "bob"),  # noqa: B008 - frozen
) -> Snapshot:
    participant = Participant(conflict, requester, hold, holder)
    return Snapshot(NOW, participant, organization, directory_exists=True, pending_id=conflict.id)


def _plan(snapshot: Snapshot) -> Plan:
    diagnosis = diagnose(snapshot)
    assert snapshot.organization is not None
    decision = decide(diagnosis, snapshot.organization.policy, snapshot.organization.brakes)
    assert decision.act
    planned = plan(snapshot, diagnosis, decision)
    assert isinstance(planned, Plan)
    return planned


def test_a_release_is_conditional_on_both_accounts_the_holder_the_domain_and_the_conflict() -> None:
    planned = _plan(_snapshot())
    conditions = [write for write in planned.writes if not isinstance(write, AppendLog | PutAccount | PutConflict)]
    assert set(conditions) == {
        TransferAddress("wanted@example.com", "bob", "ada"),
        ClaimAddress("released-c1@released.invalid", "bob", NOW),
        ReleaseAddress("ada@example.com", "ada"),
        RequireDomain("ours", "example.com"),
        EndPending("account:ada", "c1"),
        EndWaiter("wanted@example.com", "c1"),
    }
    versions = {write.account.id: write.expected_version for write in planned.writes if isinstance(write, PutAccount)}
    assert versions == {"ada": 5, "bob": 8}
    [conflict] = [write for write in planned.writes if isinstance(write, PutConflict)]
    assert conflict.expected_version == 3
    assert conflict.conflict == planned.conflict
    assert planned.conflict.status is ConflictStatus.APPLIED
    assert planned.conflict.outcome.touched_account_ids == ("ada", "bob")
    assert planned.requeues == ("ada@example.com",)


def test_both_accounts_carry_what_they_were_before() -> None:
    accounts = [write.account for write in _plan(_snapshot()).writes if isinstance(write, PutAccount)]
    for account, before in zip(accounts, (ADA, BOB), strict=True):
        assert account.before_image is not None
        assert account.before_image.conflict_id == "c1"
        assert account.before_image.version == account.version == before.version + 1
        image = account.before_image.account
        assert replace(image, attributes=before.attributes) == replace(before, last_login_at=None)
        assert image.attributes.items() <= before.attributes.items()


def test_an_organization_that_takes_any_domain_needs_it_to_be_nobody_elses() -> None:
    anywhere = replace(OURS, domains={}, domain_policy=DomainPolicy.ANY)
    emails = [parse_address("ada@corp.example"), parse_address("ada@example.com")]
    assert required_domains(anywhere, emails) == (RequireDomain("ours", "corp.example", or_nobody=True),)


def test_repairing_the_index_rests_on_the_listed_account_s_version_without_writing_it() -> None:
    elsewhere = replace(BOB, organization_id="theirs", email=parse_address("bob@example.org"))
    planned = _plan(_snapshot(elsewhere))
    assert RequireAccount("bob", 8) in planned.writes
    assert TransferAddress("wanted@example.com", "bob", "ada") in planned.writes
    assert [write.account.id for write in planned.writes if isinstance(write, PutAccount)] == ["ada"]


def test_a_free_address_is_claimed_only_if_it_still_is() -> None:
    planned = _plan(_snapshot(None, hold=None))
    assert ClaimAddress("wanted@example.com", "ada", NOW) in planned.writes
    assert planned.moved_account_ids == ()


def test_nothing_is_planned_for_a_holder_of_another_organization_whatever_a_decision_says() -> None:
    diagnosis = diagnose(_snapshot(replace(BOB, organization_id="theirs")))
    assert diagnosis.conflict_class is ConflictClass.OTHER_ORGANIZATION
    assert diagnosis.evidence == NO_EVIDENCE
    decision = decide(diagnosis, OURS.policy, OURS.brakes)
    assert not decision.act


def test_a_change_that_asks_for_a_third_user_s_name_is_named_as_such() -> None:
    snapshot = _snapshot()
    taken = replace(snapshot, participant=replace(snapshot.participant, user_name_holder_id="third"))
    assert diagnose(taken).conflict_class is ConflictClass.OTHER_KEY


def test_a_leg_of_another_organization_s_account_makes_no_circle() -> None:
    """Diagnosis trusts `following`; a circle with a gap in it is not planned."""
    conflict = replace(
        CONFLICT, id="c2", request=replace(CONFLICT.request, requester=Requester("bob", "bob-1", "bob", None))
    )
    snapshot = replace(_snapshot(), cyclic=True, following=(Participant(conflict, None, None, None),))
    diagnosis = diagnose(snapshot)
    planned = plan(snapshot, diagnosis, decide(diagnosis, OURS.policy, OURS.brakes))
    assert isinstance(planned, Blocked)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"pending_id": "c2"}, ConflictStatus.SUPERSEDED),
        ({"pending_id": None}, ConflictStatus.SUPERSEDED),
        ({"organization": None}, ConflictStatus.SUPERSEDED),
        ({"directory_exists": False}, ConflictStatus.SUPERSEDED),
        ({"revoked": True}, ConflictStatus.SUPERSEDED),
        ({"now": NOW + timedelta(days=28)}, ConflictStatus.EXPIRED),
    ],
)
def test_a_change_that_is_not_wanted_any_more_ends(changed: dict[str, object], status: ConflictStatus) -> None:
    assert reason_to_end(_snapshot()) is None
    end = reason_to_end(replace(_snapshot(), **changed))  # type: ignore[arg-type]
    assert end is not None
    assert end[0] is status


@pytest.mark.parametrize(
    "requester",
    [
        None,
        replace(ADA, link=None),
        replace(ADA, link=a_link("ada", "here", scim_id="ada-2")),
        replace(ADA, link=a_link("ada", "elsewhere")),
        replace(ADA, organization_id="theirs"),
        replace(ADA, email=parse_address("newer@example.com")),
        replace(ADA, status=AccountStatus.DEACTIVATED, deactivated_at=NOW + timedelta(seconds=1)),
    ],
)
def test_a_requester_that_is_not_the_one_who_asked_gets_nothing(requester: Account | None) -> None:
    end = reason_to_end(_snapshot(requester=requester))
    assert end is not None
    assert end[0] is ConflictStatus.SUPERSEDED


@pytest.mark.parametrize("side", ["requester", "holder"])
@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_on_either_side_protects(side: str, flag: Flag) -> None:
    flagged = {"holder": replace(BOB, flags=frozenset({flag}))} if side == "holder" else {}
    requester = replace(ADA, flags=frozenset({flag})) if side == "requester" else ADA
    diagnosis = diagnose(_snapshot(**flagged, requester=requester))  # type: ignore[arg-type]
    assert diagnosis.conflict_class is ConflictClass.PROTECTED
    assert diagnosis.underlying_class is ConflictClass.DEACTIVATED
    assert not decide(diagnosis, OURS.policy, OURS.brakes).act
