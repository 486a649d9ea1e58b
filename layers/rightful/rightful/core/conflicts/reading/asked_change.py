"""What a refused request asked for, attribute by attribute, as administrators read it. Pure."""

from collections.abc import Mapping

from rightful.core.accounts.before_images import image_by
from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.domain.account import Account
from rightful.domain.address import shown_text
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from rightful.domain.conflicts.refused_request import Operation

_FIRST = ("active", "emails", "userName", "displayName")


def change_document(conflict: Conflict, requester: Account | None) -> list[dict[str, object]]:
    """Each attribute that changes: {"attribute", "old", "new"}; what decides whether the person can sign in first.

    Of a directory's own extensions only that they change: they can have values that are never returned (RFC 7643
    section 2.4), and which these are is said by the directory's schemas alone.

    Args:
        requester: the account as it is now; None: there is none yet, or it is not known.
    """
    change = conflict.request.change
    asked = {
        name: (change.before.get(name), change.after.get(name))
        for name in {**change.before, **change.after}
        if change.before.get(name) != change.after.get(name)
    }
    if change.active is not None:
        asked["active"] = (_was_active(conflict, requester), change.active)
    order = sorted(asked, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return [
        {"attribute": name, "old": None, "new": None}
        if name.startswith("urn:") and name != ENTERPRISE_USER
        else {"attribute": name, "old": _shown(asked[name][0]), "new": _shown(asked[name][1])}
        for name in order
    ]


def _was_active(conflict: Conflict, requester: Account | None) -> bool | None:
    """Whether the person was active before the change; one that is not carried out yet lets in who is out now.

    A deactivation is carried out at once (concepts.md, invariant 9), and was recorded because the person was active.
    """
    if requester is None or conflict.request.operation is Operation.CREATE:
        return None
    if conflict.request.change.active is False:
        return True
    if conflict.status is not ConflictStatus.APPLIED:
        return requester.active
    image = image_by(requester, conflict.id)
    return image is not None and image.account.active


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
