"""A demand: an organization wants an address that an account of another organization has."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from rightful.domain.conflicts.conflict import Pointer


@dataclass(frozen=True, slots=True)
class Demand:
    """What the organization of the account may know of it, and where to look whether it is still so.

    It has no address and no name: what it is about is read when it is shown (`core.conflicts.demands`).

    Attributes:
        organization_id: whose account has the address.
        asked_by: the conflict of the organization that wants it. Never shown.
        asked_at: since when it is wanted.
        until: when nobody wants it any more, as things are.
    """

    organization_id: str
    account_id: str
    asked_by: Pointer
    asked_at: datetime
    until: datetime

    @property
    def id(self) -> str:
        """The same for the same account and conflict, from which nobody learns the conflict's own."""
        hidden = hashlib.sha256(f"{self.asked_by.organization_id}/{self.asked_by.conflict_id}".encode()).hexdigest()
        return f"{self.account_id}-{hidden[:16]}"
