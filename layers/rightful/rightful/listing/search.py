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
from rightful.listing.page import ShownPage
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
        hits = self._by_index(query, tests)
        if hits is None and order is None and query.cursor is not None and query.count > 0:
            return self._evaluated_on(query, tests, place)
        if hits is None:
            hits = self._evaluated(query, tests)
        if order is not None:
            hits = sorted(hits, key=order, reverse=query.descending)
        offset = place.offset if query.cursor is not None else query.start_index - 1
        page = ShownPage(query)
        after = offset + self._show(hits[offset : offset + query.count], page)
        goes_on = query.cursor is not None and after < len(hits) and query.count > 0
        return Results(
            page.resources,
            len(hits),
            None if query.cursor is not None else query.start_index,
            self.cursors.give(Place(offset=after)) if goes_on else None,
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
        bookmarks = Bookmarks(self.store, collection.listing, self.now)
        spot = bookmarks.find(start)
        if spot is None:
            return collection.total()
        page = collection.page(shown.left, spot.position, counted=True)
        hits = [Hit(number, resource) for resource in page.resources]
        taken = self._show(hits, shown)
        total, after = page.total or 0, start + taken
        # DynamoDB gives a position after the last entry, too, where a page is full with it.
        if page.next_position is not None and hits and taken == len(hits) and after <= total:
            bookmarks.remember(start, after, page.next_position, walked=spot.walked)
        return total

    def _listed_on(self, query: ListQuery, place: Place) -> Results:
        """A page by cursor."""
        if query.count == 0:
            return Results((), sum(collection.total() for collection in self.collections), None)
        shown = ShownPage(query)
        total: int | None = 0
        on: Place | None = place
        while on is not None and shown.left > 0:
            collection = self.collections[on.collection]
            page = collection.page(shown.left + on.skip, on.position, counted=len(self.collections) == 1)
            hits = [Hit(on.collection, resource) for resource in page.resources[on.skip :]]
            taken = self._show(hits, shown)
            total = page.total
            on = (
                Place(on.collection, on.position, on.skip + taken)
                if taken < len(hits)
                else self._after(on, page.next_position)
            )
        return Results(shown.resources, total, None, self.cursors.give(on) if on else None)

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
        most = self._most_evaluated(query)
        if sum(collection.total() for collection in self.collections) > most:
            raise _too_many(query, most)
        hits: list[Hit] = []
        seen = 0
        for number in range(len(self.collections)):
            for resources in self._pages(number):
                seen += len(resources)
                if seen > most:
                    raise _too_many(query, most)
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
        shown = ShownPage(query)
        on: Place | None = place
        seen = 0
        most = self._most_evaluated(query)
        while on is not None and shown.left > 0 and seen < most:
            page = self.collections[on.collection].page(_PAGE, on.position, counted=False)
            seen += _PAGE
            meeting = self._meeting(on.collection, page.resources, query, tests)
            skip = on.skip + self._show(meeting[on.skip : on.skip + shown.left], shown)
            on = Place(on.collection, on.position, skip) if skip < len(meeting) else self._after(on, page.next_position)
        whole = place == Place() and on is None
        return Results(
            shown.resources, len(shown.resources) if whole else None, None, self.cursors.give(on) if on else None
        )

    def _most_evaluated(self, query: ListQuery) -> int:
        wanted = query.filter
        limits = [collection.most_evaluated(wanted) for collection in self.collections] if wanted else []
        return min([MOST_EVALUATED, *(limit for limit in limits if limit is not None)])

    def _meeting(
        self, number: int, resources: Sequence[Resource], query: ListQuery, tests: Sequence[Predicate]
    ) -> list[Hit]:
        if query.filter is not None:
            resources = self.collections[number].for_filter(resources, query.filter)
        return [Hit(number, resource) for resource in resources if tests[number](resource)]

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


def _too_many(query: ListQuery, most: int) -> ScimError:
    if query.filter is None:
        return too_many(
            f"'sortBy' would have to put more than {most} resources in order: "
            "leave it out, or ask for less with a filter."
        )
    return too_many(
        f"The filter would have to look at more than {most} resources: use an equality on id, userName, "
        "externalId, emails.value, displayName or members.value, or page by cursor without sortBy."
    )
