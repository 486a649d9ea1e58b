"""What is said to be possible is what the actions do: each one is tried on each kind of account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.administration.possible import possible_actions, why_not_alone
from rightful.domain.account import Account, AccountStatus, AwaitedLink, CameWith, Flag, FormerLink
from rightful.domain.address import parse_address, placeholder
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import Policy, PolicyBase, Rule
from rightful.ports.writes.accounts import PutAccount
from tests.contract.committing import given
from tests.support.builders import a_link, an_account
from tests.support.service import START, Service

FORMER = FormerLink("directory", "ada", None, START)
MADE: dict[str, dict[str, Any]] = {
    "unlinked": {},
    "never claimed": {"claimed": False},
    "linked": {"link": "made"},
    "linked before": {"former_link": FORMER},
    "deactivated": {"status": AccountStatus.DEACTIVATED, "deactivated_at": START},
    "to be deleted": {"status": AccountStatus.PENDING_DELETION, "deletion_date": START + timedelta(days=14)},
    "linked and to be deleted": {"status": AccountStatus.PENDING_DELETION, "link": "made"},
    "marked": {"flags": frozenset({Flag.SERVICE})},
    "on legal hold": {"flags": frozenset({Flag.LEGAL_HOLD})},
    "with every mark": {"flags": frozenset(Flag)},
    "without an address": {"email": None},
    "with a placeholder": {"email": placeholder("conflict")},
    "with another address than its own": {
        "email": placeholder("conflict"),
        "came_with": CameWith(parse_address("own@example.com"), verified=True),
    },
    "that a create is to link": {"awaited": AwaitedLink("key", START + timedelta(days=1))},
    "eased by one": {"two_until": START + timedelta(days=1)},
}
BODIES: dict[str, dict[str, Any]] = {
    "set-email": {"email": "new@example.com"},
    "free": {"action": "set-email", "email": None},
    "protect": {"flag": None},
}
ACTIONS = (
    *("set-email", "free", "deactivate", "reactivate", "schedule-deletion", "cancel-deletion", "unlink"),
    *("claim", "unclaim", "protect"),
)
POLICIES = {
    "open": Policy(base=PolicyBase.CUSTOM),
    "strict": Policy(base=PolicyBase.CUSTOM, rules=dict.fromkeys(ConflictClass, Rule.TWO_APPROVALS)),
}


def made(service: Service, kind: str) -> Account:
    values: dict[str, Any] = {"email": parse_address("ada@example.com"), "claimed": True, **MADE[kind]}
    if values.get("link") == "made":
        values["link"] = a_link("ada", service.directory.id)
    found = an_account("ada", organization_id=service.organization.id, **values)
    given(service.store, PutAccount(found, None))
    return found


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", MADE)
def test_what_is_possible_is_done_and_nothing_else(kind: str, policy: str) -> None:
    pristine = Service(policy=POLICIES[policy])
    account = made(pristine, kind)
    said = possible_actions(account, pristine.organization.policy_at(START), START)
    done = set()
    for action in ACTIONS:
        service = pristine.copy()
        body = {"action": action, "reason": "so", **BODIES.get(action, {})}
        if action == "protect":
            body["flag"] = next((flag.value for flag in Flag if flag not in account.flags), "service")
        service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": "ada"})
        after = service.store.account("ada")
        assert after is not None
        if replace(after, group_changes=0) != replace(account, group_changes=0):
            done.add(action)
    assert done == set(said)


def test_it_says_what_the_action_says() -> None:
    service = Service()
    account = made(service, "marked")
    body = {"action": "set-email", "email": None, "reason": "so"}
    refused: Any = service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": "ada"}).body
    assert refused["error"]["message"] == why_not_alone(account, service.organization.policy_at(START), START)
