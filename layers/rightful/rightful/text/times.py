"""Moments as clients read them."""

from datetime import UTC, datetime


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: a SCIM dateTime (RFC 7643 section 2.3.5), and what the other APIs and the
    events have, too."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
