"""Sentences that several parts of a conflict's story share."""

OUTSIDE = "an account outside your organization"
"""All that anybody may read about a holder of another organization, or of none."""


VERIFY_DOMAIN = (
    "Have the domain verified: add it under Domains and prove it in DNS, or ask the operator of the service where that "
    "is not offered. Then it goes on by itself. Or correct the address in the identity provider."
)
"""True whether or not the service verifies domains by DNS."""
