"""What each page asks DynamoDB for, beyond the one call that reads the session: about the same for ten people and for
some hundreds. A new page is measured by itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from rightful.api.console.routes import ROUTES
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.events.event_log import LogEntry
from tests.support.console import OWNER, Browser, Console
from tests.support.many import conflicts_like, rows_like
from tests.support.service import Service

AT_MOST = 3
MORE: Mapping[str, tuple[int, str]] = {
    "/": (7, "what is live is in three states, each with its own index; what is told; figures, directories and keys"),
    "/conflicts": (
        14,
        "each state has its own index, and without a filter there are five: read, and counted where one page is not "
        "all; then the conflicts, names, keys and directories",
    ),
    "/addresses": (6, "the hold, its account, conflicts by two indexes and as they are now, names of directories"),
    "/addresses/history": (6, "conflicts and rows of the log, each by two indexes and as they are now"),
    "/accounts/{id}/history": (5, "conflicts by two indexes and rows of the log by one, both as they are now"),
    "/connect": (4, "directories, their keys, their users and their figures: four kinds of items"),
    "/accounts.csv": (8, "a file of all: three for each hundred people, less what is read once"),
    "/log.csv": (7, "a file of all: two for each hundred rows"),
}
"""Pages that need more -> how many calls, and why: mostly what the documents of the admin API need, too."""

QUERIES: Mapping[str, tuple[str, ...]] = {
    "/addresses": ("address=p1@example.com", "address=free@example.com"),
    "/addresses/history": ("address=p1@example.com",),
    "/conflicts": ("status=waiting_approval", "order=oldest"),
    "/accounts": ("view=unlinked", "view=claimable"),
}
"""What a page is asked for, too."""


@dataclass(frozen=True)
class Crowd:
    """An organization with so many people, conflicts and rows of its log, and one of its owners."""

    browser: Browser
    service: Service
    ids: Mapping[str, tuple[str, ...]]

    def calls(self, path: str) -> int:
        """What a page costs beyond its session's one."""
        self.service.store.dynamodb_calls.clear()
        page = self.browser.get(path)
        assert page.status == 200, (path, page.text)
        return self.service.store.dynamodb_calls.total() - 1

    def paths(self, route: str) -> Iterator[str]:
        """Pages of a route: with ids in the place of {id}, by where it stands, and with what it may be asked for."""
        place = route.partition("{")[0]
        assert "{" not in route or place in self.ids, f"say above which ids {route} has"
        for each in self.ids[place] if "{" in route else ("",):
            path = re.sub(r"\{\w+\}", each, route)
            yield path
            yield from (f"{path}?{query}" for query in QUERIES.get(route, ()))


@pytest.fixture(scope="module", params=[10, 300])
def crowd(request: pytest.FixtureRequest) -> Crowd:
    number: int = request.param
    console = Console(Service(policy=STANDARD))
    service = console.service
    people = [service.create_user(f"p{each}", displayName=f"Person {each}") for each in range(number)]
    asked = [(3, "p1"), (5, "p1"), (4, "p2")]
    for each, wanted in asked:
        assert service.move(people[each]["id"], wanted).status == 409
    # One is done: its wanted address became free.
    assert service.scim("DELETE", f"/Users/{people[2]['id']}").status == 204
    service.remediate_all()
    conflicts = service.store.all_of(Conflict)
    waiting = next(each for each in conflicts if each.status is ConflictStatus.WAITING_APPROVAL)
    conflicts_like(service.store, waiting, number)
    rows_like(service.store, service.store.all_of(LogEntry)[0], number)
    accounts = tuple(str(each["id"]).rpartition("-")[0] for each in people[:4])
    return Crowd(
        console.browser(OWNER),
        service,
        {
            "/conflicts/": tuple(each.id for each in conflicts),
            "/accounts/": accounts,
            "/connect/": (service.directory.id,),
        },
    )


@pytest.mark.parametrize("route", [route.path for route in ROUTES if route.method == "GET"])
def test_a_page_takes_few_calls_however_many_people_there_are(crowd: Crowd, route: str) -> None:
    calls = {path: crowd.calls(path) for path in crowd.paths(route)}
    most, _ = MORE.get(route, (AT_MOST, ""))
    assert max(calls.values()) <= most, calls


def test_exceptions_are_pages_that_there_are() -> None:
    assert MORE.keys() <= {route.path for route in ROUTES if route.method == "GET"}
    assert all(number > AT_MOST and why for number, why in MORE.values())
