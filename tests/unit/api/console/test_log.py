"""The troubleshooting log: what happened, why it was refused, what was answered, and as a file."""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rightful.api.admin.log import COLUMNS
from rightful.core.users.sent import RefusedRow, sent_answer
from rightful.domain.conflicts.explanation import OutcomeCode
from rightful.domain.events.event_log import Action
from tests.support.builders import a_row
from tests.support.console import OWNER, VIEWER, Browser, Console, Page
from tests.support.many import rows_like
from tests.support.service import BASE_URL, START, Service, email_patch, user

HOSTILE = "=HYPERLINK(\"https://x\")<script>alert('x')</script>"


def _sent(page: Page) -> list[Any]:
    """The SCIM errors that a page shows."""
    found = re.findall(r'<pre class="sent"[^>]*>(.*?)</pre>', page.html, re.DOTALL)
    return [json.loads(html.unescape(each)) for each in found]


def _rows(page: Page) -> int:
    return page.html.count('<td data-name="What happened">')


def _taken(service: Service) -> dict[str, object]:
    service.create_user("ada")
    grace = service.create_user("grace")
    answer = service.move(grace["id"], "ada")
    assert (answer.status, isinstance(answer.body, dict)) == (409, True)
    return answer.body  # type: ignore[return-value]


def _taken_in_other_letters(service: Service) -> dict[str, object]:
    service.create_user("ada")
    grace = service.create_user("grace")
    answer = service.scim("PATCH", f"/Users/{grace['id']}", email_patch("ADA@Example.com"))
    assert answer.status == 409
    return answer.body  # type: ignore[return-value]


def _taken_at_create(service: Service) -> dict[str, object]:
    service.create_user("ada")
    emails = [{"value": "ada@example.com", "type": "work", "primary": True}]
    answer = service.scim("POST", "/Users", user("grace", emails=emails))
    assert answer.status == 409
    return answer.body  # type: ignore[return-value]


def _unverified(service: Service) -> dict[str, object]:
    grace = service.create_user("grace")
    answer = service.scim("PATCH", f"/Users/{grace['id']}", email_patch("grace@Other.example"))
    assert answer.status == 400
    return answer.body  # type: ignore[return-value]


@pytest.mark.parametrize("refuse", [_taken, _taken_in_other_letters, _taken_at_create, _unverified])
def test_a_refusal_shows_the_error_as_it_was_sent(refuse: Callable[[Service], dict[str, object]]) -> None:
    console = Console()
    sent = refuse(console.service)
    page = console.browser(VIEWER).get("/log?action=claim.refused")
    assert page.status == 200
    assert _sent(page) == [sent]
    assert f"Answered {sent['status']} {sent['scimType']}: what it means" in page.text
    assert f"RFC 7644 section 3.12, table 9: {sent['scimType']}" in page.text


def test_a_refusal_says_what_it_means_and_where_to_go_on() -> None:
    console = Console()
    _taken(console.service)
    page = console.browser(VIEWER).get("/log?action=claim.refused")
    assert "The request itself changed nothing, and was recorded as a conflict." in page.text
    assert "What to do: Open the conflict: it says who has to do what." in page.text
    conflicts = re.findall(r'href="/dev(/console/conflicts/[^"]+)"', page.html)
    assert len(conflicts) == 1
    assert console.browser(VIEWER).get(conflicts[0].removeprefix("/console")).status == 200


def test_of_a_user_name_that_is_taken_no_value_is_made_up() -> None:
    console = Console()
    service = console.service
    service.create_user("ada")
    namesake = service.scim("POST", "/Users", user("grace", userName="ada@example.com"))
    grace = service.create_user("grace")
    rename = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
              "Operations": [{"op": "replace", "path": "userName", "value": "ada@example.com"}]}  # fmt: skip
    renamed = service.scim("PATCH", f"/Users/{grace['id']}", rename)
    assert (namesake.status, renamed.status) == (409, 409)
    page = console.browser(VIEWER).get("/log?action=claim.refused")
    assert _rows(page) == 2
    assert _sent(page) == []
    assert page.text.count("Answered 409 uniqueness: what it means") == 2
    assert page.text.count("named something that is not in this row, so it is not shown") == 2


def test_what_takes_two_people_was_answered_403_and_its_text_is_not_made_up() -> None:
    answer = sent_answer(RefusedRow(Action.CLAIM_REFUSED, OutcomeCode.BY_ONE, "a-conflict", "ada@example.com"))
    assert answer is not None
    assert (answer.status, answer.scim_type, answer.body) == (403, None, None)
    assert "table 8" in answer.section


def test_of_what_nothing_was_answered_to_nothing_is_shown() -> None:
    assert all(
        sent_answer(RefusedRow(action, "", "a-conflict", "ada@example.com")) is None
        for action in Action
        if action is not Action.CLAIM_REFUSED
    )


def test_a_row_from_which_somebody_was_forgotten_does_not_guess() -> None:
    for conflict_id in ("a-conflict", None):
        answer = sent_answer(RefusedRow(Action.CLAIM_REFUSED, "", conflict_id, None))
        assert answer is not None
        assert answer.body is None


