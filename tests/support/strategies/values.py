"""Hypothesis strategies for what stored things are made of: any text that JSON can carry, any moment."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from hypothesis import strategies as st

from rightful.domain.address import Address
from rightful.domain.one_word import OneWord

_Kind = TypeVar("_Kind")

FORGOTTEN: list[str] = []
"""Fields of stored things that no strategy gives a value: what a round trip would not find missing."""
# The store cannot hold unpaired surrogates, and `scim.requests` refuses them.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ids = st.text("0123456789abcdef", min_size=1, max_size=8)
versions = st.integers(1, 10**9)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - `timezones` makes it aware
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
addresses = st.builds(Address, value=texts, canonical=texts.filter(bool))
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


def whole(kind: type[_Kind], /, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[_Kind]:
    """Values of a dataclass, with a strategy for each of its fields."""
    FORGOTTEN.extend(f"{kind.__name__}.{each.name}" for each in fields(kind) if each.name not in values)  # type: ignore[arg-type]
    return st.builds(kind, **values)


words = whole(OneWord, by=texts, at=moments, confirmed_by=st.none() | texts)
