"""What somebody with an ordinary right, another site, or a hostile directory can try at the console."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest

from rightful.api.console.door.events import ConsoleEvent
from rightful.api.console.routes import ROUTES, Route
from rightful.api.request import Request
from rightful.domain.sign_in import ConsoleRole
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Browser, Console
from tests.support.service import BASE_URL, Service, user

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
PERSON = {ConsoleRole.VIEWER: VIEWER, ConsoleRole.OPERATOR: OPERATOR, ConsoleRole.APPROVER: APPROVER,
          ConsoleRole.OWNER: OWNER}  # fmt: skip


def hostile_service() -> tuple[Service, str, str]:
    """A service in which a directory has written hostile text wherever it can; a conflict's id, and an account's."""
    service, conflict_id, account_id = _made_once()
    return service.copy(), conflict_id, account_id


@cache
def _made_once() -> tuple[Service, str, str]:
    service = Service()
    names = {"name": {"givenName": HOSTILE, "familyName": HOSTILE}}
    made = service.scim(
        "POST", "/Users", user("holder", displayName=HOSTILE, externalId=HOSTILE, title=HOSTILE) | names
    )
    assert isinstance(made.body, dict)
    holder = made.body
    asker = service.create_user("asker", displayName=HOSTILE, externalId=HOSTILE + "2", nickName=HOSTILE)
    service.move(asker["id"], "holder")
    service.remediate_all()
    (conflict,) = service.store.conflicts(service.organization.id, limit=1).conflicts
    return service, conflict.id, str(holder["id"]).rpartition("-")[0]


def filled(route: Route, conflict_id: str, account_id: str, service: Service) -> str:
    """The path of a route with ids of what there is."""
    first = route.path.split("/")[1]
    found = {"conflicts": conflict_id, "accounts": account_id, "connect": service.directory.id}.get(first, "x")
    path = re.sub(r"\{id\}", found, re.sub(r"\{(?!id)\w+\}", service.scim_key.id, route.path))
    return f"{path}?address=holder@example.com" if path == "/addresses/history" else path


GETS = [route for route in ROUTES if route.method == "GET"]
POSTS = [route for route in ROUTES if route.method == "POST"]


class _Seen(HTMLParser):
    """What a browser would run, or load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        inline = tag in {"script", "style"} and not given.get("src")
        handlers = [name for name in given if name.startswith("on") or name == "style"]
        links = [given.get(name) or "" for name in ("href", "src", "action", "hx-get", "hx-post")]
        foreign = [link for link in links if link and not link.startswith(("/dev/console", "#", "?"))]
        if inline or handlers or (foreign and tag != "a"):
            self.wrong.append(f"{tag} {given}")
        if any(link.strip().lower().startswith(("javascript:", "data:")) for link in links):
            self.wrong.append(f"{tag} {given}")


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.path)
def test_nothing_that_a_directory_wrote_runs_on_any_page(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    browser = Console(service).browser(OWNER)
    page = browser.get(filled(route, conflict_id, account_id, service))
    assert page.status == 200, page.text
    if page.response.content_type.startswith("text/html"):
        seen = _Seen()
        seen.feed(page.html)
        assert seen.wrong == []
        assert seen.headings == 1
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.path)
def test_nothing_that_a_link_carries_runs_on_any_page(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    browser = Console(service).browser(OWNER)
    names = ("status", "class", "who", "address", "notice", "cursor", "q", "email", "since", "view", "action", "order")
    path = filled(route, conflict_id, account_id, service)
    for name in names:
        page = browser.get(f"{path}{'&' if '?' in path else '?'}{name}=%3Cscript%3Ealert(1)%3C/script%3E")
        assert page.status in {200, 400, 404}, (name, page.status, page.text)
        if page.response.content_type.startswith("text/html"):
            assert "<script>alert" not in page.html


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.path)
def test_every_page_has_the_headers_that_shut_out_others(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    page = Console(service).browser(OWNER).get(filled(route, conflict_id, account_id, service))
    headers = page.response.headers or {}
    policy = str(headers.get("Content-Security-Policy", "default-src 'none'"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_nobody_comes_to_a_page_without_a_session(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    browser = Console(service).browser()
    path = filled(route, conflict_id, account_id, service)
    page = browser.get(path) if route.method == "GET" else browser.send(path, {"reason": "x"})
    assert page.path.startswith("/sign-in")


@pytest.mark.parametrize("route", [each for each in ROUTES if each.role is not ConsoleRole.VIEWER],
                         ids=lambda route: f"{route.method} {route.path}")  # fmt: skip
def test_a_lesser_role_is_told_which_one_it_takes_and_nothing_happens(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    console = Console(service)
    ranked = list(ConsoleRole)
    browser = console.browser(PERSON[ranked[ranked.index(route.role) - 1]])
    token = browser.form_token
    before = service.store.copy()
    path = filled(route, conflict_id, account_id, service)
    page = browser.get(path) if route.method == "GET" else browser.send(path, {"reason": "x"}, token=token)
    assert page.status == 403
    assert f"takes the role {route.role}" in page.text
    assert service.store.has_the_same_as(before)


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.path)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "https://api.example"},
    ],
    ids=str,
)
def test_another_sites_form_does_nothing_even_with_the_token(route: Route, headers: dict[str, str]) -> None:
    service, conflict_id, account_id = hostile_service()
    console = Console(service)
    browser = console.browser(OWNER)
    token = browser.form_token
    before = service.store.copy()
    page = browser.send(filled(route, conflict_id, account_id, service), {"reason": "x"}, token=token, headers=headers)
    assert page.status == 403
    assert service.store.has_the_same_as(before)
    assert ConsoleEvent.FORM_REFUSED in console.events


def test_an_old_browser_is_believed_by_its_origin() -> None:
    service, conflict_id, _ = hostile_service()
    browser = Console(service).browser(OWNER)
    body = f"token={browser.form_token}&version=x"
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/conflicts/{conflict_id}/retry"
    assert browser.request("POST", path, body=body, headers=form).status == 403
    assert browser.request("POST", path, body=body, headers={**form, "origin": "https://evil.example"}).status == 403
    assert browser.request("POST", path, body=body, headers={**form, "origin": "null"}).status == 403
    ours = browser.request("POST", path, body=body, headers={**form, "origin": "https://api.example"})
    assert ours.status != 403


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.path)
def test_a_form_without_this_sessions_token_does_nothing(route: Route) -> None:
    service, conflict_id, account_id = hostile_service()
    console = Console(service)
    browser, other = console.browser(OWNER), console.browser(APPROVER)
    before = service.store.copy()
    for token in ("wrong", other.form_token, "é"):
        page = browser.send(filled(route, conflict_id, account_id, service), {"reason": "x"}, token=token)
        assert page.status == 403
    assert service.store.has_the_same_as(before)


