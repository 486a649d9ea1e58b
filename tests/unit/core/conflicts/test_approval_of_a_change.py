"""An approval is given to what was asked for then."""

from typing import Any

from rightful.domain.conflicts.policy import Policy, read_policy
from tests.support.service import Service, patch


def test_an_approval_does_not_count_for_what_was_asked_for_later() -> None:
    service = Service(policy=_approving())
    leaver, ada = service.create_user("held"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    service.accounts(
        "PUT",
        "/{id}/flags/{flag}",
        parameters={"id": _holder(service), "flag": "privileged"},
    )
    service.move(ada["id"], "held")
    service.remediate_all()
    assert _decide(service)["status"] == "waiting_approval"

    more = {"op": "replace", "path": "externalId", "value": "somebody-else"}
    email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "held@example.com"}
    service.scim("PATCH", f"/Users/{ada['id']}", patch(email, more))
    service.remediate_all()
    second = service.new_admin_key("Otto")

    assert _decide(service, second)["status"] == "waiting_approval"


def _approving() -> Policy:
    return read_policy({"base": "custom", "rules": {"deactivated": "approval"}})


def _holder(service: Service) -> str:
    found: Any = service.admin("GET", "/accounts", query={"email": "held@example.com"}).body
    return str(found["items"][0]["id"])


def _decide(service: Service, key: Any = None) -> dict[str, Any]:
    conflicts: Any = service.admin("GET", "/conflicts").body
    answer: Any = service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "yes", "version": conflicts["items"][0]["version"]},
        parameters={"id": conflicts["items"][0]["id"]},
        key=key,
    )
    assert answer.status == 200, answer.body
    decided: dict[str, Any] = answer.body
    return decided
