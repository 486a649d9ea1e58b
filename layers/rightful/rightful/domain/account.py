"""An account: one login, known by an immutable id, holding at most one email address.

A *SCIM user* is an account as a directory sees it, through the account's `Link`. Unlinking retires the SCIM id;
the account lives on and keeps its address, which is where most conflicts come from.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from rightful.domain.address import Address
from rightful.text.mailboxes import comparable


class AccountStatus(StrEnum):
    """Where an account is in its life."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    PENDING_DELETION = "pending_deletion"


class Origin(StrEnum):
    """How the account came to be."""

    SCIM = "scim"
    SIGNUP = "signup"
    INVITATION = "invitation"
    IMPORT = "import"


class Flag(StrEnum):
    """What the host application says about an account; each one makes a conflict `protected`."""

    PRIVILEGED = "privileged"
    SERVICE = "service"
    LEGAL_HOLD = "legal_hold"


@dataclass(frozen=True, slots=True)
class Link:
    """The tie between an account and the directory that provisions it."""

    directory_id: str
    scim_id: str
    user_name: str
    external_id: str | None
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class FormerLink:
    """The tie an account had last: the proof on which it may be linked again to the same person."""

    directory_id: str
    user_name: str
    external_id: str | None
    unlinked_at: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """An address that a remediation took from an account or gave to it."""

    canonical: str
    conflict_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AwaitedLink:
    """The create that an administrator lets link an account again, once and until then, whatever the policy says.
    `requester_key` is Requester.key of its conflict."""

    requester_key: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ExpectedUser:
    """What the file of accounts from which an operator imported an account says about its user, until a directory says
    something about it itself: on that proof the first create finds it (`core.users.expected`).

    `directory_id` None: the file was imported for no directory in particular. `user_name` and `external_id` None: the
    file does not say it.
    """

    organization_id: str
    directory_id: str | None
    user_name: str | None
    external_id: str | None


@dataclass(frozen=True, slots=True)
class CameWith:
    """The address that a personal account had when an organization claimed it, and whether it was confirmed: what it
    leaves with."""

    email: Address
    verified: bool


