"""The conflicts queue's messages."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.queue import ReexamineAll
from rightful.text.ids import ID_PATTERN

_ID = f"^{ID_PATTERN}$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organization_id: str = Field(alias="organizationId", pattern=_ID)
    correlation_id: str = Field(default="", alias="correlationId", max_length=128)


class _OneConflict(_Body):
    conflict_id: str = Field(alias="conflictId", pattern=_ID)


class _AllConflicts(_Body):
    """Of an organization, from the one after `reexamineAfter` on; empty: from the first."""

    reexamine_after: str = Field(alias="reexamineAfter", pattern=f"^({ID_PATTERN})?$")


_bodies: TypeAdapter[_OneConflict | _AllConflicts] = TypeAdapter(_OneConflict | _AllConflicts)


@dataclass(frozen=True, slots=True)
class Message:
    """What to examine, and whose request it came from. Never an authority: whoever reads it reads everything again."""

    about: Pointer | ReexamineAll
    correlation_id: str


def read_message(body: str) -> Message | None:
    """Read a message; None for what this service never sends."""
    try:
        message = _bodies.validate_json(body)
    except ValidationError:
        return None
    if isinstance(message, _OneConflict):
        return Message(Pointer(message.organization_id, message.conflict_id), message.correlation_id)
    return Message(ReexamineAll(message.organization_id, message.reexamine_after or None), message.correlation_id)
