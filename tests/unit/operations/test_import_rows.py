"""Lines of a file of accounts, as CSV and JSON Lines: what they become, and what is wrong with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rightful.operations.import_rows import RowError, import_row, read_rows


def test_csv_and_json_lines_say_the_same() -> None:
    as_csv = ["email,sourceId,givenName,active\n", "Ada@Example.com,17,Ada,no\n"]
    as_json = ['{"email": "Ada@Example.com", "sourceId": "17", "givenName": "Ada", "active": false}\n']
    ((_, from_csv),) = read_rows(as_csv, is_csv=True)
    ((_, from_json),) = read_rows(as_json, is_csv=False)
    assert not isinstance(from_csv, RowError)
    assert not isinstance(from_json, RowError)
    one, other = import_row(2, from_csv), import_row(2, from_json)
    assert one == other
    assert one.address.canonical == "ada@example.com"
    assert (one.key, one.given_name, one.active, one.email_verified) == ("17", "Ada", False, True)


def test_without_a_source_id_the_address_is_the_key_and_the_user_name() -> None:
    row = import_row(1, {"email": "Ada@Example.com"})
    assert (row.key, row.user_name) == ("ada@example.com", "Ada@Example.com")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T10:00:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_a_last_login_is_a_moment_in_utc(text: str, moment: datetime) -> None:
    assert import_row(1, {"email": "ada@example.com", "lastLoginAt": text}).last_login_at == moment


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": 7.5}, "email"),
        ({"email": "ada@example.com", "active": "perhaps"}, "active"),
        ({"email": "ada@example.com", "lastLoginAt": "yesterday"}, "lastLoginAt"),
        ({"email": "ada@example.com", "userName": "x" * 401}, "userName"),
        ({"email": "ada@example.com", "mail": "x"}, "'mail'"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_by_column(document: dict[str, Any], named: str) -> None:
    with pytest.raises(RowError, match=named):
        import_row(1, document)


def test_a_line_that_is_no_json_does_not_stop_the_others() -> None:
    lines = ['{"email": "ada@example.com"}', "", "{", "[1]", '{"email": "bob@example.com"}']
    found = list(read_rows(lines, is_csv=False))
    assert [number for number, _ in found] == [1, 3, 4, 5]
    assert [isinstance(document, RowError) for _, document in found] == [False, True, True, False]


def test_a_csv_line_with_too_many_fields_is_an_error_of_that_line() -> None:
    found = list(read_rows(["email\n", "ada@example.com,Ada\n", "bob@example.com\n"], is_csv=True))
    assert [isinstance(document, RowError) for _, document in found] == [True, False]


@pytest.mark.parametrize("header", ["name,active\n", "email,nonsense\n"])
def test_a_csv_header_names_email_and_nothing_that_is_not_known(header: str) -> None:
    with pytest.raises(RowError):
        list(read_rows([header, "x,y\n"], is_csv=True))
