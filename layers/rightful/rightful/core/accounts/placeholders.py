"""Placeholders in the emails of a User resource: an account that gave its address away has none, whatever is stored.

A remediation puts a placeholder in the place of an address that it takes away, so that paths of an identity provider
(`emails[type eq "work"].value`) still find their entry. Nobody is shown it: an identity provider that reads its user,
and writes it back as a whole, would otherwise send an address that is nobody's. One that was read earlier may come back
all the same; it says nothing. Pure.
"""

from collections.abc import Mapping

from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN

_BEGINNING, _ENDING = "released-", f"@{PLACEHOLDER_DOMAIN}"


def is_placeholder(entry: object) -> bool:
    """Whether an entry of `emails` has a placeholder as its value (see `address.placeholder`)."""
    value = entry.get("value") if isinstance(entry, Mapping) else None
    if not isinstance(value, str):
        return False
    text = value.strip().lower()
    return text.startswith(_BEGINNING) and text.endswith(_ENDING)


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
    that the account has, whatever that is by now.
    """
    stored, sent = _emails(account.attributes), _emails(wanted)
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


def _emails(resource: Mapping[str, object]) -> list[object]:
    emails = resource.get("emails")
    return emails if isinstance(emails, list) else []


def _is(entry: Mapping[str, object], account: Account) -> bool:
    value = entry.get("value")
    return isinstance(value, str) and account.email is not None and value.strip() == account.email.value
