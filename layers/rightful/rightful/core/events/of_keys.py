"""From a key before and after one write to the events that it means: it was issued or revoked, or it ends soon. Pure.

What opens is never told, nor its hash.
"""

from collections.abc import Iterator

from rightful.domain.events.change import TokenChange
from rightful.domain.events.event import Event, EventType
from rightful.domain.key import Token
from rightful.ports.store.names import NOBODY, Asked, Named
from rightful.text.ids import time_text


def key_events(change: TokenChange, named: Named = NOBODY) -> tuple[Event, ...]:
    """The events of a change of a key; none where it was confirmed, or where one that had expired was removed: the
    table removes those by itself.

    Args:
        named: the name of its directory.
    """
    return tuple(
        Event(
            id="/".join([event_type.value, key.id, *(str(days) for days in more.values())]),
            type=event_type,
            at=change.at,
            organization_id=key.organization_id,
            members={"key": _state(key, named), **more},
        )
        for event_type, key, more in _told(change)
    )


def directories_asked(change: TokenChange) -> Asked:
    """The directory that a key opens."""
    key = change.new or change.old
    if key is None or key.organization_id is None or key.directory_id is None:
        return Asked()
    return Asked(directories=frozenset({(key.organization_id, key.directory_id)}))


def _told(change: TokenChange) -> Iterator[tuple[EventType, Token, dict[str, object]]]:
    """Each type, the key, and what the event has besides."""
    old, new = change.old, change.new
    if new is None:
        if old is not None and old.is_live(change.at):
            yield EventType.KEY_REVOKED, old, {}
    elif old is None:
        yield EventType.KEY_ISSUED, new, {}
    elif new.reminded_days is not None and new.reminded_days != old.reminded_days:
        yield EventType.KEY_EXPIRES_SOON, new, {"days": new.reminded_days}


def _state(key: Token, named: Named) -> dict[str, object]:
    return {
        "id": key.id,
        "scope": key.scope.value,
        "owner": key.owner,
        "directoryId": key.directory_id,
        "directoryName": named.directories.get(key.directory_id) if key.directory_id else None,
        "createdAt": time_text(key.created_at),
        "expiresAt": time_text(key.expires_at) if key.expires_at else None,
    }
