"""Undo gives everything back, and takes as many people as what it undoes."""

from datetime import timedelta

import pytest

from rightful.api.request import Response
from rightful.core.organizations.registry import create_directory, revoke_token
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.policy import Policy, read_policy
from rightful.domain.key import Token
from tests.support.service import Service, patch

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
TWO = read_policy({"base": "custom", "rules": {"deactivated": "two_approvals"}})
ONE = read_policy({"base": "custom", "rules": {"deactivated": "approval"}})


class Office:
    """Ada wants the address of sales."""

    def __init__(self, policy: Policy) -> None:
        self.service = Service(policy=policy)
        self.ines, self.jo = self.service.admin_key, self.service.new_admin_key("Jo")

    def create(self, name: str) -> str:
        """A user's SCIM id."""
        return str(self.service.create_user(name)["id"])

    def account(self, scim_id: str) -> Account:
        """The account behind a SCIM id, which may be retired."""
        account = self.service.store.account(scim_id.rpartition("-")[0])
        assert account is not None
        return account

    def refused(self, scim_id: str, wanted: str) -> str:
        """The conflict of a refused move, after the remediator's turn."""
        assert self.service.move(scim_id, wanted).status == 409
        self.service.remediate_all()
        conflicts = self.service.store.all_of(Conflict)
        return max(
            (each for each in conflicts if each.request.requester.scim_id == scim_id), key=lambda each: each.id
        ).id

    def conflict(self, conflict_id: str) -> Conflict:
        """A conflict as it is."""
        found = self.service.store.conflict(Pointer(self.service.organization.id, conflict_id))
        assert found is not None
        return found

    def decide(self, conflict_id: str, key: Token) -> dict[str, object]:
        """Approve."""
        body = {"decision": "approve", "reason": "yes", "version": self.service.version(conflict_id)}
        answer = self.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict_id}, key=key)
        assert answer.status == 200, answer.body
        assert isinstance(answer.body, dict)
        return answer.body

    def undo(self, conflict_id: str, key: Token) -> Response:
        """Undo."""
        self.service.pass_time(timedelta(minutes=1))
        body = {"reason": "wrong", "version": self.service.version(conflict_id)}
        return self.service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict_id}, key=key)

    def flag(self, scim_id: str) -> None:
        """The host application marks an account."""
        parameters = {"id": scim_id.rpartition("-")[0], "flag": "legal_hold"}
        assert self.service.accounts("PUT", "/{id}/flags/{flag}", parameters=parameters).status < 300


def status_of(response: Response) -> object:
    """The conflict's status in an answer."""
    assert isinstance(response.body, dict)
    return response.body.get("status") or response.body["error"]["code"]


def taken(policy: Policy, *, protected: bool = False) -> tuple[Office, str, str, str]:
    """The address of a deactivated sales went to Ada: office, conflict, ada, sales."""
    office = Office(policy)
    ada, sales = office.create("ada"), office.create("sales")
    office.service.scim("PATCH", f"/Users/{sales}", patch({"op": "replace", "path": "active", "value": False}))
    if protected:
        office.flag(sales)
    conflict_id = office.refused(ada, "sales")
    for key in (office.ines, office.jo):
        if office.conflict(conflict_id).live:
            office.decide(conflict_id, key)
    assert office.account(ada).holds == "sales@example.com"
    return office, conflict_id, ada, sales


@pytest.mark.parametrize(("policy", "protected"), [(TWO, False), (ONE, True)], ids=["by policy", "protected"])
def test_what_two_people_decided_is_undone_by_two(policy: Policy, protected: bool) -> None:
    office, conflict_id, ada, sales = taken(policy, protected=protected)
    first = office.undo(conflict_id, office.ines)
    assert status_of(first) == "applied"
    assert isinstance(first.body, dict)
    assert first.body["undoApprovals"][0]["by"] == "Ines"
    assert "two different administrators" in first.body["nextStep"]["what"]
    assert office.account(ada).holds == "sales@example.com"
    again = office.undo(conflict_id, office.ines)
    assert (again.status, status_of(again)) == (409, "same_approver")
    second_key = office.service.new_admin_key("Ines")
    assert status_of(office.undo(conflict_id, second_key)) == "same_approver"
    assert status_of(office.undo(conflict_id, office.jo)) == "undone"
    assert office.conflict(conflict_id).outcome.decided_by == "Ines and Jo"
    assert (office.account(ada).holds, office.account(sales).holds) == ("ada@example.com", "sales@example.com")


def test_one_person_undoes_what_one_person_decided() -> None:
    office, conflict_id, _, sales = taken(ONE)
    assert status_of(office.undo(conflict_id, office.jo)) == "undone"
    assert office.account(sales).holds == "sales@example.com"


