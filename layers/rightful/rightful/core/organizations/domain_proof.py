"""How an organization proves that a domain is its own: with a record in DNS that only the domain's owner can make."""

from typing import Protocol

LONGEST_NAME = 253
"""Characters of a name in DNS (RFC 1035 section 2.3.4)."""

_LABEL = "_rightful-challenge"


class ProofUnavailableError(Exception):
    """DNS did not answer, so that nobody knows whether the record is there."""


class DomainProof(Protocol):
    """Looks into DNS."""

    def has_txt(self, name: str, value: str) -> bool:
        """Whether a name has a TXT record of exactly that value.

        Raises:
            ProofUnavailableError: it could not be looked up.
        """
        ...


def record_name(domain: str) -> str:
    """Where the record has to be: at a name of its own (RFC 8552), not among the domain's other TXT records."""
    return f"{_LABEL}.{domain}"


def record_value(secret: str) -> str:
    """What has to stand in it."""
    return f"rightful-verification={secret}"
