"""What a conflict says of both who want the same: what each has before and after, and whether it is so still."""

from datetime import timedelta

import pytest

from rightful.domain.conflicts.policy import Policy, PolicyBase
from tests.support.console import APPROVER, OWNER, Console, Page
from tests.support.service import Service, patch, user
from tests.unit.api.admin.test_conflict_document import STRICT, conflicts, examine, wants
from tests.unit.api.admin.what_was_read import Desk


def shown(service: Service, conflict_id: str) -> Page:
    page = Console(service).browser(OWNER).get(f"/conflicts/{conflict_id}")
    assert page.status == 200, page.text
    return page


def test_what_an_approval_takes_from_the_holder_stands_beside_what_it_gives() -> None:
    desk = Desk()
    page = shown(desk.service, desk.conflict_id)
    assert "Who has it" in page.text
    assert "What would change" in page.text
    assert "Of sales@example.com, who has it Before After address sales@example.com no address" in page.text
    assert "Examine again (retry)" in page.text


def test_what_was_done_says_what_the_holder_lost_and_what_it_has_now() -> None:
    desk = Desk()
    assert desk.say("approve", version=desk.version).status == 200
    page = shown(desk.service, desk.conflict_id)
    assert "Who had it" in page.text
    assert "What was changed" in page.text
    assert "Of sales@example.com, who had it Before Now address sales@example.com no address" in page.text

    assert desk.say("undo", version=desk.version).status == 200
    page = shown(desk.service, desk.conflict_id)
    assert "Who has it" in page.text
    assert "What was asked for" in page.text
    assert "Before Now" not in page.text


def test_what_was_rejected_or_has_expired_was_only_asked_for() -> None:
    desk = Desk()
    assert desk.say("reject", version=desk.version).status == 200
    page = shown(desk.service, desk.conflict_id)
    assert "Who has it" in page.text
    assert "What was asked for" in page.text
    assert "who has it Before" not in page.text


def test_who_gave_it_up_meanwhile_had_it() -> None:
    desk = Desk()
    assert desk.say("reject", version=desk.version).status == 200
    parameters = {"id": desk.holder_id}
    body = {"action": "set-email", "email": None, "reason": "It is somebody else's now."}
    answer = desk.service.admin("POST", "/accounts/{id}/actions", body, parameters=parameters)
    assert answer.status == 200, answer.body
    page = shown(desk.service, desk.conflict_id)
    assert "Who had it" in page.text
    assert "Who has it" not in page.text.partition("Who wants it")[2]


def test_what_is_kept_for_somebody_says_for_whom() -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, deactivated_after=timedelta(0)))
    service.scim("DELETE", f"/Users/{service.create_user('sales')['id']}")
    body = {**user("stranger"), "emails": [{"value": "sales@example.com", "type": "work", "primary": True}]}
    assert service.scim("POST", "/Users", body).status == 409
    service.remediate_all()
    page = shown(service, conflicts(service)["stranger"]["id"])
    assert "Who had it The address is kept for stranger@example.com." in page.text
    assert "What was asked for" in page.text
    assert "who had it Before Now address sales@example.com no address" in page.text


@pytest.mark.parametrize("path", ["/conflicts", "/"])
def test_a_user_name_that_is_taken_is_called_one(path: str) -> None:
    service = Service()
    service.create_user("bob")
    ada = str(service.create_user("ada", displayName="Ada Lovelace")["id"])
    name = {"op": "replace", "path": "userName", "value": "bob@example.com"}
    assert service.scim("PATCH", f"/Users/{ada}", patch(name)).status == 409
    service.remediate_all()
    told = "Ada Lovelace wants the user name bob@example.com"
    assert told in Console(service).browser(APPROVER).get(path).text
    page = shown(service, conflicts(service)["ada"]["id"])
    assert f"<h1>{told}</h1>" in page.html
    assert "Nobody whom you may see" not in page.text


def test_everybody_of_a_swap_is_shown_before_and_after() -> None:
    service = Service(policy=STRICT)
    ada, ben = (str(service.create_user(name)["id"]) for name in ("ada", "ben"))
    wants(service, ada, "ben@example.com")
    wants(service, ben, "ada@example.com")
    conflict_id = conflicts(service)["ada"]["id"]
    examine(service, conflict_id)
    page = shown(service, conflict_id)
    assert "ada@example.com ada@example.com ben@example.com" in page.text
    assert "ben@example.com ben@example.com ada@example.com" in page.text
    assert "ben@example.com wants ada@example.com" in page.text
