"""Which accounts take two people: what is said of an account without knowing who wants its address holds for whoever
does."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.diagnosis.diagnose import diagnose
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.account import Account, AccountStatus, FormerLink, Origin
from rightful.domain.address import Hold, parse_address
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.policy import STANDARD, Policy, PolicyBase, Rule, at_least_two
from rightful.domain.conflicts.refused_request import PendingChange, Requester
from rightful.domain.one_word import ALONE_FOR
from rightful.domain.two_people import eased_by_one, kinds_of, what_takes_two
from rightful.scim.schemas.standard import ENTERPRISE_USER
from tests.support.builders import NOW, a_conflict, a_link, an_account, an_organization

WANTED = parse_address("wanted@example.com")
OURS = an_organization("ours", domains={"example.com": NOW})
ADA = an_account(
    "ada",
    email="ada@example.com",
    organization_id="ours",
    claimed=True,
    link=replace(a_link("ada", "here"), external_id="e1"),
    attributes={"userName": "ada", "externalId": "e1", ENTERPRISE_USER.id: {"employeeNumber": "4711"}},
)


def holders() -> Iterator[Account]:
    """Every kind of account that can hold an address: of the organization or of none."""
    links = (None, "here", "elsewhere")
    statuses, origins, numbers = AccountStatus, Origin, ({}, ADA.attributes)
    for organization_id, claimed in (("ours", True), ("ours", False), (None, False)):
        for status, origin, verified, login, link, former, attributes in itertools.product(
            statuses, origins, (False, True), (None, NOW), links, (None, "here", "elsewhere"), numbers
        ):
            if organization_id is None and (link or former):
                continue
            yield an_account(
                "holder",
                email=WANTED.value,
                organization_id=organization_id,
                claimed=claimed,
                status=status,
                origin=origin,
                email_verified=verified,
                last_login_at=login,
                deactivated_at=NOW if status is AccountStatus.DEACTIVATED else None,
                link=replace(a_link("holder", link), external_id="e1") if link else None,
                former_link=FormerLink(former, "holder", "e1", NOW) if former else None,
                attributes=attributes,
            )


def wishes() -> Iterator[Conflict]:
    """A change of a user, and the create of one."""
    change = PendingChange({}, {"externalId": "e1", ENTERPRISE_USER.id: {"employeeNumber": "4711"}})
    more = {"directory_id": "here", "wanted": WANTED, "change": change}
    yield a_conflict("ours", "c1", requester=Requester("ada", "ada-1", "ada", "e1"), old_email=ADA.email, **more)
    yield a_conflict("ours", "c2", requester=Requester(None, None, "new", "e1"), old_email=None, **more)


def test_whoever_wants_the_address_the_class_is_one_of_the_accounts_kinds() -> None:
    met: set[ConflictClass] = set()
    for holder, conflict in itertools.product(holders(), wishes()):
        requester = ADA if conflict.request.requester.account_id else None
        participant = Participant(conflict, requester, Hold(WANTED.canonical, holder.id), holder)
        snapshot = Snapshot(
            NOW, participant, OURS, directory_exists=True, pending_id=conflict.id, numbered=frozenset({"ada", "holder"})
        )
        found = diagnose(snapshot).effective_class
        if found is not ConflictClass.SELF:
            assert found in kinds_of(holder), (holder, conflict)
            met.add(found)
    assert len(met) > 6


@pytest.mark.parametrize("kind", list(ConflictClass))
def test_a_policy_that_demands_two_for_a_kind_is_seen_in_every_account_of_it(kind: ConflictClass) -> None:
    policy = Policy(PolicyBase.CUSTOM, {kind: Rule.TWO_APPROVALS})
    for holder in holders():
        assert bool(what_takes_two(holder, policy, NOW)) is (kind in kinds_of(holder) and policy.rule(kind) != "auto")
        assert not what_takes_two(holder, STANDARD, NOW)


def test_who_is_no_further_is_so_for_a_week_and_no_longer() -> None:
    policy = Policy(PolicyBase.CUSTOM, {ConflictClass.UNLINKED: Rule.TWO_APPROVALS})
    unlinked = an_account("bob", email="bob@example.com", organization_id="ours", claimed=True)
    gone = replace(unlinked, status=AccountStatus.DEACTIVATED, deactivated_at=NOW)
    eased = eased_by_one(unlinked, gone, policy, NOW)
    assert eased.two_until == NOW + ALONE_FOR
    assert what_takes_two(eased, policy, NOW + ALONE_FOR - timedelta(seconds=1))
    assert not what_takes_two(eased, policy, NOW + ALONE_FOR)
    assert eased_by_one(eased, replace(eased, version=9), policy, NOW + timedelta(days=1)).two_until == eased.two_until
    assert eased_by_one(gone, unlinked, policy, NOW).two_until is None
    assert eased_by_one(unlinked, gone, STANDARD, NOW).two_until is None


@pytest.mark.parametrize("kind", list(ConflictClass))
@pytest.mark.parametrize("base", list(PolicyBase))
def test_a_policy_is_raised_for_these_classes_only_and_never_lowered(base: PolicyBase, kind: ConflictClass) -> None:
    policy = Policy(base)
    raised = at_least_two(policy, {kind})
    for each in ConflictClass:
        was, is_now = policy.rule(each), raised.rule(each)
        if each is kind and was in {Rule.AUTO, Rule.APPROVAL} and each is not ConflictClass.SELF:
            assert is_now is Rule.TWO_APPROVALS
        else:
            assert is_now is was
    assert (raised.deactivated_after, raised.relink_by_user_name) == (
        policy.deactivated_after,
        policy.relink_by_user_name,
    )
