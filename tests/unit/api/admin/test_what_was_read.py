"""Whoever decides about a conflict decides about what they read: `version` names it."""

import pytest

from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.policy import STANDARD
from tests.support.service import AT_ONCE, email_patch
from tests.unit.api.admin.what_was_read import Desk, error_of


def test_an_approval_of_a_leaver_takes_nothing_from_who_came_back() -> None:
    desk = Desk()
    assert desk.document["class"] == "deactivated"
    desk.comes_back()

    status, code, _, message = error_of(desk.say("approve", version=desk.read))

    assert (status, code) == (409, "changed")
    assert message == (
        "The conflict has changed since it was read. Now: Another active user of the same directory has the address: "
        "sales@example.com. "
        "Two users of the directory claim one address: give one of them another address in the identity provider. "
        "Read it again, and decide by its new version."
    )
    assert desk.unmoved()
    holder = desk.service.store.account(desk.holder_id)
    assert holder is not None
    assert (holder.active, holder.link is not None) == (True, True)
    now = desk.document
    assert (now["class"], now["approvals"], now["version"] != desk.read) == ("active_in_directory", [], True)
    assert error_of(desk.say("approve", version=now["version"]))[1] == "not_approvable"


def test_what_takes_an_address_or_gives_one_back_names_what_was_read() -> None:
    desk = Desk()
    for missing in ({}, {"version": None}):
        assert error_of(desk.say("approve", **missing))[:3] == (428, "version_required", "version")
    assert desk.unmoved()
    assert desk.say("approve", version=desk.read).status == 200
    for missing in ({}, {"version": None}):
        assert error_of(desk.say("undo", **missing))[:3] == (428, "version_required", "version")
    assert not desk.unmoved()


def test_what_takes_nothing_from_anybody_need_not_name_it() -> None:
    desk = Desk()
    assert desk.say("retry").status == 200
    assert desk.say("retry", version=desk.read).status == 200
    assert desk.say("reject").status == 200
    assert desk.say("retry", version=desk.version).status == 200
    assert desk.say("reject", version=desk.version).status == 200


@pytest.mark.parametrize("what", ["approve", "reject", "retry", "undo"])
@pytest.mark.parametrize("version", ["", " ", "x" * 65, 7, True, ["x"], {"version": "x"}])
def test_a_version_that_is_none_is_refused_with_the_member_s_name(what: str, version: object) -> None:
    desk = Desk(AT_ONCE if what == "undo" else STANDARD)
    before = desk.service.store.snapshot()
    status, code, field, _ = error_of(desk.say(what, version=version))
    assert (status, code, field) in {(400, "invalid_value", "version"), (409, "changed", None)}
    assert (status == 409) is (version == " ")
    assert desk.service.store.snapshot() == before


@pytest.mark.parametrize("what", ["approve", "reject", "retry", "undo"])
@pytest.mark.parametrize("version", ["0", "x" * 64, "\uff41\uff44\uff41", "\u202e", "💥", "1", "null"])
def test_another_version_is_refused_whatever_it_looks_like(what: str, version: str) -> None:
    desk = Desk(AT_ONCE if what == "undo" else STANDARD)
    before = desk.service.store.snapshot()
    assert error_of(desk.say(what, version=version))[:2] == (409, "changed")
    for spelling in (desk.read.upper(), f" {desk.read}", desk.read[:-1], f"{desk.read}0"):
        assert error_of(desk.say(what, version=spelling))[:2] == (409, "changed")
    assert desk.service.store.snapshot() == before


@pytest.mark.parametrize("what", ["approve", "reject", "retry"])
def test_the_version_of_another_conflict_is_another_one(what: str) -> None:
    desk = Desk()
    bob = desk.service.create_user("bob")
    assert desk.service.scim("PATCH", f"/Users/{bob['id']}", email_patch("sales@example.com")).status == 409
    desk.service.remediate_all()
    [other] = [each for each in desk.service.store.all_of(Conflict) if each.id != desk.conflict_id]
    assert error_of(desk.say(what, version=desk.service.version(other.id)))[:2] == (409, "changed")
    assert desk.unmoved()


def test_what_is_not_there_or_over_is_said_before_a_version_is_asked_for() -> None:
    desk = Desk()
    for route, body in (("decision", {"decision": "approve", "reason": "r"}), ("undo", {"reason": "r"})):
        answer = desk.service.admin("POST", f"/conflicts/{{id}}/{route}", body, parameters={"id": "nothing"})
        assert error_of(answer)[:2] == (404, "not_found")
    assert error_of(desk.say("undo"))[:2] == (409, "not_undoable")
    assert desk.say("approve", version=desk.read).status == 200
    for version in ({}, {"version": desk.read}, {"version": desk.version}):
        assert error_of(desk.say("approve", **version))[:2] == (409, "ended")


def test_nobody_agrees_to_what_has_not_been_examined() -> None:
    desk = Desk()
    bob = desk.service.create_user("bob")
    assert desk.service.scim("PATCH", f"/Users/{bob['id']}", email_patch("sales@example.com")).status == 409
    [desk.conflict_id] = [each.id for each in desk.service.store.all_of(Conflict) if each.id != desk.conflict_id]
    assert (desk.document["status"], desk.document["class"]) == ("open", None)

    assert error_of(desk.say("approve", version=desk.version))[:2] == (409, "changed")

    assert (desk.document["status"], desk.document["class"]) == ("waiting_approval", "deactivated")
    assert desk.unmoved()
    assert desk.say("approve", version=desk.version).status == 200
