"""Who was somebody's once, or stood in their way, and is erased as nobody's, is forgotten there as well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rightful.core.administration import offboarding
from rightful.core.events.publish import publish
from rightful.core.events.removals import end_what_is_left
from rightful.core.organizations.registry import create_organization
from rightful.core.upkeep.janitor import make_round
from rightful.domain.account import Account, managed_by
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.events.change import AccountChange
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import AccountsAtEnd
from tests.support.patience import at_once
from tests.support.service import Service, user
from tests.support.stream import RecordingBus, StreamingStore

if TYPE_CHECKING:
    from rightful.domain.events.change import Change

NAME = "zuleika"


def signed_up(service: Service, *, verified: bool = True) -> str:
    body: Any = service.accounts("POST", "", {"email": f"{NAME}@example.com", "emailVerified": verified}).body
    return str(body["id"])


def act(service: Service, account_id: str, action: str) -> None:
    body = {"action": action, "reason": "She asked for it."}
    answer = service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id})
    assert answer.status == 200, answer.body


def ada_wants_it(service: Service) -> str:
    ada = str(service.create_user("ada")["id"])
    assert service.move(ada, NAME).status == 409
    service.remediate_all()
    return ada


def decide(service: Service, decision: str, **more: str) -> None:
    [conflict] = service.store.all_of(Conflict)
    body = {"decision": decision, "reason": "Hers.", "version": service.version(conflict.id), **more}
    answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict.id})
    assert answer.status == 200, answer.body
    service.remediate_all()


def unclaimed(service: Service) -> str:
    holder = signed_up(service)
    act(service, holder, "claim")
    act(service, holder, "unclaim")
    return holder


def given_back_by_a_rejection(service: Service) -> str:
    holder = signed_up(service)
    ada_wants_it(service)
    decide(service, "approve")
    decide(service, "reject")
    return holder


def given_back_by_undo(service: Service) -> str:
    holder = signed_up(service)
    ada_wants_it(service)
    decide(service, "approve")
    decide(service, "approve", resolution="release")
    [conflict] = service.store.all_of(Conflict)
    body = {"reason": "It was hers.", "version": service.version(conflict.id)}
    answer = service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id})
    assert answer.status == 200, answer.body
    return holder


def released_by_offboarding(service: Service) -> str:
    created: Any = service.scim("POST", "/Users", user(NAME, displayName="Zuleika Dobson")).body
    holder = str(created["id"]).rpartition("-")[0]
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    marked = offboarding.begin(service.context(), organization, AccountsAtEnd.RELEASE, by="Operator")
    assert offboarding.offboard(service.context(), marked, by="Operator").gone
    return holder


def in_the_way_without_being_managed(service: Service) -> str:
    holder = signed_up(service)
    ada = ada_wants_it(service)
    assert service.move(ada, "ada").status == 200  # wants it no more
    return holder


def released_without_being_managed(service: Service) -> str:
    holder = signed_up(service, verified=False)
    ada = ada_wants_it(service)
    assert service.move(ada, NAME).status == 200
    return holder


MANAGED = [unclaimed, given_back_by_a_rejection, given_back_by_undo, released_by_offboarding]


def erased(service: Service, account_id: str) -> None:
    """The person has their own account deleted."""
    account = service.store.account(account_id)
    assert account is not None
    assert account.organization_id is None
    answer = service.accounts("PUT", "/{id}/deletion", {}, parameters={"id": account_id})
    assert answer.status == 200, answer.body
    publish_all(service)
    service.pass_time(timedelta(days=15))
    make_round(service.context())
    assert service.store.account(account_id) is None
    publish_all(service)


def publish_all(service: Service) -> None:
    assert isinstance(service.store, StreamingStore)
    changes: list[Change] = [replace(change, at=service.now) for change in service.store.take()]
    for _ in range(2):  # the stream tells everything twice
        assert publish(service.store, service.queue, RecordingBus(), changes, at_once).first_failed is None


def rounds(service: Service) -> None:
    for _ in range(3):
        service.pass_time(timedelta(minutes=5))
        assert not make_round(service.context()).failures
        publish_all(service)


def everything(service: Service) -> list[str]:
    tables = service.store.tables_of_test.values()
    return [f"{key} {item!r}".casefold() for table in tables for key, item in sorted(table.items.items())]


@pytest.mark.parametrize("lose", [*MANAGED, in_the_way_without_being_managed, released_without_being_managed])
def test_who_is_nobodys_is_noted_for_each_organization_that_knew_them(lose: Callable[[Service], str]) -> None:
    service = Service(store=StreamingStore())
    account_id = lose(service)
    erased(service, account_id)
    [noted] = service.store.erased_people(limit=10)
    assert (noted.account_id, noted.organization_id) == (account_id, service.organization.id)


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("lose", [*MANAGED, in_the_way_without_being_managed])
def test_nothing_names_who_was_given_back_and_erased_later(lose: Callable[[Service], str], moves: bool) -> None:
    service = Service(store=StreamingStore())
    account_id = lose(service)
    if moves and lose is not in_the_way_without_being_managed:  # its rows do not tell which address she had
        answer = service.accounts(
            "PUT", "/{id}/email", {"email": "z@elsewhere.example", "verified": True}, parameters={"id": account_id}
        )
        assert answer.status == 200, answer.body
    assert [line for line in everything(service) if NAME in line]
    erased(service, account_id)
    rounds(service)
    assert [line for line in everything(service) if NAME in line or "z@elsewhere" in line] == []
    assert service.store.erased_people(limit=10) == ()
    rows = [row for row in service.store.all_of(LogEntry) if row.account_id == account_id]
    assert {row.subject for row in rows} <= {"(erased)"}


def test_each_organization_that_ever_managed_an_account_is_remembered() -> None:
    service = Service()
    account_id = signed_up(service)
    account: Account | None = service.store.account(account_id)
    assert account is not None
    assert managed_by(account, "one", claimed=True).known_to == set()
    passed_on = account
    for organization_id in ("one", "two", None):
        passed_on = managed_by(passed_on, organization_id, claimed=organization_id is not None)
    assert passed_on.known_to == {"one", "two"}
    assert managed_by(passed_on, None, claimed=False) == passed_on


def test_what_the_former_and_the_present_organization_have_goes() -> None:
    service = Service(store=StreamingStore())
    account_id = unclaimed(service)
    other = create_organization(service.context(), "Other")
    account = service.store.account(account_id)
    assert account is not None
    gone = managed_by(account, other.id, claimed=True)
    end_what_is_left(service.context(), AccountChange(gone, None, service.now))
    noted = service.store.erased_people(limit=10)
    assert {each.organization_id for each in noted} == {service.organization.id, other.id}
