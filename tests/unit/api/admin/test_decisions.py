"""Decisions over the admin API, when something around them fails."""

from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.organizations.registry import revoke_token
from rightful.domain.conflicts.policy import STANDARD
from tests.support.provisioned import BrokenQueue
from tests.support.service import Service


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def waiting() -> tuple[Service, str]:
    """Ada waits for an approval to take a leaver's address, and Carl waits for Ada's."""
    service = Service(policy=STANDARD)
    leaver, ada, carl = (service.create_user(name) for name in ("sales", "ada", "carl"))
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.move(ada["id"], "sales")
    service.remediate_all()
    service.move(carl["id"], "ada")
    service.remediate_all()
    [conflict] = [
        each
        for each in body_of(service.admin("GET", "/conflicts"))["items"]
        if each["wantedEmail"] == "sales@example.com"
    ]
    return service, conflict["id"]


def say(service: Service, conflict_id: str, decision: str, reason: str = "she is the new head of sales") -> Response:
    body = {"decision": decision, "reason": reason, "version": service.version(conflict_id)}
    return service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict_id})


@pytest.mark.parametrize(("decision", "status"), [("approve", "applied"), ("reject", "rejected")])
def test_a_decision_that_happened_is_answered_with_the_conflict_though_the_queue_is_down(
    decision: str, status: str
) -> None:
    service, conflict_id = waiting()
    service.queue = BrokenQueue()  # type: ignore[assignment]
    answer = say(service, conflict_id, decision)
    assert (answer.status, body_of(answer)["status"]) == (200, status)
    assert service.failures == ["conflict_not_sent"]


def test_a_retry_and_an_undo_that_happened_are_answered_though_the_queue_is_down() -> None:
    service, conflict_id = waiting()
    say(service, conflict_id, "reject")
    service.queue = BrokenQueue()  # type: ignore[assignment]
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "deactivatedAfterDays": 0}})
    retried = service.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict_id})
    assert (retried.status, body_of(retried)["status"]) == (200, "applied")
    wrong = {"reason": "wrong Ada", "version": service.version(conflict_id)}
    undone = service.admin("POST", "/conflicts/{id}/undo", wrong, parameters={"id": conflict_id})
    assert (undone.status, body_of(undone)["status"]) == (200, "undone")


@pytest.mark.parametrize(
    ("method", "route", "allowed"), [("PUT", "/summary", "GET"), ("PATCH", "/domains", "GET, POST")]
)
def test_a_wrong_method_is_405_method_not_allowed(method: str, route: str, allowed: str) -> None:
    answer = Service().admin(method, route)
    assert answer.status == 405
    assert body_of(answer)["error"]["code"] == "method_not_allowed"
    assert answer.headers == {"Allow": allowed}
    assert Service().accounts("DELETE").status == 405
    assert Service().admin("GET", "/nothing").status == 404


@pytest.mark.parametrize(("happens", "code"), [("the key is revoked", "ended"), ("the holder is marked", "changed")])
def test_a_decision_that_did_not_happen_is_said_to_be_none_though_the_queue_is_down(happens: str, code: str) -> None:
    service, conflict_id = waiting()
    conflict = body_of(service.admin("GET", "/conflicts/{id}", parameters={"id": conflict_id}))
    if happens == "the key is revoked":
        revoke_token(service.context(), service.scim_key)
    else:
        parameters = {"id": conflict["holder"]["accountId"], "flag": "legal_hold"}
        service.accounts("PUT", "/{id}/flags/{flag}", parameters=parameters)
    service.queue = BrokenQueue()  # type: ignore[assignment]
    body = {"decision": "approve", "reason": "she is the new head of sales", "version": conflict["version"]}
    answer = service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict_id})
    assert (answer.status, body_of(answer)["error"]["code"]) == (409, code)
