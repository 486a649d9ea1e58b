"""Lines of a file of accounts, as CSV and JSON Lines: what they become, and what is wrong with them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rightful.operations.imports.rows import COLUMNS, RowError, import_row, read_rows, text_lines


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
    assert (one.source_id, one.given_name, one.active, one.email_verified) == ("17", "Ada", False, False)


def test_without_a_user_name_it_is_the_address_and_the_file_gave_none() -> None:
    row = import_row(1, {"email": "Ada@Example.com"})
    assert (row.given_user_name, row.user_name) == (None, "Ada@Example.com")


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "N/A", "n/a", "0", "0000", "-", "none", "null", " - "])
@pytest.mark.parametrize("column", ["sourceId", "externalId"])
def test_what_is_blank_or_a_filler_names_nobody(column: str, blank: str) -> None:
    one, other = import_row(1, {"email": "ada@example.com", column: blank}), import_row(1, {"email": "ada@example.com"})
    assert one == other


@pytest.mark.parametrize(("column", "default"), sorted(COLUMNS.items()))
def test_a_blank_column_is_as_one_that_is_missing(column: str, default: str | bool | None) -> None:
    if column == "email":
        return
    row = import_row(1, {"email": "ada@example.com", column: " "})
    assert row == import_row(1, {"email": "ada@example.com"})
    if isinstance(default, bool):
        assert (row.active if column == "active" else row.email_verified) is default


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


def _bad(lines: list[str], *, is_csv: bool = True) -> list[int]:
    return [number for number, found in read_rows(lines, is_csv=is_csv) if isinstance(found, RowError)]


def test_a_line_that_is_not_utf_8_is_an_error_of_that_line() -> None:
    lines = list(
        text_lines([b"email,givenName\n", "a@example.com,Zo\u00eb\n".encode("latin-1"), b"b@example.com,Bob\n"])
    )
    assert _bad(lines) == [2]
    assert _bad(list(text_lines([b'{"email": "a@example.com", "givenName": "Zo\xeb"}\n'])), is_csv=False) == [1]


def test_a_line_whose_letters_were_lost_before_is_an_error_of_that_line() -> None:
    lost = "a@example.com,Zo\ufffd\n".encode()
    assert _reasons(lost, b"b@example.com,Bob\n") == {2: "UTF-8"}
    escaped = [b'{"email": "a@example.com", "givenName": "Zo\\ufffd"}\n', '{"email": "a\ufffd@example.com"}\n'.encode()]
    read = [document for _, document in read_rows(text_lines(escaped), is_csv=False)]
    assert read[0] == {"email": "a@example.com", "givenName": "Zo\ufffd"}
    assert isinstance(read[1], RowError)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_is_refused_with_the_way_out(encoding: str) -> None:
    with pytest.raises(RowError, match="Save it as UTF-8"):
        list(text_lines("email\na@example.com\n".encode(encoding).splitlines(keepends=True)))


def test_a_byte_order_mark_of_utf_8_is_no_part_of_the_first_column() -> None:
    ((_, row),) = read_rows(text_lines([b"\xef\xbb\xbfemail\n", b"a@example.com\n"]), is_csv=True)
    assert row == {"email": "a@example.com"}


@pytest.mark.parametrize(
    "unclosed",
    [
        '"ada@example.com,Ada\n',
        'ada@example.com,"Ada\n',
        'ada@example.com,"A"da\n',
        'ada@example.com,"Ada" \n',
    ],
)
@pytest.mark.parametrize("later", ["", 'cy@example.com,"Cy"\n', 'cy@example.com,Cy"\n'])
def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_and_no_other(unclosed: str, later: str) -> None:
    lines = ["email,givenName\n", unclosed, *(f"b{each}@example.com,Bob\n" for each in range(50)), later]
    found = dict(read_rows([line for line in lines if line], is_csv=True))
    assert [number for number, row in found.items() if isinstance(row, RowError)] == [2]
    assert len(found) == (52 if later else 51)


def _reasons(*lines: bytes) -> dict[int, str]:
    """Why which line cannot be read, in a word."""
    found = read_rows(text_lines([b"email,givenName\n", *lines]), is_csv=True)
    words = ("UTF-8", "not closed")
    return {n: next(word for word in words if word in str(row)) for n, row in found if isinstance(row, RowError)}


def test_what_is_wrong_with_a_line_is_not_said_of_one_before_it() -> None:
    unclosed, bob, latin = b'"ada@example.com,Ada\n', b"bob@example.com,Bob\n", b"zoe@example.com,Zo\xeb\n"
    assert _reasons(unclosed, bob, latin, bob) == {2: "not closed", 4: "UTF-8"}
    assert _reasons(unclosed, latin) == {2: "not closed", 3: "UTF-8"}
    assert _reasons(latin, unclosed) == {2: "UTF-8", 3: "not closed"}


def test_a_record_of_several_lines_that_is_not_utf_8_is_reported_once() -> None:
    assert _reasons(b'ada@example.com,"Ada\n', b'Byr\xf6n"\n', b"bob@example.com,Bob\n") == {2: "UTF-8"}


def test_a_field_longer_than_csv_allows_is_an_error_of_its_line() -> None:
    assert _bad(["email\n", "x" * 200_000 + "\n", "b@example.com\n"]) == [2]


def test_a_record_of_several_lines_has_the_number_of_its_first() -> None:
    lines = ["email,givenName\n", 'ada@example.com,"Ada\n', 'Byron"\n', "bob@example.com,Bob\n"]
    found = list(read_rows(lines, is_csv=True))
    assert found == [
        (2, {"email": "ada@example.com", "givenName": "Ada\nByron"}),
        (4, {"email": "bob@example.com", "givenName": "Bob"}),
    ]


def test_a_column_that_is_named_twice_is_refused() -> None:
    with pytest.raises(RowError, match="'email' twice"):
        list(read_rows(["email,email\n", "a@example.com,b@example.com\n"], is_csv=True))
    assert _bad(['{"email": "a@example.com", "email": "b@example.com"}'], is_csv=False) == [1]


def test_json_nested_too_deeply_is_an_error_of_its_line() -> None:
    assert _bad(["[" * 100_000, '{"email": "a@example.com"}'], is_csv=False) == [1]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01"])
def test_a_last_login_beyond_the_calendar_names_the_column(text: str) -> None:
    with pytest.raises(RowError, match="lastLoginAt"):
        import_row(1, {"email": "ada@example.com", "lastLoginAt": text})


def test_half_a_character_names_the_column() -> None:
    with pytest.raises(RowError, match="givenName"):
        import_row(1, {"email": "ada@example.com", "givenName": "\ud800x"})
