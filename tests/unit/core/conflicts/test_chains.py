"""A change that waits for somebody else's: what administrators read, and that there is nothing for them to approve."""

from typing import Any

import pytest

from rightful.domain.conflicts.policy import STANDARD
from tests.support.service import Service


def _chain(*, paused: bool, protected: bool) -> tuple[Service, dict[str, str]]:
    """Ada wants Bob's address, Bob wants Cy's, and an administrator is asked about Cy's."""
    service = Service(policy=STANDARD)
    ids = {name: str(service.create_user(name)["id"]) for name in ("ada", "bob", "cy")}
    if protected:
        parameters = {"id": ids["bob"].rpartition("-")[0], "flag": "privileged"}
        service.accounts("PUT", "/{id}/flags/{flag}", {}, parameters=parameters)
    service.scim("DELETE", f"/Users/{ids['cy']}")
    if paused:
        service.admin("PUT", "/policy", {"brakes": {"paused": True}})
    for name, other in (("bob", "cy"), ("ada", "bob")):
        assert service.move(ids[name], other).status == 409
        service.remediate_all()
    return service, ids


def _conflicts(service: Service) -> dict[str, dict[str, Any]]:
    body: Any = service.admin("GET", "/conflicts").body
    return {each["wantedEmail"].partition("@")[0]: each for each in body["items"]}


def _approve(service: Service, conflict: dict[str, Any], key: Any = None) -> Any:
    body = {"decision": "approve", "reason": "go on", "version": conflict["version"]}
    return service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": conflict["id"]}, key=key)


@pytest.mark.parametrize(("paused", "protected"), [(False, False), (True, False), (False, True)])
def test_who_waits_for_somebody_s_move_is_put_before_no_administrator(paused: bool, protected: bool) -> None:
    service, _ = _chain(paused=paused, protected=protected)
    waiting = _conflicts(service)["bob"]

    assert (waiting["status"], waiting["nextStep"]["who"]) == ("open", "nobody")
    assert waiting["explanation"].startswith(
        "The holder, bob@example.com, is about to move to another address as well."
    )
    assert ("nothing moves by itself now" in waiting["explanation"]) is paused
    answer = _approve(service, waiting)
    assert (answer.status, answer.body["error"]["code"]) == (409, "not_approvable")
    assert "It waits for the change of bob@example.com to cy@example.com" in answer.body["error"]["message"]


def test_it_follows_without_an_approval_of_its_own_although_somebody_protected_is_in_it() -> None:
    service, ids = _chain(paused=False, protected=True)
    for key in (None, service.new_admin_key("Jo")):
        assert _approve(service, _conflicts(service)["cy"], key).status == 200
    service.remediate_all()

    body: Any = service.scim("GET", f"/Users/{ids['ada']}").body
    assert body["emails"][0]["value"] == "bob@example.com"
    assert {each["status"] for each in _conflicts(service).values()} == {"applied"}
