"""From an address that somebody types to a session: sent to the organization's identity provider, and back."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode

from rightful.core.sign_in.id_token import Expected, IdTokenError, seconds_of, verified_claims
from rightful.core.sign_in.log_rows import signed_in_row
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.key import Scope, Token
from rightful.domain.organization import Organization
from rightful.domain.person import person_id, signature
from rightful.domain.sign_in import ConsoleRole, Session, SignIn, SignInAttempt
from rightful.ports.context import Context
from rightful.ports.sign_in import ClientSecrets, OpenIdProviders, Provider, ProviderUnavailableError, SessionStore
from rightful.ports.store.contract import IdentityStore
from rightful.text.folding import one_line

SCOPE = "openid profile email"
_MOST_VALUES = 200
_STATE = re.compile(r"[0-9A-Za-z_-]{43}")
"""256 random bits."""


class SignInError(Exception):
    """Somebody cannot come in; the message says why and what to do. `forbidden`: it is known who they are."""

    def __init__(self, message: str, *, forbidden: bool = False) -> None:
        super().__init__(message)
        self.forbidden = forbidden


@dataclass(frozen=True, slots=True)
class Doors:
    """What signing in goes through."""

    providers: OpenIdProviders
    client_secrets: ClientSecrets
    sessions: SessionStore


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody is on their way: where to, and what their browser keeps (`browser` goes into a cookie)."""

    url: str
    browser: str
    provider: Provider


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in: the session, what its cookie holds, and the path that they came from."""

    session: Session
    secret: str
    back_to: str


def home_realm(store: IdentityStore, typed: str) -> Organization:
    """The organization whose people have addresses like this, by its verified domain.

    Raises:
        SignInError: it is no address, or nobody signs in with such addresses.
    """
    try:
        domain = parse_address(typed.strip()).domain
    except InvalidAddressError as error:
        raise SignInError(f"{one_line(typed)!r} is no email address. Type yours, like ada@example.com.") from error
    organization_id = store.organization_of_domain(domain)
    organization = store.organization(organization_id) if organization_id is not None else None
    if organization is None or organization.sign_in is None:
        raise SignInError(
            f"Nobody signs in here with an address at {domain}. An owner of your organization sets up signing in "
            "(Administrators, or PUT sign-in in the admin API). An administrator's key opens the console, too."
        )
    return organization


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to come in: the path to go to, whether to show anew who they are, and where they come back
    (an absolute URL, the client's redirect URI)."""

    back_to: str
    redirect_uri: str
    anew: bool = False
    hint: str = ""


def start(doors: Doors, organization: Organization, wish: Wish, context: Context) -> Started:
    """Begin to sign in: the attempt is remembered.

    Raises:
        SignInError: the provider cannot be reached, or nobody signs in to this organization.
    """
    settings = _settings(organization)
    provider = _provider(doors, settings)
    state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    attempt = SignInAttempt(
        state_hash=hashed(state),
        browser_hash=hashed(browser),
        organization_id=organization.id,
        sign_in_id=settings.id,
        nonce=nonce,
        verifier=verifier,
        back_to=wish.back_to,
        anew=wish.anew,
        started_at=context.now,
    )
    doors.sessions.put_attempt(attempt)
    parameters = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": wish.redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **({"max_age": "0", "prompt": "login"} if wish.anew else {}),
        **({"login_hint": wish.hint} if wish.hint else {}),
    }
    joined = "&" if "?" in provider.authorization_endpoint else "?"
    return Started(f"{provider.authorization_endpoint}{joined}{urlencode(parameters)}", browser, provider)


@dataclass(frozen=True, slots=True)
class Return:
    """What somebody comes back with from the provider: `browser` from their cookie; `issuer` where it names itself
    (RFC 9207)."""

    state: str
    code: str
    error: str
    browser: str
    redirect_uri: str
    issuer: str = ""


def finish(doors: Doors, back: Return, context: Context) -> Entered:
    """Come in: the code is exchanged, the ID token is checked, and a new session is kept.

    Raises:
        SignInError: it is not so; says what to do. Nothing is kept then.
    """
    # What no browser of ours can have come back with costs no call.
    ours = _STATE.fullmatch(back.state) is not None and bool(back.browser)
    attempt = doors.sessions.take_attempt(hashed(back.state)) if ours else None
    if attempt is None or not attempt.is_open(context.now):
        raise SignInError("This sign-in was finished already, begun in another browser, or took too long. Start again.")
    if not back.browser or hashed(back.browser) != attempt.browser_hash:
        raise SignInError("This sign-in was started in another browser. Start again in this one.")
    organization = context.store.organization(attempt.organization_id)
    settings = organization.sign_in if organization is not None else None
    if organization is None or settings is None or settings.id != attempt.sign_in_id:
        raise SignInError("How one signs in was changed at this moment. Start again.")
    if back.error or not back.code:
        told = one_line(back.error) or "no code"
        raise SignInError(f"The identity provider did not let you in ({told}). Start again, or ask its administrator.")
    if back.issuer and back.issuer != settings.issuer:
        raise SignInError("Another identity provider answered than the one that was asked. Start again.")
    claims = _claims(doors, settings, attempt, back, context)
    role = settings.role_of(_values(claims.get(settings.roles_claim)))
    if role is None:
        raise SignInError(_without_role(settings, claims), forbidden=True)
    session, secret = _session(organization, settings, claims, role, context)
    doors.sessions.put_session(session)
    context.commit([signed_in_row(session, context.invocation)])
    return Entered(session, secret, attempt.back_to)


