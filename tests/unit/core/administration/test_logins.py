"""A login of somebody whom their organization has deactivated is worth a row: it should not have been."""

from datetime import timedelta

import pytest

from rightful.domain.events.event_log import LogEntry, LogFilter
from tests.support.service import Service, patch


def rows(service: Service, account_id: str) -> list[LogEntry]:
    entries = service.store.log(service.organization.id, limit=50, wanted=LogFilter(account_id=account_id)).entries
    return [row for row in entries if "signed in" in row.explanation]


def signs_in(service: Service, account_id: str) -> None:
    assert service.accounts("POST", "/{id}/login-seen", parameters={"id": account_id}).status == 204


@pytest.mark.parametrize("before", [0, 1], ids=["never used", "used before"])
def test_a_login_of_somebody_deactivated_is_told_once_a_day(before: int) -> None:
    service = Service()
    ada = service.create_user("ada")
    account_id = str(ada["id"]).rpartition("-")[0]
    for _ in range(before):
        signs_in(service, account_id)
        service.pass_time(timedelta(minutes=2))
    assert rows(service, account_id) == []
    service.scim("PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "path": "active", "value": False}))
    for _ in range(3):
        service.pass_time(timedelta(hours=6))
        signs_in(service, account_id)
        signs_in(service, account_id)
    [row] = rows(service, account_id)
    assert (row.action, row.account_id) == ("account.changed", account_id)
    found = service.store.account(account_id)
    assert found is not None
    assert found.last_login_at == service.now
    service.pass_time(timedelta(days=2))
    signs_in(service, account_id)
    assert len(rows(service, account_id)) == 2


def test_a_login_of_somebody_active_or_personal_leaves_no_row() -> None:
    service = Service()
    ada = service.create_user("ada")
    account_id = str(ada["id"]).rpartition("-")[0]
    for _ in range(3):
        service.pass_time(timedelta(days=1))
        signs_in(service, account_id)
    assert rows(service, account_id) == []
