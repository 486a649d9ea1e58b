"""Whether an applied conflict can be undone, and what stands in the way: who changed what since, and who has what it
would give back. Pure; what it says is for administrators of the conflict's organization."""

from collections.abc import Iterator
from datetime import datetime

from rightful.core.accounts.before_images import images_since, scim_id_of_link
from rightful.core.accounts.index_writes import AccountChange, CollidingUpdatesError, index_writes
from rightful.core.accounts.log_rows import subject_of
from rightful.core.conflicts.undoing.snapshot import UndoSnapshot, is_done, name_of
from rightful.domain.account import Account, BeforeImage, Link
from rightful.domain.address import PLACEHOLDER_DOMAIN, Hold
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.refused_request import Operation, Requester
from rightful.domain.conflicts.undo_obstacle import UndoObstacle, UndoObstacleCode
from rightful.text.ids import time_text


def undoable(snapshot: UndoSnapshot) -> UndoObstacle | None:
    """What stands in the way of undoing a conflict; None: it can be undone now (where that needs two people, by two).

    Domains come before who has an address: on a domain that is not the organization's that is not told.
    """
    return next(_obstacles(snapshot), None)


def _obstacles(snapshot: UndoSnapshot) -> Iterator[UndoObstacle]:
    yield from _not_applied(snapshot)
    for conflict, account, image in snapshot.images():
        yield from _changed_since(snapshot, conflict, account, image)
    moves = snapshot.moves
    if snapshot.gone_directories:
        yield Statement(UndoObstacleCode.DIRECTORY_GONE)
    for domain in sorted(snapshot.foreign_domains):
        yield Statement(UndoObstacleCode.DOMAIN_NOT_VERIFIED, {"domain": domain})
    try:
        index_writes(moves, snapshot.now)
    except CollidingUpdatesError:
        yield Statement(UndoObstacleCode.ONE_ADDRESS_FOR_TWO)
    for move in moves:
        yield from _taken(snapshot, move)
    for conflict in snapshot.conflicts:
        pending = snapshot.pending.get(conflict.request.requester_key)
        if pending is not None and not pending.settled_by_people:
            named = {
                "name": conflict.request.requester.subject,
                "wanted": pending.request.wanted.value,
                "conflict": pending.id,
            }
            yield Statement(UndoObstacleCode.ASKED_AGAIN, named)


def _not_applied(snapshot: UndoSnapshot) -> Iterator[UndoObstacle]:
    conflict = snapshot.conflicts[0]
    if not is_done(conflict):
        yield Statement(UndoObstacleCode.NOT_APPLIED, {"status": conflict.status.value})
    if any(each is None or each.status is not conflict.status for each in snapshot.participants):
        yield Statement(UndoObstacleCode.PART_CHANGED)


def _changed_since(
    snapshot: UndoSnapshot, conflict: Conflict, account: Account | None, image: BeforeImage | None
) -> Iterator[UndoObstacle]:
    """What somebody has changed since of what the remediation had changed, or rests on."""
    if account is None:
        yield Statement(UndoObstacleCode.NO_ACCOUNT)
        return
    if account.organization_id != conflict.request.organization_id:
        yield Statement(UndoObstacleCode.LEFT_ORGANIZATION)
        return
    name = subject_of(account)
    if image is None:
        last = account.before_image.conflict_id if account.before_image is not None else ""
        yield Statement(UndoObstacleCode.NOT_REMEMBERED, {"name": name, "user": snapshot.user_of(last)})
        return
    before, left, by = image.account, image.left, _by(snapshot, account, image)
    if before.holds != left.address and account.holds not in {before.holds, left.address}:
        said = {"name": name, "old": _address(left.address), "new": _address(account.holds)}
        yield Statement(
            UndoObstacleCode.ADDRESS_CHANGED,
            {**said, "at": _at(account.held_since, account), "by": by},
        )
    if left.awaits and account.awaited is None:
        yield _came(account, name)
    linked, was = scim_id_of_link(account.link), scim_id_of_link(before.link)
    gives_away = was != left.scim_id or before.organization_id != left.organization_id
    if gives_away and not left.awaits and linked not in {left.scim_id, was}:
        said = {"name": name, "old": _link(left.scim_id), "new": _link(linked)}
        yield Statement(UndoObstacleCode.LINK_CHANGED, {**said, "at": _linked_at(account), "by": by})
    if before.status is not left.status and account.deletion_date is not None and before.deletion_date is None:
        said = {"name": name, "old": left.status.value, "new": account.status.value, "by": by}
        yield Statement(UndoObstacleCode.STATUS_CHANGED, said)


