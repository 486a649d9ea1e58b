"""dateTime values (RFC 7643 section 2.3.5: xsd:dateTime) as instants that can be compared.

`datetime` holds six fractional digits and no instant before year 1; IdPs send seven digits, and
`0001-01-01T00:00:00+14:00` is a legal value. So an instant is (seconds, fraction), where the
fraction is its digits without trailing zeros: such strings sort like the numbers they stand for.
"""

from datetime import date

Instant = tuple[int, str]


def instant(text: str) -> Instant | None:
    """Return the instant that `text` names, or None if it is no xsd:dateTime.

    Without an offset it is read as UTC, as a service that keeps UTC throughout should.
    """
    if len(text) < 19 or len(text) > 64 or not text.isascii() or text[10] not in "Tt":
        return None
    if text[4] != "-" or text[7] != "-" or text[13] != ":" or text[16] != ":":
        return None
    parts = (text[0:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19])
    if not all(part.isdigit() for part in parts):
        return None
    year, month, day, hour, minute, second = map(int, parts)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return None
    fraction, rest = _fraction(text[19:])
    offset = _offset(rest)
    if fraction is None or offset is None or (hour == 24 and fraction):
        return None
    return days * 86400 + hour * 3600 + minute * 60 + second - offset, fraction


def _fraction(text: str) -> tuple[str | None, str]:
    if not text.startswith("."):
        return "", text
    end = 1
    while end < len(text) and text[end].isdigit():
        end += 1
    return (text[1:end].rstrip("0") if end > 1 else None), text[end:]


def _offset(text: str) -> int | None:
    """Seconds east of UTC."""
    if text in {"", "Z", "z"}:
        return 0
    if len(text) != 6 or text[0] not in "+-" or text[3] != ":" or not (text[1:3] + text[4:6]).isdigit():
        return None
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if text[0] == "-" else 1)
