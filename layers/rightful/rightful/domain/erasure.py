"""What is remembered of somebody who was erased, until it is found everywhere else and gone there, too."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rightful.domain.account import Account, BeforeImage, known_addresses, with_images
from rightful.domain.conflicts.refused_request import Requester

_SHORTEST = 3
"""Characters of a name by which it is looked for in texts: "Li" is in many words."""
_NAMING = frozenset({"userName", "externalId", "displayName", "nickName", "name", "emails", "employeeNumber"})
"""The attributes that say who somebody is."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the search for what is left has come: it goes on from there.

    Attributes:
        step: the number of the list that is being looked through.
        position: where its next page begins; None: at its beginning.
        since: when this pass over all lists began; None: it has not begun.
        found: something was found in this pass, or could not be removed: there is another.
    """

    step: int = 0
    position: str | None = None
    since: datetime | None = None
    found: bool = False


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Somebody whose account was erased, as one organization knew them.

    Attributes:
        at: when.
        addresses: the canonical addresses that were theirs.
        names: by what else a text may name them, in one case.
        creates: Requester.key of each create that asked for their user, by an externalId or userName as it stands.
        reached: how far they are forgotten.
    """

    account_id: str
    organization_id: str
    at: datetime
    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    creates: frozenset[str] = frozenset()
    reached: Reached = Reached()

    def known_by(self, addresses: Iterable[str], names: Iterable[str]) -> "ErasedPerson":
        """The person with more addresses and names (in one case)."""
        long_enough = (name for name in names if len(name) >= _SHORTEST)
        return replace(self, addresses=self.addresses.union(addresses), names=self.names.union(long_enough))

    def is_their_create(self, requester: Requester, directory_id: str) -> bool:
        """Whether a create was of their user."""
        return requester.account_id is None and requester.key(directory_id) in self.creates

    def is_named_in(self, text: object) -> bool:
        """Whether a text has one of their names or addresses in it."""
        folded = str(text).casefold()
        return any(_has(folded, name) for name in (*self.names, *self.addresses))

    def is_named_in_image(self, image: BeforeImage) -> bool:
        """Whether a before-image has one of their names or addresses in what says who somebody is."""
        return any(map(self.is_named_in, (image.left.address or "", *_names(image.account))))


def domains_of(account: Account) -> frozenset[str]:
    """The domains of the addresses that an account has, or is remembered to have had."""
    return frozenset(email.domain for email in known_addresses(account))


def erased_person(account: Account, at: datetime, others: Collection[str] = ()) -> tuple[ErasedPerson, ...]:
    """Who that was to each organization that has written down something about them: which manages the account, or has,
    or changed it; and to `others`. None has about an account that is nobody's on nobody's domain."""
    managed = {account.organization_id} if account.organization_id is not None else set()
    images, known = with_images(account), known_addresses(account)
    texts = (*(email.value for email in known), *(name for image in images for name in _names(image)))
    names = {name.casefold().strip() for name in texts}
    return tuple(
        ErasedPerson(
            account.id,
            organization_id,
            at,
            frozenset(email.canonical for email in known),
            frozenset(name for name in names if len(name) >= _SHORTEST),
            frozenset(key for image in images for key in _creates(image)),
        )
        for organization_id in sorted(account.known_to.union(managed, others))
    )


def _creates(account: Account) -> Iterator[str]:
    for tie in (account.link, account.former_link, account.expected):
        if tie is not None and tie.directory_id is not None:
            asking = Requester(None, None, tie.user_name or "", tie.external_id)
            yield from asking.keys(tie.directory_id) if tie.user_name else [asking.key(tie.directory_id)]


def _has(text: str, name: str) -> bool:
    """Whether a name is in a text as a word: "tim" is in "tim@example.com", and in no "timothy"."""
    at = text.find(name)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(name) : at + len(name) + 1]
        if not any(map(str.isalnum, around)):
            return True
        at = text.find(name, at + 1)
    return False


def _names(account: Account) -> Iterator[str]:
    if account.email is not None and not account.email.is_placeholder:
        yield account.email.value
    for tie in (account.link, account.former_link, account.expected):
        if tie is not None:
            yield tie.user_name or ""
            yield tie.external_id or ""
    for name, value in account.attributes.items():
        if name in _NAMING:
            yield from _texts(value)
        elif isinstance(value, Mapping):  # an extension
            yield from _texts([value.get(each) for each in _NAMING])


def _texts(value: object) -> Iterator[str]:
    """The texts in a value; of emails the address alone, not what kind it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(value["value"] if "value" in value else list(value.values()))
    elif isinstance(value, Iterable):
        for each in value:
            yield from _texts(each)
