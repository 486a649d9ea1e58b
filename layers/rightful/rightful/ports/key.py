"""The key of an item, as something that is compared and shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemKey:
    """A primary key of the identity table or of the event log table."""

    pk: str
    sk: str
