"""How long something is kept for a user who is to be created. Pure."""

from datetime import datetime, timedelta

from rightful.domain.conflicts.conflict import Conflict

_AT_LEAST = timedelta(days=2)
"""Identity providers try again within a day, also with what is about to expire."""


def kept_until(conflict: Conflict, prepared_at: datetime) -> datetime:
    """Until when a promise lasts that was made at that time."""
    return max(conflict.expires_at, prepared_at + _AT_LEAST)
