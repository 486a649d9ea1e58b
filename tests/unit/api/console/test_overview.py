"""The first page: what needs somebody, how conflicts ended, and whether directories still speak."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rightful.core.events.counting import count_changes
from rightful.core.organizations.overview import MOST_CONFLICTS
from rightful.core.organizations.registry import create_directory, create_organization, issue_token
from rightful.domain.conflicts.conflict import ConflictClass, ConflictStatus
from rightful.domain.conflicts.next_step import Role, StepCode, step
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.counts import Counts, Ending, Took, ended, refused, written
from rightful.domain.events.event_log import first_id_at
from rightful.domain.key import Grant, Scope
from rightful.ports.writes.conflicts import PutConflict
from rightful.ports.writes.counts import AddCounts
from tests.contract.committing import given
from tests.support.builders import a_conflict
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Console
from tests.support.many import conflicts_like
from tests.support.service import START, Service
from tests.support.stream import StreamingStore


def _add(service: Service, day: date, figures: dict[str, int], *, directory_id: str = "", pushed: bool = False) -> None:
    counts = Counts(figures, service.now if pushed else None)
    add = AddCounts(service.organization.id, directory_id or service.directory.id, day, counts)
    service.context().commit([add])


def _conflict(service: Service, number: int, role: Role | None, age: timedelta = timedelta(hours=1)) -> str:
    at = service.now - age
    conflict_id = f"{first_id_at(at)}{number:020x}"
    code = {Role.ADMINISTRATOR: StepCode.APPROVE, Role.IDP_ADMINISTRATOR: StepCode.CORRECT_ADDRESS}
    conflict = a_conflict(
        service.organization.id,
        conflict_id,
        status=ConflictStatus.WAITING_APPROVAL if role is Role.ADMINISTRATOR else ConflictStatus.REFUSED,
        created_at=at,
        conflict_class=ConflictClass.DUPLICATE,
        next_step=step(role, code.get(role, StepCode.RELEASE_THERE)) if role is not None else None,
        directory_id=service.directory.id,
    )
    if role is None:
        conflict = replace(conflict, status=ConflictStatus.OPEN)
    given(service.store, PutConflict(conflict, None))
    return conflict_id


def _headings(html: str) -> list[str]:
    found = re.findall(r'<h3 id="waits-\d+">(.*?)</h3>', html)
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in found]


def test_the_reader_comes_first_then_who_else_can_act_here_and_the_oldest_of_each() -> None:
    console = Console()
    service = console.service
    _conflict(service, 1, Role.OTHER_ADMINISTRATOR, timedelta(days=9))
    _conflict(service, 2, Role.IDP_ADMINISTRATOR, timedelta(days=8))
    newer = _conflict(service, 3, Role.ADMINISTRATOR, timedelta(days=1))
    older = _conflict(service, 4, Role.ADMINISTRATOR, timedelta(days=2))
    _conflict(service, 5, None)

    page = console.browser(APPROVER).get("/")

    admins, idp, other = "Organization administrator", "Identity provider administrator", Role.OTHER_ADMINISTRATOR
    assert page.status == 200
    assert _headings(page.html) == [f"{admins} you", idp, other.value.capitalize()]
    assert page.html.index(older) < page.html.index(newer)
    assert 'href="/dev/console/conflicts?status=live&amp;who=organization_administrator&amp;order=oldest"' in page.html
    assert "2 conflicts" in page.text
    assert "user name wants Wanted@example.com duplicate · IdP · since 21 Nov 2026, 09:00 UTC" in page.text
    assert "1 more is being examined" in page.text
    for reader in (VIEWER, OPERATOR):
        assert _headings(console.browser(reader).get("/").html) == [idp, admins, other.value.capitalize()]


def test_every_list_that_is_linked_has_what_was_counted() -> None:
    console = Console()
    for number, role in enumerate((Role.ADMINISTRATOR, Role.IDP_ADMINISTRATOR, Role.OTHER_ADMINISTRATOR)):
        _conflict(console.service, number, role)
    browser = console.browser(OWNER)
    links = re.findall(r'href="/dev/console(/conflicts\?status=live&amp;who=[^"]+)"', browser.get("/").html)
    assert len(links) == 3
    for link in links:
        assert "1 conflict" in browser.get(link.replace("&amp;", "&")).text


def test_where_nobody_has_to_do_anything_it_says_so() -> None:
    page = Console().browser(OWNER).get("/")
    assert "Nobody has to do anything" in page.text
    assert "Nothing to draw: there was none." in page.text


def test_on_the_first_day_it_says_what_to_do_first() -> None:
    console = Console(signs_in=False)
    context = console.service.context()
    organization = create_organization(context, "New here")
    secret, _ = issue_token(context, Grant(Scope.ADMIN, organization.id), "Ines")
    browser = console.browser()
    page = browser.send("/sign-in/key", {"key": secret, "back": "/"}, token="")
    assert page.status == 200, page.text
    for path in ("/domains", "/connect", "/administrators"):
        assert f'<li><a href="/dev/console{path}">' in page.html
    assert "Verify a domain: only addresses on it can be provisioned." in page.text
    assert '<svg class="chart"' not in page.html
    assert "How conflicts ended" not in page.text


def test_a_step_that_was_done_is_no_link_and_all_done_is_no_list() -> None:
    console = Console()
    browser = console.browser(OWNER)
    page = browser.get("/")
    first = page.html[page.html.index("What to do first") : page.html.index("</ol>")]
    assert first.count("is-done") == 3
    assert first.count("<a href=") == 1
    assert "Let the identity provider push its first user." in first
    _add(console.service, console.service.now.date(), {written(9): 1}, pushed=True)
    assert "What to do first" not in browser.get("/").text


def test_what_really_happened_is_in_the_figures() -> None:
    store = StreamingStore()
    console = Console(Service(store=store))
    service = console.service
    ada, grace = service.create_user("ada"), service.create_user("grace")
    service.scim("PATCH", f"/Users/{grace['id']}", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                 "Operations": [{"op": "replace", "path": "active", "value": False}]})  # fmt: skip
    service.move(ada["id"], "grace")
    service.pass_time(timedelta(minutes=30))
    service.remediate_all()
    count_changes(service.context(), store.take())

    page = console.browser(OWNER).get("/")

    assert "Last 7 days By themselves 1 By hand 0 0 approved, 0 rejected" in page.text
    assert "half of them within an hour" in page.text
    assert "24 hours: 3, 25%" in page.text
    assert "Conflicts that ended, by outcome: 1 in 30 days" in page.text
    assert "23 Nov: By the policy alone, 1" in page.text
    assert "Refused of what IdP pushed: 25% in 30 days" in page.text


def test_charts_are_shapes_with_a_pattern_and_a_table_and_no_style() -> None:
    console = Console()
    service = console.service
    today = service.now.date()
    for number, ending in enumerate(Ending):
        _add(service, today - timedelta(days=number), {ended(ending, Took.UNDER_A_DAY): number + 1, written(1): 9,
             refused(2): 1})  # fmt: skip
    html = console.browser(OWNER).get("/").html
    assert html.count('<svg class="chart" viewBox') == html.count('role="img"') == 3
    assert html.count("<summary>The same as a table</summary>") == 3
    for number in range(2, 6):
        assert f'class="c{number}"' in html
        assert f'fill="url(#p{number})"' in html
        assert f'<pattern id="p{number}"' in html
    assert "style=" not in html
    assert "<script>" not in html
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))
    # What was undone ended before: 8 endings of 36 together, less the 8 undone.
    assert "by outcome: 28 in 30 days" in html


def test_by_hand_is_approved_and_rejected_within_each_time() -> None:
    console = Console()
    service = console.service
    today = service.now.date()
    _add(service, today - timedelta(days=6), {ended(Ending.APPROVED, Took.UNDER_A_WEEK): 2})
    _add(service, today - timedelta(days=7), {ended(Ending.REJECTED, Took.UNDER_A_MINUTE): 3})
    _add(service, today - timedelta(days=30), {ended(Ending.REJECTED, Took.UNDER_A_MINUTE): 100})
    text = console.browser(OWNER).get("/").text
    assert "Last 7 days By themselves 0 By hand 2 2 approved, 0 rejected" in text
    assert "half of them within a week" in text
    assert "Last 30 days By themselves 0 By hand 5 2 approved, 3 rejected" in text
    assert "half of them within a minute" in text


@pytest.mark.parametrize(
    ("used_ago", "pushed_ago", "told"),
    [
        (None, None, "Nothing has come yet: no key of it was ever used."),
        (0, None, "Its identity provider asked for something today."),
        (1, 20, "Its identity provider asked for something yesterday."),
        (2, 20, "silent Silent: its identity provider asked for something last 2 days ago."),
        (40, None, "silent Silent: its identity provider asked for something last 40 days ago."),
        (None, 3, "silent Silent: its identity provider asked for something last 3 days ago."),
        (5, 0, "Its identity provider asked for something today."),
    ],
)
def test_a_directory_is_silent_where_neither_a_push_nor_a_use_of_its_key_is_known(
    used_ago: int | None, pushed_ago: int | None, told: str
) -> None:
    console = Console()
    service = console.service
    today = service.now.date()
    if used_ago is not None:
        service.store.mark_used(service.scim_key, on=today - timedelta(days=used_ago))
    if pushed_ago is not None:
        at = service.now - timedelta(days=pushed_ago)
        counts = Counts({written(at.hour): 1}, at)
        service.context().commit([AddCounts(service.organization.id, service.directory.id, at.date(), counts)])
    assert told in console.browser(OWNER).get("/").text


def test_a_directory_without_a_live_key_says_that_nothing_can_come() -> None:
    console = Console()
    create_directory(console.service.context(), console.service.organization.id, "Without <b>key</b>")
    page = console.browser(OWNER).get("/")
    assert "no key No key of it opens anything" in page.text
    assert "Without &lt;b&gt;key&lt;/b&gt;" in page.html


def test_keys_that_end_within_30_days_are_told_and_others_are_not() -> None:
    console = Console()
    service = console.service
    other = create_directory(service.context(), service.organization.id, "Other")
    for name, days, directory_id in (("Soon", 29, service.directory.id), ("Late", 31, other.id)):
        grant = Grant(Scope.SCIM, service.organization.id, directory_id)
        issue_token(service.context(), grant, name, lifetime=timedelta(days=days))
        own = Grant(Scope.ADMIN, service.organization.id)
        issue_token(service.context(), own, f"{name} too", lifetime=timedelta(days=days))
    text = console.browser(OWNER).get("/").text
    assert "Soon : 22 Dec 2026, 09:00 UTC" in text
    assert "Soon too : 22 Dec 2026, 09:00 UTC" in text
    assert "Late" not in text


def test_what_one_administrator_said_alone_waits_for_a_second_one() -> None:
    console = Console()
    service = console.service
    console.set_sign_in(by="operator")
    issued = service.admin(
        "POST", "/directories/{id}/tokens", {"owner": "Okta"}, parameters={"id": service.directory.id}
    )
    assert issued.status == 201, issued.body
    assert isinstance(issued.body, dict)
    browser = console.browser(OWNER)
    page = browser.get("/")
    assert "A key of IdP was issued (Okta). Ines 30 Nov 2026, 09:00 UTC" in page.text
    service.pass_time(timedelta(days=7))
    assert "A key of IdP was issued" not in console.browser(OWNER).get("/").text


@pytest.mark.parametrize(("people", "directories"), [(10, 1), (900, 1), (10, 9)])
def test_the_page_costs_seven_calls_however_much_there_is(people: int, directories: int) -> None:
    console = Console()
    service = console.service
    for number in range(1, directories):
        create_directory(service.context(), service.organization.id, f"Directory {number}")
    pattern = a_conflict(
        service.organization.id,
        "pattern",
        status=ConflictStatus.WAITING_APPROVAL,
        created_at=START,
        next_step=step(Role.ADMINISTRATOR, StepCode.APPROVE),
    )
    conflicts_like(service.store, pattern, people)
    for ahead in range(30):
        _add(service, service.now.date() - timedelta(days=ahead), {written(1): people})
    browser = console.browser(OWNER)
    browser.get("/")
    service.store.dynamodb_calls.clear()
    page = browser.get("/")
    assert f"{people} conflicts , oldest first" in page.text
    assert page.text.count("wants Wanted@example.com") == 5
    # The session with its organization, and the conflicts that are told; three states of conflicts, figures,
    # directories and keys.
    assert service.store.dynamodb_calls == {"batch_get_item": 2, "query": 6}


def test_more_than_are_counted_are_said_to_be_more() -> None:
    console = Console()
    service = console.service
    pattern = a_conflict(
        service.organization.id,
        "pattern",
        status=ConflictStatus.WAITING_APPROVAL,
        created_at=START,
        next_step=step(Role.ADMINISTRATOR, StepCode.APPROVE),
    )
    conflicts_like(service.store, pattern, MOST_CONFLICTS + 7)
    page = console.browser(OWNER).get("/")
    assert f"more than {MOST_CONFLICTS:,} conflicts" in page.text


def test_the_oldest_say_who_wants_what() -> None:
    console = Console(Service(policy=STANDARD))
    service = console.service
    service.scim("DELETE", f"/Users/{service.create_user('sales')['id']}")
    ada = service.create_user("ada", displayName="Ada Lovelace")
    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    assert "Ada Lovelace wants sales@example.com deactivated · IdP · since" in console.browser(OWNER).get("/").text
