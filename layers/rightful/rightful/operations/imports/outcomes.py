"""What becomes of the lines of a file of accounts, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a line."""

    IMPORTED = "imported"
    ADOPTED = "adopted"
    """An earlier run imported it for less, and nobody has used it since: it has its organization or directory now."""
    ALREADY_THERE = "already_there"
    """An earlier run, or line, that says the same imported it."""
    KNOWN_WITH_ANOTHER_ADDRESS = "known_with_another_address"
    """An earlier run, or line, imported it; then the address changed, in the file or here."""
    KNOWN_OTHERWISE = "known_otherwise"
    """An earlier run, or line, imported it with another userName or externalId, or for another directory."""
    ADDRESS_TAKEN = "address_taken"
    USER_NAME_TAKEN = "user_name_taken"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    OTHER_ORGANIZATION = "other_organization"
    """The domain of the address is not the organization's."""
    INVALID = "invalid"


FINE = frozenset({Outcome.IMPORTED, Outcome.ADOPTED, Outcome.ALREADY_THERE})
"""Nobody has to look at these."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a line; `account_id` is the account that it made, or that stands in its way (empty where that is
    another organization's: the report may be handed on)."""

    number: int
    outcome: Outcome
    account_id: str = ""
    explanation: str = ""


TAKEN_IN_FILE: Mapping[str, Outcome] = {
    "email": Outcome.ADDRESS_TAKEN,
    "sourceId": Outcome.KNOWN_OTHERWISE,
    "externalId": Outcome.EXTERNAL_ID_TAKEN,
    "userName": Outcome.USER_NAME_TAKEN,
}
"""What a line comes to that has in this column what an earlier line of the file has, and is not that line again."""
