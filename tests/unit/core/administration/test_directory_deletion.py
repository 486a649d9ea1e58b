"""A directory is deleted by its organization's administrators: its people keep account and address, nobody comes in."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rightful.api.request import Response
from rightful.core.administration import directory_deletion
from rightful.core.groups.leave import finish_deletions
from rightful.core.organizations.registry import create_directory, issue_token
from rightful.core.upkeep.janitor import make_round
from rightful.domain.account import Account, AccountStatus, Flag
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.key import Grant, Scope
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.writes.accounts import CountUsers, PutAccount
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.settings import PutDirectory
from rightful.ports.writes.transaction import Write
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service, email_patch, user

if TYPE_CHECKING:
    from rightful.ports.store.contract import DirectoryState

ROUTE = "/directories/{id}"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def delete(service: Service, directory_id: str = "", confirm: str | None = "IdP", **more: Any) -> Response:
    query = {"confirm": confirm} if confirm is not None else {}
    parameters = {"id": directory_id or service.directory.id}
    return service.admin("DELETE", ROUTE, parameters=parameters, query=query, **more)


def account_of(service: Service, created: dict[str, object]) -> Account:
    account = service.store.account(str(created["id"]).rpartition("-")[0])
    assert account is not None
    return account


def error(response: Response) -> dict[str, str]:
    assert isinstance(response.body, dict)
    found: dict[str, str] = response.body["error"]
    return found


def group_of(service: Service, name: str, *ids: object) -> dict[str, object]:
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in ids]}
    response = service.scim("POST", "/Groups", body)
    assert response.status == 201, response.body
    assert isinstance(response.body, dict)
    return response.body


def test_people_are_unlinked_and_deactivated_and_keep_account_address_and_marks() -> None:
    service = Service()
    ada, boss = service.create_user("ada"), service.create_user("boss")
    marked = replace(account_of(service, boss), flags=frozenset({Flag.PRIVILEGED}))
    service.store.commit([PutAccount(replace(marked, version=2), 1)], remaining=float)
    everybody = group_of(service, "All", ada["id"], boss["id"])
    group_of(service, "Outer", everybody["id"])

    assert delete(service).status == 204

    for created, address in ((ada, "ada@example.com"), (boss, "boss@example.com")):
        account = account_of(service, created)
        assert (account.link, account.status, account.holds) == (None, AccountStatus.DEACTIVATED, address)
        assert account.organization_id == service.organization.id
        assert account.group_ids == frozenset()
        assert service.store.holds([address])[address].account_id == account.id
    assert account_of(service, boss).flags == {Flag.PRIVILEGED}
    assert service.store.directories(service.organization.id) == ()
    assert service.store.token(service.scim_key.sha256) is None
    finish_deletions(service.context())
    left = {key[0] for key in service.store.snapshot()}
    assert left.isdisjoint({"USERNAME", "GROUP", "GROUPNAME", "MEMBER", "DIRECTORY", "PENDING", "WAITER"}), left
    rows = service.store.log(service.organization.id, limit=50).entries
    told = {(row.subject, row.approver, row.explanation) for row in rows if row.action == "user.unlinked"}
    sentence = "The directory was deleted. The account was unlinked and deactivated. It keeps its address."
    assert told == {(name, "Ines", sentence) for name in ("ada@example.com", "boss@example.com")}


def test_even_a_directory_that_erases_on_delete_erases_nobody_when_it_goes() -> None:
    from rightful.domain.organization import OnDelete

    service = Service(on_delete=OnDelete.ERASE)
    ada = service.create_user("ada")
    assert delete(service).status == 204
    assert account_of(service, ada).holds == "ada@example.com"


@pytest.mark.parametrize("confirm", [None, "", "idp", "IdP "])
def test_without_its_name_nothing_happens_and_the_answer_says_what_would(confirm: str | None) -> None:
    service = Service()
    service.create_user("ada")
    before = service.store.snapshot()
    response = delete(service, confirm=confirm)
    assert (response.status, error(response)["field"]) == (400, "confirm")
    assert "(1)" in error(response)["message"]
    assert service.store.snapshot() == before


def test_a_directory_of_another_organization_is_unknown() -> None:
    service, other = Service(), Service()
    service.store.copy_from(other.store)
    theirs, unknown = (delete(service, each) for each in (other.directory.id, "0" * 32))
    assert (theirs.status, theirs.body) == (404, unknown.body)
    assert [each.id for each in service.store.directories(other.organization.id)] == [other.directory.id]


def test_a_revoked_administrators_key_deletes_nothing() -> None:
    service = Service()
    ben = service.new_admin_key("Ben")
    service.admin("DELETE", "/tokens/{id}", parameters={"id": ben.id})
    assert delete(service, key=ben).status == 403
    assert [each.deleting for each in service.store.directories(service.organization.id)] == [None]


def marked(service: Service) -> None:
    """The deletion began, and no more than that was done."""
    [directory] = service.store.directories(service.organization.id)
    directory_deletion.begin(service.context(), directory, by="Ines")


def test_while_it_goes_its_identity_provider_finds_no_directory() -> None:
    service = Service()
    ada = service.create_user("ada")
    group = group_of(service, "All")
    marked(service)
    service.pass_time(timedelta(seconds=30))  # lists remember for so long what the directory was
    for method, path, body in [
        ("GET", f"/Users/{ada['id']}", None),
        ("GET", "/Users", None),
        ("POST", "/Users", user("bob")),
        ("PUT", f"/Users/{ada['id']}", user("ada")),
        ("PATCH", f"/Users/{ada['id']}", email_patch("a@example.com")),
        ("DELETE", f"/Users/{ada['id']}", None),
        ("POST", "/Groups", {"schemas": [GROUP], "displayName": "x"}),
        ("DELETE", f"/Groups/{group['id']}", None),
        ("GET", "/Groups", None),
    ]:
        assert service.scim(method, path, body).status == 404, (method, path)
    assert account_of(service, ada).active


def test_while_it_goes_nothing_about_it_can_be_changed_and_no_key_is_issued() -> None:
    service = Service()
    marked(service)
    parameters = {"id": service.directory.id}
    changed = service.admin("PATCH", ROUTE, {"name": "x"}, parameters=parameters)
    issued = service.admin("POST", f"{ROUTE}/tokens", {}, parameters=parameters)
    assert (changed.status, issued.status) == (409, 409)
    assert "being deleted" in error(changed)["message"]
    assert "being deleted" in error(issued)["message"]


def test_how_much_is_left_is_shown_until_nothing_is() -> None:
    service = Service()
    for name in ("ada", "bob", "cy"):
        service.create_user(name)
    group_of(service, "All")
    marked(service)
    shown = service.admin("GET", ROUTE, parameters={"id": service.directory.id}).body
    assert isinstance(shown, dict)
    assert shown["deleting"] == {
        "since": "2026-11-23T09:00:00.000Z", "by": "Ines", "usersLeft": 3, "groupsLeft": 1,
    }  # fmt: skip
    calls = iter([False] * 5 + [True] * 100)
    stopped = directory_deletion.go_on(
        service.context(), service.store.directories(service.organization.id)[0],
        enough=lambda: next(calls),
    )  # fmt: skip
    assert (stopped.gone, stopped.groups) == (False, 0)
    assert 0 < stopped.users < 3
    assert delete(service, confirm=None).status == 204  # it was confirmed
    assert service.admin("GET", ROUTE, parameters={"id": service.directory.id}).status == 404
    assert delete(service).status == 404


def test_what_a_request_has_no_time_for_is_202_and_the_janitors() -> None:
    service = Service()
    ada = service.create_user("ada")
    seconds = iter([20.0, 20.0] + [14.0] * 1000)
    now = service.now
    service.invocation = lambda: Invocation(now=now, remaining=lambda: next(seconds))  # type: ignore[method-assign]
    response = delete(service)
    assert response.status == 202
    assert isinstance(response.body, dict)
    assert response.body["deleting"]["usersLeft"] == 1
    assert service.store.token(service.scim_key.sha256) is None  # refused from now on, whatever is left to do
    done = make_round(QueueContext(service.store, Invocation(now=now), service.queue))
    assert (done.failures, done.directories_deleted) == ([], 1)
    assert account_of(service, ada).link is None


class Between(TestedStore):
    """Something happens before the first commit that has a write of that kind."""

    kind: type = CountUsers
    act = staticmethod(lambda: None)

    def commit(self, writes: list[Write], **more: object) -> None:  # type: ignore[override]
        if any(isinstance(write, self.kind) for write in writes):
            act, self.act = self.act, staticmethod(lambda: None)
            act()
        super().commit(writes, **more)  # type: ignore[arg-type]


def test_a_user_that_is_pushed_while_the_directory_goes_is_not_created_half() -> None:
    store = Between()
    service = Service(store=store)
    answers: list[Response] = []
    store.act = lambda: answers.append(delete(service))  # type: ignore[method-assign,assignment]
    assert service.scim("POST", "/Users", user("ada")).status == 404
    assert [answer.status for answer in answers] == [204]
    assert store.all_of(Account) == ()
    assert store.all_of(Hold) == ()


def test_a_group_that_is_pushed_while_the_directory_goes_is_not_created() -> None:
    from rightful.ports.writes.groups import CountGroups

    store = Between()
    service = Service(store=store)
    store.kind = CountGroups
    store.act = lambda: delete(service)  # type: ignore[method-assign,assignment,return-value]
    assert service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "x"}).status == 404
    assert not any(key[0] in {"GROUP", "GROUPNAME"} for key in store.snapshot())


def test_a_person_who_is_linked_again_while_the_directory_goes_stays_unlinked() -> None:
    store = Between()
    service = Service(store=store)
    ada = service.create_user("ada")
    assert service.scim("DELETE", f"/Users/{ada['id']}").status == 204
    store.act = lambda: delete(service)  # type: ignore[method-assign,assignment,return-value]
    assert service.scim("POST", "/Users", user("ada")).status in {404, 409}
    assert account_of(service, ada).link is None


def test_a_user_who_changes_while_the_directory_goes_is_unlinked_all_the_same() -> None:
    store = Between()
    service = Service(store=store)
    ada = service.create_user("ada")
    state: DirectoryState | None = None

    def rename() -> None:
        found = account_of(service, ada)
        store.commit([PutAccount(replace(found, version=found.version + 1), found.version)], remaining=float)

    store.act = rename  # type: ignore[method-assign,assignment]
    assert state is None
    assert delete(service).status == 204
    assert account_of(service, ada).link is None


def conflicts_of(service: Service) -> dict[str, Conflict]:
    return {each.request.requester.user_name: each for each in service.store.all_of(Conflict)}


def test_what_it_asked_for_is_superseded_and_what_was_kept_for_its_users_is_free() -> None:
    """A refused change, a refused create, one that an administrator rejected, and one that is prepared."""
    service = Service()
    ada, bob = service.create_user("ada"), service.create_user("bob")
    service.create_user("cy")
    other = create_directory(service.context(), service.organization.id, "Other")
    first = service.directory
    service.enter(other)
    service.create_user("held")
    service.create_user("wanted")
    service.enter(first)
    assert service.move(ada["id"], "held").status == 409
    assert service.scim("POST", "/Users", user("new", emails=user("held")["emails"])).status == 409
    assert service.move(bob["id"], "wanted").status == 409
    service.remediate_all()

    assert delete(service, first.id).status == 204

    service.remediate_all()
    for conflict in service.store.all_of(Conflict):
        assert conflict.status is ConflictStatus.SUPERSEDED, conflict
        assert not conflict.prepared
        assert conflict.explanation.sentence.endswith(
            ("The directory that asked for the change was deleted.", "no longer provisioned by this directory.")
        )
    left = {key[0] for key in service.store.snapshot()}
    assert left.isdisjoint({"PENDING", "WAITER"})
    assert [each.id for each in service.store.directories(service.organization.id)] == [other.id]
    assert service.store.number_of_users(other.id) == 2


def test_a_conflict_that_was_recorded_a_moment_too_late_ends_by_itself() -> None:
    service = Service()
    ada, _ = service.create_user("ada"), service.create_user("bob")
    assert service.move(ada["id"], "bob").status == 409
    late = service.store.all_of(Conflict)[0]
    delete(service)
    [ended] = service.store.all_of(Conflict)
    service.store.commit([PutConflict(late, ended.version)], remaining=float)
    service.queue.send(late.pointer, correlation_id="")
    service.remediate_all()
    after = service.store.conflict(late.pointer)
    assert after is not None
    assert after.status is ConflictStatus.SUPERSEDED


def test_two_who_delete_it_at_once_delete_it_once() -> None:
    store = Between()
    service = Service(store=store)
    service.create_user("ada")
    ben = service.new_admin_key("Ben")
    answers: list[Response] = []
    store.act = lambda: answers.append(delete(service, key=ben))  # type: ignore[method-assign,assignment]
    answers.append(delete(service))
    assert {answer.status for answer in answers} <= {202, 204}
    assert store.directories(service.organization.id) == ()
    gone = [row for row in store.log(service.organization.id, limit=50).entries if row.action == "settings.changed"]
    assert [row.explanation for row in gone].count("The directory was deleted.") == 1


def test_nothing_that_was_taken_from_a_deleted_directory_is_given_back_by_an_undo() -> None:
    """An approved conflict takes somebody out of another directory; that one is deleted; the undo would link again."""
    service = Service()
    first = service.directory
    ada = service.create_user("ada")
    second = create_directory(service.context(), service.organization.id, "Second")
    service.enter(second)
    service.create_user("bob")
    moved = service.create_user("late")
    assert service.move(moved["id"], "ada").status == 409
    service.remediate_all()
    [conflict] = [each for each in service.store.all_of(Conflict) if each.live]
    parameters = {"id": conflict.id}
    body = {"decision": "approve", "reason": "she left", "version": service.version(conflict.id)}
    approved = service.admin("POST", "/conflicts/{id}/decision", body, parameters=parameters)
    assert approved.status == 200, approved.body
    service.remediate_all()
    assert account_of(service, ada).link is None
    assert delete(service, first.id).status == 204
    undo = {"reason": "wrong", "version": service.version(conflict.id)}
    undone = service.admin("POST", "/conflicts/{id}/undo", undo, parameters=parameters)
    assert (undone.status, error(undone)["code"]) == (409, "not_undoable")
    assert account_of(service, ada).link is None


def test_a_key_that_a_directory_does_not_have_any_more_cannot_come_back() -> None:
    service = Service()
    delete(service)
    with pytest.raises(Exception, match="no such directory"):
        issue_token(service.context(), Grant(Scope.SCIM, service.organization.id, service.directory.id), "IdP")


@pytest.mark.parametrize("path", ["/Users", "/Groups"])
def test_a_directory_that_is_back_from_a_backup_with_closed_counters_says_so_at_once(path: str) -> None:
    service = Service()
    [before] = service.store.directories(service.organization.id)
    assert delete(service).status == 204
    service.store.commit([PutDirectory(before, None)], remaining=float)
    body = user("ada") if path == "/Users" else {"schemas": [GROUP], "displayName": "x"}
    assert service.scim("POST", path, body).status == 503
    assert service.store.all_of(Account) == ()


def test_a_counter_that_drifted_does_not_keep_a_directory_for_ever() -> None:
    service = Service()
    service.create_user("ada")
    service.store.commit([CountUsers(service.directory.id, "x", 1)], remaining=float)
    assert delete(service).status == 202
    service.pass_time(timedelta(minutes=16))
    assert make_round(service.context()).directories_deleted == 1
