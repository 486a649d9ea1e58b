"""An OpenID provider in memory: real keys and tokens, no network. Tests forge with it whatever they like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from rightful.ports.sign_in import Provider, ProviderUnavailableError

ISSUER = "https://login.example.net"
CLIENT_ID = "rightful-console"


@cache
def signing_key(kid: str = "one") -> RSAKey:
    """A key, made once for each name."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Person:
    """Somebody at the provider."""

    subject: str
    name: str
    roles: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass
class OpenIdInMemory:
    """`ports.sign_in.OpenIdProviders`. `signed_in` is who clicks; `claims` overrides what the token says."""

    now: datetime
    issuer: str = ISSUER
    signed_in: Person = field(default_factory=lambda: Person("olivia", "Olivia Owner", ("rightful-owner",)))
    claims: dict[str, object] = field(default_factory=dict)
    kid: str = "one"
    published: tuple[str, ...] = ("one",)
    down: bool = False
    forged: str | None = None
    asked: list[Mapping[str, str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    key_sets_read: int = 0
    _requests: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def provider(self, issuer: str) -> Provider:
        if self.down:
            raise ProviderUnavailableError("No answer came from it.")
        return Provider(issuer, f"{issuer}/authorize", f"{issuer}/token", f"{issuer}/keys")

    def key_set(self, provider: Provider, *, anew: bool = False) -> Mapping[str, object]:
        self.key_sets_read += 1
        known = self.published if anew else self.published[:1]
        return dict(KeySet([signing_key(kid) for kid in known]).as_dict(private=False))

    def authorize(self, url: str) -> Mapping[str, str]:
        """What a browser is sent back with, after somebody clicked."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self._requests)}"
        self._requests[code] = {**asked, "sub": self.signed_in.subject}
        return {"state": asked["state"], "code": code}

    def id_token(self, provider: Provider, form: Mapping[str, str], client_secret: str) -> str:
        self.asked.append(dict(form))
        self.secrets.append(client_secret)
        asked = self._requests.pop(form["code"], None)
        if asked is None:
            raise ProviderUnavailableError("It answered with 400 (invalid_grant).")
        if self.forged is not None:
            return self.forged
        return self.token(asked["nonce"])

    def token(self, nonce: str) -> str:
        """The ID token of whoever is signed in."""
        seconds = int(self.now.timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.signed_in.subject,
            "name": self.signed_in.name,
            "roles": list(self.signed_in.roles),
            "nonce": nonce,
            "iat": seconds,
            "exp": seconds + 300,
            "auth_time": seconds,
            **self.signed_in.more,
            **self.claims,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.kid}, told, signing_key(self.kid))


@dataclass
class SecretsInMemory:
    """`ports.sign_in.ClientSecrets`."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def put(self, organization_id: str, secret_id: str, secret: str) -> None:
        self.kept[organization_id, secret_id] = secret

    def get(self, organization_id: str, secret_id: str) -> str:
        return self.kept[organization_id, secret_id]

    def forget(self, organization_id: str, secret_id: str) -> None:
        self.kept.pop((organization_id, secret_id), None)
