"""When two texts are the same: for filters, for names and addresses that one alone may have, and for index keys.

One function for all of them, so that what is refused as taken is found by a filter. It is the UsernameCaseMapped
profile of RFC 8265 (section 3.3, which RFC 7644 section 5 asks for by its predecessor): full- and half-width letters
are plain ones, upper case is lower case (Unicode's toLowerCase, not case folding), and a letter with a mark is one
letter (NFC). Nothing else: "straße" is not "strasse", and neither a ligature, a circled digit nor a superscript is what
it is made of. Those are other people.

And what of a text is fit to be compared by eye: no control characters, none that turn the direction of writing.
"""

import re
import unicodedata
from functools import cache


def fold(text: str) -> str:
    """The form in which texts that are not caseExact are compared; white space around them does not count."""
    return fold_part(text).strip()


def fold_part(text: str) -> str:
    """The same for a part of a text, where white space counts. Folding twice is folding once."""
    return text.lower() if text.isascii() else lowered(text.translate(_plain_widths()))


def fold_within(text: str) -> str:
    """The same for texts of which one is looked for within the other.

    A capital sigma is lowered by its place in the word, so that a beginning of a name would not be found in it.
    """
    return fold_part(text).replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


def lowered(text: str) -> str:
    """A text in lower case and NFC, and in no other way changed."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize

    folded = normalize("NFC", text.lower())
    while folded != (again := normalize("NFC", folded.lower())):
        folded = again
    return folded


@cache
def _plain_widths() -> dict[int, str]:
    """Full- and half-width characters -> what they are of (RFC 8265 section 3.3.1: their decomposition mappings)."""
    from unicodedata import decomposition

    mappings = {code: decomposition(chr(code)).split() for code in (0x3000, *range(0xFF00, 0xFFF0))}
    return {code: chr(int(to[1], 16)) for code, to in mappings.items() if to and to[0] in {"<wide>", "<narrow>"}}


_DECEIVING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters (C0, DEL, C1, the ends of lines and paragraphs), and those that turn the direction of writing, so
that one name looks like another (Unicode Technical Report 36, "Bidirectional Text Spoofing")."""


_BREAKING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's control, format and surrogate characters and its line ends."""


_LONGEST_NAME = 200
"""Characters of a name that a row of the log shows: it is for recognising somebody, not a place to store things."""


def one_line(name: str) -> str:
    """A name as a row of the event log shows it: short, and without what would break the line."""
    return without_breaks(name[:_LONGEST_NAME])


def without_breaks(text: str) -> str:
    """A text without what would break the line or turn it."""
    return "".join(character for character in text if unicodedata.category(character) not in _BREAKING)


def is_plain(text: str) -> bool:
    """Whether a text has no control characters and none that turn the direction of writing."""
    return _DECEIVING.search(text) is None


_DRAWN_AS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
"""Though no control, format or space character: joiners, fillers, the empty Braille pattern, variation selectors."""


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case, width and other compatibility forms (NFKC), spaces, and characters
    that are not seen. Letters of two scripts that merely look alike stay two."""
    return _to_the_eye(one) == _to_the_eye(other)


def _to_the_eye(name: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(
        each for each in folded if unicodedata.category(each)[0] not in "CZ" and each not in _DRAWN_AS_NOTHING
    )


def shows_something(text: str) -> bool:
    """Whether anybody sees anything of a text: not only spaces, controls and fillers."""
    return bool(_to_the_eye(text))
