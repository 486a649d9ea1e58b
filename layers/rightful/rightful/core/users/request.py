"""A request of a directory about its users: what every use case reads, asks and commits through.

What a request says in so many words of a user's address and activity counts, whether or not it changes anything: an
identity provider that sets a user back to the address it has, or says `active: true` of a user who is active, asks for
nothing new; but it takes back what it asked for before and was refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.core.accounts.emails import says_nothing_of_address
from rightful.domain.account import Account, account_id_of
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.refused_request import ExplicitIntent
from rightful.domain.two_people import eased_by_one, what_takes_two
from rightful.ports.context import QueueContext
from rightful.ports.store.contract import DirectoryState
from rightful.scim.errors import ScimError, not_found, unavailable
from rightful.scim.patch.patch import Operation as PatchOperation
from rightful.text.ids import MAX_KEY_OCTETS, fits_key

_RETRY_AFTER_SECONDS = 1
_MAX_REQUESTER_KEY_OCTETS = MAX_KEY_OCTETS + 128  # Requester.key: an externalId or userName with its directory
_USER_URN = "urn:ietf:params:scim:schemas:core:2.0:user:"


def _unheard(*_: object) -> None:
    """Nobody wants to hear of it."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Who hears of what happens beside the answer.

    Attributes:
        failed: hears of what could not be done and is done later: what, and the error.
        recorded: of each conflict that is in the table.
        held: of each account that one administrator's key did not reach.
    """

    failed: Callable[[str, Exception], None] = _unheard
    recorded: Callable[[Conflict], None] = _unheard
    held: Callable[[Account], None] = _unheard


NO_OBSERVER = Observer()


@dataclass(frozen=True, slots=True)
class UserRequest:
    """One request of a directory.

    Attributes:
        key_id: the key that it comes with.
        alone_until: until then the key is one administrator's word.
    """

    context: QueueContext
    organization_id: str
    directory_id: str
    key_id: str = ""
    alone_until: datetime | None = None
    observer: Observer = NO_OBSERVER

    @property
    def by_one(self) -> bool:
        """Whether it comes with a key that one administrator issued and no other one has confirmed yet."""
        return self.alone_until is not None and self.context.now < self.alone_until

    def out_of_reach(self, account: Account, state: DirectoryState) -> str:
        """Why its key may not change the account's address; empty: it may."""
        now = self.context.now
        return what_takes_two(account, state.organization.policy_at(now), now) if self.by_one else ""

    def pushed(self, before: Account, after: Account, state: DirectoryState) -> Account:
        """The account as the request changed it, marked as written by its directory; where one person's key changed it,
        what took two people still does for a while."""
        now = self.context.now
        eased = eased_by_one(before, after, state.organization.policy_at(now), now) if self.by_one else after
        return replace(eased, pushed_version=eased.version)

    def has_user(self, account: Account | None, scim_id: str) -> bool:
        """Whether that SCIM id is, now, that account's in this directory."""
        return (
            account is not None
            and account.link is not None
            and account.link.directory_id == self.directory_id
            and account.link.scim_id == scim_id
        )


def read_state(request: UserRequest, scim_id: str | None = None, *, requester_key: str | None = None) -> DirectoryState:
    """The directory's settings and, by SCIM id, one of its users, as they are now: one call.

    Raises:
        ScimError: 404, there is no such directory or user.
    """
    if scim_id is not None and not fits_key(scim_id):
        raise not_found("There is no resource with an id of that length.")
    if requester_key is not None and not fits_key(requester_key, _MAX_REQUESTER_KEY_OCTETS):
        requester_key = None  # longer than any that was recorded: what has such a userName is refused
    state = request.context.store.directory_state(
        request.organization_id,
        request.directory_id,
        account_id=account_id_of(scim_id) if scim_id is not None else None,
        requester_key=requester_key,
    )
    if state is None or state.directory.deleting is not None:
        raise not_found(f"There is no directory {request.directory_id}.")
    if scim_id is not None and not request.has_user(state.account, scim_id):
        raise not_found(f"Resource {scim_id} not found.")
    return state


def busy() -> ScimError:
    """Contention that did not end in time: try again."""
    return unavailable(_RETRY_AFTER_SECONDS)


def intent_of_resource(body: Mapping[str, object]) -> ExplicitIntent:
    """What a PUT says."""
    return _said(body.items())


def intent_of_operations(operations: Iterable[PatchOperation]) -> ExplicitIntent:
    """What a PATCH says; the last word on `active` counts."""
    pairs: list[tuple[str, object]] = []
    for operation in operations:
        if operation.path is not None:
            pairs.append((operation.path.attribute, operation.value))
        elif isinstance(operation.value, Mapping):
            pairs += [(str(name), value) for name, value in operation.value.items()]
    return _said(pairs)


def _said(pairs: Iterable[tuple[str, object]]) -> ExplicitIntent:
    address, active = False, None
    for name, value in pairs:
        attribute = name.lower().removeprefix(_USER_URN)
        if attribute == "emails" or attribute.startswith(("emails[", "emails.")):
            address = address or not says_nothing_of_address(value)
        elif attribute == "active":
            active = value if isinstance(value, bool) else None
    return ExplicitIntent(address, active)
