"""Who counts as one approver: whose keys' names are the same to the eye. Pure."""

import unicodedata

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
