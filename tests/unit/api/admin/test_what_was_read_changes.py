"""What happens after somebody has read a conflict, and whether it is another version by then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.events.publish import events_of
from rightful.core.organizations.domains import add_domain, remove_domain
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.policy import STANDARD, read_policy
from rightful.ports.writes.conflicts import PutConflict
from tests.support.service import AT_ONCE, Service, patch, user
from tests.support.stream import StreamingStore
from tests.unit.api.admin.what_was_read import Desk, error_of

TWO = read_policy({"base": "custom", "rules": {"deactivated": "two_approvals"}})
TITLE = {"op": "replace", "path": "title", "value": "Countess"}


def _days_pass(desk: Desk) -> None:
    for _ in range(3):
        desk.service.pass_time(timedelta(days=1))
        desk.ask()


def _somebody_agrees(desk: Desk) -> None:
    assert desk.say("approve", version=desk.version).status == 200
    assert desk.document["approvals"]


def _it_is_paused(desk: Desk) -> None:
    desk.service.admin("PUT", "/policy", {"brakes": {"paused": True}})
    desk.say("retry")


def _ada_gets_a_title(desk: Desk) -> None:
    assert desk.service.scim("PATCH", f"/Users/{desk.ada}", patch(TITLE)).status == 200


def _it_is_so_again(desk: Desk) -> None:
    desk.flag(desk.ada.rpartition("-")[0])
    desk.say("retry")
    assert desk.version != desk.read
    desk.flag(desk.ada.rpartition("-")[0], "DELETE")
    desk.say("retry")


@pytest.mark.parametrize(
    "happens",
    [_days_pass, _somebody_agrees, _it_is_paused, _ada_gets_a_title, _it_is_so_again],
    ids=lambda each: each.__name__,
)
def test_what_changes_nothing_that_was_read_stops_nobody(happens: Callable[[Desk], None]) -> None:
    desk = Desk(TWO)
    happens(desk)
    assert desk.version == desk.read
    assert desk.say("approve", desk.service.new_admin_key("Jo"), version=desk.read).status == 200


def test_a_holder_who_signs_in_each_day_changes_a_version_once() -> None:
    service = Service(policy=STANDARD)
    desk = Desk()
    desk.service = service
    body: Any = service.accounts("POST", "", {"email": "x@example.com", "emailVerified": True}).body
    desk.holder_id = body["id"]
    desk.login()
    desk.act(desk.holder_id, "claim")
    service.pass_time(timedelta(days=3))
    ada = service.create_user("ada")
    service.move(ada["id"], "x")
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    desk.conflict_id, desk.read = conflict.id, service.version(conflict.id)
    assert desk.document["class"] == "unlinked"

    versions = []
    for _ in range(4):
        desk.login()
        desk.say("retry")
        versions.append(desk.version)
        service.pass_time(timedelta(days=1))

    assert len(set(versions)) == 1
    assert versions[0] != desk.read, "an account that seemed left behind is in use"
    assert error_of(desk.say("approve", version=desk.read))[1] == "changed"
    assert desk.say("approve", version=versions[0]).status == 200


def _more_is_asked_for(desk: Desk) -> None:
    desk.ask(TITLE)


def _policy_takes_two(desk: Desk) -> None:
    desk.service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"deactivated": "two_approvals"}}})


CHANGES: list[Callable[[Desk], None]] = [
    Desk.comes_back,
    Desk.login,
    lambda desk: desk.flag(desk.holder_id),
    lambda desk: desk.flag(desk.ada.rpartition("-")[0]),
    lambda desk: desk.act(desk.holder_id, "reactivate"),
    _more_is_asked_for,
    lambda desk: desk.ask({"op": "replace", "path": "active", "value": False}),
    _policy_takes_two,
]


@pytest.mark.parametrize("happens", CHANGES, ids=range(len(CHANGES)))
@pytest.mark.parametrize("examined", [False, True])
@pytest.mark.parametrize("what", ["approve", "reject"])
def test_what_changes_what_was_read_makes_it_another_version(
    happens: Callable[[Desk], None], examined: bool, what: str
) -> None:
    desk = Desk()
    happens(desk)
    if examined:
        desk.say("retry")
        assert desk.version != desk.read
    assert error_of(desk.say(what, version=desk.read))[:2] == (409, "changed")
    assert desk.unmoved()
    assert desk.version != desk.read
    assert desk.document["approvals"] == []
    assert desk.say("reject", version=desk.version).status == 200


@pytest.mark.parametrize("at", ["before the approval is stored", "before it is examined"])
@pytest.mark.parametrize("happens", [Desk.comes_back, Desk.login, lambda desk: desk.act(desk.holder_id, "reactivate")])
def test_a_change_that_comes_while_somebody_approves_is_not_what_they_read(
    at: str, happens: Callable[[Desk], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    commit, done = desk.service.store.commit, False

    def racing(writes: Any, **more: Any) -> None:
        nonlocal done
        mine = not done and any(isinstance(write, PutConflict) and write.conflict.approvals for write in writes)
        done = done or mine
        if mine and at == "before the approval is stored":
            happens(desk)
        commit(writes, **more)
        if mine and at == "before it is examined":
            happens(desk)

    monkeypatch.setattr(desk.service.store, "commit", racing)

    assert error_of(desk.say("approve", version=desk.read))[:2] == (409, "changed")

    assert done
    assert desk.unmoved()
    assert (desk.version != desk.read, desk.document["approvals"]) == (True, [])
    log: Any = desk.service.admin("GET", "/log").body
    assert any("approved any more: that approval has ended" in row["explanation"] for row in log["items"])


def test_an_approval_that_a_change_has_ended_does_not_come_back_with_what_was() -> None:
    desk = Desk(TWO)
    assert desk.say("approve", version=desk.read).status == 200
    desk.flag(desk.holder_id)
    desk.say("retry")
    desk.flag(desk.holder_id, "DELETE")
    desk.say("retry")
    assert desk.version == desk.read
    assert desk.document["approvals"] == []
    assert desk.say("approve", desk.service.new_admin_key("Jo"), version=desk.read).status == 200
    assert desk.unmoved()


def test_what_one_of_two_read_counts_for_nothing_else() -> None:
    desk = Desk(TWO)
    jo, kim = desk.service.new_admin_key("Jo"), desk.service.new_admin_key("Kim")
    assert desk.say("approve", version=desk.read).status == 200
    desk.login()

    assert error_of(desk.say("approve", jo, version=desk.read))[1] == "changed"
    assert desk.say("approve", jo, version=desk.version).body["status"] == "waiting_approval"  # type: ignore[index, call-overload]
    assert desk.unmoved()

    assert desk.say("approve", kim, version=desk.version).body["status"] == "applied"  # type: ignore[index, call-overload]
    assert [each["by"] for each in desk.document["approvals"]] == ["Jo", "Kim"]


def test_a_swap_is_what_everybody_in_it_asks_for() -> None:
    service = Service(policy=read_policy({"base": "custom", "rules": {"leaving": "approval"}}))
    ada, bob = (str(service.create_user(name)["id"]) for name in ("ada", "bob"))
    service.move(ada, "bob")
    service.move(bob, "ada")
    service.remediate_all()
    [adas] = [each for each in service.store.all_of(Conflict) if each.request.requester.user_name == "ada@example.com"]
    read = service.version(adas.id)
    work = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "ada@example.com"}
    assert service.scim("PATCH", f"/Users/{bob}", patch(work, TITLE)).status == 409

    body = {"decision": "approve", "reason": "both asked", "version": read}
    answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": adas.id})
    assert error_of(answer)[:2] == (409, "changed")
    assert service.store.holds(["ada@example.com"])["ada@example.com"].account_id == ada.rpartition("-")[0]

    body["version"] = service.version(adas.id)
    assert service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": adas.id}).status == 200
    assert service.store.holds(["ada@example.com"])["ada@example.com"].account_id == bob.rpartition("-")[0]


def test_an_undo_is_of_what_was_done_and_a_first_wish_of_two_changes_nothing_about_that() -> None:
    desk = Desk(TWO)
    jo = desk.service.new_admin_key("Jo")
    for key in (None, jo):
        assert desk.say("approve", key, version=desk.read).status == 200
    assert error_of(desk.say("undo", version=desk.read))[:2] == (409, "changed")
    done = desk.version
    assert desk.say("undo", version=done).status == 200
    assert desk.version == done
    assert error_of(desk.say("undo", jo, version=desk.read))[:2] == (409, "changed")
    assert desk.say("undo", jo, version=done).status == 200
    assert desk.unmoved()
    for version in ({}, {"version": done}, {"version": desk.version}):
        assert desk.say("undo", jo, **version).status == 200, "undone is undone"

    desk.service.pass_time(timedelta(minutes=1))
    assert error_of(desk.say("retry", version=done))[:2] == (409, "changed")
    assert desk.say("retry", version=desk.version).status == 200
    for key in (None, jo):
        assert desk.say("approve", key, version=desk.version).status == 200
    assert error_of(desk.say("undo", version=done))[:2] == (409, "changed"), "it was done once more since"


def test_a_version_tells_nothing_about_accounts_of_others() -> None:
    store = StreamingStore()
    service = Service(store=store)
    theirs = Service(store=store, domain="other.example")
    holder = theirs.create_user("x", emails=[{"value": "x@other.example", "type": "work", "primary": True}])
    ada = service.create_user("ada")
    asked = patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "x@other.example"})

    def version() -> str:
        service.scim("PATCH", f"/Users/{ada['id']}", asked)
        service.remediate_all()
        conflicts = [each for each in store.all_of(Conflict) if each.request.organization_id == service.organization.id]
        return service.version(conflicts[0].id) if conflicts else ""

    read = version()
    theirs.scim("DELETE", f"/Users/{holder['id']}")
    assert version() == read


def test_an_event_names_the_version_that_the_document_has() -> None:
    store = StreamingStore()
    desk = Desk(store=store)
    events = [event for change in store.take() for event in events_of(change) if "conflict" in event.members]
    told: Any = [event.members["conflict"] for event in events if event.type.value == "conflict.needs_approval"]
    assert [each["version"] for each in told] == [desk.read]
    assert desk.say("approve", version=told[0]["version"]).status == 200
    assert desk.document["status"] == "applied"


def test_who_was_told_by_an_event_is_told_again_when_it_is_something_else() -> None:
    store = StreamingStore()
    desk = Desk(store=store)
    store.take()
    desk.login()
    desk.say("retry")
    told: Any = [
        event.members["conflict"]
        for change in store.take()
        for event in events_of(change)
        if event.type.value == "conflict.needs_approval"
    ]
    assert [each["version"] for each in told] == [desk.version]


def test_what_happens_by_itself_is_nobody_s_who_agreed_to_something_else() -> None:
    store = StreamingStore()
    desk = Desk(TWO, store)
    assert desk.say("approve", version=desk.read).status == 200
    desk.comes_back()
    [new] = [each for each in store.all_of(Account) if each.id == desk.holder_id]
    assert new.link is not None
    assert desk.service.move(new.link.scim_id, "office").status == 200
    desk.service.remediate_all()
    desk.say("retry")

    after = desk.document

    assert (after["status"], after["class"], after["approvals"]) == ("applied", "stale_index", [])
    log: Any = desk.service.admin("GET", "/log").body
    [row] = [each for each in log["items"] if each["action"] == "conflict.applied"]
    assert row["approver"] is None


def test_what_was_read_is_asked_for_before_anything_is_said_about_the_accounts_of_an_undo() -> None:
    desk = Desk(AT_ONCE)
    assert desk.document["status"] == "applied"
    assert desk.service.move(desk.ada, "office").status == 200
    assert error_of(desk.say("undo"))[1] == "version_required"
    assert error_of(desk.say("undo", version="x"))[1] == "changed"
    assert error_of(desk.say("undo", version=desk.version))[1] == "not_undoable"


def test_a_wish_to_undo_is_for_what_was_done_as_it_was_read() -> None:
    desk = Desk(TWO)
    service, jo = desk.service, desk.service.new_admin_key("Jo")
    assert service.scim("POST", "/Users", user("sales", externalId="another", userName="another")).status == 409
    service.remediate_all()
    [desk.conflict_id] = [each.id for each in service.store.all_of(Conflict) if each.id != desk.conflict_id]
    for key in (None, jo):
        assert desk.say("approve", key, version=desk.version).status == 200
    read = desk.version
    assert desk.say("undo", version=read).status == 200
    remove_domain(service.context(), service.organization, "example.com")
    service.remediate_all()
    service.queue.send(Pointer(service.organization.id, desk.conflict_id), correlation_id="test")
    service.remediate_all()
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    add_domain(service.context(), organization, "example.com")
    assert desk.version != read, "the address is kept for nobody any more"

    assert error_of(desk.say("undo", jo, version=read))[1] == "changed"
    assert desk.say("undo", jo, version=desk.version).status == 200

    assert desk.document["status"] == "superseded"
    assert [each["by"] for each in desk.document["undoApprovals"]] == ["Jo"]
