"""Answers a list or a search over one or more collections.

what is asked for              how it is answered
no filter, no order            the listing itself, page by page: the same cost anywhere in it
an equality that has an index  the index, then the whole filter on what it gave
any other filter, by cursor    page by page, as far as one request may look
any other filter, by index     over the whole collection, which must not be too large
an order                       over everything that is found, which must not be too much
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from rightful.core.lists import start_index
from rightful.core.lists.collection import Collection, Entry, Page
from rightful.core.lists.cursors import Cursors, Place, Rank, rank
from rightful.core.lists.page import ShownPage
from rightful.ports.store.lists import ListingStore
from rightful.scim.errors import ScimError, too_many
from rightful.scim.filters.equality import equality
from rightful.scim.filters.matching import Predicate, compile_filter
from rightful.scim.filters.sorting import SortKey
from rightful.scim.listing import ListQuery
from rightful.scim.resources import Resource

_PAGE = 100
MOST_EVALUATED = 5_000
"""How many resources one request may look at: about two seconds of reading."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found, in which collection, and at which position if it is from the listing."""

    place: int
    resource: Resource
    position: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found, as it is shown.

    `total` is None where a cursor makes counting unnecessary, `start_index` where paging is by cursor.
    """

    resources: Sequence[Resource]
    total: int | None
    start_index: int | None
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Searches these collections, in their order."""

    collections: Sequence[Collection]
    store: ListingStore
    cursors: Cursors
    now: datetime

    def find(self, query: ListQuery) -> Results:
        """The page that is asked for.

        Raises:
            ScimError: 400 invalidFilter, invalidValue (sortBy), tooMany, invalidCursor, expiredCursor.
        """
        tests = self._tests(query)
        order = self._order(query)
        place = self.cursors.take(query.cursor) if query.cursor else Place()
        if query.filter is None and order is None:
            return self._listed_on(query, place) if query.cursor is not None else self._listed(query)
        goes_on_evaluating = place != Place() and place.rank is None
        hits = self._by_index(query, tests) if not goes_on_evaluating else None
        if hits is None and order is None and query.cursor is not None and query.count > 0:
            return self._evaluated_on(query, tests, place)
        if hits is None:
            hits = self._evaluated(query, tests)
        return self._ordered(query, hits, order, place)

    def _ordered(
        self, query: ListQuery, hits: Sequence[Hit], order: Callable[[Hit], SortKey] | None, place: Place
    ) -> Results:
        """A page of all that was found, in the order asked for or in that of the listing."""
        ranked = [(_rank(hit, order), hit) for hit in hits]
        backwards = query.descending and order is not None
        ranked.sort(key=lambda each: each[0], reverse=backwards)
        by_cursor, last = query.cursor is not None, place.rank
        if last is not None:
            left = [each for each in ranked if (each[0] < last if backwards else each[0] > last)]
        else:
            left = ranked if by_cursor else ranked[query.start_index - 1 :]
        page = ShownPage(query)
        taken = self._show([hit for _, hit in left[: query.count]], page)
        goes_on = by_cursor and 0 < taken < len(left)
        return Results(
            page.resources,
            len(hits),
            None if by_cursor else query.start_index,
            self.cursors.give(Place(rank=left[taken - 1][0])) if goes_on else None,
        )

    # Without filter

    def _listed(self, query: ListQuery) -> Results:
        """A page by startIndex."""
        total, start, shown = 0, query.start_index, ShownPage(query)
        for number, collection in enumerate(self.collections):
            total += self._show_from(number, start - total, shown) if shown.left > 0 else collection.total()
            start = max(start, total + 1)
        return Results(shown.resources, total, query.start_index)

    def _show_from(self, number: int, start: int, shown: ShownPage) -> int:
        """Show entries of one collection from the `start`-th. Returns how many it has."""
        collection = self.collections[number]
        found = start_index.find(self.store, collection.listing, start, self.now)
        if found is None:
            return collection.total()
        position, skip = found
        page = collection.page(shown.left, position, skip=skip, counted=True)
        self._show([Hit(number, entry.resource) for entry in page.entries], shown)
        return page.total or 0

    def _listed_on(self, query: ListQuery, place: Place) -> Results:
        """A page by cursor."""
        if query.count == 0:
            return Results((), sum(collection.total() for collection in self.collections), None)
        shown = ShownPage(query)
        total: int | None = 0
        on: Place | None = place
        while on is not None and shown.left > 0:
            collection = self.collections[on.collection]
            page = collection.page(shown.left, on.position, counted=len(self.collections) == 1)
            taken = self._show([Hit(on.collection, entry.resource) for entry in page.entries], shown)
            total = page.total
            on = self._after(on, page, taken)
        return Results(shown.resources, total, None, self.cursors.give(on) if on else None)

    def _after(self, place: Place, page: Page, done: int) -> Place | None:
        """Where to go on after so many entries of a page: after the last of them, or after the page."""
        if done < len(page.entries):
            return Place(place.collection, page.entries[done - 1].position) if done > 0 else place
        if page.next_position is not None:
            return Place(place.collection, page.next_position)
        return Place(place.collection + 1) if place.collection + 1 < len(self.collections) else None

    # With a filter

    def _tests(self, query: ListQuery) -> list[Predicate]:
        wanted = query.filter
        if wanted is None:
            return [lambda _: True for _ in self.collections]
        types = [collection.rt for collection in self.collections]
        return [compile_filter(wanted, rt, beside=types) for rt in types]

    def _by_index(self, query: ListQuery, tests: Sequence[Predicate]) -> list[Hit] | None:
        """What meets the filter, if an index gives few enough candidates in every collection; else None."""
        by_index = equality(query.filter) if query.filter is not None else None
        if by_index is None:
            return None
        hits: list[Hit] = []
        for number, collection in enumerate(self.collections):
            candidates = collection.equal(*by_index)
            if candidates is None:
                return None
            entries = [Entry(candidate, "") for candidate in candidates]
            looked, meeting = self._meeting(number, entries, query, tests)
            if looked < len(candidates):
                raise _too_many(query, looked)
            hits += meeting
        return hits

    def _evaluated(self, query: ListQuery, tests: Sequence[Predicate]) -> list[Hit]:
        """What meets the filter, by looking at everything.

        Raises:
            ScimError: 400 tooMany, there is more than one request may look at.
        """
        most = self._most_evaluated(query)
        if sum(collection.total() for collection in self.collections) > most:
            raise _too_many(query, most)
        hits: list[Hit] = []
        seen = 0
        for number in range(len(self.collections)):
            for entries in self._pages(number):
                looked, meeting = self._meeting(number, entries, query, tests)
                if seen + len(entries) > most or looked < len(entries):
                    raise _too_many(query, min(seen + looked, most))
                seen += looked
                hits += meeting
        return hits

    def _pages(self, number: int) -> Iterator[Sequence[Entry]]:
        position: str | None = None
        while True:
            page = self.collections[number].page(_PAGE, position)
            yield page.entries
            position = page.next_position
            if position is None:
                return

    def _evaluated_on(self, query: ListQuery, tests: Sequence[Predicate], place: Place) -> Results:
        """A page of what meets the filter, by cursor. It may be short, even empty, before the last one: so much was
        looked at, and no more than that."""
        shown = ShownPage(query)
        on: Place | None = place
        seen = 0
        most = self._most_evaluated(query)
        while on is not None and shown.left > 0 and seen < most:
            page = self.collections[on.collection].page(_PAGE, on.position)
            looked, meeting = self._meeting(on.collection, page.entries, query, tests)
            taken = self._show(meeting[: shown.left], shown)
            if taken < len(meeting):
                last = meeting[taken - 1].position if taken > 0 else on.position
                on = Place(on.collection, last)
                break
            on = self._after(on, page, looked)
            seen = seen + _PAGE if looked == len(page.entries) else most
        whole = place == Place() and on is None
        return Results(
            shown.resources, len(shown.resources) if whole else None, None, self.cursors.give(on) if on else None
        )

    def _most_evaluated(self, query: ListQuery) -> int:
        wanted = query.filter
        limits = [collection.most_evaluated(wanted) for collection in self.collections] if wanted else []
        return min([MOST_EVALUATED, *(limit for limit in limits if limit is not None)])

    def _meeting(
        self, number: int, entries: Sequence[Entry], query: ListQuery, tests: Sequence[Predicate]
    ) -> tuple[int, list[Hit]]:
        """How many of the entries could be looked at, and which of these meet the filter."""
        resources = [entry.resource for entry in entries]
        if query.filter is not None:
            resources = self.collections[number].for_filter(resources, query.filter)
        hits = [Hit(number, resource, entry.position) for resource, entry in zip(resources, entries, strict=False)]
        return len(resources), [hit for hit in hits if tests[number](hit.resource)]

    # What is shown, and in which order

    def _show(self, hits: Sequence[Hit], shown: ShownPage) -> int:
        """Show these, as far as they fit. Returns how many were taken."""
        taken = 0
        for number, run in groupby(hits, key=lambda hit: hit.place):
            collection, resources = self.collections[number], [hit.resource for hit in run]
            complete = collection.for_answer(resources, shown.query.attributes, shown.query.excluded)
            added = shown.add(complete, collection.rt)
            taken += added
            if added < len(resources):
                shown.full = True
                break
        return taken

    def _order(self, query: ListQuery) -> Callable[[Hit], SortKey] | None:
        """The key to sort hits by; an attribute that only some types have is unassigned in the others."""
        if query.sort_by is None:
            return None
        keys: list[Callable[[Resource], SortKey] | None] = []
        refused: ScimError | None = None
        for collection in self.collections:
            try:
                keys.append(collection.sort_key(query.sort_by))
            except ScimError as error:
                refused = error
                keys.append(None)
        if refused is not None and not any(keys):
            raise refused

        def place(hit: Hit) -> SortKey:
            key = keys[hit.place]
            return key(hit.resource) if key is not None else (1,)

        return place


def _rank(hit: Hit, order: Callable[[Hit], SortKey] | None) -> Rank:
    key = order(hit) if order is not None else (1,)
    return rank(key, hit.place, hit.position, str(hit.resource["id"]))


def _too_many(query: ListQuery, most: int) -> ScimError:
    if query.filter is None:
        return too_many(
            f"'sortBy' would have to put more than {most} resources in order: "
            "leave it out, or ask for less with a filter."
        )
    return too_many(
        f"The filter would have to look at more than {most} resources, more than one request may read: use an equality "
        "on id, userName, externalId, emails.value, displayName or members.value, or page by cursor without sortBy."
    )
