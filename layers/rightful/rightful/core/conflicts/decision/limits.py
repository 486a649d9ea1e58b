"""What the caps count: addresses that are taken by themselves, in an organization's hour and an account's day. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Brake(StrEnum):
    """What kept a conflict from being resolved by itself although its organization's policy would have let it."""

    PING_PONG = "ping_pong"
    CAP = "cap"


def hour_counter(organization_id: str, now: datetime) -> str:
    """The counter of what an organization's remediations take in this hour (UTC)."""
    return f"organization:{organization_id}:{now:%Y-%m-%dT%H}"


def day_counter(account_id: str, now: datetime) -> str:
    """The counter of an account's moves on this day (UTC)."""
    return f"account:{account_id}:{now:%Y-%m-%d}"


def next_hour(now: datetime) -> datetime:
    """When the organization's counter begins anew."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def next_day(now: datetime) -> datetime:
    """When the accounts' counters begin anew."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
