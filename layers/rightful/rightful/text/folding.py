"""When two texts are the same: for filters, for names and addresses that one alone may have, and for index keys.

One function for all of them, so that what is refused as taken is found by a filter. It is the UsernameCaseMapped
profile of RFC 8265 (section 3.3, which RFC 7644 section 5 asks for by its predecessor): full- and half-width letters
are plain ones, upper case is lower case (Unicode's toLowerCase, not case folding), and a letter with a mark is one
letter (NFC). Nothing else: "straße" is not "strasse", and neither a ligature, a circled digit nor a superscript is what
it is made of. Those are other people.
"""

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
