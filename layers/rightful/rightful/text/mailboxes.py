"""Email addresses as they are compared: the one canonical form by which an address has a single holder, and by which a
filter finds it. Pure.

Surrounding white space trimmed; local part in lower case, NFC and plain widths (`folding`); domain as lower-case
A-labels (IDNA 2008, RFC 5891) without the root's dot. No plus- or dot-folding: those rules belong to mailbox
providers, and a guess here would give one person's address to another. Deliverability is none of our business:
`a@corp.local` is an address.
"""

from rightful.text.folding import fold, fold_part
from rightful.text.identity import is_invisible

_MAX_LOCAL_OCTETS = 64  # RFC 5321 4.5.3.1.1
_MAX_ADDRESS_OCTETS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_MAX_DOMAIN_OCTETS = 253
_MAX_LABEL_OCTETS = 63
_LDH = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class InvalidAddressError(ValueError):
    """The text is not an email address; str(error) says what is wrong with it, without repeating it."""


def comparable(text: str) -> str:
    """The form in which two texts that may be addresses are compared: userNames, and values of `emails`.

    An address in its canonical form, so that what is refused as taken is found in each of its spellings; any other text
    as every text (`folding.fold`).
    """
    folded = fold(text)
    if folded.isascii() and not folded.endswith(".") and "xn--" not in folded:
        return folded  # that is the canonical form, if it is an address
    try:
        return canonical_address(text)
    except InvalidAddressError:
        return folded


def canonical_address(text: str) -> str:
    """The form by which an email address has one holder.

    Raises:
        InvalidAddressError: it is not an address.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddressError("an email address is written local-part@domain")
    if domain[0].isspace():
        raise InvalidAddressError("an email address contains no white space, control or invisible characters")
    canonical = f"{_canonical_local_part(local)}@{canonical_domain(domain)}"
    if len(canonical.encode()) > _MAX_ADDRESS_OCTETS:
        raise InvalidAddressError(f"an email address has at most {_MAX_ADDRESS_OCTETS} octets")
    return canonical


def _canonical_local_part(local: str) -> str:
    folded = fold_part(local)
    if not folded.isascii():
        _refuse_deceiving(folded)
    elif not folded.isprintable() or " " in folded:
        raise InvalidAddressError("an email address contains no white space, control or invisible characters")
    if "@" in folded:
        raise InvalidAddressError('the part before the "@" contains another "@"')
    if len(folded.encode()) > _MAX_LOCAL_OCTETS:
        raise InvalidAddressError(f'the part before the "@" has at most {_MAX_LOCAL_OCTETS} octets')
    return folded


def _refuse_deceiving(folded: str) -> None:
    from unicodedata import category, normalize

    # A small "@" is none to us, and one to the eye, and to whatever normalizes it.
    if "@" in normalize("NFKC", folded):
        raise InvalidAddressError('the part before the "@" contains another "@"')
    if any(category(each)[0] in "CZ" or is_invisible(each) for each in folded):
        raise InvalidAddressError("an email address contains no white space, control or invisible characters")


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
