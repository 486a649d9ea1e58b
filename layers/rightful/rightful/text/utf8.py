"""Whether a text is what was sent. What is not UTF-8 would else be stored with letters lost, or find somebody else."""

REPLACEMENT = "\ufffd"
"""What API Gateway, and most of what reads text, puts for octets that are no UTF-8 (Unicode's replacement character).
Which they were cannot be told any more. JSON can say the character itself: as an escape."""


def decoded(octets: bytes) -> str:
    """Octets as text; those that are no UTF-8 become lone surrogates (PEP 383), which no text has."""
    return octets.decode("utf-8", "surrogateescape")


def is_intact(text: str) -> bool:
    """Whether a text is Unicode with nothing lost: no replacement character, and no half of a character."""
    if text.isascii():
        return True
    return REPLACEMENT not in text and _can_be_sent(text)


def _can_be_sent(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
