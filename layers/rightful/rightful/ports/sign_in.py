"""What signing in needs of the outside: an OpenID provider, a place for clients' secrets, and one for sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rightful.domain.organization import Organization
from rightful.domain.sign_in import Session, SignInAttempt


class ProviderUnavailableError(Exception):
    """The OpenID provider could not be asked, or does not answer as one; the message says what, for a person."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What an OpenID provider says of itself (OpenID Connect Discovery 1.0 section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class OpenIdProviders(Protocol):
    """OpenID providers, asked by HTTPS."""

    def provider(self, issuer: str) -> Provider:
        """What that issuer says of itself.

        Raises:
            ProviderUnavailableError: it cannot be asked, is not who it should be, or says what cannot be used.
        """
        ...

    def key_set(self, provider: Provider, *, anew: bool = False) -> Mapping[str, object]:
        """Its keys, a JWK set; `anew`: not those that are remembered.

        Raises:
            ProviderUnavailableError: it cannot be asked.
        """
        ...

    def id_token(self, provider: Provider, form: Mapping[str, str], client_secret: str) -> str:
        """The ID token for a code.

        Args:
            form: the token request (RFC 6749 section 4.1.3), with the client's id in it.
            client_secret: sent as HTTP Basic; empty: a public client.

        Raises:
            ProviderUnavailableError: it cannot be asked, or refuses the code.
        """
        ...


class ClientSecrets(Protocol):
    """Where the secrets are that organizations' clients have at their OpenID providers."""

    def put(self, organization_id: str, secret_id: str, secret: str) -> None:
        """Keep one."""
        ...

    def get(self, organization_id: str, secret_id: str) -> str:
        """One that was kept.

        Raises:
            LookupError: it is not there.
        """
        ...

    def forget(self, organization_id: str, secret_id: str) -> None:
        """Remove one; nothing where it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A session with its organization: read together, in one call."""

    session: Session
    organization: Organization


class SessionStore(Protocol):
    """Attempts to sign in, and sessions."""

    def put_attempt(self, attempt: SignInAttempt) -> None:
        """Remember that somebody was sent to the provider."""
        ...

    def take_attempt(self, state_hash: str) -> SignInAttempt | None:
        """The attempt, which is gone with that: the second one who comes back with the same state finds nothing."""
        ...

    def put_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def visit(self, organization_id: str, secret_hash: str) -> Visit | None:
        """The session, live or not, and its organization."""
        ...

    def note_seen(self, session: Session, now: datetime) -> None:
        """The session was used; nothing where it has ended meanwhile."""
        ...

    def end_session(self, session: Session) -> None:
        """End one; it may have ended."""
        ...

    def first_use(self, session: Session, nonce: str) -> bool:
        """Whether a form of that session, which has this nonce, is sent for the first time; from now on it is not."""
        ...

    def sessions(self, organization_id: str) -> tuple[Session, ...]:
        """All of an organization, live or not."""
        ...
