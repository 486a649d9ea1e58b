"""What a function reads from its environment: the only place that reads it.

Checked by hand: this is imported at every cold start, and pydantic alone would cost a third of what boto3 does.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

_SHORTEST_TABLE_NAME = 3  # DynamoDB's own limit
_MOST_RETENTION_DAYS = 3653
_MOST_DELIVERIES = 1000  # SQS's own limit


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment variables that template.yaml sets, each under its name in lower case.

    Attributes:
        base_url: what clients put before the path; empty: the API stage's own URL.
        documentation_url: where identity providers' administrators read about the service; empty: nowhere.
        dns_resolver_url: by which domains are verified, an https URL; empty: only the operator adds domains.
        conflict_deliveries: how often the queue delivers a message before it sets it aside.
        console_table: where sessions of the console are; only the console has it.
        client_secrets_prefix: the path of the parameters that hold secrets of OpenID clients; empty: nowhere.
        provider_on_this_machine: "true": an OpenID provider may be http://127.0.0.1, as on a developer's machine.
        log_hash_key: what turns an address into the hash that logs may hold; empty: logs hold none.
    """

    identity_table: str
    event_log_table: str
    conflicts_queue_url: str = ""
    unpublished_queue_url: str = ""
    event_bus: str = ""
    base_url: str = ""
    event_log_retention_days: int = 90
    log_hash_key: str = ""
    dns_resolver_url: str = ""
    documentation_url: str = ""
    conflict_deliveries: int = 5
    console_table: str = ""
    client_secrets_prefix: str = ""
    provider_on_this_machine: str = ""

    @property
    def log_retention(self) -> timedelta:
        """How long event log rows are kept."""
        return timedelta(days=self.event_log_retention_days)


VARIABLES = tuple(field.name.upper() for field in fields(Settings))
"""The names of the environment variables that settings come from."""


class SettingsMissingError(RuntimeError):
    """The environment does not say what the function needs; the message names the variables."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsMissingError: variables are missing or have values that cannot be.
    """
    wrong = [
        f"{name} has to be the name of a table"
        for name in ("IDENTITY_TABLE", "EVENT_LOG_TABLE")
        if len(environment.get(name, "")) < _SHORTEST_TABLE_NAME
    ]
    days = environment.get("EVENT_LOG_RETENTION_DAYS", "90")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= _MOST_RETENTION_DAYS):
        wrong.append(f"EVENT_LOG_RETENTION_DAYS has to be a whole number from 1 to {_MOST_RETENTION_DAYS}")
    deliveries = environment.get("CONFLICT_DELIVERIES", "5")
    if not (deliveries.isascii() and deliveries.isdigit() and 1 <= int(deliveries[:9]) <= _MOST_DELIVERIES):
        wrong.append(f"CONFLICT_DELIVERIES has to be a whole number from 1 to {_MOST_DELIVERIES}")
    resolver = environment.get("DNS_RESOLVER_URL", "")
    if resolver and not resolver.startswith("https://"):
        wrong.append("DNS_RESOLVER_URL has to be an https URL")
    if wrong:
        raise SettingsMissingError(f"environment variables: {'; '.join(wrong)}")
    return Settings(
        identity_table=environment["IDENTITY_TABLE"],
        event_log_table=environment["EVENT_LOG_TABLE"],
        conflicts_queue_url=environment.get("CONFLICTS_QUEUE_URL", ""),
        unpublished_queue_url=environment.get("UNPUBLISHED_QUEUE_URL", ""),
        event_bus=environment.get("EVENT_BUS", ""),
        base_url=environment.get("BASE_URL", ""),
        event_log_retention_days=int(days),
        log_hash_key=environment.get("LOG_HASH_KEY", ""),
        dns_resolver_url=resolver,
        documentation_url=environment.get("DOCUMENTATION_URL", ""),
        conflict_deliveries=int(deliveries),
        console_table=environment.get("CONSOLE_TABLE", ""),
        client_secrets_prefix=environment.get("CLIENT_SECRETS_PREFIX", ""),
        provider_on_this_machine=environment.get("PROVIDER_ON_THIS_MACHINE", ""),
    )


def metrics_namespace(environment: Mapping[str, str] = os.environ) -> str:
    """The CloudWatch namespace of this deployment's metrics: two stacks in one account do not add up."""
    return environment.get("POWERTOOLS_METRICS_NAMESPACE", "Rightful")
