"""Who holds an address, or for whom it is kept."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reservation:
    """A freed address kept for a user who is to be created. `requester_key` is Requester.key of the conflict."""

    requester_key: str
    conflict_id: str
    organization_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """An email index item: an address is held by an account, or reserved for a user to be created."""

    canonical: str
    account_id: str | None
    reservation: Reservation | None = None

    def is_free_for(self, requester_key: str | None, now: datetime) -> bool:
        """Whether that requester may claim it: a reservation that ended, or its own."""
        reservation = self.reservation
        if self.account_id is not None or reservation is None:
            return False
        return reservation.until <= now or reservation.requester_key == requester_key
