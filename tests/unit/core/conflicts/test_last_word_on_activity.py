"""Whether somebody may sign in is what was said last, whoever said it and whatever became of the address."""

from datetime import timedelta

import pytest

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from tests.support.service import Service, patch

SALES = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "sales@example.com"}
TITLE = {"op": "replace", "path": "title", "value": "Engineer"}


def active(value: bool) -> dict[str, object]:
    """An operation that lets somebody in, or not."""
    return {"op": "replace", "path": "active", "value": value}


class Refused:
    """Ada's directory said `active` together with an address that a colleague uses whom no directory provisions."""

    def __init__(self, says: bool) -> None:
        self.service = Service()
        self.scim_id = str(self.service.create_user("ada")["id"])
        self.account_id = self.scim_id.rpartition("-")[0]
        self.act("unlink", str(self.service.create_user("sales")["id"]).rpartition("-")[0])
        if says:
            self.patch(active(False))
        self.patch(SALES, active(says), expected=409)

    def patch(self, *operations: dict[str, object], expected: int = 200) -> None:
        """Ada's directory, a minute later."""
        self.service.pass_time(timedelta(minutes=1))
        assert self.service.scim("PATCH", f"/Users/{self.scim_id}", patch(*operations)).status == expected

    def act(self, action: str, account_id: str = "") -> None:
        """An administrator, a minute later."""
        self.service.pass_time(timedelta(minutes=1))
        body = {"action": action, "reason": "because"}
        parameters = {"id": account_id or self.account_id}
        assert self.service.admin("POST", "/accounts/{id}/actions", body, parameters=parameters).status == 200

    def remediate(self) -> Account:
        """The remediator's turn, and Ada then."""
        self.service.pass_time(timedelta(minutes=1))
        self.service.remediate_all()
        return self.ada

    def approve(self) -> Account:
        """An administrator lets the address move; Ada then."""
        self.remediate()
        [conflict] = [each for each in self.service.store.all_of(Conflict) if each.live]
        body = {"decision": "approve", "reason": "yes", "version": self.service.version(conflict.id)}
        answer = self.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id})
        assert isinstance(answer.body, dict)
        assert answer.body["status"] == ConflictStatus.APPLIED, answer.body
        assert self.ada.holds == "sales@example.com"
        return self.ada

    def approved_if_wanted(self) -> Account:
        """An administrator lets the address move if that is still wanted; Ada then."""
        self.remediate()
        return self.approve() if any(each.live for each in self.service.store.all_of(Conflict)) else self.ada

    def undo(self) -> Account:
        """An administrator gives the address back; Ada then."""
        self.service.pass_time(timedelta(minutes=1))
        [conflict] = [each for each in self.service.store.all_of(Conflict) if each.status is ConflictStatus.APPLIED]
        body = {"reason": "wrong", "version": self.service.version(conflict.id)}
        answer = self.service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id})
        assert answer.status == 200, answer.body
        assert self.ada.holds == "ada@example.com"
        return self.ada

    def retry(self) -> Account:
        """An administrator has the undone change examined again; Ada then, with the address if that was approved."""
        [conflict] = [each for each in self.service.store.all_of(Conflict) if each.status is ConflictStatus.UNDONE]
        assert self.service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict.id}).status == 200
        return self.ada

    @property
    def ada(self) -> Account:
        """Ada's account now."""
        account = self.service.store.account(self.account_id)
        assert account is not None
        return account


def test_an_administrator_who_lets_somebody_in_before_the_refused_deactivation_was_carried_out_is_right() -> None:
    refused = Refused(says=False)
    refused.act("reactivate")
    assert refused.remediate().active
    assert refused.approve().active


def test_an_administrator_who_lets_somebody_in_again_is_right_when_the_address_moves_later() -> None:
    refused = Refused(says=False)
    assert not refused.remediate().active
    refused.act("reactivate")
    assert refused.approve().active


def test_a_directory_that_says_active_takes_its_deactivation_back() -> None:
    refused = Refused(says=False)
    refused.patch(TITLE, active(True))
    assert refused.remediate().active
    assert refused.approve().active


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_directory_that_says_active_and_is_refused_again_takes_its_deactivation_back(carried_out: bool) -> None:
    refused = Refused(says=False)
    if carried_out:
        assert not refused.remediate().active
    refused.patch(SALES, active(True), expected=409)
    assert refused.remediate().active is not carried_out
    assert refused.approve().active


