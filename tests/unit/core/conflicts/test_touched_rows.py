"""Whoever a conflict touched finds it in their own history, in the transaction that does it, and so its undo."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.organizations.registry import create_directory
from rightful.domain.account import Account
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.event_log import LogEntry, LogFilter
from rightful.ports.writes.conflicts import AppendLog, PutConflict
from rightful.ports.writes.transaction import Write
from tests.scenarios.world import OURS, World
from tests.support.service import Service, patch, user

MINUTE = timedelta(minutes=1)


def rows_of(service: Service, account_id: str) -> list[LogEntry]:
    wanted = LogFilter(account_id=account_id)
    return list(service.store.log(service.organization.id, limit=100, wanted=wanted).entries)


def conflict_of(service: Service) -> dict[str, Any]:
    body: Any = service.admin("GET", "/conflicts", query={"order": "oldest"}).body
    [conflict] = body["items"]
    return dict(conflict)


def decide(service: Service, action: str, **more: str) -> None:
    service.pass_time(MINUTE)
    conflict_id = conflict_of(service)["id"]
    body = {"reason": "she left", "version": service.version(conflict_id), **more}
    answer = service.admin("POST", f"/conflicts/{{id}}/{action}", body, parameters={"id": conflict_id})
    assert answer.status == 200, answer.body


def of(user: dict[str, Any]) -> str:
    return str(user["id"]).rpartition("-")[0]


def account(service: Service, account_id: str) -> Account:
    found = service.store.account(account_id)
    assert found is not None
    return found


def left(service: Service) -> str:
    """A leaver whose address a colleague wants."""
    sales, ada = service.create_user("sales", displayName="Sam Sales"), service.create_user("ada", displayName="Ada")
    service.pass_time(MINUTE)
    service.scim("DELETE", f"/Users/{sales['id']}")
    service.pass_time(MINUTE)
    service.move(ada["id"], "sales")
    service.remediate_all()
    return of(sales)


def test_a_leaver_reads_who_got_the_address_and_who_decided() -> None:
    service = Service(policy=STANDARD)
    sales = left(service)
    decide(service, "decision", decision="approve")
    lost, gone, _ = rows_of(service, sales)
    assert (lost.action, gone.action) == ("user.email_changed", "user.unlinked")
    assert (lost.old_email, lost.requested_email, lost.approver) == ("sales@example.com", None, "Ines")
    assert (lost.conflict_id, lost.conflict_class) == (conflict_of(service)["id"], "deactivated")
    assert lost.explanation == (
        "The account lost its address sales@example.com. It has no address now. Its sessions end. It was done for Ada. "
        "Ines: she left"
    )
    decide(service, "undo")
    back = rows_of(service, sales)[0]
    assert (back.action, back.old_email, back.requested_email) == ("user.email_changed", None, "sales@example.com")
    assert (back.approver, back.conflict_id) == ("Ines", lost.conflict_id)
    assert back.explanation.startswith("The account has the address sales@example.com now. ")
    assert "she left" in back.explanation


def test_undoing_twice_writes_no_row_twice() -> None:
    service = Service(policy=STANDARD)
    sales = left(service)
    decide(service, "decision", decision="approve")
    decide(service, "undo")
    before = service.store.all_of(LogEntry)
    decide(service, "undo")
    assert service.store.all_of(LogEntry) == before
    assert len(rows_of(service, sales)) == 4


def test_what_else_a_change_did_has_a_row_of_its_own() -> None:
    service = Service(policy=STANDARD)
    sales, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{sales['id']}")
    service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "path": "active", "value": False}))
    service.pass_time(MINUTE)
    wanted = {"active": True, "userName": "ada.new@example.com", "title": "Boss"}
    asked = {**wanted, 'emails[type eq "work"].value': "sales@example.com"}
    assert service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "value": asked})).status == 409
    service.remediate_all()
    decide(service, "decision", decision="approve")
    rows = {row.action: row for row in rows_of(service, of(ada))}
    back = rows["user.reactivated"]  # type: ignore[index]
    assert back.explanation == ("The person may sign in again. Its userName is ada.new@example.com now. Ines: she left")
    assert (back.conflict_id, back.approver) == (conflict_of(service)["id"], "Ines")
    assert rows["conflict.applied"].requested_email == "sales@example.com"  # type: ignore[index]


def test_a_sign_up_that_is_claimed_and_loses_its_address_reads_both() -> None:
    service = Service(policy=STANDARD)
    signed_up: Any = service.accounts("POST", "", {"email": "ada@example.com", "emailVerified": True}).body
    service.accounts("POST", "/{id}/login-seen", parameters={"id": signed_up["id"]})
    ada = service.create_user("other")
    service.pass_time(MINUTE)
    service.move(ada["id"], "ada")
    service.remediate_all()
    decide(service, "decision", decision="approve")
    claimed = rows_of(service, signed_up["id"])[-1]
    assert (claimed.action, claimed.approver) == ("account.changed", "Ines")
    assert claimed.explanation.startswith("The account was claimed: the organization manages it now. It was done for")


def test_a_user_of_another_directory_reads_that_the_account_was_unlinked() -> None:
    service = Service(policy=STANDARD)
    here = service.directory
    service.enter(create_directory(service.context(), service.organization.id, "Other"))
    sales = service.create_user("sales")
    service.enter(here)
    ada = service.create_user("ada")
    service.pass_time(MINUTE)
    service.move(ada["id"], "sales")
    service.remediate_all()
    decide(service, "decision", decision="approve")
    row = rows_of(service, of(sales))[0]
    assert (row.action, row.scim_id) == ("user.unlinked", sales["id"])
    assert row.explanation.startswith(
        "The account was unlinked from its directory. The account lost its address sales@example.com."
    )
    decide(service, "undo")
    row = rows_of(service, of(sales))[0]
    assert "The account was linked in its directory." in row.explanation


@pytest.mark.parametrize("number", [2, 20, 24])
def test_each_of_a_rotation_has_its_row_in_the_one_transaction(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.found_organizations()
    names = [f"person{index}" for index in range(number)]
    for name in names:
        world.add(world.user(name))
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        world.ask(name, f"{following}@example.com")
    commits: list[Sequence[Write]] = []
    commit = world.store.commit

    def noted(writes: Sequence[Write], **more: Any) -> None:
        commits.append(writes)
        commit(writes, **more)

    monkeypatch.setattr(world.store, "commit", noted)
    world.deliver()
    largest = max(commits, key=len)
    assert len([write for write in largest if isinstance(write, PutConflict)]) == number
    told = {write.entry.account_id for write in largest if isinstance(write, AppendLog)}
    assert told == set(names)
    for name in names:
        [row, _] = world.store.log(OURS, limit=5, wanted=LogFilter(account_id=name)).entries
        assert row.action == "conflict.applied"


def test_a_row_shows_no_placeholder() -> None:
    service = Service()
    sales = left(service)
    assert account(service, sales).holds is not None
    service.scim("POST", "/Users", user("sam", externalId="ext-sales"))
    for row in service.store.all_of(LogEntry):
        assert "released" not in f"{row.old_email} {row.requested_email} {row.subject} {row.explanation}"
