"""Writes about which account was imported for which account of an existing system (`operations.importing`).

`key` is `accounts.sign_up.repeat_key`: the organization and the account's id over there, hashed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """Remember for which account of an existing system an account was imported. Condition: none was yet, or this one,
    or `instead_of`, which is gone."""

    key: str
    account_id: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseSource:
    """Forget it. Condition: it is this account, or none."""

    key: str
    account_id: str


SourceWrite = ClaimSource | ReleaseSource
