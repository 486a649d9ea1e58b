"""Somebody who signed in at the organization's identity provider, as approvals and the event log name them. Pure.

A person is (issuer, subject): names change, and two people may have one. The text that stands for them says both, so
that a name alone is never mistaken for it.
"""

import re
from hashlib import sha256

from rightful.text.folding import same_name

_ID_PREFIX = "person-"
_SHOWN = re.compile(r"[0-9A-Za-z._@|:/+=-]{1,64}")
_LONGEST_NAME = 100


def person_id(issuer: str, subject: str) -> str:
    """The id of a person, in the place of a key's: made of what the identity provider calls them."""
    return _ID_PREFIX + sha256(f"{issuer}\x00{subject}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_person(key_id: str) -> bool:
    """Whether that is a person's id, and no key's."""
    return key_id.startswith(_ID_PREFIX)


def signature(name: str, subject: str) -> str:
    """How a person is named in approvals and in the log: `Ada Lovelace [ada]`."""
    told = subject if _SHOWN.fullmatch(subject) else sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[:_LONGEST_NAME].strip() or told} [{told}]"


def is_signature(text: str) -> bool:
    """Whether a text looks like a person's: no key may be issued to such a name."""
    return _subject(text) is not None


def same_person(one: str, other: str) -> bool:
    """Whether two names in the log are one person's: two persons by what their identity provider calls them, and
    whoever has a key by the name on it, which may be that of a person who also signs in."""
    ours, theirs = _subject(one), _subject(other)
    if ours is not None and theirs is not None:
        return ours == theirs
    return same_name(name_in(one), name_in(other))


def name_in(text: str) -> str:
    """The name in a signature; a text that is none is a name."""
    return text if _subject(text) is None else text.rpartition(" [")[0]


def _subject(text: str) -> str | None:
    if not text.endswith("]"):
        return None
    _, there, subject = text[:-1].rpartition(" [")
    return subject if there else None
