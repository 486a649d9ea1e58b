"""What a function reads from its environment: the only place that reads it."""

import os
from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Settings(BaseModel):
    """The environment variables that template.yaml sets. Unset ones are refused at start, not at first use."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    identity_table: str = Field(alias="IDENTITY_TABLE", min_length=3)
    event_log_table: str = Field(alias="EVENT_LOG_TABLE", min_length=3)
    conflicts_queue_url: str = Field(default="", alias="CONFLICTS_QUEUE_URL")
    unpublished_queue_url: str = Field(default="", alias="UNPUBLISHED_QUEUE_URL")
    event_bus: str = Field(default="", alias="EVENT_BUS")
    base_url: str = Field(default="", alias="BASE_URL")
    log_retention_days: int = Field(default=90, alias="EVENT_LOG_RETENTION_DAYS", ge=1, le=3653)

    @property
    def log_retention(self) -> timedelta:
        """How long event log rows are kept."""
        return timedelta(days=self.log_retention_days)


class SettingsMissingError(RuntimeError):
    """The environment does not say what the function needs; the message names the variables."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsMissingError: variables are missing or have values that cannot be.
    """
    try:
        return Settings.model_validate(dict(environment))
    except ValidationError as error:
        wrong = ", ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        raise SettingsMissingError(f"environment variables: {wrong}") from None