def test_who_is_protected_is_moved_back_by_nobody_alone_though_nobody_had_to_agree() -> None:
    office = Office(ONE)
    ada, sales = office.create("ada"), office.create("sales")
    office.flag(ada)
    assert office.service.move(ada, "sales").status == 409
    office.service.move(sales, "other")
    office.service.remediate_all()
    [conflict] = office.service.store.all_of(Conflict)
    assert (office.account(ada).holds, conflict.finding.rule) == ("sales@example.com", "auto")
    assert status_of(office.undo(conflict.id, office.ines)) == "applied"
    assert status_of(office.undo(conflict.id, office.jo)) == "undone"
    assert office.account(ada).holds == "ada@example.com"


@pytest.mark.parametrize("ends", ["a week", "the key"])
def test_the_first_person_s_wish_does_not_count_for_ever(ends: str) -> None:
    office, conflict_id, ada, _ = taken(TWO)
    office.undo(conflict_id, office.ines)
    if ends == "a week":
        office.service.pass_time(timedelta(days=8))
    else:
        revoke_token(office.service.context(), office.ines)
    assert status_of(office.undo(conflict_id, office.jo)) == "applied"
    assert office.account(ada).holds == "sales@example.com"


def test_who_agreed_to_one_undo_has_not_agreed_to_the_next() -> None:
    office, conflict_id, _, _ = taken(TWO)
    office.undo(conflict_id, office.ines)
    office.undo(conflict_id, office.jo)
    office.service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict_id})
    for key in (office.ines, office.jo):
        office.decide(conflict_id, key)
    assert status_of(office.undo(conflict_id, office.jo)) == "applied"


def test_a_personal_account_that_was_claimed_for_it_is_a_personal_account_again() -> None:
    office = Office(Policy())
    service = office.service
    signed_up = service.accounts(
        "POST", "", {"email": "sales@example.com", "emailVerified": True}, headers={"idempotency-key": "1"}
    )
    assert isinstance(signed_up.body, dict)
    account_id = str(signed_up.body["id"])
    service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": account_id})
    before = service.store.account(account_id)
    assert before is not None
    ada = office.create("ada")
    conflict_id = office.refused(ada, "sales")
    assert office.decide(conflict_id, office.ines)["class"] == "unlinked"
    claimed = service.store.account(account_id)
    assert claimed is not None
    assert claimed.claimed
    assert office.decide(conflict_id, office.ines)["status"] == "applied"
    assert office.account(ada).holds == "sales@example.com"
    answer = office.undo(conflict_id, office.ines)
    assert status_of(answer) == "undone"
    after = service.store.account(account_id)
    assert after is not None
    assert (after.organization_id, after.claimed, after.holds) == (None, False, "sales@example.com")
    assert isinstance(answer.body, dict)
    assert (answer.body["holder"], answer.body["evidence"]) == (None, {})
    # Asked for once more, it is somebody's own account again: nobody may take it without claiming it first.
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict_id})
    assert office.conflict(conflict_id).finding.conflict_class == "claimable"


def test_a_user_of_another_directory_is_in_its_groups_again() -> None:
    office = Office(Policy())
    service = office.service
    sales = office.create("sales")
    groups = [
        service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": sales}]})
        for name in ("A", "B", "C")
    ]
    ids = [str(group.body["id"]) for group in groups if isinstance(group.body, dict)]
    here = (service.directory, service.scim_key)
    service.enter(create_directory(service.context(), service.organization.id, "Second"))
    ada = office.create("ada")
    conflict_id = office.refused(ada, "sales")
    assert office.decide(conflict_id, office.ines)["status"] == "applied"
    assert (office.account(sales).link, office.account(sales).group_ids) == (None, frozenset())
    service.directory, service.scim_key = here
    service.scim("DELETE", f"/Groups/{ids[2]}")
    answer = office.undo(conflict_id, office.ines)
    assert status_of(answer) == "undone"
    assert isinstance(answer.body, dict)
    assert answer.body["nextStep"]["code"] == "set_back"
    assert "1 of the groups" in str(answer.body["explanation"])
    assert office.account(sales).group_ids == frozenset(ids[:2])
    for group_id in ids[:2]:
        members = service.scim("GET", f"/Groups/{group_id}")
        assert isinstance(members.body, dict)
        assert [member["value"] for member in members.body["members"]] == [sales]
    # What the directory does then stays, however often somebody presses undo.
    remove = {"op": "remove", "path": f'members[value eq "{sales}"]'}
    assert service.scim("PATCH", f"/Groups/{ids[0]}", patch(remove)).status < 300
    office.undo(conflict_id, office.ines)
    assert office.account(sales).group_ids == frozenset(ids[1:2])


def test_a_rotation_is_undone_whole() -> None:
    office = Office(Policy())
    names = ["a", "b", "c", "d"]
    ids = {name: office.create(name) for name in names}
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        assert office.service.move(ids[name], following).status == 409
    office.service.remediate_all()
    assert [office.account(ids[name]).holds for name in names] == [f"{name}@example.com" for name in "bcda"]
    conflict_id = max(office.service.store.all_of(Conflict), key=lambda each: each.id).id
    assert status_of(office.undo(conflict_id, office.ines)) == "undone"
    assert [office.account(ids[name]).holds for name in names] == [f"{name}@example.com" for name in names]
    assert {each.status for each in office.service.store.all_of(Conflict)} == {"undone"}
