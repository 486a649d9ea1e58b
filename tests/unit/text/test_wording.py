"""A number and what it counts."""

import pytest

from rightful.text.wording import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("key",), "0 keys"),
        (1, ("key",), "1 key"),
        (2, ("key",), "2 keys"),
        (1, ("person", "people"), "1 person"),
        (0, ("person", "people"), "0 people"),
        (12_345, ("directory", "directories"), "12,345 directories"),
    ],
)
def test_a_number_is_said_with_its_noun(number: int, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said
