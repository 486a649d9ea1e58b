"""What the console alone works with: sessions, secrets and OpenID providers; and how its door is counted."""

from functools import cache
from typing import TYPE_CHECKING, cast

from rightful.api.console.door.events import ConsoleEvent
from rightful.aws.dynamodb.console import DynamoDBSessions
from rightful.aws.errors import watched
from rightful.aws.openid_providers import HttpOpenIdProviders
from rightful.core.sign_in.sign_in import Doors
from rightful.runtime.clients import aws_client, client_secrets, settings
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import count, logger

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_METRICS = {
    ConsoleEvent.KEY_USED: Metric.CONSOLE_KEYS_USED,
    ConsoleEvent.SIGN_IN_REFUSED: Metric.SIGN_INS_REFUSED,
    ConsoleEvent.FORM_REFUSED: Metric.FORMS_REFUSED,
    ConsoleEvent.POLICY_REPORTED: Metric.CONTENT_POLICY_REPORTS,
}


@cache
def doors() -> Doors:
    """What signing in goes through."""
    found = settings()
    client = watched(cast("DynamoDBClient", aws_client("dynamodb")))
    sessions = DynamoDBSessions(client, found.console_table, found.identity_table)
    return Doors(HttpOpenIdProviders(found.provider_on_this_machine == "true"), client_secrets(), sessions)


def at_the_door(event: ConsoleEvent) -> None:
    """Count what happened at the console's door."""
    logger.info("Console", extra={"what": event.value})
    count(_METRICS[event])
