"""A refused request: who asked for which address or userName, and what else the same request asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightful.domain.account import canonical_user_name
from rightful.domain.address import Address
from rightful.text.identity import identifier, in_one_case


class Collision(StrEnum):
    """Which unique value was taken. The names are SCIM's, as the 409 spells them."""

    EMAIL = "email"
    USER_NAME = "userName"


class Operation(StrEnum):
    """The SCIM operation that was refused."""

    CREATE = "create"
    PATCH = "patch"
    PUT = "put"


@dataclass(frozen=True, slots=True)
class UserName:
    """A userName that a conflict is about; it is unique in its directory. `value` as it was sent."""

    directory_id: str
    value: str

    @property
    def canonical(self) -> str:
        """What stands in the place of a canonical address where conflicts wait for one. It can be no address: those are
        in lower case, and this has a capital letter."""
        return f"userName:{self.directory_id}:{canonical_user_name(self.value)}"

    @property
    def domain(self) -> str:
        """The domain of one that is written like an address; nobody's domain of any other."""
        return self.canonical.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Requester:
    """Who wants the address. `account_id` and `scim_id` are None for a create: there is no account yet."""

    account_id: str | None
    scim_id: str | None
    user_name: str
    external_id: str | None
    display_name: str = ""

    @property
    def subject(self) -> str:
        """The name by which an administrator knows the person."""
        return (self.display_name or self.user_name)[:200]

    @property
    def identifier(self) -> str | None:
        """The externalId, where it says who the user is."""
        return identifier(self.external_id)

    def key(self, directory_id: str) -> str:
        """What identifies the one pending change a requester can have: the account, or the user to be created.

        That user is known by its externalId (RFC 7643 3.1: it is the client's own, and caseExact), whatever it is
        called by now; two externalIds are two people, whatever their userName. Without one, or with one that
        identifies nobody (`rightful.text.identity`), the userName has to do.
        """
        if self.account_id is not None:
            return f"account:{self.account_id}"
        if self.identifier is not None:
            return f"create:{directory_id}:externalId:{self.identifier}"
        return f"create:{directory_id}:userName:{in_one_case(self.user_name)}"

    def keys(self, directory_id: str) -> tuple[str, ...]:
        """Under which keys something may be kept for this requester: its own; and where a directory has begun to send
        externalIds, what the same userName was promised before it did."""
        key = self.key(directory_id)
        if self.account_id is not None or self.identifier is None:
            return (key,)
        return key, Requester(None, None, self.user_name, None).key(directory_id)


@dataclass(frozen=True, slots=True)
class ExplicitIntent:
    """What a request says itself of the person, even if nothing changes by it.

    Attributes:
        address: it names the emails, be they what they are, other than by placeholders alone: every PUT; a PATCH of
            `emails`. That takes back a wish for another address.
        active: what it says of that; None: nothing. It takes back the opposite that was refused with the address,
            whether or not that was applied since.
        soft_delete: it gives the person the name of a deleted one: nothing else is wanted for them.
    """

    address: bool = False
    active: bool | None = None
    soft_delete: bool = False


NOTHING = ExplicitIntent()


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What the refused request asked for.

    `before` and `after` are the account's SCIM attributes (names as in Account.attributes; plus `active` where the
    request set it): applied later as a three-way merge, so that an attribute written since keeps its newer value.
    For a create `before` is empty and `after` is the whole user.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]
    active: bool | None = None
    active_said_at: datetime | None = None
    """When a request said last what `active` is."""


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """What was refused.

    Attributes:
        wanted: the address or the userName that was taken; its canonical form is what the conflict waits for.
        old_email: what the requester held when it asked; None for a create.
        key_id: the directory's key that the request came with, empty if unknown: revoking it ends the pending change.
        profile: the identity provider's, as the directory had it then (`scim.profiles`).
    """

    organization_id: str
    directory_id: str
    operation: Operation
    requester: Requester
    wanted: Address | UserName
    old_email: Address | None
    change: PendingChange
    key_id: str = ""
    profile: str = "generic"

    @property
    def address(self) -> Address | None:
        """The wanted address; None: it wants a userName."""
        return self.wanted if isinstance(self.wanted, Address) else None

    @property
    def collision(self) -> Collision:
        """Which value was taken."""
        return Collision.USER_NAME if self.address is None else Collision.EMAIL

    @property
    def requester_key(self) -> str:
        return self.requester.key(self.directory_id)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What has to be free, in canonical form: the wanted value, and a userName that the same change asks for."""
        before, after = self.change.before.get("userName"), self.change.after.get("userName")
        if self.address is None or not isinstance(after, str):
            return (self.wanted.canonical,)
        if isinstance(before, str) and canonical_user_name(before) == canonical_user_name(after):
            return (self.wanted.canonical,)
        return self.wanted.canonical, UserName(self.directory_id, after).canonical
