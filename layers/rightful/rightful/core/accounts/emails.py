"""What the emails (and userName) that a directory sends mean for the account's address. Pure.

Soft deletes: Entra puts the 32 hexadecimal digits of the user's object id before the userPrincipalName of a deleted
user, and sends that wherever it was mapped to: the userName, the emails, or both. As an address it would be nobody's:
the person's own would be free at once, and every restore would collide. The name behind the digits is the identity
provider's, which is not always the one that is here: a rename may have been refused.

Placeholders: a remediation puts one in the place of an address that it takes away, so that paths of an identity
provider (`emails[type eq "work"].value`) still find their entry. Nobody is shown it: an identity provider that reads
its user, and writes it back as a whole, would otherwise send an address that is nobody's. One that was read earlier may
come back all the same; it says nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from rightful.domain.account import Account, canonical_user_name
from rightful.domain.address import PLACEHOLDER_DOMAIN, Address, InvalidAddressError, parse_address
from rightful.domain.conflicts.conflict import Conflict
from rightful.ports.writes.conflicts import EndPending
from rightful.ports.writes.transaction import Write
from rightful.text.identity import identifier


def chosen_email(attributes: Mapping[str, object]) -> str | None:
    """The email that is the account's address, as it was sent; None: there are none."""
    chosen = _chosen(attributes.get("emails"))
    return str(chosen[1]["value"]) if chosen is not None else None


def with_address(emails: object, address: Address) -> list[object]:
    """The `emails` value with another address in the entry that is the account's."""
    entries: list[object] = list(emails) if isinstance(emails, list | tuple) else []
    chosen = _chosen(emails)
    if chosen is None:
        return [*entries, {"value": address.value, "type": "work", "primary": True}]
    position, entry = chosen
    if entry["value"] != address.value:
        entries[position] = {**entry, "value": address.value}
    return entries


def _chosen(emails: object) -> tuple[int, Mapping[str, object]] | None:
    """The entry that is the account's, and its place: the primary one, else the work one, else the first."""
    usable = [
        (position, entry)
        for position, entry in enumerate(emails if isinstance(emails, list | tuple) else ())
        if isinstance(entry, Mapping) and isinstance(entry.get("value"), str) and entry["value"].strip()
    ]
    primary = (each for each in usable if each[1].get("primary") is True)
    work = (each for each in usable if _type(each[1]) == "work")
    return next(chain(primary, work, usable), None)


_TOMBSTONE = re.compile(r"([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})(.+)", re.DOTALL)
"""An object id, with its dashes or without, and the name it was put before."""


def is_tombstone(name: str, names: Iterable[str], object_id: str | None = None) -> bool:
    """Whether a soft delete made this of one of these names, or put this object id before whatever it was."""
    match = _TOMBSTONE.fullmatch(canonical_user_name(name))
    if match is None:
        return False
    known = identifier(object_id)
    if known is not None and _undashed(match[1]) == _undashed(known.lower()):
        return True
    return not _forms(match[2]).isdisjoint(form for each in names for form in _forms(each))


def looks_like_one(name: str) -> bool:
    """Whether a soft delete may have made this, of whatever name."""
    return _TOMBSTONE.fullmatch(canonical_user_name(name)) is not None


def names_of(account: Account) -> set[str]:
    """What an account is called, was before a conflict took it away, or was asked for in vain: addresses and userNames.
    Where it has been deleted softly, the name that it had then."""
    names = {*account.refused_names, account.email.value if account.email else None, *_emails(account.attributes)}
    if account.link is not None:
        match = _TOMBSTONE.fullmatch(canonical_user_name(account.link.user_name))
        names |= {account.link.user_name, match[2] if match else None}
    image = account.before_image
    if image is not None:
        email, link = image.account.email, image.account.link
        names |= {email.value if email else None, link.user_name if link else None}
    return {name for name in names if name is not None}


def names_wanted(conflict: Conflict) -> set[str]:
    """What a refused change wanted its requester to be called, and what the requester was called then."""
    names = {
        each
        for attributes in (conflict.request.change.before, conflict.request.change.after)
        for each in _names(attributes)
    }
    if conflict.request.old_email is not None:
        names.add(conflict.request.old_email.value)
    return {*names, conflict.request.wanted.value}


def without_tombstones(
    account: Account, resource: Mapping[str, object], pending: Conflict | None
) -> tuple[Mapping[str, object], bool]:
    """What a directory wants, less the addresses that a soft delete made of the person's own or refused ones.

    The userName is taken as it was sent, because the identity provider compares it with its own; the person's address
    and emails stay. What was made of anybody else's name is an address like any other.

    Returns:
        The resource, and whether it is a soft delete.
    """
    names = names_of(account) | (names_wanted(pending) if pending is not None else set())
    object_id = account.link.external_id if account.link else None

    def buried(value: object) -> bool:
        return isinstance(value, str) and is_tombstone(value, names, object_id)

    renamed = buried(resource.get("userName"))
    entries = list(_entries(resource))
    found = [buried(entry.get("value")) for entry in entries]
    if not any(found):
        return resource, renamed
    held = account.attributes.get("emails")
    kept = {name: value for name, value in resource.items() if name != "emails"}
    if buried(chosen_email(resource)):
        return (kept if held is None else {**kept, "emails": held}), True
    # Another one than the account's: that one stays what it was, or is left out.
    former = {_type(each): each["value"] for each in _entries(account.attributes) if "value" in each}
    left: list[object] = []
    for entry, gone in zip(entries, found, strict=True):
        if not gone:
            left.append(entry)
        elif _type(entry) in former:
            left.append({**entry, "value": former[_type(entry)]})
    return {**kept, "emails": left}, True