@dataclass(frozen=True, slots=True)
class Left:
    """What a remediation left of what undo gives back: by this it sees what somebody has changed since.

    Attributes:
        address: the canonical address; None: none.
        scim_id: of its link; None: it was in no directory.
        deactivated_at: since when it could not sign in.
        awaits: a create may link it.
        attributes: the name of each attribute that was changed -> a digest of its value; empty: it was removed.
    """

    address: str | None
    scim_id: str | None
    status: AccountStatus
    organization_id: str | None
    deactivated_at: datetime | None = None
    awaits: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BeforeImage:
    """What an account was before a remediation touched it: what undo restores (`accounts.before_images`).

    Attributes:
        version: the account's version right after the remediation.
        account: the account as it was. What undo does not restore is not kept there: of the attributes there are those
            that the remediation changed; logins, flags and before-images are those of a new account.
        left: what became of it.
        passed: the addresses that lately went to or from it, by this remediation and those before it.
    """

    conflict_id: str
    version: int
    taken_at: datetime
    account: "Account"
    left: Left
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One login.

    Attributes:
        version: raised by each write; every write is conditional on it.
        email: the address it holds in the email index; None while it has none.
        organization_id: the organization that manages it; None for a personal account.
        claimed: whether that organization claimed it (by provisioning it, or by an administrator's claim).
        came_with: the address that it had when an organization claimed it; None: it came otherwise.
        known_to: the organizations that managed it before, or changed it while it was nobody's: their conflicts and
            the rows of their logs name the person, and are looked through when the account is erased.
        known_as: the addresses by which these knew it: what else had them goes when the account is given back.
        attributes: the SCIM attributes a directory wrote, canonical names, without what the server keeps itself
            (id, schemas, meta, active, groups).
        held_since: when it came to hold its address.
        before_image: what it was before the latest remediation that touched it, or before that was undone.
        earlier_images: the same of those before, the latest last: some of them.
        links_made: how often it has been linked; makes each SCIM id new.
        group_ids: the groups of its directory that its user is a direct member of. The store keeps them, by writes of
            their own that raise `group_changes` and leave the version as it is.
        refused_names: the address or userName that its directory asked for last and in vain (`accounts.emails`).
        unassigned_active: what `active` was when its directory unassigned it (RFC 7644 section 3.5.2.2). While it is
            that still, SCIM does not show it.
        two_until: one person made another kind of account of it: until then its address takes two people as before.
        pushed_version: its version when its directory wrote it last: whether the latest write was its directory's.
        sign_up_key: what a repeat of the sign-up, or of the imported line, that made it is recognised by
            (`administration.sign_up`, `imports.identity`).
    """

    id: str
    version: int
    email: Address | None
    email_verified: bool
    status: AccountStatus
    origin: Origin
    created_at: datetime
    updated_at: datetime
    organization_id: str | None = None
    claimed: bool = False
    known_to: frozenset[str] = frozenset()
    known_as: tuple[Address, ...] = ()
    deletion_date: datetime | None = None
    deactivated_at: datetime | None = None
    last_login_at: datetime | None = None
    held_since: datetime | None = None
    flags: frozenset[Flag] = frozenset()
    link: Link | None = None
    former_link: FormerLink | None = None
    awaited: AwaitedLink | None = None
    expected: ExpectedUser | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    before_image: BeforeImage | None = None
    earlier_images: tuple[BeforeImage, ...] = ()
    links_made: int = 0
    group_ids: frozenset[str] = frozenset()
    group_changes: int = 0
    sign_up_key: str | None = None
    refused_names: tuple[str, ...] = ()
    unassigned_active: bool | None = None
    two_until: datetime | None = None
    pushed_version: int = 0
    came_with: CameWith | None = None

    @property
    def tag(self) -> str:
        """What changes whenever the SCIM user does: the version, and how often its groups changed."""
        return f"{self.version}.{self.group_changes}" if self.group_changes else f"{self.version}"

    @property
    def active(self) -> bool:
        """What SCIM calls `active`: the person can sign in."""
        return self.status is AccountStatus.ACTIVE

    @property
    def display_name(self) -> str | None:
        """Its user's displayName."""
        name = self.attributes.get("displayName")
        return name if isinstance(name, str) else None

    @property
    def holds(self) -> str | None:
        """The canonical address it holds."""
        return self.email.canonical if self.email else None


def managed_by(account: Account, organization_id: str | None, *, claimed: bool) -> Account:
    """The account as another organization's, or as nobody's: every way in which an organization gets or loses one. It
    remembers who managed it, and which addresses it had there: an account that is given back loses its images. Pure."""
    left = account.organization_id
    changed = replace(account, organization_id=organization_id, claimed=claimed)
    if left is None or left == organization_id:
        return changed
    return replace(changed, known_to=account.known_to | {left}, known_as=known_addresses(account))


def with_images(account: Account) -> tuple[Account, ...]:
    """The account as it is, and as its before-images have it, the earliest first."""
    latest = (account.before_image,) if account.before_image is not None else ()
    return (account, *(image.account for image in (*account.earlier_images, *latest)))


def known_addresses(account: Account) -> tuple[Address, ...]:
    """The addresses that it has, or is remembered to have had; each once, and no placeholder. Pure."""
    came_with = account.came_with.email if account.came_with is not None else None
    held = (*account.known_as, came_with, *(each.email for each in with_images(account)))
    return tuple({each.canonical: each for each in held if each is not None and not each.is_placeholder}.values())


def scim_id_of(account_id: str, links_made: int) -> str:
    """The SCIM id of an account's n-th link.

    It starts with the account's id, so that a directory's look-up is one GetItem, and ends with the link's number,
    so that a retired SCIM id never comes back.
    """
    return f"{account_id}-{links_made}"


def account_id_of(scim_id: str) -> str:
    """The id of the account that a SCIM id may belong to; the caller compares the account's link."""
    return scim_id.rpartition("-")[0]


def canonical_user_name(user_name: str) -> str:
    """The form by which a userName is unique in its directory (RFC 7643 4.1.1: caseExact is false). Where it is an
    address, it is the same one in each of its spellings."""
    return comparable(user_name)


def repeat_key(application: str, idempotency_key: str) -> str:
    """Under what a sign-up is remembered: a client's text is never an id, and applications cannot meet each other's."""
    return hashlib.sha256(f"{application}\0{idempotency_key}".encode("utf-8", "surrogatepass")).hexdigest()