def _came(account: Account, name: str) -> UndoObstacle:
    """The create that was awaited has come, or is not awaited any more."""
    if account.link is None:
        return Statement(UndoObstacleCode.NOTHING_LEFT)
    return Statement(UndoObstacleCode.CAME_BACK, {"name": name, "at": _linked_at(account)})


def _taken(snapshot: UndoSnapshot, move: AccountChange) -> Iterator[UndoObstacle]:
    """Who has what the account would get back."""
    going = {each.before.id: each for each in snapshot.moves}
    address = move.after.email
    hold = snapshot.holds.get(address.canonical) if address is not None else None
    if address is not None and hold is not None and move.after.holds != move.before.holds:
        gives_up = going.get(hold.account_id or "")
        if gives_up is None or gives_up.after.holds == address.canonical:
            yield from _held(snapshot, hold, address.value)
    link = move.after.link
    if link is None:
        return
    other = snapshot.user_names.get(name_of(link))
    renamed = going.get(other) if other is not None else None
    kept = renamed is None or (renamed.after.link is not None and name_of(renamed.after.link) == name_of(link))
    if other not in {None, move.before.id} and kept:
        yield Statement(UndoObstacleCode.USER_NAME_TAKEN, {"user_name": link.user_name})


def _held(snapshot: UndoSnapshot, hold: Hold, address: str) -> Iterator[UndoObstacle]:
    organization_id, kept = snapshot.organization.id, hold.reservation
    own = {conflict.request.requester_key for conflict in snapshot.conflicts}
    if hold.account_id is None:
        if kept is None or kept.until <= snapshot.now or kept.requester_key in own:
            return
        if kept.organization_id != organization_id:
            yield Statement(UndoObstacleCode.IS_KEPT_OUTSIDE, {"address": address})
            return
        yield Statement(
            UndoObstacleCode.IS_KEPT,
            {"address": address, "user": snapshot.user_of(kept.conflict_id), "conflict": kept.conflict_id},
        )
        return
    holder = snapshot.accounts.get(hold.account_id)
    if holder is None or holder.holds != hold.canonical:
        return  # it is listed by mistake (`stale_listings`)
    if holder.organization_id != organization_id:
        yield Statement(UndoObstacleCode.HAS_IT_OUTSIDE, {"address": address})
        return
    said = {"name": subject_of(holder), "address": address, "at": _at(holder.held_since, holder)}
    mine = any(is_for(conflict, holder) for conflict in snapshot.conflicts)
    yield Statement(UndoObstacleCode.GIVEN_TO_REQUESTER if mine else UndoObstacleCode.HAS_IT, said)


def is_for(conflict: Conflict, account: Account) -> bool:
    """Whether an account is the user that a conflict was for."""
    request, link = conflict.request, account.link
    if request.operation is not Operation.CREATE:
        return account.id == request.requester.account_id
    if link is None or link.directory_id != request.directory_id:
        return False
    return request.requester_key in _requester(link).keys(request.directory_id)


def _requester(link: Link) -> Requester:
    return Requester(None, None, link.user_name, link.external_id)


def _by(snapshot: UndoSnapshot, account: Account, image: BeforeImage) -> str:
    """Who can have changed it: a later conflict, the directory that provisions it, or somebody by hand."""
    later = images_since(account, image)
    if later and later[0].left.address == account.holds and later[0].left.scim_id == scim_id_of_link(account.link):
        return f"by the later conflict of {snapshot.user_of(later[0].conflict_id)}"
    return "by its directory" if account.link is not None else "by an administrator or the host application"


def _address(canonical: str | None) -> str:
    return canonical if canonical is not None and not canonical.endswith(f"@{PLACEHOLDER_DOMAIN}") else "no address"


def _link(scim_id: str | None) -> str:
    return scim_id if scim_id is not None else "none"


def _linked_at(account: Account) -> str:
    if account.link is not None:
        return _at(account.link.linked_at, account)
    return _at(account.former_link.unlinked_at if account.former_link else None, account)


def _at(moment: datetime | None, account: Account) -> str:
    return time_text(moment or account.updated_at)
