"""What is remembered of somebody who was erased, until it is found everywhere else and gone there, too."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rightful.domain.account import Account, BeforeImage

_SHORTEST = 3
"""Characters of a name by which it is looked for in texts: "Li" is in many words."""
_NAMING = frozenset({"userName", "externalId", "displayName", "nickName", "name", "emails", "employeeNumber"})
"""The attributes that say who somebody is."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Somebody whose account was erased.

    Attributes:
        at: when.
        addresses: the canonical addresses that were theirs.
        names: by what else a text or a request may name them, in one case.
    """

    account_id: str
    organization_id: str
    at: datetime
    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def is_named_in(self, text: object) -> bool:
        """Whether a text has one of their names or addresses in it."""
        folded = str(text).casefold()
        return any(_has(folded, name) for name in (*self.names, *self.addresses))

    def is_named_in_image(self, image: BeforeImage) -> bool:
        """Whether a before-image has one of their names or addresses in what says who somebody is."""
        return any(map(self.is_named_in, (image.left.address or "", *_names(image.account))))


def erased_person(account: Account, at: datetime) -> ErasedPerson | None:
    """Who that was; None: no organization managed the account, so that nothing was written down about it elsewhere."""
    if account.organization_id is None:
        return None
    before = [*account.earlier_images, *([account.before_image] if account.before_image else [])]
    images = [account, *(image.account for image in before)]
    came = [account.came_with.email] if account.came_with is not None else []
    held = [*came, *(image.email for image in images if image.email is not None)]
    emails = [email for email in held if not email.is_placeholder]
    names = {name.casefold().strip() for image in images for name in _names(image)}
    return ErasedPerson(
        account.id,
        account.organization_id,
        at,
        frozenset(email.canonical for email in emails),
        frozenset(name for name in names if len(name) >= _SHORTEST),
    )


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
