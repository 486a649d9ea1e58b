"""Signing in to the console: an organization's settings for it, what is under way, and sessions. Pure.

OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636), done by the function itself: a browser never
holds a token (RFC 10017, "backend for frontend").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from rightful.domain.one_word import OneWord


class ConsoleRole(StrEnum):
    """What somebody may do in the console. Each may do what those before it may."""

    VIEWER = "viewer"
    """Read."""
    OPERATOR = "operator"
    """Retry, preview, and act on accounts."""
    APPROVER = "approver"
    """Decide and undo."""
    OWNER = "owner"
    """Policy, domains, directories, keys and how one signs in."""

    def reaches(self, needed: "ConsoleRole") -> bool:
        """Whether this one may do what that one may."""
        ranked = list(ConsoleRole)
        return ranked.index(self) >= ranked.index(needed)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How an organization's people sign in.

    Attributes:
        id: made anew with each change that matters, so that sessions of before end.
        issuer: of the organization's OpenID provider, an https URL without a query.
        secret_id: under which the client's secret is kept; empty: a public client, which proves itself by PKCE alone.
        roles_claim: which claim of the ID token says what somebody is.
        roles: a role -> the values of that claim that give it.
        set_alone: who said so, where it was one administrator: whoever sets where people come from could make any
            number of them. None: the operator of the service did.
    """

    id: str
    issuer: str
    client_id: str
    secret_id: str = ""
    roles_claim: str = "roles"
    roles: Mapping[ConsoleRole, tuple[str, ...]] = field(default_factory=dict)
    set_alone: OneWord | None = None

    def stands_alone(self, now: datetime) -> bool:
        """Whether it is one person's word to this moment: all who sign in by it are no second person then."""
        return self.set_alone is not None and self.set_alone.stands_alone(now)

    def role_of(self, values: Iterable[str]) -> ConsoleRole | None:
        """The highest role that these values of the claim give; None: none of them gives one."""
        there = set(values)
        given = [role for role in ConsoleRole if there & set(self.roles.get(role, ()))]
        return given[-1] if given else None


ATTEMPT_LIFETIME = timedelta(minutes=10)
IDLE_FOR = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=8)
KEY_SESSION_LIFETIME = timedelta(hours=1)
"""With a key somebody comes in when signing in is broken: long enough to mend it."""

SEEN_EVERY = timedelta(minutes=1)
"""So often at most a session is written because it was used."""

FRESH_FOR = timedelta(minutes=10)
"""For what needs it, somebody has to have shown who they are within that time."""


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """Somebody who was sent to the identity provider and has not come back yet.

    Attributes:
        state_hash: SHA-256 of the state that the provider hands back.
        browser_hash: SHA-256 of what the browser that set out has in a cookie: nobody else can come back for it.
        verifier: PKCE's (RFC 7636 section 4.1).
        back_to: the path of the console that they came from.
        anew: whether they have to show anew who they are.
    """

    state_hash: str
    browser_hash: str
    organization_id: str
    sign_in_id: str
    nonce: str
    verifier: str
    back_to: str
    anew: bool
    started_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether it still counts. Checked by the reader: DynamoDB's TTL deletes days late."""
        return now < self.started_at + ATTEMPT_LIFETIME


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in.

    Attributes:
        secret_hash: SHA-256 of what the cookie holds.
        who: the person as the log names them (`domain.person.signature`); with a key its owner.
        who_id: of the person (`domain.person.person_id`), or of the key.
        name: for the page.
        sign_in_id: of the settings by which it came to be; empty with a key.
        form_token: what every form of this session carries.
        shown_at: when they last showed who they are.
        by_key: whether a key was pasted, because signing in does not work.
        alone_until: until when that key is one administrator's word.
    """

    secret_hash: str
    organization_id: str
    who: str
    who_id: str
    name: str
    role: ConsoleRole
    sign_in_id: str
    form_token: str
    created_at: datetime
    seen_at: datetime
    shown_at: datetime
    by_key: bool = False
    alone_until: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it ends however much it is used."""
        return self.created_at + (KEY_SESSION_LIFETIME if self.by_key else SESSION_LIFETIME)

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens the console."""
        return now < min(self.ends_at, self.seen_at + IDLE_FOR)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is a short time since they showed who they are."""
        return now < self.shown_at + FRESH_FOR
