"""When a value identifies somebody, and what directories, HR exports and mapping expressions put where nothing is."""
# ruff: noqa: RUF001 - letters and digits that look alike are what is tested here

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightful.text.identity import FILLERS, employee_number, identifier, is_invisible, same_but_for_case, trimmed

BLANKS = [
    "", " ", "\t\r\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200d\u2060", "\ufeff", "\u00ad", "\u2800", "\u3164",
    "\x00", "\u202e", "\ufe0f", "\U000e0020", " \u200b ",
]  # fmt: skip
NOBODY = [
    "N/A", "n/a", "NA", "n.a.", "#N/A", "(N/A)", " N/A\u200b", "none", "None", "<none>", "null", "NULL", "(null)",
    "nil", "unknown", "UNKNOWN", "undefined", "tbd", "TBD.", "to be determined", "Not Applicable", "not-available",
    "not assigned", "-", "--", "—", "_", ".", "...", "?", "???", "*", "#", "0", "00", "0000", "00000000", "0.0", "٠٠٠",
    "０００", "x", "X", "xxx", "XXXX", "0x0", "test", "Test", "dummy", "[object Object]", "NaN", "undefined undefined",
    "${user.employeeNumber}", "$(user.id)", "{employeeId}", "{{employee_id}}", "%EMPLOYEE_ID%", "<employeeId>",
    "#REF!", "#VALUE!", "1.23457E+11",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "AAAAAAAAAAAAAAAAAAAAAA==", "9999",
    "999999", "11111111", "keine", "k.A.", "unbekannt", "néant", "s/o", "desconocido", "нет", "なし",
]  # fmt: skip
SOMEBODY = [
    "1", "7", "42", "0042", "4711", "100000", "12345", "123456", "9001", "E-0001", "e1", "a", "xy", "x1", "X-1", "10x",
    "jo", "nina", "nadia", "NA-17", "n/a-7", "tbd1", "00u1grace", "CN=Ada,OU=x", "ada@example.com", "山田",
    "{E-0001}", "(7)",
    "S-1-5-21-1004336348-1177238915-682003330-512", "1002", "000-00-0001", "100.5", "12e4", "1111", "٤٢",
]  # fmt: skip


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_identifies_nobody(blank: str) -> None:
    assert trimmed(blank) == ""
    assert identifier(blank) is None
    assert employee_number(blank) is None


@pytest.mark.parametrize("filler", [*NOBODY, *sorted(FILLERS)])
def test_a_filler_identifies_nobody(filler: str) -> None:
    assert identifier(filler) is None
    assert identifier(filler.upper()) is None
    assert identifier(f" {filler}\u00a0") is None
    assert employee_number(filler) is None


@pytest.mark.parametrize("value", [None, 0, 42, True, [], {}, ["42"]])
def test_what_is_no_text_identifies_nobody(value: object) -> None:
    assert identifier(value) is None
    assert employee_number(value) is None


@pytest.mark.parametrize("value", SOMEBODY)
def test_whatever_could_be_an_identifier_is_one_in_its_own_case(value: str) -> None:
    assert identifier(value) == value
    assert identifier(f"\u200b {value}\t") == value


@given(st.uuids(version=4))
def test_a_uuid_identifies_somebody(value: uuid.UUID) -> None:
    assert identifier(str(value)) == str(value)


@pytest.mark.parametrize("word", ["contractor", "extern", "see HR", "Praktikant", "ABC", "山田", "A-0", "E000"])
def test_an_employee_number_has_a_number_in_it(word: str) -> None:
    assert employee_number(word) is None


@pytest.mark.parametrize("number", ["1", "0042", "E-7", "٤٢", " 4711 "])
def test_an_employee_number(number: str) -> None:
    assert employee_number(number) == number.strip()


@given(st.text(max_size=8))
def test_trimmed_is_trimmed_and_nothing_else(text: str) -> None:
    left = trimmed(text)
    assert trimmed(left) == left
    assert left in text
    assert not left or not (is_invisible(left[0]) or is_invisible(left[-1]))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("john", "JOHN", True),
        (" john", "john\t", True),
        ("john", "john\u200b", False),
        ("Café", "CAFE\u0301", True),
        ("νίκος", "ΝΊΚΟΣ", True),
        ("ｊohn", "john", False),
        ("straße", "strasse", False),
        ("ﬁona", "fiona", False),
        ("john", "jane", False),
    ],
)
def test_names_that_differ_in_nothing_but_case(one: str, other: str, alike: bool) -> None:
    assert same_but_for_case(one, other) is alike
    assert same_but_for_case(other, one) is alike
