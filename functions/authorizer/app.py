"""Lambda authorizer (TOKEN): from a bearer key to whose key it is.

The policy covers the whole stage, because API Gateway caches the answer for every method; what the key may do is for
each function to check, from the context that this one hands on.
"""

from datetime import UTC, date, datetime

from botocore.exceptions import BotoCoreError, ClientError

from rightful.api.authorizer import allowed, bearer_secret, live_key
from rightful.domain.key import Token
from rightful.runtime import cold_start  # noqa: F401 # isort: split
from rightful.runtime.clients import identity_store, impatient_store
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import count, failed, logger, observed

UNAUTHORIZED = "Unauthorized"
"""The one exception text that API Gateway turns into a 401 (API Gateway developer guide, "Lambda authorizers")."""


@observed
def handler(event: dict[str, str], _context: object) -> dict[str, object]:
    """Answer with an IAM policy, or refuse with 401; 503 where the key cannot be looked up."""
    secret = bearer_secret(event.get("authorizationToken", ""))
    now = datetime.now(UTC)
    try:
        token = live_key(identity_store(), secret, now) if secret else None
    except (ClientError, BotoCoreError) as error:
        # Any other exception is AUTHORIZER_FAILURE to the gateway: a 503 that tells the client to come again.
        failed("aws_call", error)
        raise
    count(Metric.KEYS_REFUSED, 0 if token else 1)
    if token is None:
        logger.info("Key refused")
        raise PermissionError(UNAUTHORIZED)
    _note_use(token, now.date())
    return allowed(token, event["methodArn"])


def _note_use(token: Token, today: date) -> None:
    """Note on which day a key is used, once a day. The key opens what it opens whether or not that could be noted; the
    next request that is asked about tries again."""
    if not token.is_new_on(today):
        return
    try:
        impatient_store().mark_used(token, on=today)
    except (ClientError, BotoCoreError) as error:
        failed("key_use", error)
