"""Lists, searches, sorting and entity tags."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.filters.expressions import Comparison
from rightful.scim.filters.sorting import sort_key
from rightful.scim.listing import MAX_COUNT, SEARCH_SCHEMA, ListQuery, list_response, read_list_query, read_search
from rightful.scim.requests import etag, not_modified, require_match
from rightful.scim.schemas.resource_types import USER
from tests.unit.scim.builders import ENTERPRISE


def read(**parameters: str) -> ListQuery:
    return read_list_query({name: (value,) for name, value in parameters.items()})


def test_nothing_asked_for_is_the_first_page() -> None:
    assert read() == ListQuery()


@pytest.mark.parametrize(
    ("sent", "start_index", "count"),
    [
        ({"startIndex": "0", "count": "0"}, 1, 0),
        ({"startIndex": "-5", "count": "-1"}, 1, 0),
        ({"startIndex": "11", "count": "5"}, 11, 5),
        ({"STARTINDEX": "2", "Count": "100000"}, 2, MAX_COUNT),
        ({"startIndex": "", "count": ""}, 1, 100),
    ],
)
def test_numbers_are_kept_within_the_limits(sent: dict[str, str], start_index: int, count: int) -> None:
    query = read(**sent)
    assert (query.start_index, query.count) == (start_index, count)


def test_filter_sort_and_attributes_are_read() -> None:
    query = read_list_query(
        {
            "filter": ('userName eq "bob"',),
            "sortBy": ("userName",),
            "sortOrder": ("Descending",),
            "attributes": ("userName, name.givenName", "id"),
            "unknown": ("x",),
        }
    )
    assert query.filter == Comparison("userName", "eq", "bob")
    assert (query.sort_by, query.descending) == ("userName", True)
    assert query.attributes == ("userName", "name.givenName", "id")


@pytest.mark.parametrize(
    ("parameters", "scim_type"),
    [
        ({"count": ("many",)}, "invalidValue"),
        ({"count": ("1.5",)}, "invalidValue"),
        ({"startIndex": ("9" * 30,)}, "invalidValue"),
        ({"startIndex": ("1", "2")}, "invalidValue"),
        ({"sortOrder": ("up",)}, "invalidValue"),
        ({"attributes": ("a",), "excludedAttributes": ("b",)}, "invalidValue"),
        ({"attributes": (",".join(["a"] * 300),)}, "invalidValue"),
        ({"filter": ("userName eq",)}, "invalidFilter"),
        ({"cursor": ("a b",)}, "invalidCursor"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(parameters: dict[str, tuple[str, ...]], scim_type: str) -> None:
    with pytest.raises(ScimError) as refused:
        read_list_query(parameters)
    assert (refused.value.status, refused.value.scim_type) == (400, scim_type)


def test_an_empty_cursor_asks_for_the_first_page_by_cursor() -> None:
    assert read(cursor="").cursor == ""
    assert read(cursor="abc-_.~").cursor == "abc-_.~"
    assert read().cursor is None


def test_a_search_body_asks_the_same() -> None:
    body = {
        "schemas": [SEARCH_SCHEMA],
        "filter": 'userName eq "bob"',
        "startIndex": 3,
        "count": 7,
        "attributes": ["userName"],
        "sortBy": None,
    }
    expected = read_list_query(
        {k: (str(v),) for k, v in {**body, "attributes": "userName"}.items() if v and k != "schemas"}
    )
    assert read_search(body) == expected


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ({}, "invalidSyntax"),
        ({"schemas": ["urn:x:y"]}, "invalidSyntax"),
        ({"schemas": [SEARCH_SCHEMA], "filter": 5}, "invalidFilter"),
        ({"schemas": [SEARCH_SCHEMA], "count": True}, "invalidValue"),
        ({"schemas": [SEARCH_SCHEMA], "count": "x"}, "invalidValue"),
        ({"schemas": [SEARCH_SCHEMA], "attributes": [5]}, "invalidValue"),
        ({"schemas": [SEARCH_SCHEMA], "sortBy": ["a"]}, "invalidValue"),
    ],
)
def test_a_search_body_that_makes_no_sense_is_refused(body: dict[str, object], scim_type: str) -> None:
    with pytest.raises(ScimError) as refused:
        read_search(body)
    assert refused.value.scim_type == scim_type


def test_a_list_response_says_what_it_holds() -> None:
    assert list_response([{"id": "1"}], total=7, start_index=2, next_cursor="n") == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7,
        "startIndex": 2,
        "itemsPerPage": 1,
        "nextCursor": "n",
        "Resources": [{"id": "1"}],
    }


PEOPLE: list[dict[str, object]] = [
    {"id": "1", "userName": "bob", "emails": [{"value": "z@x.org"}, {"value": "a@x.org", "primary": True}]},
    {"id": "2", "userName": "Ann", "meta": {"created": "2026-01-01T00:00:00+02:00"}, "active": True},
    {"id": "3", "userName": "cid", "meta": {"created": "2025-12-31T23:00:00Z"}, "emails": [{"value": "B@x.org"}]},
]


@pytest.mark.parametrize(
    ("sort_by", "descending", "ids"),
    [
        ("userName", False, "213"),
        ("userName", True, "312"),
        ("emails", False, "132"),
        ("emails.value", False, "132"),
        ("emails", True, "231"),
        ("meta.created", False, "231"),
        (f"{ENTERPRISE}:department", False, "123"),
    ],
)
def test_resources_are_sorted_as_the_schema_says(sort_by: str, descending: bool, ids: str) -> None:
    ordered = sorted(PEOPLE, key=sort_key(sort_by, USER), reverse=descending)
    assert "".join(str(person["id"]) for person in ordered) == ids


@pytest.mark.parametrize("sort_by", ["shoeSize", "name", "password", "x509Certificates", "addresses", ENTERPRISE])
def test_what_has_no_order_cannot_be_sorted_by(sort_by: str) -> None:
    with pytest.raises(ScimError, match="sortBy") as refused:
        sort_key(sort_by, USER)
    assert refused.value.scim_type == "invalidValue"


CURRENT = etag(3)


@pytest.mark.parametrize("header", [None, "", "*", 'W/"3"', '"3"', 'W/"1", W/"3"', "3", 'W/"a,b", W/"3"'])
def test_a_change_passes_when_its_condition_holds(header: str | None) -> None:
    require_match(header, CURRENT)


@pytest.mark.parametrize("header", ['W/"2"', '"33"', 'W/"1", W/"2"', "x", ",", 'W/""'])
def test_a_change_of_another_version_is_refused_with_412(header: str) -> None:
    with pytest.raises(ScimError) as refused:
        require_match(header, CURRENT)
    assert refused.value.status == 412


@pytest.mark.parametrize(
    ("header", "expected"), [(None, False), ("*", True), ('W/"3"', True), ('W/"2", "3"', True), ('W/"2"', False)]
)
def test_a_known_version_is_not_sent_again(header: str | None, expected: bool) -> None:
    assert not_modified(header, CURRENT) is expected