def enter_with_key(doors: Doors, key: Token, context: Context) -> Entered:
    """Come in with an administrator's key, for an hour: when signing in is broken, or not set up yet.

    Raises:
        SignInError: it is no administrator's key.
    """
    if key.scope is not Scope.ADMIN or key.organization_id is None or not key.is_live(context.now):
        raise SignInError("That is no live key of an organization's administrator.", forbidden=True)
    secret, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session = Session(
        secret_hash=hashed(secret),
        organization_id=key.organization_id,
        who=key.owner,
        who_id=key.id,
        name=key.owner,
        role=ConsoleRole.OWNER,
        sign_in_id="",
        form_token=form_token,
        created_at=context.now,
        seen_at=context.now,
        shown_at=context.now,
        by_key=True,
        alone_until=key.alone_until(),
    )
    doors.sessions.put_session(session)
    context.commit([signed_in_row(session, context.invocation)])
    return Entered(session, secret, "")


def hashed(secret: str) -> str:
    """The SHA-256 under which a random text is kept."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _settings(organization: Organization) -> SignIn:
    if organization.sign_in is None:
        raise SignInError("Nobody signs in to this organization yet. An administrator's key opens the console.")
    return organization.sign_in


def _provider(doors: Doors, settings: SignIn) -> Provider:
    try:
        return doors.providers.provider(settings.issuer)
    except ProviderUnavailableError as error:
        raise SignInError(
            f"The identity provider cannot be reached: {error} Try again; an administrator's key opens the console too."
        ) from error


def _claims(
    doors: Doors, settings: SignIn, attempt: SignInAttempt, back: Return, context: Context
) -> Mapping[str, object]:
    provider = _provider(doors, settings)
    form = {
        "grant_type": "authorization_code",
        "code": back.code,
        "redirect_uri": back.redirect_uri,
        "client_id": settings.client_id,
        "code_verifier": attempt.verifier,
    }
    shown_since = attempt.started_at if attempt.anew else None
    expected = Expected(settings.issuer, settings.client_id, attempt.nonce, shown_since)
    try:
        secret = doors.client_secrets.get(attempt.organization_id, settings.secret_id) if settings.secret_id else ""
        token = doors.providers.id_token(provider, form, secret)
        try:
            return verified_claims(token, doors.providers.key_set(provider), expected, context.now)
        except IdTokenError as error:
            if not error.unknown_key:
                raise
            # The provider may have new keys since we looked.
            return verified_claims(token, doors.providers.key_set(provider, anew=True), expected, context.now)
    except LookupError as error:
        message = "The client's secret is not kept any more: an owner has to set it again (PUT sign-in)."
        raise SignInError(message) from error
    except ProviderUnavailableError as error:
        raise SignInError(f"The identity provider did not finish the sign-in: {error} Start again.") from error
    except IdTokenError as error:
        raise SignInError(f"{error} Start again; if it stays so, the settings for signing in are not right.") from error


def _session(
    organization: Organization, settings: SignIn, claims: Mapping[str, object], role: ConsoleRole, context: Context
) -> tuple[Session, str]:
    secret = secrets.token_urlsafe(32)
    subject = str(claims["sub"])
    name = _name(claims) or subject
    session = Session(
        secret_hash=hashed(secret),
        organization_id=organization.id,
        who=signature(name, subject),
        who_id=person_id(settings.issuer, subject),
        name=name,
        role=role,
        sign_in_id=settings.id,
        form_token=secrets.token_urlsafe(32),
        created_at=context.now,
        seen_at=context.now,
        shown_at=_shown_at(claims.get("auth_time"), context.now),
    )
    return session, secret


def _shown_at(auth_time: object, now: datetime) -> datetime:
    """When they showed who they are; a provider that does not say may have let them in by a session of last week."""
    seconds = seconds_of(auth_time) or 0
    return datetime.fromtimestamp(min(max(seconds, 0), now.timestamp()), UTC)


def _name(claims: Mapping[str, object]) -> str:
    for claim in ("name", "preferred_username", "email"):
        value = claims.get(claim)
        if isinstance(value, str) and one_line(value).strip():
            return one_line(value).strip()
    return ""


def _values(claim: object) -> list[str]:
    """The values of the roles' claim: a list of texts, or one text, which is one value whatever words it has."""
    if isinstance(claim, str):
        return [claim]
    return [value for value in claim[:_MOST_VALUES] if isinstance(value, str)] if isinstance(claim, list) else []


def _without_role(settings: SignIn, claims: Mapping[str, object]) -> str:
    there = ", ".join(one_line(value) for value in _values(claims.get(settings.roles_claim))[:10])
    has = f"its values are {there}" if there else "it is not there"
    return (
        f"Your identity provider knows you, but you have no role in this console: roles come in the claim "
        f"{settings.roles_claim!r}, and {has}. Ask an owner of your organization for a role."
    )
