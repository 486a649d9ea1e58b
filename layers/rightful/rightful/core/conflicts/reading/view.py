"""A conflict with everything that an administrator has to know to decide about it, read at one moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rightful.core.conflicts.diagnosis.gather import live_key_ids
from rightful.core.conflicts.reading.people import first_asked, legs_asked, names_asked
from rightful.core.conflicts.reading.standing import Action, Reader, actions, counted, missing, needed, said
from rightful.core.conflicts.undoing.snapshot import read_to_undo
from rightful.core.conflicts.undoing.undoable import undoable
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictStatus
from rightful.domain.conflicts.undo_obstacle import UndoObstacle
from rightful.ports.context import Context
from rightful.ports.store.names import Asked, Named, all_asked
from rightful.ports.store.names import named as named_by

_DONE = frozenset({ConflictStatus.APPLIED, ConflictStatus.PREPARED})


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict, and what is known of it beside what it says itself.

    Attributes:
        named: the accounts, directories and other conflicts that it is about.
        approvals: what was said about it, or about another one of its circle.
        given: those of them that count now.
        needed: how many people have to agree.
        missing: how many of them have not yet.
        undo_obstacle: why it cannot be undone; None: it can be.
        undo_known: whether that was looked at; in a list it is not.
        actions: what its reader can do about it.
        revoked: the key that asked for the change was revoked.
    """

    conflict: Conflict
    named: Named
    approvals: tuple[Approval, ...]
    given: tuple[Approval, ...]
    needed: int
    missing: int
    undo_obstacle: UndoObstacle | None
    undo_known: bool
    actions: tuple[Action, ...]
    revoked: bool


def view(context: Context, conflict: Conflict, reader: Reader) -> ConflictView:
    """One conflict."""
    done = conflict.status in _DONE
    organization = context.store.organization(conflict.request.organization_id) if done else None
    snapshot = read_to_undo(context.store, organization, conflict, context.now) if organization is not None else None
    obstacle = undoable(snapshot) if snapshot is not None else None
    seen = replace(_views(context, [conflict], reader)[0], undo_obstacle=obstacle, undo_known=True)
    if not done or obstacle is not None:
        return seen
    return replace(seen, actions=(*seen.actions, Action.UNDO))


def listed_views(context: Context, conflicts: Sequence[Conflict], reader: Reader) -> list[ConflictView]:
    """A page of conflicts. Whether they can be undone is not looked at."""
    return _views(context, conflicts, reader)


def _views(context: Context, conflicts: Sequence[Conflict], reader: Reader) -> list[ConflictView]:
    named = read_names(context, conflicts)
    approvals = {conflict.id: said(conflict, named.conflicts) for conflict in conflicts}
    asking = any(approvals[conflict.id] for conflict in conflicts if conflict.live)
    live = live_key_ids(context, conflicts[0].request.organization_id) if asking else frozenset()
    gone = _revoked(context, conflicts)
    views = []
    for conflict in conflicts:
        given = counted(conflict, approvals[conflict.id], context.now, live)
        revoked = conflict.id in gone
        views.append(
            ConflictView(
                conflict=conflict,
                named=named,
                approvals=approvals[conflict.id],
                given=given,
                needed=needed(conflict),
                missing=missing(conflict, given),
                undo_obstacle=None,
                undo_known=False,
                actions=actions(conflict, reader, given, context.now, revoked=revoked),
                revoked=revoked,
            )
        )
    return views


def read_names(context: Context, conflicts: Iterable[Conflict]) -> Named:
    """Everybody whom these conflicts are about, and those of their circles: two calls for each hundred, one where there
    is no circle."""
    conflicts = list(conflicts)
    others = named_by(context.store, all_asked(map(_others_asked, conflicts)))
    named = named_by(context.store, all_asked(map(names_asked, (*conflicts, *others.conflicts.values()))))
    return replace(named, conflicts=others.conflicts)


def _others_asked(conflict: Conflict) -> Asked:
    return all_asked([legs_asked(conflict), first_asked(conflict)])


def _revoked(context: Context, conflicts: Sequence[Conflict]) -> frozenset[str]:
    """The ids of those whose change was asked for with a key that was revoked: one call for each directory. A key that
    merely expired stays listed for longer than a change stays wanted."""
    asked = [conflict for conflict in conflicts if conflict.live and conflict.request.key_id]
    places = {(conflict.request.organization_id, conflict.request.directory_id) for conflict in asked}
    listed = {
        token.id
        for organization_id, directory_id in places
        for token in context.store.tokens(organization_id=organization_id, directory_id=directory_id)
    }
    return frozenset(conflict.id for conflict in asked if conflict.request.key_id not in listed)
