"""What was asked for with a key that was revoked since moves for nobody's approval."""

from typing import Any

from rightful.domain.conflicts.conflict import ConflictStatus
from tests.unit.api.admin.what_was_read import Desk


def test_an_approval_of_what_a_revoked_key_asked_for_is_refused_and_says_why() -> None:
    desk = Desk()
    service, read = desk.service, desk.version
    accounts = [service.store.account(each) for each in (desk.holder_id, desk.ada.rpartition("-")[0])]
    parameters = {"id": service.directory.id, "tokenId": service.scim_key.id}
    revoked = service.admin("DELETE", "/directories/{id}/tokens/{tokenId}", parameters=parameters)
    assert revoked.status == 204
    assert desk.document["keyRevoked"] is True
    assert "approve" not in desk.document["actions"]
    for _ in range(2):  # the second time says the same
        answer: Any = desk.say("approve", version=read)
        assert (answer.status, answer.body["error"]["code"]) == (409, "ended")
        assert desk.document["status"] == ConflictStatus.SUPERSEDED.value
    assert desk.document["explanationCode"] == "key_revoked"
    assert desk.document["explanation"].endswith(
        "The key that asked for the change was revoked. Push the user again with another key if it is still wanted."
    )
    after = [service.store.account(each) for each in (desk.holder_id, desk.ada.rpartition("-")[0])]
    assert after == accounts  # nothing moved


def test_the_first_answer_has_the_sentence() -> None:
    desk = Desk()
    service, read = desk.service, desk.version
    parameters = {"id": service.directory.id, "tokenId": service.scim_key.id}
    assert service.admin("DELETE", "/directories/{id}/tokens/{tokenId}", parameters=parameters).status == 204
    answer: Any = desk.say("approve", version=read)
    assert answer.body["error"]["message"] == (
        "The key that asked for the change was revoked. Push the user again with another key if it is still wanted."
    )
