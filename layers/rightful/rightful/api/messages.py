"""The conflicts queue's messages."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rightful.ids import ID_PATTERN
from rightful.storage.contract import Pointer

_ID = f"^{ID_PATTERN}$"


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organization_id: str = Field(alias="organizationId", pattern=_ID)
    conflict_id: str = Field(alias="conflictId", pattern=_ID)
    correlation_id: str = Field(default="", alias="correlationId", max_length=128)


@dataclass(frozen=True, slots=True)
class Message:
    """A pointer, and whose request it came from. Never an authority: whoever reads it reads everything again."""

    pointer: Pointer
    correlation_id: str


def read_message(body: str) -> Message | None:
    """Read a message; None for what this service never sends."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError:
        return None
    return Message(Pointer(message.organization_id, message.conflict_id), message.correlation_id)
