"""What a refused request asked for, attribute by attribute, as administrators read it. Pure."""

from collections.abc import Mapping

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.domain.address import shown_text
from rightful.domain.conflicts.conflict import Conflict

_FIRST = ("active", "emails", "userName", "displayName")


def change_document(conflict: Conflict, active: bool | None) -> list[dict[str, object]]:
    """Each attribute that changes: {"attribute", "old", "new"}; what decides whether the person can sign in first.

    Of a directory's own extensions only that they change: they can have values that are never returned (RFC 7643
    section 2.4), and which these are is said by the directory's schemas alone.

    Args:
        active: whether the person is active now; None: there is nobody yet, or it is not known.
    """
    change = conflict.request.change
    asked = {
        name: (change.before.get(name), change.after.get(name))
        for name in {**change.before, **change.after}
        if change.before.get(name) != change.after.get(name)
    }
    if change.active is not None:
        asked["active"] = (active, change.active)
    order = sorted(asked, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return [
        {"attribute": name, "old": None, "new": None}
        if name.startswith("urn:") and name != ENTERPRISE_USER
        else {"attribute": name, "old": _shown(asked[name][0]), "new": _shown(asked[name][1])}
        for name in order
    ]


def _shown(value: object) -> object:
    """A value without the placeholders in it: they are no addresses."""
    if isinstance(value, str):
        return shown_text(value)
    if isinstance(value, Mapping):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value if not _is_placeholder(each)]
    return value


def _is_placeholder(element: object) -> bool:
    value = element.get("value") if isinstance(element, Mapping) else element
    return isinstance(value, str) and shown_text(value) is None
