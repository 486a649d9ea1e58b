"""Keys: 256 random bits, shown once, stored as their SHA-256, looked up by that hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rightful.domain.one_word import OneWord

PREFIX = "rightful_"
"""Lets secret scanners and people recognise a leaked key."""


class Scope(StrEnum):
    """What a key may do."""

    SCIM = "scim"
    """Provision one directory."""
    ADMIN = "admin"
    """Administer one organization, as a named person."""
    APP = "app"
    """Report facts about accounts, as the host application."""
    OPERATOR = "operator"
    """Create organizations and issue keys."""


DEFAULT_LIFETIME = {Scope.ADMIN: timedelta(days=365), Scope.OPERATOR: timedelta(days=365)}
"""How long a key is good that an operator issues and says nothing else: people come and go. What ends of itself in a
system stops it: a directory's key and the host application's end when somebody says so."""


REMINDED_BEFORE = (30, 7)
"""How many days before its end people are reminded of a key, once each."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key opens: a directory (scim), an organization (admin), or what is the service's own."""

    scope: Scope
    organization_id: str | None = None
    directory_id: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A key as it is stored. `owner` names the person or system it was given to; `issued` is which administrator's
    word it rests on, None: the operator of the service issued it. `last_used_on`: the day (UTC) on which it opened
    something last, None: not yet. `reminded_days`: how many days before its end people were reminded of it last."""

    id: str
    sha256: str
    scope: Scope
    owner: str
    created_at: datetime
    expires_at: datetime | None = None
    organization_id: str | None = None
    directory_id: str | None = None
    issued: OneWord | None = None
    last_used_on: date | None = None
    reminded_days: int | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens anything. Checked by the reader: DynamoDB's TTL deletes days late."""
        return self.expires_at is None or now < self.expires_at

    def is_new_on(self, day: date) -> bool:
        """Whether it is used for the first time on that day, as far as is known. A clock that is behind says no."""
        return self.last_used_on is None or self.last_used_on < day

    def reminder_due(self, now: datetime) -> int | None:
        """How many days before its end people have to be reminded of it now, None: not now. Nobody is reminded of an
        end that was nearer than that when the key was issued."""
        if self.expires_at is None or not self.is_live(now):
            return None
        for days in sorted(REMINDED_BEFORE):
            moment = self.expires_at - timedelta(days=days)
            if self.created_at < moment <= now:
                return days if self.reminded_days is None or days < self.reminded_days else None
        return None

    def alone_until(self) -> datetime | None:
        """Until when what takes two people cannot be done with it; None: it rests on more than one person's word."""
        return None if self.issued is None or self.issued.confirmed_by is not None else self.issued.until


def new_secret() -> str:
    """A new key: 256 random bits, URL-safe."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The hash under which a key is stored. Plain SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
