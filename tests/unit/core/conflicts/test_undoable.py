"""What stands in the way of an undo is what somebody has changed of what it gives back, and nothing else."""

import re
from datetime import timedelta

import pytest

from rightful.api.request import Response
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import Policy
from rightful.ports.writes.accounts import ReleaseAddress
from tests.support.service import patch, user
from tests.unit.core.conflicts.test_undo import ONE, Office, status_of, taken

TITLE = {"op": "replace", "path": "title", "value": "Head of Sales"}


def why(response: Response) -> str:
    """The sentence of a refused undo, without ids and times."""
    assert isinstance(response.body, dict), response.body
    assert response.status == 409, response.body
    error = response.body["error"]
    assert error["code"] == "not_undoable"
    return re.sub(r"[0-9a-f]{32}", "<id>", re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", str(error["message"])))


@pytest.mark.parametrize("who", ["ada", "sales"])
@pytest.mark.parametrize("since", ["a login", "a title", "a secondary email", "a mark taken back", "all of it"])
def test_what_an_undo_does_not_give_back_is_no_obstacle_and_stays(since: str, who: str) -> None:
    office, conflict_id, ada, sales = taken(ONE)
    service, scim_id = office.service, {"ada": ada, "sales": sales}[who]
    account_id = scim_id.rpartition("-")[0]
    if since in {"a login", "all of it"}:
        service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": account_id})
    if since in {"a title", "all of it"}:
        assert service.scim("PATCH", f"/Users/{scim_id}", patch(TITLE)).status == 200
    if since in {"a secondary email", "all of it"}:
        more = {"op": "add", "path": "emails", "value": [{"value": f"{who}@home.example", "type": "home"}]}
        assert service.scim("PATCH", f"/Users/{scim_id}", patch(more)).status == 200
    if since in {"a mark taken back", "all of it"}:
        for method in ("PUT", "DELETE"):
            parameters = {"id": account_id, "flag": "service"}
            assert service.accounts(method, "/{id}/flags/{flag}", parameters=parameters).status < 300
    between = office.account(scim_id)
    assert status_of(office.undo(conflict_id, office.ines)) == "undone"
    after = office.account(scim_id)
    assert (office.account(ada).holds, office.account(sales).holds) == ("ada@example.com", "sales@example.com")
    assert after.attributes.get("title") == between.attributes.get("title")
    assert after.last_login_at == between.last_login_at
    emails = service.scim("GET", f"/Users/{scim_id}").body["emails"]  # type: ignore[index]
    values = {each["value"] for each in emails}
    assert f"{who}@example.com" in values
    assert (f"{who}@home.example" in values) is (since in {"a secondary email", "all of it"})
    assert not any("released" in value for value in values)
    # Once more: nothing is done again.
    assert status_of(office.undo(conflict_id, office.ines)) == "undone"
    assert office.account(scim_id) == after


def test_another_address_since_is_told_with_name_old_new_when_and_by_whom() -> None:
    office, conflict_id, ada, _ = taken(ONE)
    office.service.move(ada, "elsewhere")
    assert why(office.undo(conflict_id, office.ines)) == (
        "The address of ada@example.com was changed at <time> from sales@example.com to elsewhere@example.com (by its "
        "directory). Change it back first, or correct it by hand."
    )
    # Whoever has it by now keeps it.
    cy = office.create("cy")
    assert office.service.move(cy, "sales").status == 200
    assert "ada" in why(office.undo(conflict_id, office.ines))
    assert office.account(cy).holds == "sales@example.com"


def test_who_has_the_old_address_by_now_is_named_and_keeps_it() -> None:
    office, conflict_id, _, _ = taken(ONE)
    other = office.create("ada2")
    assert office.service.move(other, "ada").status == 200
    assert why(office.undo(conflict_id, office.ines)) == (
        "ada2@example.com has ada@example.com since <time>. Free it first."
    )
    assert office.account(other).holds == "ada@example.com"


def test_a_change_that_was_taken_back_is_no_obstacle() -> None:
    office, conflict_id, ada, sales = taken(ONE)
    office.service.move(ada, "elsewhere")
    office.service.move(ada, "ada")
    assert status_of(office.undo(conflict_id, office.ines)) == "undone"
    assert (office.account(ada).holds, office.account(sales).holds) == ("ada@example.com", "sales@example.com")


def test_the_user_for_whom_it_was_freed_is_not_somebody_else() -> None:
    office = Office(ONE)
    service, sales = office.service, office.create("sales")
    service.scim("PATCH", f"/Users/{sales}", patch({"op": "replace", "path": "active", "value": False}))
    new = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "eve",
        "emails": [{"value": "sales@example.com", "type": "work", "primary": True}],
    }
    assert service.scim("POST", "/Users", new).status == 409
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    office.decide(conflict.id, office.ines)
    created = service.scim("POST", "/Users", new)
    assert created.status == 201
    assert why(office.undo(conflict.id, office.ines)) == (
        "eve, for whom sales@example.com was freed, has it since <time>. Give eve another address in the identity "
        "provider first."
    )
    assert isinstance(created.body, dict)
    service.move(str(created.body["id"]), "eve")
    assert status_of(office.undo(conflict.id, office.ines)) == "undone"
    assert office.account(sales).holds == "sales@example.com"


