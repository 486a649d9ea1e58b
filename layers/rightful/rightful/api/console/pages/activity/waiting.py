"""The open conflicts as the first page tells them: by who must act, and who wants what in the oldest of each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from rightful.api.console.pages.conflicts.sides import wish_of
from rightful.api.console.rendering import name_of
from rightful.core.conflicts.reading.document import outline
from rightful.core.conflicts.reading.people import requester_document
from rightful.core.organizations.overview import TOLD, Overview, waiting_for
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.next_step import Role
from rightful.domain.events.event_log import moment_of
from rightful.ports.store.lists import ListedConflict
from rightful.ports.store.names import NOBODY
from rightful.text.wording import counted

_OUR_ROLES = (Role.ADMINISTRATOR.code, Role.IDP_ADMINISTRATOR.code)
"""Those whom an organization's own people can be. What waits for others comes after them."""

_ROLES: Mapping[str, str] = {
    **{role.code: role.value for role in Role},
    Role.NOBODY.code: "nobody: they wait for another change",
}


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """One of those that wait longest."""

    id: str
    what: str
    conflict_class: str
    directory: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open conflicts about which one role has to do something.

    Attributes:
        who: as people read it.
        is_reader: whether the reader is one of them, and may do it.
        query: of the list that has all of them.
    """

    who: str
    is_reader: bool
    number: str
    oldest: Sequence[OpenConflict]
    query: str


def waiting(overview: Overview, *, may_decide: bool) -> list[Waiting]:
    """By who must act: the reader first, then what the organization's own people can do, the oldest first in each."""
    found = {code: each for code, each in waiting_for(overview.open.conflicts).items() if code}
    mine = Role.ADMINISTRATOR.code if may_decide else ""
    ranked = sorted(found, key=lambda code: (code != mine, code not in _OUR_ROLES, found[code][0].id))
    names = {directory.id: directory.name for directory in overview.directories}
    more = "" if overview.open.complete else "more than "
    return [
        Waiting(
            who=_ROLES.get(code, code),
            is_reader=code == mine,
            number=f"{more}{counted(len(found[code]), 'conflict')}",
            oldest=[_open(each, names, overview.named) for each in found[code][:TOLD]],
            query=urlencode({"status": "live", "who": code, "order": "oldest"}),
        )
        for code in ranked
    ]


def _open(conflict: ListedConflict, names: Mapping[str, str], known: Mapping[str, Conflict]) -> OpenConflict:
    found = known.get(conflict.id)
    return OpenConflict(
        conflict.id,
        _what(found) if found is not None else "A conflict that has ended meanwhile",
        conflict.conflict_class or "not examined yet",
        names.get(conflict.directory_id, "a directory that is gone"),
        moment_of(conflict.id),
    )


def _what(conflict: Conflict) -> str:
    """Who wants what, by what the conflict itself has of them: as they were called when they were asked for."""
    return f"{name_of(requester_document(conflict, NOBODY))} wants {wish_of(outline(conflict))}"
