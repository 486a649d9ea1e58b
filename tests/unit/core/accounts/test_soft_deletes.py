"""What a soft delete makes of a name, and of whose."""

import pytest

from rightful.core.accounts.emails import is_tombstone

DIGITS = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("wanted", "names", "expected"),
    [
        (f"{DIGITS}ada@example.com", ["ada@example.com"], True),
        (f"{DIGITS.upper()}Ada@Example.com", ["ada@example.com"], True),
        (f" {DIGITS}ada@example.com ", ["ADA@example.com"], True),
        ("01234567-89ab-cdef-0123-456789abcdefada@example.com", ["ada@example.com"], True),
        (f"{DIGITS}ada@bücher.example", ["ada@xn--bcher-kva.example"], True),
        (f"{DIGITS}ada", ["ada"], True),
        (f"{DIGITS}ada@example.com", ["bob@example.com", "ada@example.com"], True),
        (f"{DIGITS}{'a' * 60}@example.com", [f"{'a' * 60}@example.com"], True),
        (f"{DIGITS}bob@example.com", ["ada@example.com"], False),
        ("0123456789abcdef0123456789abcde.ada@example.com", ["ada@example.com"], False),
        (f"{DIGITS}0ada@example.com", ["ada@example.com"], False),
        (f"{DIGITS}@example.com", ["ada@example.com"], False),
        ("ada@example.com", ["ada@example.com"], False),
        (DIGITS, [""], False),
    ],
)
def test_a_tombstone_is_one_of_these_names_behind_an_object_id(wanted: str, names: list[str], expected: bool) -> None:
    assert is_tombstone(wanted, names) is expected


@pytest.mark.parametrize("object_id", [DIGITS, "01234567-89AB-CDEF-0123-456789ABCDEF"])
def test_behind_the_person_s_own_object_id_any_name_is_theirs(object_id: str) -> None:
    assert is_tombstone(f"{DIGITS}whatever@example.com", [], object_id)
    assert not is_tombstone(f"{DIGITS[::-1]}whatever@example.com", [], object_id)
    assert not is_tombstone(f"{DIGITS}whatever@example.com", [], None)
