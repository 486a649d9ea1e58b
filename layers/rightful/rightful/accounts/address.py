"""Email addresses: what was sent, and the one canonical form by which an address has a single holder.

The canonical form (DESIGN "Claiming an address"): surrounding white space trimmed; local part case-folded and
NFKC; domain as lower-case A-labels (IDNA 2008, RFC 5891). No plus- or dot-folding: those rules belong to mailbox
providers, and a guess here would give one person's address to another. Deliverability is none of our business:
`a@corp.local` is an address.
"""

import unicodedata
from dataclasses import dataclass

from rightful.folding import fold_part

PLACEHOLDER_DOMAIN = "released.invalid"
"""RFC 2606 reserves .invalid: undeliverable, nobody's. Only remediation puts accounts there."""

_MAX_LOCAL_OCTETS = 64  # RFC 5321 4.5.3.1.1
_MAX_ADDRESS_OCTETS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_MAX_DOMAIN_OCTETS = 253
_MAX_LABEL_OCTETS = 63
_IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point outside the categories C and Z; the
variation selectors come on top): with one of them, two addresses would look like one."""
_LDH = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class InvalidAddressError(ValueError):
    """The text is not an email address; str(error) says what is wrong with it, without repeating it."""


@dataclass(frozen=True, slots=True)
class Address:
    """An email address: `value` as it was sent (trimmed), `canonical` as it is held."""

    value: str
    canonical: str

    @property
    def domain(self) -> str:
        """The domain, as lower-case A-labels."""
        return self.canonical.rpartition("@")[2]

    @property
    def is_placeholder(self) -> bool:
        """Whether remediation made it up to free another address."""
        return self.domain == PLACEHOLDER_DOMAIN


def parse_address(text: str) -> Address:
    """Read an email address.

    Args:
        text: the address as a client sent it; surrounding white space does not count.

    Raises:
        InvalidAddressError: it is not an address.
    """
    value = text.strip()
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddressError("an email address is written local-part@domain")
    canonical = f"{_canonical_local_part(local)}@{canonical_domain(domain)}"
    if len(canonical.encode()) > _MAX_ADDRESS_OCTETS:
        raise InvalidAddressError(f"an email address has at most {_MAX_ADDRESS_OCTETS} octets")
    return Address(value, canonical)


def placeholder(conflict_id: str, account_id: str = "") -> Address:
    """The address an account gets when a conflict takes its own away.

    Unique because the conflict's id is; a plan that empties several accounts adds the account's id.
    """
    tail = f"-{account_id}" if account_id else ""
    text = f"released-{conflict_id}{tail}@{PLACEHOLDER_DOMAIN}"
    return Address(text, text)


def _canonical_local_part(local: str) -> str:
    folded = fold_part(local)
    # NFKC can make an "@" out of a full-width one: what looks like one mailbox would then be parsed as another.
    if "@" in folded:
        raise InvalidAddressError('the part before the "@" contains another "@"')
    for character in folded:
        if unicodedata.category(character)[0] in "CZ" or _is_ignorable(character):
            raise InvalidAddressError("an email address contains no white space, control or invisible characters")
    if len(folded.encode()) > _MAX_LOCAL_OCTETS:
        raise InvalidAddressError(f'the part before the "@" has at most {_MAX_LOCAL_OCTETS} octets')
    return folded


def _is_ignorable(character: str) -> bool:
    return character in _IGNORABLE or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def canonical_domain(domain: str) -> str:
    """A domain name as lower-case A-labels without a trailing dot.

    Raises:
        InvalidAddressError: it is not a domain name by RFC 1123 and IDNA 2008.
    """
    name = domain.strip().removesuffix(".")
    if len(name) > _MAX_DOMAIN_OCTETS:
        raise InvalidAddressError('the part after the "@" is not a domain name: it is too long')
    if not name.isascii() or "xn--" in name.lower():
        name = _to_a_labels(name)
    name = name.lower()
    labels = name.split(".")
    if len(name) > _MAX_DOMAIN_OCTETS or not all(_is_label(label) for label in labels):
        raise InvalidAddressError('the part after the "@" is not a domain name')
    return name


def _to_a_labels(name: str) -> str:
    import idna  # only internationalised domains pay for its tables

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise InvalidAddressError('the part after the "@" is not a domain name by IDNA 2008') from None


def _is_label(label: str) -> bool:
    return (
        0 < len(label) <= _MAX_LABEL_OCTETS
        and _LDH.issuperset(label)
        and not label.startswith("-")
        and not label.endswith("-")
    )
