"""Accounts: the host application reports sign-ups, logins and other facts about accounts."""

from typing import TYPE_CHECKING

from rightful import cold_start  # noqa: F401 # isort: split
from rightful.api.accounts import AccountsService
from rightful.api.gateway import answer_event
from rightful.api.json_call import unavailable
from rightful.observability import observed
from rightful.storage.clients import identity_store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    return answer_event(event, context, lambda: AccountsService(identity_store()), unavailable())