def test_newest_come_first_and_filters_are_in_the_address_of_the_page_and_of_the_next() -> None:
    console = Console()
    service = console.service
    for number in range(60):
        service.create_user(f"user-{number:02}")
        service.pass_time(timedelta(seconds=1))
    browser = console.browser(VIEWER)
    page = browser.get("/log?action=user.created")
    assert _rows(page) == 50
    assert page.html.index("user-59@") < page.html.index("user-10@")
    assert '<option value="user.created" selected>' in page.html
    older = re.search(r'href="/dev/console(/log\?[^"]*cursor=[^"]+)"', page.html)
    assert older is not None
    next_page = browser.get(html.unescape(older.group(1)))
    assert _rows(next_page) == 10
    assert "action=user.created" in older.group(1)
    assert "user-00@example.com" in next_page.text


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("result=refused", 1),
        ("result=refused&class=", 1),
        ("directoryId=nothing-like-it", 0),
        ("address=ADA@example.com&action=user.created", 1),
        ("address=%20ada@example.com%20&result=refused", 1),
        ("since=2026-11-23T10:00", 0),
        ("until=2026-11-23", 0),
        ("since=2026-11-23&until=2026-11-24&action=claim.refused", 1),
        ("accountId=none", 0),
        ("conflictId=none", 0),
    ],
)
def test_every_filter_filters(query: str, number: int) -> None:
    console = Console()
    _taken(console.service)
    page = console.browser(VIEWER).get(f"/log?{query}")
    assert (page.status, _rows(page)) == (200, number)
    assert ("No row fits" in page.text) == (number == 0)


@pytest.mark.parametrize("path", ["/log", "/log.csv"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=yesterday", "since: write a moment in ISO 8601"),
        ("address=no-address", "address: "),
        ("result=perhaps", "result: choose of done, refused, waiting"),
        ("action=everything", "action: choose of "),
    ],
)
def test_what_cannot_be_filtered_for_is_said_and_what_was_typed_stays(path: str, query: str, told: str) -> None:
    page = Console().browser(VIEWER).get(f"{path}?{query}&accountId=typed")
    assert page.status == 400
    assert told in page.text
    assert 'value="typed"' in page.html
    assert "No row fits" not in page.text


def test_a_cursor_of_nothing_is_said() -> None:
    page = Console().browser(VIEWER).get("/log?cursor=%3Cb%3E")
    assert page.status == 400
    assert "cursor: not one that this list gave out" in page.text


def test_what_an_identity_provider_writes_is_text() -> None:
    console = Console()
    console.service.create_user("ada", displayName=HOSTILE)
    page = console.browser(VIEWER).get("/log")
    assert html.escape(HOSTILE, quote=False).replace("'", "&#39;").replace('"', "&#34;") in page.html
    assert "<script>alert" not in page.html


def _csv(browser: Browser, path: str) -> list[list[str]]:
    page = browser.get(path)
    assert page.status == 200
    assert page.response.content_type == "text/csv; charset=utf-8"
    headers = page.response.headers or {}
    assert headers["Content-Disposition"] == 'attachment; filename="event-log.csv"'
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Link" not in headers
    return list(csv.reader(io.StringIO(page.html)))


def test_the_file_has_what_is_filtered_and_no_formula() -> None:
    console = Console()
    console.service.create_user("ada", displayName=HOSTILE)
    _taken_by_another(console.service)
    header, *rows = _csv(console.browser(VIEWER), "/log.csv?action=user.created")
    assert tuple(header) == COLUMNS
    assert len(rows) == 2
    assert {row[1] for row in rows} == {"user.created"}
    assert {row[4] for row in rows} == {f"'{HOSTILE}", "grace@example.com"}


def _taken_by_another(service: Service) -> None:
    grace = service.create_user("grace")
    assert service.move(grace["id"], "ada").status == 409


def test_a_file_that_has_not_all_says_where_to_go_on_and_nothing_is_lost() -> None:
    console = Console()
    service = console.service
    rows_like(service.store, a_row(service.organization.id, "pattern", at=START - timedelta(hours=2)), 5_100)
    browser = console.browser(VIEWER)
    *first, told = _csv(browser, "/log.csv?until=2026-11-23T09:00")
    assert len(first) == 1 + 5_000
    assert len(told) == 1
    said, _, following = told[0].rpartition(" ")
    assert said == "This is not all: there was no room or no time for more. It goes on at"
    assert following.startswith(f"{BASE_URL}/console/log.csv?until=2026-11-23T09%3A00&cursor=")
    second = _csv(browser, following.removeprefix(f"{BASE_URL}/console"))
    assert len(second) == 1 + 100
    ids = {row[-1] for row in first[1:] + second[1:]}
    assert len(ids) == 5_100
    assert all(len(row) == len(COLUMNS) for row in second)


@pytest.mark.parametrize("people", [10, 400])
def test_the_page_costs_two_calls_however_many_rows_there_are(people: int) -> None:
    console = Console()
    service = console.service
    rows_like(service.store, a_row(service.organization.id, "pattern", at=START), people)
    browser = console.browser(OWNER)
    browser.get("/log")
    service.store.dynamodb_calls.clear()
    page = browser.get("/log")
    assert min(people, 49) < _rows(page) <= 50
    # The session with its organization; the rows, and the directories of the filter.
    assert service.store.dynamodb_calls == {"batch_get_item": 1, "query": 2}
