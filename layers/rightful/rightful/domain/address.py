"""Email addresses: what was sent, the one canonical form by which an address has a single holder (`mailboxes`), and who
holds it."""

from dataclasses import dataclass
from datetime import datetime

from rightful.text.identity import same_but_for_case
from rightful.text.mailboxes import InvalidAddressError, canonical_address, canonical_domain

__all__ = [
    "PLACEHOLDER_DOMAIN",
    "Address",
    "InvalidAddressError",
    "canonical_domain",
    "parse_address",
    "placeholder",
    "shown",
    "shown_text",
]

PLACEHOLDER_DOMAIN = "released.invalid"
"""RFC 2606 reserves .invalid: undeliverable, nobody's. Only remediation puts accounts there."""


@dataclass(frozen=True, slots=True)
class Address:
    """An email address: `value` as it was sent (trimmed), `canonical` as it is held."""

    value: str
    canonical: str

    @property
    def domain(self) -> str:
        """The domain, as lower-case A-labels."""
        return self.canonical.rpartition("@")[2]

    @property
    def is_placeholder(self) -> bool:
        """Whether remediation made it up to free another address."""
        return self.domain == PLACEHOLDER_DOMAIN

    @property
    def user_name_instead(self) -> str:
        """The userName that goes with a placeholder, where that is taken away, too: no address, so that nobody takes it
        for one."""
        return self.value.rpartition("@")[0]

    def is_written_like(self, other: "Address") -> bool:
        """Whether it is the same address in the same letters, whatever their case: only that says that who has the one
        may be who is meant by the other. The domain's spellings (RFC 5890) are one domain."""
        local, _, _ = self.value.rpartition("@")
        other_local, _, _ = other.value.rpartition("@")
        return self.canonical == other.canonical and same_but_for_case(local, other_local)


def parse_address(text: str) -> Address:
    """Read an email address.

    Args:
        text: the address as a client sent it; surrounding white space does not count.

    Raises:
        InvalidAddressError: it is not an address.
    """
    return Address(text.strip(), canonical_address(text))


def shown(address: Address | None) -> str | None:
    """An address as anybody is shown it: a placeholder is no address."""
    return address.value if address is not None and not address.is_placeholder else None


def shown_text(text: str | None) -> str | None:
    """The same of a text that may be a placeholder: a userName can be one, too."""
    return None if text is None or text.lower().endswith(f"@{PLACEHOLDER_DOMAIN}") else text


def placeholder(conflict_id: str, account_id: str = "") -> Address:
    """The address an account gets when a conflict takes its own away.

    Unique because the conflict's id is; a plan that empties several accounts adds the account's id.
    """
    tail = f"-{account_id}" if account_id else ""
    text = f"released-{conflict_id}{tail}@{PLACEHOLDER_DOMAIN}"
    return Address(text, text)


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
