"""Filters of this engine against those of scim2-models, an independent reading of the same RFCs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import SearchRequest
from scim2_models.exceptions import SCIMException

from rightful.scim.errors import ScimError
from rightful.scim.filters.expressions import parse_filter
from rightful.scim.filters.matching import compile_filter
from rightful.scim.schemas.resource_types import USER
from tests.conformance.differential import CORE, ENTERPRISE, STORED, OracleUser, Resource, users

pytestmark = pytest.mark.slow
# Filters ---------------------------------------------------------------------------------------

ATTRIBUTES = {
    "userName": '"guide" "GUIDE" "x" "Ödön" "ÖDÖN"',
    "title": '"guide" "Tours" "a b"',
    "externalId": '"guide" "Guide"',
    "id": '"u-1" "U-1"',
    "name.givenName": '"guide" "x"',
    "emails.value": '"a@example.com" "B@EXAMPLE.ORG"',
    "emails.type": '"work" "HOME"',
    f"{ENTERPRISE}:department": '"tours" "x"',
    f"{ENTERPRISE}:manager.value": '"u-9" "U-9"',
    f"{CORE}:nickName": '"guide"',
}
_text_comparisons = st.sampled_from(list(ATTRIBUTES)).flatmap(
    lambda name: st.builds(
        lambda op, literal: f"{name} {op} {literal}",
        st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ"]),
        st.sampled_from([f'"{piece}"' for piece in ATTRIBUTES[name].strip('"').split('" "')]),
    )
)
_other = st.sampled_from(
    [
        "title pr", "name pr", "emails pr", f"{ENTERPRISE}:manager pr", "active pr", "active eq true", "active ne true",
        "active eq false", "title eq null", "title ne null", "emails.primary eq true",
        'meta.created gt "2025-12-31T23:59:59.9999999Z"', 'meta.created eq "2026-01-01T01:00:00+01:00"',
        'meta.created le "2026-01-01T00:00:00Z"', 'emails[type eq "work"]', 'emails[type eq "work" and value co "a@"]',
        'emails[not (type pr) or primary eq true]', 'emails co "EXAMPLE"', 'emails eq "a@example.com"',
        'shoeSize eq "1"',
        "active gt true", "active co true", 'active eq "true"', 'name eq "x"', "userName eq 5", 'emails[shoe eq "x"]',
        'meta.created gt "yesterday"', "userName eq", 'userName eq "x', "userName eq bob", "(title pr", "not title pr",
    ]
)  # fmt: skip
filters = st.recursive(
    st.one_of(_text_comparisons, _text_comparisons, _other),
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"{a} and {b}", inner, inner),
        st.builds(lambda a, b: f"({a}) or {b}", inner, inner),
        st.builds(lambda a: f"not ({a})", inner),
    ),
    max_leaves=4,
)


def our_match(text: str, user: Resource) -> bool | str | None:
    try:
        return compile_filter(parse_filter(text), USER)(user)
    except ScimError as error:
        return error.scim_type


def their_match(text: str, user: Resource) -> bool | str | None:
    try:
        request = SearchRequest[OracleUser](filter=text)
        assert request.filter is not None
        return request.filter.match(OracleUser.model_validate(user))
    except ValidationError as error:
        return error.errors()[0]["type"].removeprefix("scim_")
    except SCIMException as error:
        return error.scim_type


STRICTER = {
    'active eq "true"': "A string is never a boolean; the answer says to leave the quotes out.",
    'name eq "x"': "A complex attribute without a value of its own cannot be compared; nothing would ever match.",
}
"""Comparisons that are refused here and evaluated by scim2-models."""


@pytest.mark.parametrize("text", STRICTER, ids=list(STRICTER))
def test_every_stricter_refusal_is_a_real_one(text: str) -> None:
    assert our_match(text, STORED) == "invalidFilter"
    assert their_match(text, STORED) in {True, False}


@settings(max_examples=400, deadline=None)
@given(users, filters)
def test_a_filter_matches_the_same(user: Resource, text: str) -> None:
    if any(stricter in text for stricter in STRICTER):
        assert our_match(text, user) == "invalidFilter"
    else:
        assert our_match(text, user) == their_match(text, user), text
