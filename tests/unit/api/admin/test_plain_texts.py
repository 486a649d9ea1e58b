"""Names and reasons are one line, read in one direction: everywhere the same characters are refused, and none else."""

from collections.abc import Callable
from typing import Any

import pytest

from rightful.domain.events.event_log import LogEntry
from rightful.domain.plain_text import MOST_OF_A_REASON, check_plain, plain_reason
from rightful.domain.request_error import RequestError
from tests.support.service import Service

REFUSED = [
    "a\x00b", "a\nb", "a\tb", "a\r\nb", "\x1b[31mred", "a\x7f", "a\x85b", "a\u2028b", "a\u2029b", "abc\u202egnp",
    "\u2066a\u2069", "a\u200eb", "a\u200fb", "a\u061cb", " ", "\u200b", "\u00a0\u3000", "\u2060\ufeff",
]  # fmt: skip
TAKEN = ["Zürich", "日本", "می‌خواهم", "O'Hara & Söhne (2)", "👩‍👩‍👧", "=1+1", "<b>", "a" * 100]


class Asked:
    """Where an administrator writes a name or a reason, each as a request that is made anew."""

    def __init__(self) -> None:
        self.service = Service()
        self.parameters = {"id": self.service.directory.id}

    def names(self) -> dict[str, Callable[[str], Any]]:
        admin, parameters = self.service.admin, self.parameters
        return {
            "organization": lambda text: admin("PATCH", "", {"name": text}),
            "new directory": lambda text: admin("POST", "/directories", {"name": text}),
            "directory": lambda text: admin("PATCH", "/directories/{id}", {"name": text}, parameters=parameters),
            "key": lambda text: admin("POST", "/directories/{id}/tokens", {"owner": text}, parameters=parameters),
        }

    def reasons(self) -> dict[str, Callable[[str], Any]]:
        service = self.service
        account_id = service.create_user("ada")["id"].split("-")[0]  # type: ignore[attr-defined]
        service.create_user("holder")
        bob = service.create_user("bob")["id"]
        assert service.move(bob, "holder").status == 409
        service.remediate_all()
        conflicts: Any = service.admin("GET", "/conflicts").body
        conflict = {"id": conflicts["items"][0]["id"]}
        token: Any = service.admin("POST", "/directories/{id}/tokens", {"owner": "IdP"}, parameters=self.parameters)
        key = {**self.parameters, "tokenId": token.body["id"]}
        version = service.version(conflict["id"])

        def act(action: str) -> Callable[[str], Any]:
            return lambda text: service.admin(
                "POST", "/accounts/{id}/actions", {"action": action, "reason": text}, parameters={"id": account_id}
            )

        def decide(decision: str) -> Callable[[str], Any]:
            return lambda text: service.admin(
                "POST",
                "/conflicts/{id}/decision",
                {"decision": decision, "reason": text, "version": version},
                parameters=conflict,
            )

        def confirm(route: str, parameters: dict[str, str]) -> Callable[[str], Any]:
            return lambda text: service.admin("POST", f"{route}/confirmation", {"reason": text}, parameters=parameters)

        return {
            "approval": decide("approve"),
            "rejection": decide("reject"),
            "undo": lambda text: service.admin(
                "POST", "/conflicts/{id}/undo", {"reason": text, "version": version}, parameters=conflict
            ),
            "deactivation": act("deactivate"),
            "unlinking": act("unlink"),
            "policy": confirm("/policy", {}),
            "delete rule": confirm("/directories/{id}", self.parameters),
            "key": confirm("/directories/{id}/tokens/{tokenId}", key),
        }


@pytest.mark.parametrize("text", REFUSED)
def test_names_are_refused_everywhere_and_nothing_changes(text: str) -> None:
    asked = Asked()
    before = asked.service.store.snapshot()
    for what, ask in asked.names().items():
        answer = ask(text)
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_value"), what
        assert answer.body["error"]["field"] in {"name", "owner"}
    assert asked.service.store.snapshot() == before


@pytest.mark.parametrize("text", REFUSED)
def test_reasons_are_refused_everywhere_and_nothing_changes(text: str) -> None:
    asked = Asked()
    reasons = asked.reasons()
    before = asked.service.store.snapshot()
    for what, ask in reasons.items():
        answer = ask(text)
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_value"), what
        assert answer.body["error"]["field"] == "reason", what
    assert asked.service.store.snapshot() == before


@pytest.mark.parametrize("text", TAKEN)
def test_what_people_write_in_their_languages_is_taken_as_it_is(text: str) -> None:
    for what, ask in Asked().names().items():
        assert ask(text).status in {200, 201}, what
    asked = Asked()
    reasons = asked.reasons()
    deactivate, reject = reasons["deactivation"], reasons["rejection"]
    assert (deactivate(text).status, reject(f" {text} ").status) == (200, 200)
    told = {row.explanation for row in asked.service.store.all_of(LogEntry)}
    assert text in told
    assert any(text in each for each in told - {text})


@pytest.mark.parametrize("text", REFUSED)
def test_one_function_says_what_a_name_and_what_a_reason_is(text: str) -> None:
    with pytest.raises(RequestError, match="name: write a name"):
        check_plain("name", text)
    with pytest.raises(RequestError, match="reason: write why"):
        plain_reason(text)


def test_a_reason_has_at_most_500_characters_without_the_white_space_around_it() -> None:
    longest = "x" * MOST_OF_A_REASON
    assert plain_reason(f" {longest}\n") == longest
    with pytest.raises(RequestError, match="500"):
        plain_reason(longest + "x")