def test_of_two_conflicts_of_one_person_the_later_is_undone_first() -> None:
    office, first, ada, sales = taken(ONE)
    support = office.create("support")
    office.service.pass_time(timedelta(seconds=1))  # of the same moment, ids have no order
    office.service.scim("PATCH", f"/Users/{support}", patch({"op": "replace", "path": "active", "value": False}))
    office.service.pass_time(timedelta(minutes=1))
    second = office.refused(ada, "support")
    office.decide(second, office.ines)
    told = why(office.undo(first, office.ines))
    assert told.startswith("The address of ada@example.com was changed at <time> from sales@example.com to support@")
    assert "(by the later conflict of ada@example.com)" in told
    assert status_of(office.undo(second, office.ines)) == "undone"
    assert status_of(office.undo(first, office.ines)) == "undone"
    holds = [office.account(each).holds for each in (ada, sales, support)]
    assert holds == ["ada@example.com", "sales@example.com", "support@example.com"]


@pytest.mark.parametrize("pushes", ["the new address again", "the holder's old address", "another address in vain"])
def test_an_undo_while_the_identity_provider_pushes(pushes: str) -> None:
    office, conflict_id, ada, sales = taken(ONE)
    office.create("cy")
    said = {
        "the new address again": (ada, "sales", 200),
        "the holder's old address": (sales, "sales", 409),
        "another address in vain": (ada, "cy", 409),
    }
    scim_id, name, status = said[pushes]
    assert office.service.move(scim_id, name).status == status
    office.service.remediate_all()
    answer = office.undo(conflict_id, office.ines)
    if pushes == "another address in vain":
        assert why(answer) == ("ada@example.com has asked for cy@example.com since (conflict <id>). Decide that first.")
        return
    assert status_of(answer) == "undone"
    office.service.move(scim_id, name)
    office.service.remediate_all()
    assert (office.account(ada).holds, office.account(sales).holds) == ("ada@example.com", "sales@example.com")


def test_what_the_index_has_lost_track_of_does_not_keep_an_undo_waiting_for_ever() -> None:
    office, conflict_id, _, sales = taken(ONE)
    placeholder = office.account(sales).holds
    assert placeholder is not None
    office.service.context().commit([ReleaseAddress(placeholder, sales.rpartition("-")[0])])
    assert status_of(office.undo(conflict_id, office.ines)) == "undone"
    assert office.account(sales).holds == "sales@example.com"


def test_an_undone_conflict_is_undone_for_whoever_looks() -> None:
    office, conflict_id, _, _ = taken(Policy())
    office.service.pass_time(timedelta(days=1))
    assert status_of(office.undo(conflict_id, office.jo)) == "undone"
    assert office.conflict(conflict_id).status is ConflictStatus.UNDONE


def test_what_the_index_has_lost_track_of_does_not_keep_a_remediation_waiting_for_ever() -> None:
    office = Office(ONE)
    ada, sales = office.create("ada"), office.create("sales")
    office.service.scim("PATCH", f"/Users/{sales}", patch({"op": "replace", "path": "active", "value": False}))
    conflict_id = office.refused(ada, "sales")
    office.service.context().commit([ReleaseAddress("ada@example.com", ada.rpartition("-")[0])])
    assert office.decide(conflict_id, office.ines)["status"] == "applied"
    assert office.account(ada).holds == "sales@example.com"


def test_what_the_index_has_lost_track_of_does_not_keep_an_administrator_waiting_for_ever() -> None:
    office = Office(ONE)
    account = office.account(office.create("ada"))
    office.service.scim("DELETE", f"/Users/{account.id}-1")
    office.service.context().commit([ReleaseAddress("ada@example.com", account.id)])
    body = {"action": "set-email", "email": "ada2@example.com", "reason": "She moved."}
    answer = office.service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account.id})
    assert answer.status == 200, answer.body
    assert office.account(f"{account.id}-1").holds == "ada2@example.com"


def test_for_whom_an_address_is_kept_by_now_is_named() -> None:
    office, conflict_id, _, _ = taken(ONE)
    service, other = office.service, office.create("ada2")
    assert service.move(other, "ada").status == 200
    service.scim("PATCH", f"/Users/{other}", patch({"op": "replace", "path": "active", "value": False}))
    service.pass_time(timedelta(minutes=1))
    eve = user("eve", emails=[{"value": "ada@example.com", "type": "work", "primary": True}])
    assert service.scim("POST", "/Users", eve).status == 409
    service.remediate_all()
    later = max(each.id for each in service.store.all_of(Conflict))
    office.decide(later, office.ines)
    told = why(office.undo(conflict_id, office.ines))
    assert re.fullmatch(
        r"ada@example\.com is kept for eve@example\.com by a later conflict \(\S+\)\. Undo that first\.", told
    )
    # It is true.
    assert status_of(office.undo(later, office.ines)) == "undone"
    assert "is kept" not in why(office.undo(conflict_id, office.ines))


def test_what_was_asked_for_since_is_named() -> None:
    office, conflict_id, ada, _ = taken(ONE)
    office.create("cy")
    office.service.pass_time(timedelta(minutes=1))
    later = office.refused(ada, "cy")
    assert f"ada@example.com has asked for cy@example.com since (conflict {later}). Decide that first." in str(
        office.undo(conflict_id, office.ines).body
    )
