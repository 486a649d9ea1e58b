"""An address that is kept for a user who is about to be created: who else wants it is told why, and what frees it."""

from typing import Any

from tests.support.service import Service, user


def _kept() -> tuple[Service, str]:
    """A leaver's address is kept for a newcomer; the conflict that does so."""
    service = Service()
    leaver = service.create_user("x")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    assert service.scim("POST", "/Users", user("x", externalId="newcomer")).status == 409
    service.remediate_all()
    return service, _id_of(service, "newcomer")


def _id_of(service: Service, external_id: str) -> str:
    """The conflict about the create of that user."""
    body: Any = service.admin("GET", "/conflicts").body
    [found] = [each["id"] for each in body["items"] if each["requester"]["externalId"] == external_id]
    return str(found)


def _message(body: Any) -> str:
    message: str = body["error"]["message"]
    return message


def test_an_administrator_is_told_which_conflict_of_the_organization_keeps_the_address() -> None:
    service, conflict_id = _kept()
    report: Any = service.accounts("POST", "", {"email": "q@example.com", "emailVerified": True}).body
    for body in ({"action": "claim", "reason": "x"}, {"action": "set-email", "reason": "x", "email": "x@example.com"}):
        answer = service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": report["id"]})

    assert answer.status == 409
    assert _message(answer.body) == (
        "email: this address is kept until 2026-12-21 for x@example.com, who is about to be created, by "
        f"the conflict {conflict_id}. Undo that first, or wait for the user."
    )


def test_who_undoes_what_was_passed_on_since_is_told_what_to_undo_first() -> None:
    service, first = _kept()
    assert service.scim("POST", "/Users", user("x", externalId="other", userName="other")).status == 409
    service.remediate_all()
    second = _id_of(service, "other")
    approval = {"decision": "approve", "reason": "she comes first", "version": service.version(second)}
    assert service.admin("POST", "/conflicts/{id}/decision", approval, parameters={"id": second}).status == 200

    def undo(conflict_id: str) -> Any:
        body = {"reason": "no", "version": service.version(conflict_id)}
        return service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict_id})

    refused = undo(first)
    assert refused.status == 409
    assert _message(refused.body) == f"x@example.com is kept for other by a later conflict ({second}). Undo that first."
    assert undo(second).status == 200
    assert undo(first).status == 200
