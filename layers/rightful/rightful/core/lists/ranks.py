"""The place of a resource among results that are put in order as a whole: by its value; where values are equal, as in
the listing, and by its id. So a page goes on after the last resource shown even if that one is gone."""

from typing import cast

from rightful.scim.filters.sorting import SortKey

Rank = tuple[SortKey, int, str, str]
"""Key, collection, position, id."""

_MOST_CHARACTERS = 200
"""Of a text that count for its place: a rank is part of a cursor, and that of a URL."""


def rank(key: SortKey, collection: int, position: str, resource_id: str) -> Rank:
    """The place of a resource."""
    if len(key) == 2 and isinstance(key[1], str):
        key = (key[0], key[1][:_MOST_CHARACTERS])
    return key, collection, position, resource_id


def as_rank(document: object) -> Rank:
    """The inverse of what JSON makes of a rank: tuples again."""
    return cast("Rank", _tuples(document))


def _tuples(document: object) -> object:
    return tuple(map(_tuples, document)) if isinstance(document, list) else document
