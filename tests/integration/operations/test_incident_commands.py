"""`rightful account deactivate`, `pause`, `resume`, `conflict show|retry` on tables of moto."""

import json
from typing import Any

import pytest

from rightful.domain.account import AccountStatus
from rightful.domain.conflicts.conflict import ConflictStatus, Pointer
from rightful.domain.conflicts.explanation import OutcomeCode, explained
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.conflicts.refused_request import PendingChange, Requester
from rightful.operations import command
from rightful.ports.writes.accounts import ClaimAddress, PutAccount
from rightful.ports.writes.conflicts import PutConflict, PutPending
from tests.support.builders import NOW, a_conflict, an_account
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, value


@pytest.fixture
def organization(run: Run) -> str:
    return value(run(*ORGANIZATION)[1], "organization")


def person(deployed: Deployed, organization: str | None, name: str = "ada", **more: Any) -> None:
    account = an_account(name, email=f"{name}@example.com", organization_id=organization, **more)
    writes = [PutAccount(account, None), ClaimAddress(f"{name}@example.com", name, NOW)]
    deployed.store.commit(writes, remaining=lambda: 10.0)


@pytest.mark.parametrize("named", ["ada", "Ada@Example.com"])
def test_somebodys_access_is_ended_by_id_or_address(
    run: Run, deployed: Deployed, organization: str, named: str
) -> None:
    person(deployed, organization)
    code, printed, _ = run("account", "deactivate", named, "--reason", "Left today.")
    assert (code, "ada is deactivated" in printed) == (0, True)
    account = deployed.store.account("ada")
    assert account is not None
    assert (account.status, account.holds) == (AccountStatus.DEACTIVATED, "ada@example.com")
    [row] = deployed.store.log(organization, limit=5).entries
    assert (row.action, row.approver, row.explanation) == ("user.deactivated", "Operator", "Left today.")
    code, printed, _ = run("account", "deactivate", named, "--reason", "Left today.")
    assert (code, "deactivated already" in printed) == (0, True)


def test_a_personal_account_is_not_the_operators_to_deactivate(run: Run, deployed: Deployed) -> None:
    person(deployed, None)
    code, _, complained = run("account", "deactivate", "ada", "--reason", "x")
    assert (code, "host application" in complained) == (command.FAILED, True)


def test_automation_is_paused_and_resumed_with_the_reason_in_the_log(
    run: Run, deployed: Deployed, organization: str
) -> None:
    assert run("pause", organization, "--reason", "Too many moves.")[:2] == (0, "Example is paused.\n")
    assert run("pause", organization, "--reason", "Again.")[:2] == (0, "Example is paused already.\n")
    assert deployed.store.paused_organizations(limit=5) == 1
    assert "paused" in run("organization", "list")[1]
    assert run("resume", organization, "--reason", "Repaired.")[:2] == (0, "Example is not paused any more.\n")
    assert run("resume", organization, "--reason", "Again.")[:2] == (0, "Example was not paused.\n")
    assert deployed.store.paused_organizations(limit=5) == 0
    rows = deployed.store.log(organization, limit=5).entries
    assert [(row.approver, row.explanation) for row in rows] == [
        ("Operator", "brakes.paused: true -> false. Repaired."),
        ("Operator", "brakes.paused: false -> true. Too many moves."),
    ]


def conflicting(deployed: Deployed, organization: str, **more: Any) -> None:
    values: dict[str, Any] = {
        "requester": Requester("nobody", "nobody-1", "no\x1b[31mbody", None),
        "status": ConflictStatus.FAILED,
        "explanation": explained(OutcomeCode.REASON, reason="It was given up."),
        "next_step": step(Role.OPERATOR, StepCode.CORRECT_ACCOUNTS),
        "change": PendingChange({}, {}),
    }
    conflict = a_conflict(organization, "conflict", **values | more)
    deployed.store.commit(
        [PutConflict(conflict, None), PutPending(conflict.request.requester_key, conflict.id, "wanted@example.com")],
        remaining=lambda: 10.0,
    )


def test_a_conflict_is_shown_without_what_would_take_a_terminal_over(
    run: Run, deployed: Deployed, organization: str
) -> None:
    conflicting(deployed, organization)
    code, printed, _ = run("conflict", "show", organization, "conflict")
    assert code == 0
    assert value(printed, "status") == "failed"
    assert value(printed, "why") == "It was given up."
    assert (
        value(printed, "next step")
        == "Look at the accounts concerned, correct what contradicts, then retry. (operator of the service)"
    )
    assert "\x1b" not in printed
    document = json.loads(run("conflict", "show", organization, "conflict", "--json")[1])
    assert (document["id"], document["status"]) == ("conflict", "failed")


def test_a_conflict_is_examined_again(run: Run, deployed: Deployed, organization: str) -> None:
    conflicting(deployed, organization, expires_at=NOW.replace(year=NOW.year + 10))
    code, printed, _ = run("conflict", "retry", organization, "conflict")
    assert code == 0
    assert value(printed, "status") == "superseded"
    conflict = deployed.store.conflict(Pointer(organization, "conflict"))
    assert conflict is not None
    assert conflict.status is ConflictStatus.SUPERSEDED
    code, _, complained = run("conflict", "retry", organization, "conflict")
    assert (code, "has ended" in complained) == (command.FAILED, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "deactivate", "none", "--reason", "x"),
        ("account", "deactivate", "none@example.com", "--reason", "x"),
        ("account", "deactivate", "no@address@", "--reason", "x"),
        ("pause", "none", "--reason", "x"),
        ("resume", "none", "--reason", "x"),
        ("conflict", "show", "none", "none"),
        ("conflict", "retry", "none", "none"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, printed, complained = run(*arguments)
    assert (code, printed, len(complained.splitlines())) == (command.FAILED, "", 1)


@pytest.mark.parametrize("reason", [" ", "x" * 501])
def test_a_reason_is_one(run: Run, organization: str, reason: str) -> None:
    code, _, complained = run("pause", organization, "--reason", reason)
    assert (code, complained.startswith("reason: ")) == (command.FAILED, True)
