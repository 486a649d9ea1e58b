"""What an ID token has to be, before anything in it counts (OpenID Connect Core 1.0 section 3.1.3.7). Pure.

The library checks signature and claims; which algorithms, whose token and for whom is said here. It is loaded when the
first token comes: no other page waits for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key alone: never `none`, and never HS*, whose key would be a text that others know."""

LEEWAY_SECONDS = 60
_LONGEST_TOKEN = 32 * 1024
_FAR = 1e12
_OLDEST_SECONDS = 600
"""A token is made for the request that it answers: one of an earlier day is none of ours."""


class IdTokenError(Exception):
    """The ID token is not one; `unknown_key`: it may be signed with a key that is newer than those that were looked
    at."""

    def __init__(self, message: str, *, unknown_key: bool = False) -> None:
        super().__init__(message)
        self.unknown_key = unknown_key


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose token it has to be, for whom, and for which request.

    Attributes:
        shown_since: they have to have shown who they are since then (`auth_time`); None: whenever.
    """

    issuer: str
    client_id: str
    nonce: str
    shown_since: datetime | None = None


def verified_claims(
    token: str, key_set: Mapping[str, object], expected: Expected, now: datetime
) -> Mapping[str, object]:
    """The claims of an ID token.

    Args:
        key_set: the provider's keys, a JWK set (RFC 7517 section 5).

    Raises:
        IdTokenError: it is not one that counts; says why, with nothing of what it holds.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    if len(token) > _LONGEST_TOKEN:
        raise IdTokenError("The identity provider's token is too long.")
    try:
        keys = KeySet.import_key_set({"keys": [key for key in _keys(key_set) if _can_sign(key)]})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise IdTokenError("The identity provider's keys cannot be read.") from error
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise IdTokenError("The identity provider's token is not signed as it should be.", unknown_key=True) from error
    _check(claims, expected, now)
    return claims


def _check(claims: Mapping[str, object], expected: Expected, now: datetime) -> None:
    from joserfc import jwt
    from joserfc.errors import JoseError

    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
    )
    try:
        registry.validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise IdTokenError("The identity provider's token is not for this sign-in, or no longer.") from error
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise IdTokenError("The identity provider's token does not say who it is.")
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several and party is None) or (party is not None and party != expected.client_id):
        raise IdTokenError("The identity provider's token was made for somebody else.")
    issued = seconds_of(claims["iat"])
    if issued is None or issued < now.timestamp() - _OLDEST_SECONDS:
        raise IdTokenError("The identity provider's token is from another time.")
    if expected.shown_since is not None:
        shown = seconds_of(claims.get("auth_time"))
        if shown is None or shown < expected.shown_since.timestamp() - LEEWAY_SECONDS:
            message = "The identity provider did not have you show anew who you are (it sent no new auth_time)."
            raise IdTokenError(message)


def seconds_of(value: object) -> float | None:
    """A moment in a claim (NumericDate, RFC 7519 section 2), in seconds; None: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_FAR < value < _FAR else None  # NaN is within no bounds


def _keys(key_set: Mapping[str, object]) -> list[dict[str, str | list[str]]]:
    found = key_set.get("keys")
    return [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []


def _can_sign(key: Mapping[str, object]) -> bool:
    """Whether it is a public key for signatures: a symmetric one in a public set is nobody's secret."""
    return key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"
