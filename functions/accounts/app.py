"""Accounts: the host application reports sign-ups, logins and other facts about accounts."""

from typing import TYPE_CHECKING

from rightful.api.host.service import AccountsService
from rightful.api.json_call import unavailable
from rightful.runtime import cold_start  # noqa: F401 # isort: split
from rightful.runtime.clients import identity_store
from rightful.runtime.gateway import answer_event
from rightful.runtime.observability import observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    return answer_event(event, context, lambda: AccountsService(identity_store()), unavailable())
