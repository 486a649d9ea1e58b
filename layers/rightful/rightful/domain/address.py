"""Email addresses: what was sent, and the one canonical form by which an address has a single holder (`mailboxes`)."""

from dataclasses import dataclass

from rightful.text.identity import same_but_for_case
from rightful.text.mailboxes import InvalidAddressError, canonical_address, canonical_domain

__all__ = ["PLACEHOLDER_DOMAIN", "Address", "InvalidAddressError", "canonical_domain", "parse_address", "placeholder"]

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


def placeholder(conflict_id: str, account_id: str = "") -> Address:
    """The address an account gets when a conflict takes its own away.

    Unique because the conflict's id is; a plan that empties several accounts adds the account's id.
    """
    tail = f"-{account_id}" if account_id else ""
    text = f"released-{conflict_id}{tail}@{PLACEHOLDER_DOMAIN}"
    return Address(text, text)