def remembering(
    account: Account, pending: Conflict | None, ending: Iterable[Write], *, soft_delete: bool = False
) -> Account:
    """Somebody who is deleted softly, or can be at any time because they are not active, and whose refused change these
    writes end: with what that asked for, because the identity provider calls them so. Else the account."""
    ends = any(isinstance(write, EndPending) for write in ending)
    if pending is None or not ends or (account.active and not soft_delete):
        return account
    return asked_in_vain(account, pending)


def asked_in_vain(account: Account, conflict: Conflict) -> Account:
    """An account that remembers what was asked for it by a change that is not wanted any more."""
    asked = {conflict.request.wanted.value, conflict.request.change.after.get("userName")}
    names = tuple(sorted(name for name in asked if isinstance(name, str)))
    return account if names == account.refused_names else replace(account, refused_names=names)


def _names(attributes: Mapping[str, object]) -> Iterator[str]:
    user_name = attributes.get("userName")
    if isinstance(user_name, str):
        yield user_name
    yield from _emails(attributes)


def _emails(attributes: Mapping[str, object]) -> Iterator[str]:
    for entry in _entries(attributes):
        value = entry.get("value")
        if isinstance(value, str) and value.strip():
            yield value


def _entries(attributes: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    emails = attributes.get("emails")
    for entry in emails if isinstance(emails, list | tuple) else ():
        if isinstance(entry, Mapping):
            yield entry


def _type(entry: Mapping[str, object]) -> str:
    return str(entry.get("type", "")).lower()


def _forms(name: str) -> set[str]:
    """The forms by which a name is compared: as a userName, and as an address where it is one."""
    forms = {canonical_user_name(name)}
    with suppress(InvalidAddressError):
        forms.add(parse_address(name).canonical)
    return forms


def _undashed(text: str) -> str:
    return text.replace("-", "")


_BEGINNING, _ENDING = "released-", f"@{PLACEHOLDER_DOMAIN}"
_USER_NAME = re.compile(r"released(-[0-9a-f]{32}){1,2}")
"""What a userName is that was taken away (`Address.user_name_instead`); identity providers make addresses of it."""


def is_placeholder(entry: object) -> bool:
    """Whether an entry of `emails` has a placeholder as its value (see `address.placeholder`)."""
    value = entry.get("value") if isinstance(entry, Mapping) else None
    if not isinstance(value, str):
        return False
    text = value.strip().lower()
    return (text.startswith(_BEGINNING) and text.endswith(_ENDING)) or _USER_NAME.fullmatch(text) is not None


def without_placeholders(resource: dict[str, object]) -> dict[str, object]:
    """A User resource as it is shown: without entries that are placeholders."""
    emails = resource.get("emails")
    if not isinstance(emails, list) or not any(map(is_placeholder, emails)):
        return resource
    shown = [entry for entry in emails if not is_placeholder(entry)]
    rest = {name: value for name, value in resource.items() if name != "emails"}
    return {**rest, "emails": shown} if shown else rest


def says_nothing_of_address(emails: object) -> bool:
    """Whether a value of `emails`, or of one entry's `value`, is placeholders and nothing else."""
    if isinstance(emails, str):
        return is_placeholder({"value": emails})
    entries = emails if isinstance(emails, list) else [emails]
    return bool(entries) and all(map(is_placeholder, entries))


def with_own_address(account: Account, wanted: Mapping[str, object]) -> Mapping[str, object]:
    """What a directory wants the user to be, where it knows the account's placeholder, a former one, or none.

    The emails as they are shown mean the emails as they are. A placeholder, of today or of before, means the address
    that the account has, whatever that is by now; so does a userName of before.
    """
    if account.link is not None and is_placeholder({"value": wanted.get("userName")}):
        wanted = {**wanted, "userName": account.link.user_name}
    stored, sent = _email_list(account.attributes), _email_list(wanted)
    if sent == stored:
        return wanted
    own = account.email
    if not any(map(is_placeholder, sent)):
        hidden = own is not None and own.is_placeholder and any(map(is_placeholder, stored))
        shown = [entry for entry in stored if not is_placeholder(entry)]
        return {**wanted, "emails": stored} if hidden and sent == shown else wanted
    value = next((each["value"] for each in stored if isinstance(each, dict) and _is(each, account)), None)
    known = any(isinstance(entry, dict) and entry.get("value") == value for entry in sent)
    made: list[object] = []
    for entry in sent:
        if not isinstance(entry, dict) or not is_placeholder(entry):
            made.append(entry)
        elif value is not None and (not known or entry["value"] == value):
            made.append({**entry, "value": value})
    rest = {name: item for name, item in wanted.items() if name != "emails"}
    return {**rest, "emails": made} if made else rest


def _email_list(resource: Mapping[str, object]) -> list[object]:
    emails = resource.get("emails")
    return emails if isinstance(emails, list) else []


def _is(entry: Mapping[str, object], account: Account) -> bool:
    value = entry.get("value")
    return isinstance(value, str) and account.email is not None and value.strip() == account.email.value