def test_another_refused_address_that_comes_with_active_takes_the_deactivation_back() -> None:
    refused = Refused(says=False)
    refused.service.create_user("office")
    refused.patch({**SALES, "value": "office@example.com"}, active(True), expected=409)
    assert refused.remediate().active


@pytest.mark.parametrize("value", ["free@example.com", "ada@example.com"], ids=["another address", "its own address"])
def test_a_later_change_that_ends_the_refused_one_deactivates_all_the_same(value: str) -> None:
    refused = Refused(says=False)
    refused.patch({**SALES, "value": value})
    assert (refused.ada.active, refused.ada.holds) == (False, value)
    assert not refused.remediate().active


def test_a_later_change_of_something_else_deactivates_at_once_and_once() -> None:
    refused = Refused(says=False)
    refused.patch(TITLE)
    assert not refused.ada.active
    refused.patch(active(True))
    assert refused.remediate().active


def test_an_address_that_became_free_does_not_swallow_the_deactivation() -> None:
    refused = Refused(says=False)
    holder = refused.service.store.holds(["sales@example.com"])["sales@example.com"].account_id
    assert holder is not None
    refused.service.admin(
        "POST",
        "/accounts/{id}/actions",
        {"action": "set-email", "email": None, "reason": "free it"},
        parameters={"id": holder},
    )
    refused.patch(SALES)
    assert (refused.ada.active, refused.ada.holds) == (False, "sales@example.com")


def test_an_administrator_who_unlinks_somebody_whose_directory_deactivated_them_does_not_let_them_stay() -> None:
    refused = Refused(says=False)
    refused.act("unlink")
    assert not refused.remediate().active


def test_an_administrator_who_deactivates_somebody_is_right_when_a_refused_reactivation_is_applied_later() -> None:
    refused = Refused(says=True)
    refused.act("deactivate")
    assert not refused.approve().active


def test_a_directory_that_says_inactive_takes_its_refused_reactivation_back() -> None:
    refused = Refused(says=True)
    refused.patch(TITLE, active(False))
    assert not refused.approve().active


def test_a_directory_that_says_inactive_and_is_refused_again_takes_its_reactivation_back() -> None:
    refused = Refused(says=True)
    refused.patch(SALES, active(False), expected=409)
    assert not refused.approve().active


@pytest.mark.parametrize("says", [True, False])
def test_what_nobody_took_back_is_applied_with_the_address(says: bool) -> None:
    assert Refused(says).approve().active is says


def test_a_rejected_change_whose_place_another_took_deactivates_nobody_later() -> None:
    refused = Refused(says=False)
    [conflict] = refused.service.store.all_of(Conflict)
    body = {"decision": "reject", "reason": "no"}
    refused.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id})
    refused.service.create_user("office")
    refused.patch({**SALES, "value": "office@example.com"}, active(False), expected=409)
    refused.patch({**SALES, "value": "free@example.com"}, active(True))
    assert refused.remediate().active


@pytest.mark.parametrize("settled", ["rejected", "undone"])
def test_a_change_that_is_opened_again_lets_nobody_in_who_was_put_out_while_another_had_its_place(settled: str) -> None:
    refused = Refused(says=True)
    [conflict] = refused.service.store.all_of(Conflict)
    if settled == "undone":
        refused.approve()
    version = refused.service.version(conflict.id)
    route, body = ("decision", {"decision": "reject"}) if settled == "rejected" else ("undo", {"version": version})
    body = {**body, "reason": "no"}
    parameters = {"id": conflict.id}
    refused.service.admin("POST", f"/conflicts/{{id}}/{route}", body, parameters=parameters)
    refused.service.create_user("office")
    refused.patch({**SALES, "value": "office@example.com"}, expected=409)
    refused.patch(active(False))
    refused.patch({**SALES, "value": "ada@example.com"})
    assert refused.service.admin("POST", "/conflicts/{id}/retry", parameters=parameters).status == 200
    assert not refused.approved_if_wanted().active


