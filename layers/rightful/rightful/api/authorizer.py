"""From a bearer key to an authorizer's answer, and the checks that each function makes with it."""

import re
from datetime import datetime

from rightful.domain.key import Token, digest
from rightful.ports.store.contract import IdentityStore

_BEARER = re.compile(r"^bearer +([A-Za-z0-9._~+/-]+=*)$", re.IGNORECASE)  # RFC 6750 section 2.1


def bearer_secret(authorization: str) -> str | None:
    """The key in an Authorization header; None where there is none."""
    match = _BEARER.match(authorization.strip())
    return match.group(1) if match else None


def live_key(store: IdentityStore, secret: str, now: datetime) -> Token | None:
    """The key that this is; None where it is none, or not live any more."""
    token = store.token(digest(secret))
    return token if token is not None and token.is_live(now) else None


def allowed(token: Token, method_arn: str) -> dict[str, object]:
    """An authorizer's answer for a live key: a policy for the whole stage, whose key it is, and until when it is one
    administrator's word. The gateway keeps the answer for 60 seconds: the end is a moment, so that it counts exactly;
    a confirmation counts within those seconds.

    Args:
        method_arn: arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}
    """
    api_arn, stage = method_arn.split("/")[:2]
    alone_until = token.alone_until()
    intent = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api_arn}/{stage}/*/*"}
    return {
        "principalId": token.id,
        "policyDocument": {"Version": "2012-10-17", "Statement": [intent]},
        "context": {
            "tokenId": token.id,
            "scope": token.scope.value,
            "owner": token.owner,
            "organizationId": token.organization_id or "",
            "directoryId": token.directory_id or "",
            "aloneUntil": alone_until.isoformat() if alone_until is not None else "",
        },
    }
