"""Keys: 256 random bits, shown once, stored as their SHA-256, looked up by that hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Token:
    """A key as it is stored. `holder` names the person or system it was given to."""

    id: str
    sha256: str
    scope: Scope
    holder: str
    created_at: datetime
    expires_at: datetime | None = None
    organization_id: str | None = None
    directory_id: str | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens anything. Checked by the reader: DynamoDB's TTL deletes days late."""
        return self.expires_at is None or now < self.expires_at


def new_secret() -> str:
    """A new key: 256 random bits, URL-safe."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The hash under which a key is stored. Plain SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