def test_a_cookie_opens_one_organization_whatever_it_says() -> None:
    console, other = Console(), Console()
    browser = console.browser(OWNER)
    secret = browser.session_secret.partition(".")[2]
    for planted in (
        f"{other.service.organization.id}.{secret}",
        f"{console.service.organization.id}.{secret}x",
        f"{console.service.organization.id}#SESSION.{secret}",
        f".{secret}",
        secret,
        "",
        "." * 150,
    ):
        stranger = Browser(console, {"__Host-rightful": planted})
        assert stranger.get("/conflicts").path.startswith("/sign-in")


def test_a_cookie_that_is_there_twice_counts_as_none() -> None:
    console = Console()
    browser = console.browser(OWNER)
    twice = f"__Host-rightful={browser.session_secret}; __Host-rightful={browser.session_secret}x"
    page = Browser(console).request("GET", "/conflicts", headers={"cookie": twice})
    assert page.status == 303


@pytest.mark.parametrize("path", ["/conflicts/{id}", "/conflicts/{id}/history"])
def test_another_organizations_conflict_is_not_there(path: str) -> None:
    service, conflict_id, _ = hostile_service()
    there, here = Console(service), Console()
    assert there.browser(OWNER).get(path.format(id=conflict_id)).status == 200
    page = here.browser(OWNER).get(path.format(id=conflict_id))
    assert conflict_id not in page.text
    assert "holder@example.com" not in page.text


def test_the_admin_api_opens_nothing_by_a_cookie() -> None:
    from rightful.api.admin.service import AdminService

    console = Console()
    browser = console.browser(OWNER)
    service = console.service
    request = Request(
        method="GET",
        resource="/admin/v1/orgs/{orgId}/conflicts",
        path_parameters={"orgId": service.organization.id},
        query={},
        headers={"cookie": f"__Host-rightful={browser.session_secret}"},
        body=None,
        principal=None,
        base_url=BASE_URL,
        request_id="test",
    )
    answer = AdminService(service.store, service.queue, lambda *_: None).answer(request, service.invocation())
    assert answer.status == 403


@pytest.mark.parametrize("path", ["/nothing", "/conflicts/", "/conflicts/../conflicts", "/static/nothing.css", "/%00"])
def test_a_path_of_nothing_is_a_page_with_the_way_back(path: str) -> None:
    page = Console().browser(OWNER).get(path)
    assert page.status in {200, 404}
    assert page.html


def test_reports_of_browsers_are_counted_and_answered_with_nothing() -> None:
    console = Console()
    page = console.browser().request("POST", "/csp-reports", body="{}")
    assert (page.status, page.html) == (204, "")
    assert console.events == [ConsoleEvent.POLICY_REPORTED]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("a=%ff", "application/x-www-form-urlencoded", 400),
        ("a&b", "application/x-www-form-urlencoded", 400),
        ("&".join(f"a{n}=1" for n in range(600)), "application/x-www-form-urlencoded", 400),
        ("a=" + "x" * 600_000, "application/x-www-form-urlencoded", 413),
        ("{}", "application/json", 415),
        ("a=1", "", 415),
    ],
)
def test_what_is_no_form_is_told_so(body: str, content_type: str, status: int) -> None:
    headers = {"sec-fetch-site": "same-origin", "content-type": content_type}
    page = Console().browser().request("POST", "/sign-in", body=body, headers=headers)
    assert page.status == status
    assert "<h1>" in page.html
