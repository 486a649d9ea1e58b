"""Users come and go between the pages: who is there during a whole pass by cursor is seen exactly once, and a page by
startIndex is exactly the slice that it names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rightful.core.lists import search, start_index
from rightful.core.lists.cursors import Cursors
from rightful.core.lists.search import Results, Search
from rightful.core.lists.users import Users
from rightful.ports.writes.accounts import CountUsers, DeleteAccount, PutAccount
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.listing import ListQuery
from rightful.scim.schemas.resource_types import USER
from rightful.text.ids import cursor_key_of
from tests.support.builders import NOW, a_link, an_account
from tests.support.dynamodb.store import TestedStore

COUNTS = st.integers(1, 5)
DIRECTORY = "directory"


@dataclass
class Pass:
    """Somebody who pages through everything; `staying`: who was there at the beginning and has not gone."""

    staying: set[str]
    at: timedelta
    cursor: str | None = ""
    seen: list[str] = field(default_factory=list)

    def ended(self) -> None:
        assert len(self.seen) == len(set(self.seen)), "somebody was seen twice"
        assert self.staying <= set(self.seen), "somebody was missed"


class Paging(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(start_index, "_EVERY", 3)
        self.patch.setattr(search, "_PAGE", 4)
        self.store = TestedStore()
        self.there: list[str] = []
        self.made = 0
        self.clock = timedelta()
        self.by_cursor: dict[str, Pass] = {}

    def teardown(self) -> None:
        self.patch.undo()

    def page(self, query: ListQuery) -> tuple[Sequence[str], Results]:
        now = NOW + self.clock
        cursors = Cursors(cursor_key_of("test"), query.filter_text or "", now)
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
            for each in self.by_cursor.values():
                each.staying.discard(name)

    @rule(seconds=st.integers(1, 70))
    def pass_time(self, seconds: int) -> None:
        self.clock += timedelta(seconds=seconds)

    @rule(filtered=st.booleans(), count=COUNTS)
    def next_page_by_cursor(self, filtered: bool, count: int) -> None:
        text = "id pr" if filtered else ""
        mine = self.by_cursor.get(text)
        if mine is None or self.clock - mine.at >= timedelta(hours=1):
            mine = self.by_cursor[text] = Pass(set(self.there), self.clock)
        wanted = parse_filter(text) if text else None
        query = ListQuery(count=count, cursor=mine.cursor, filter=wanted, filter_text=text or None)
        names, results = self.page(query)
        mine.seen += names
        mine.cursor, mine.at = results.next_cursor, self.clock
        if mine.cursor is None:
            self.by_cursor.pop(text).ended()

    @rule(start=st.integers(1, 40), count=COUNTS)
    def page_by_start_index(self, start: int, count: int) -> None:
        names, results = self.page(ListQuery(start_index=start, count=count))
        assert (names, results.total) == (self.there[start - 1 : start - 1 + count], len(self.there))


Paging.TestCase.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
TestPaging = Paging.TestCase
