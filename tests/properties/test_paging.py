"""Users come and go between the pages, and several processes answer: who is there during a whole pass is seen exactly
once, by cursor and by startIndex, and a page asked for afresh is exactly the slice that it names."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rightful.core.lists import search
from rightful.core.lists import start_index as bookmarks
from rightful.core.lists.cursors import Cursors, key_from
from rightful.core.lists.search import Results, Search
from rightful.core.lists.users import Users
from rightful.ports.writes.accounts import CountUsers, DeleteAccount, PutAccount
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.listing import ListQuery
from rightful.scim.schemas.resource_types import USER
from tests.support.builders import NOW, a_link, an_account
from tests.support.dynamodb.store import TestedStore

PROCESSES = st.integers(0, 1)
COUNTS = st.integers(1, 5)
DIRECTORY = "directory"


@dataclass
class Pass:
    """Somebody who pages through everything; `staying`: who was there at the beginning and has not gone."""

    staying: set[str]
    at: timedelta
    start: int = 1
    cursor: str | None = ""
    seen: list[str] = field(default_factory=list)

    def ended(self) -> None:
        assert len(self.seen) == len(set(self.seen)), "somebody was seen twice"
        assert self.staying <= set(self.seen), "somebody was missed"


class Paging(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(bookmarks, "_EVERY", 3)
        self.patch.setattr(search, "_PAGE", 4)
        self.store = TestedStore()
        self.there: list[str] = []
        self.made = 0
        self.clock = timedelta()
        self.processes = [OrderedDict[object, object](), OrderedDict[object, object]()]
        self.by_start: dict[int, Pass] = {}
        self.by_cursor: dict[str, Pass] = {}

    def teardown(self) -> None:
        self.patch.undo()

    def page(self, process: OrderedDict[object, object], query: ListQuery) -> tuple[Sequence[str], Results]:
        self.patch.setattr(bookmarks, "_IN_PROCESS", process)
        now = NOW + self.clock
        cursors = Cursors(key_from("test"), query.filter_text or "", now)
        users = Users(self.store, DIRECTORY, USER, "https://example.com")
        results = Search([users], self.store, cursors, now).find(query)
        return [str(each["id"]).rpartition("-")[0] for each in results.resources], results

    @rule(number=st.integers(1, 6))
    def come(self, number: int) -> None:
        for _ in range(number):
            self.made += 1
            self.clock += timedelta(milliseconds=1)
            name = f"user{self.made}"
            link = a_link(name, DIRECTORY, linked_at=NOW + self.clock)
            writes = [PutAccount(an_account(name, link=link), None), CountUsers(DIRECTORY, name, 1)]
            self.store.commit(writes, remaining=float)
            self.there.append(name)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), number=st.integers(1, 4))
    def go(self, data: st.DataObject, number: int) -> None:
        for _ in range(min(number, len(self.there))):
            name = self.there.pop(data.draw(st.integers(0, len(self.there) - 1)))
            self.store.commit([DeleteAccount(name, 1), CountUsers(DIRECTORY, name, -1)], remaining=float)
            for each in (*self.by_start.values(), *self.by_cursor.values()):
                each.staying.discard(name)

    @rule(seconds=st.integers(1, 70))
    def pass_time(self, seconds: int) -> None:
        self.clock += timedelta(seconds=seconds)

    @rule(process=PROCESSES, count=COUNTS)
    def next_page_by_start_index(self, process: int, count: int) -> None:
        mine = self.by_start.get(process)
        if mine is None or self.clock - mine.at >= timedelta(minutes=1):
            mine = self.by_start[process] = Pass(set(self.there), self.clock)
        names, results = self.page(self.processes[process], ListQuery(start_index=mine.start, count=count))
        assert results.total == len(self.there)
        mine.seen += names
        mine.start += len(names)
        mine.at = self.clock
        if not names:
            self.by_start.pop(process).ended()

    @rule(filtered=st.booleans(), process=PROCESSES, count=COUNTS)
    def next_page_by_cursor(self, filtered: bool, process: int, count: int) -> None:
        text = "id pr" if filtered else ""
        mine = self.by_cursor.get(text)
        if mine is None or self.clock - mine.at >= timedelta(hours=1):
            mine = self.by_cursor[text] = Pass(set(self.there), self.clock)
        wanted = parse_filter(text) if text else None
        query = ListQuery(count=count, cursor=mine.cursor, filter=wanted, filter_text=text or None)
        names, results = self.page(self.processes[process], query)
        mine.seen += names
        mine.cursor, mine.at = results.next_cursor, self.clock
        if mine.cursor is None:
            self.by_cursor.pop(text).ended()

    @rule(process=PROCESSES, start=st.integers(1, 40), count=COUNTS)
    def ask_afresh(self, process: int, start: int, count: int) -> None:
        """In a new process, or in one in which every pass has come to its end."""
        known = OrderedDict[object, object]() if process in self.by_start else self.processes[process].copy()
        names, results = self.page(known, ListQuery(start_index=start, count=count))
        assert (names, results.total) == (self.there[start - 1 : start - 1 + count], len(self.there))


Paging.TestCase.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
TestPaging = Paging.TestCase