def test_who_is_to_stay_out_stays_out_although_the_address_that_was_said_with_it_is_of_no_domain_of_theirs() -> None:
    refused = Refused(says=True)
    refused.patch({**SALES, "value": "ada@elsewhere.example"}, active(False), expected=400)
    assert not refused.remediate().active
    assert not any(each.request.change.active for each in refused.service.store.all_of(Conflict) if each.live)


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("repeated", [True, False], ids=["and says so again", "and says it once"])
def test_an_undo_gives_the_address_back_and_leaves_the_word_of_the_directory(says: bool, repeated: bool) -> None:
    refused = Refused(says)
    assert refused.approve().active is says
    if repeated:  # the identity provider's own retry: 200, and nothing to write
        refused.patch(SALES, active(says))
    assert refused.undo().active is says
    [undone] = [each for each in refused.service.store.all_of(Conflict) if each.status is ConflictStatus.UNDONE]
    assert ("stays active" in undone.explanation.sentence) is says
    assert refused.retry().active is says
    assert refused.approve().active is says


@pytest.mark.parametrize("says", [True, False])
def test_what_is_said_between_an_undo_and_a_retry_counts(says: bool) -> None:
    refused = Refused(says)
    refused.approve()
    refused.undo()
    refused.patch(TITLE, active(not says))
    assert refused.retry().active is not says
    assert refused.approved_if_wanted().active is not says


@pytest.mark.parametrize("says", [True, False])
def test_an_administrator_s_word_after_an_undo_counts_when_it_is_tried_again(says: bool) -> None:
    refused = Refused(says)
    refused.approve()
    refused.undo()
    refused.act("deactivate" if says else "reactivate")
    refused.retry()
    assert refused.approved_if_wanted().active is not says


@pytest.mark.parametrize("ben_says", [True, False])
def test_who_was_let_in_or_put_out_with_a_swap_stays_so_when_the_swap_is_undone(ben_says: bool) -> None:
    service = Service()
    ada, ben = (str(service.create_user(name)["id"]) for name in ("ada", "ben"))
    if ben_says:
        service.scim("PATCH", f"/Users/{ben}", patch(active(False)))
        service.pass_time(timedelta(minutes=1))
    service.move(ada, "ben")
    swapped = {**SALES, "value": "ada@example.com"}
    assert service.scim("PATCH", f"/Users/{ben}", patch(swapped, active(ben_says))).status == 409
    service.remediate_all()
    for conflict in [each for each in service.store.all_of(Conflict) if each.live]:
        body = {"decision": "approve", "reason": "yes", "version": service.version(conflict.id)}
        service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id})
    of_ben = max(service.store.all_of(Conflict), key=lambda each: each.id)
    assert of_ben.status is ConflictStatus.APPLIED
    assert service.scim("PATCH", f"/Users/{ben}", patch(swapped, active(ben_says))).status == 200
    back = {"reason": "back", "version": service.version(of_ben.id)}
    answer = service.admin("POST", "/conflicts/{id}/undo", back, parameters={"id": of_ben.id})
    assert answer.status == 200
    account = service.store.account(ben.rpartition("-")[0])
    assert account is not None
    assert (account.holds, account.active) == ("ben@example.com", ben_says)


@pytest.mark.parametrize("put_out", [True, False])
def test_a_duplicate_that_an_administrator_deactivated_too_stays_so_when_its_conflict_is_undone(put_out: bool) -> None:
    service = Service()
    enterprise = {ENTERPRISE_USER: {"employeeNumber": "701"}}
    ada = str(service.create_user("ada", **enterprise)["id"])
    double = str(service.create_user("sales", externalId=None, **enterprise)["id"]).rpartition("-")[0]
    act = {"reason": "because"}
    service.admin("POST", "/accounts/{id}/actions", {"action": "unlink", **act}, parameters={"id": double})
    assert service.move(ada, "sales").status == 409
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    assert (conflict.finding.conflict_class, conflict.status) == ("duplicate", "applied")
    if put_out:
        for _ in range(2):
            service.admin("POST", "/accounts/{id}/actions", {"action": "deactivate", **act}, parameters={"id": double})
    body = {"reason": "back", "version": service.version(conflict.id)}
    undo = service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id})
    assert undo.status == 200
    account = service.store.account(double)
    assert account is not None
    assert (account.holds, account.active) == ("sales@example.com", not put_out)
