"""When two texts are the same: for filters, for names and addresses that one alone may have, and for index keys.

One function for all of them, so that what is refused as taken is found by a filter. It is Unicode's caseless match of
compatibility forms (Unicode 3.13, D146): "Straße" is "STRASSE", full-width letters are letters. RFC 7644 section 5 asks
for less (width and case, RFC 7613); a name that looks the same must not be another one.
"""


def fold(text: str) -> str:
    """The form in which texts that are not caseExact are compared; white space around them does not count."""
    return fold_part(text).strip()


def fold_part(text: str) -> str:
    """The same for a part of a text, where white space counts: case-folded and NFKC until nothing changes any more, so
    that folding twice is folding once."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize

    folded = normalize("NFKC", text.casefold())
    while folded != (again := normalize("NFKC", folded.casefold())):
        folded = again
    return folded
