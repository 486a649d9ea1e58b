"""What can be listed and searched: the users of a directory, or its groups, as SCIM resources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rightful.ports.store.lists import Listing
from rightful.scim.filters.expressions import Filter
from rightful.scim.filters.sorting import SortKey
from rightful.scim.resources import Resource
from rightful.scim.schemas.attributes import ResourceType


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource and its position in the listing: what comes after it is found by that, whatever becomes of it."""

    resource: Resource
    position: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in the order of the listing, where the next page begins (None: there is none), and how many there are
    in all, if that was asked for."""

    entries: tuple[Entry, ...]
    next_position: str | None
    total: int | None = None


class Collection(Protocol):
    """The resources of one type in one directory."""

    @property
    def rt(self) -> ResourceType:
        """Their type."""
        ...

    @property
    def listing(self) -> Listing:
        """Where they are listed."""
        ...

    def equal(self, attribute: str, value: str) -> list[Resource] | None:
        """What an index gives for `attribute eq value`, as candidates; None: there is no such index.

        Args:
            attribute: canonical, as `scim.filters.equality` names it. One that the type does not have gives nothing.
        """
        ...

    def page(self, limit: int, position: str | None, *, skip: int = 0, counted: bool = False) -> Page:
        """A page of all, after `position` and `skip` more."""
        ...

    def total(self) -> int:
        """How many there are."""
        ...

    def most_evaluated(self, wanted: Filter) -> int | None:
        """How many of them one request may look at for this filter; None: as many as of anything."""
        ...

    def sort_key(self, sort_by: str) -> Callable[[Resource], SortKey]:
        """What gives a resource, as `page` and `equal` have it, its place in that order.

        Raises:
            ScimError: 400 invalidValue, there is no such order.
        """
        ...

    def for_filter(self, resources: Sequence[Resource], wanted: Filter) -> list[Resource]:
        """The resources with everything that the filter looks at. May be fewer, where that would be more than a
        request may read.

        Raises:
            ScimError: 400 tooMany, the first one alone is more than that.
        """
        ...

    def for_answer(
        self, resources: Sequence[Resource], attributes: Sequence[str], excluded: Sequence[str]
    ) -> list[Resource]:
        """The resources with everything that the answer shows. May be fewer, where they would be too large together:
        a page may be shorter than was asked for (RFC 7644 section 3.4.2.4)."""
        ...
