"""Lambda authorizer (TOKEN): from a bearer key to whose key it is.

The policy covers the whole stage, because API Gateway caches the answer for every method; what the key may do is for
each function to check, from the context that this one hands on.
"""

from datetime import UTC, datetime

from rightful.api.authorization import authorize, bearer_secret
from rightful.observability import count, logger
from rightful.storage.clients import identity_store

UNAUTHORIZED = "Unauthorized"
"""The one exception text that API Gateway turns into a 401 (API Gateway developer guide, "Lambda authorizers")."""


def handler(event: dict[str, str], _context: object) -> dict[str, object]:
    """Answer with an IAM policy, or refuse with 401."""
    secret = bearer_secret(event.get("authorizationToken", ""))
    answer = authorize(identity_store(), secret, event["methodArn"], datetime.now(UTC)) if secret else None
    if answer is None:
        logger.info("Key refused")
        count("KeyRefused")
        raise PermissionError(UNAUTHORIZED)
    return answer
