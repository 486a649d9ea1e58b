"""Conflicts go with the log's retention, and leave nothing behind: no pending change, and no before-image."""

from datetime import timedelta

import pytest

from rightful.core.events.publish import publish
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.events.change import ConflictChange
from rightful.ports.writes.settings import RemoveConflict
from tests.support.dynamodb.schema import RETENTION
from tests.support.service import Service, patch
from tests.support.stream import RecordingBus

DEACTIVATE = patch({"op": "replace", "path": "active", "value": False})


def refused(*, leaver: bool) -> tuple[Service, str]:
    """Ada was refused what Sales has, who left or is still there."""
    service = Service()
    sales, ada = service.create_user("sales"), service.create_user("ada")
    if leaver:
        service.scim("PATCH", f"/Users/{sales['id']}", DEACTIVATE)
    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    return service, str(ada["id"])


def applied() -> tuple[Service, str]:
    return refused(leaver=True)


def rejected() -> tuple[Service, str]:
    service, ada = refused(leaver=False)
    conflict = conflict_of(service)
    body = {"decision": "reject", "reason": "No.", "version": service.version(conflict.id)}
    answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id})
    assert answer.status == 200, answer.body
    return service, ada


def conflict_of(service: Service) -> Conflict:
    [conflict] = service.store.all_of(Conflict)
    return conflict


def ends(service: Service) -> int | None:
    """DynamoDB's TTL of the conflict."""
    items = [item for table in service.store.tables_of_test.values() for item in table.items.values()]
    [item] = [item for item in items if item["sk"]["S"].startswith("CONFLICT#")]
    return int(item["expires_at"]["N"]) if "expires_at" in item else None


def goes(service: Service) -> None:
    """DynamoDB removes it, and its stream tells of that twice."""
    conflict = conflict_of(service)
    service.store.commit([RemoveConflict(service.organization.id, conflict.id)], remaining=lambda: 10.0)
    change = ConflictChange(conflict, None, service.now)
    for _ in range(2):
        publish(service.store, service.queue, RecordingBus(), [change])


def test_one_that_is_over_goes_when_the_rows_that_tell_of_it_do() -> None:
    service, _ = applied()
    assert conflict_of(service).status is ConflictStatus.APPLIED
    assert ends(service) == int((service.now + RETENTION).timestamp())


def test_one_that_was_rejected_goes_that_long_after_its_change_is_wanted_no_more() -> None:
    service, _ = rejected()
    conflict = conflict_of(service)
    assert conflict.status is ConflictStatus.REJECTED
    assert ends(service) == int((conflict.expires_at + RETENTION).timestamp())


def test_one_that_goes_on_stays() -> None:
    service, _ = refused(leaver=False)
    assert conflict_of(service).live
    assert ends(service) is None
    service, _ = rejected()
    conflict = conflict_of(service)
    assert service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict.id}).status == 200
    assert ends(service) is None


def test_with_it_go_the_before_images_that_nobody_can_undo_any_more() -> None:
    service, _ = applied()
    assert [account for account in service.store.all_of(Account) if account.before_image is not None]
    before = {account.id: (account.holds, account.status, account.link) for account in service.store.all_of(Account)}
    goes(service)
    accounts = service.store.all_of(Account)
    assert {account.id: (account.holds, account.status, account.link) for account in accounts} == before
    assert [account for account in accounts if account.before_image is not None or account.earlier_images] == []


def test_with_it_go_its_place_as_the_pending_change_and_what_it_waited_for() -> None:
    service, ada = rejected()
    assert "PENDING" in {key[0] for key in service.store.snapshot()}
    service.pass_time(timedelta(days=200))
    goes(service)
    assert {key[0] for key in service.store.snapshot()}.isdisjoint({"PENDING", "WAITER", "CONFLICT"})
    assert service.move(ada, "sales").status == 409  # a conflict of its own, as ever
    assert conflict_of(service).live


@pytest.mark.parametrize("later", [False, True])
def test_what_is_newer_stays(later: bool) -> None:
    service, ada = rejected()
    old = conflict_of(service)
    if later:
        service.create_user("bob")
        assert service.move(ada, "bob").status == 409
    service.store.commit([RemoveConflict(service.organization.id, old.id)], remaining=lambda: 10.0)
    publish(service.store, service.queue, RecordingBus(), [ConflictChange(old, None, service.now)])
    pending = [key for key in service.store.snapshot() if key[0] == "PENDING"]
    assert bool(pending) is later
