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

from rightful.listing.bookmarks import Bookmarks
from rightful.listing.collection import Collection, Resource
from rightful.listing.cursors import Cursors, Place
from rightful.scim.attributes import ResourceType
from rightful.scim.errors import ScimError, too_many
from rightful.scim.filters import Predicate, compile_filter, equality
from rightful.scim.listing import ListQuery
from rightful.scim.sorting import SortKey, sort_key
from rightful.storage.listing_contract import ListingStore

_PAGE = 100
MOST_EVALUATED = 5_000
"""How many resources one request may look at: about two seconds of reading."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found, and in which collection."""

    place: int
    resource: Resource


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found.

    `total` is None where a cursor makes counting unnecessary, `start_index` where paging is by cursor.
    """

    found: tuple[tuple[ResourceType, Resource], ...]
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
        hits = self._by_index(query, tests)
        if hits is None and order is None and query.cursor is not None:
            return self._evaluated_on(query, tests, place)
        if hits is None:
            hits = self._evaluated(query, tests)
        if order is not None:
            hits = sorted(hits, key=order, reverse=query.descending)
        offset = place.offset if query.cursor is not None else query.start_index - 1
        shown = self._shown(hits[offset : offset + query.count], query)
        after = offset + len(shown)
        goes_on = query.cursor is not None and after < len(hits) and query.count > 0
        return Results(
            tuple(shown),
            len(hits),
            None if query.cursor is not None else query.start_index,
            self.cursors.give(Place(offset=after)) if goes_on else None,
        )

    # Without filter

    def _listed(self, query: ListQuery) -> Results:
        """A page by startIndex."""
        total, start, found = 0, query.start_index, list[tuple[ResourceType, Resource]]()
        for number, collection in enumerate(self.collections):
            left = query.count - len(found)
            if left > 0:
                entries, size = self._page_at(number, start - total, left, query)
                found += entries
            else:
                size = collection.total()
            total += size
            start = max(start, total + 1)
        return Results(tuple(found), total, query.start_index)

    def _page_at(
        self, number: int, start: int, count: int, query: ListQuery
    ) -> tuple[list[tuple[ResourceType, Resource]], int]:
        """Entries of one collection from the `start`-th, and how many it has."""
        collection = self.collections[number]
        bookmarks = Bookmarks(self.store, collection.listing, self.now)
        spot = bookmarks.find(start)
        if spot is None:
            return [], collection.total()
        page = collection.page(count, spot.position, counted=True)
        hits = [Hit(number, resource) for resource in page.resources]
        shown = self._shown(hits, query)
        if page.next_position is not None and hits and len(shown) == len(hits):
            bookmarks.remember(start, start + len(hits), page.next_position, walked=spot.walked)
        return shown, page.total or 0

    def _listed_on(self, query: ListQuery, place: Place) -> Results:
        """A page by cursor."""
        if query.count == 0:
            return Results((), sum(collection.total() for collection in self.collections), None)
        found: list[tuple[ResourceType, Resource]] = []
        total: int | None = 0
        on: Place | None = place
        while on is not None and len(found) < query.count:
            collection = self.collections[on.collection]
            left = query.count - len(found)
            page = collection.page(left + on.skip, on.position, counted=len(self.collections) == 1)
            hits = [Hit(on.collection, resource) for resource in page.resources[on.skip :]]
            shown = self._shown(hits, query)
            found += shown
            total = page.total
            if len(shown) < len(hits):
                on = Place(on.collection, on.position, on.skip + len(shown))
                break
            on = self._after(on, page.next_position)
        return Results(tuple(found), total, None, self.cursors.give(on) if on else None)

    def _after(self, place: Place, next_position: str | None) -> Place | None:
        if next_position is not None:
            return Place(place.collection, next_position)
        return Place(place.collection + 1) if place.collection + 1 < len(self.collections) else None

    # With a filter

    def _tests(self, query: ListQuery) -> list[Predicate]:
        wanted = query.filter
        if wanted is None:
            return [lambda _: True for _ in self.collections]
        several = len(self.collections) > 1
        return [compile_filter(wanted, collection.rt, unknown_is_absent=several) for collection in self.collections]

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
            hits += self._meeting(number, candidates, query, tests)
        return hits

    def _evaluated(self, query: ListQuery, tests: Sequence[Predicate]) -> list[Hit]:
        """What meets the filter, by looking at everything.

        Raises:
            ScimError: 400 tooMany, there is more than one request may look at.
        """
        if sum(collection.total() for collection in self.collections) > MOST_EVALUATED:
            raise _too_many(query)
        hits: list[Hit] = []
        seen = 0
        for number in range(len(self.collections)):
            for resources in self._pages(number):
                seen += len(resources)
                if seen > MOST_EVALUATED:
                    raise _too_many(query)
                hits += self._meeting(number, resources, query, tests)
        return hits

    def _pages(self, number: int) -> Iterator[Sequence[Resource]]:
        position: str | None = None
        while True:
            page = self.collections[number].page(_PAGE, position, counted=False)
            yield page.resources
            position = page.next_position
            if position is None:
                return

    def _evaluated_on(self, query: ListQuery, tests: Sequence[Predicate], place: Place) -> Results:
        """A page of what meets the filter, by cursor. It may be short, even empty, before the last one: so much was
        looked at, and no more than that."""
        found: list[tuple[ResourceType, Resource]] = []
        on: Place | None = place
        seen = 0
        while on is not None and len(found) < query.count and seen < MOST_EVALUATED:
            page = self.collections[on.collection].page(_PAGE, on.position, counted=False)
            seen += _PAGE
            meeting = self._meeting(on.collection, page.resources, query, tests)
            hits = meeting[on.skip : on.skip + query.count - len(found)]
            shown = self._shown(hits, query)
            found += shown
            skip = on.skip + len(shown)
            if skip < len(meeting):
                on = Place(on.collection, on.position, skip)
                if len(shown) < len(hits):
                    break
            else:
                on = self._after(on, page.next_position)
        whole = place == Place() and on is None
        return Results(tuple(found), len(found) if whole else None, None, self.cursors.give(on) if on else None)

    def _meeting(
        self, number: int, resources: Sequence[Resource], query: ListQuery, tests: Sequence[Predicate]
    ) -> list[Hit]:
        if query.filter is not None:
            resources = self.collections[number].for_filter(resources, query.filter)
        return [Hit(number, resource) for resource in resources if tests[number](resource)]

    # What is shown, and in which order

    def _shown(self, hits: Sequence[Hit], query: ListQuery) -> list[tuple[ResourceType, Resource]]:
        """The resources as the answer needs them; the list may end early (`Collection.for_answer`)."""
        shown: list[tuple[ResourceType, Resource]] = []
        for number, run in groupby(hits, key=lambda hit: hit.place):
            collection, resources = self.collections[number], [hit.resource for hit in run]
            complete = collection.for_answer(resources, query.attributes, query.excluded)
            shown += [(collection.rt, resource) for resource in complete]
            if len(complete) < len(resources):
                break
        return shown

    def _order(self, query: ListQuery) -> Callable[[Hit], SortKey] | None:
        """The key to sort hits by; an attribute that only some types have is unassigned in the others."""
        if query.sort_by is None:
            return None
        keys: list[Callable[[Resource], SortKey] | None] = []
        refused: ScimError | None = None
        for collection in self.collections:
            try:
                keys.append(sort_key(query.sort_by, collection.rt))
            except ScimError as error:
                refused = error
                keys.append(None)
        if refused is not None and not any(keys):
            raise refused

        def place(hit: Hit) -> SortKey:
            key = keys[hit.place]
            return key(hit.resource) if key is not None else (1,)

        return place


def _too_many(query: ListQuery) -> ScimError:
    if query.filter is None:
        return too_many(
            f"'sortBy' would have to put more than {MOST_EVALUATED} resources in order: "
            "leave it out, or ask for less with a filter."
        )
    return too_many(
        f"The filter would have to look at more than {MOST_EVALUATED} resources: use an equality on id, userName, "
        "externalId, emails.value, displayName of a group or members.value, or page by cursor without sortBy."
    )
