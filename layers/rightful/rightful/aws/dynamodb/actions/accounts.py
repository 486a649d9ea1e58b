"""Writes of accounts, of what is claimed for them, and of the conflicts about it, as DynamoDB actions."""

import zlib

from rightful.aws.dynamodb.attributes import Scalar, text_of, write_item
from rightful.aws.dynamodb.items.accounts import account_item, erased_item, hold_item
from rightful.aws.dynamodb.items.conflicts import conflict_item, log_item
from rightful.aws.dynamodb.items.counts import adding, marking
from rightful.aws.dynamodb.items.emails import likely_action
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.table import NEW, SAME_VERSION, THERE, Action, Tables, action_of, on, put, update, versioned
from rightful.domain.address import Hold
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimSource,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    EndErased,
    EndReservation,
    ListSecondaryEmail,
    NoteErased,
    NoteLogin,
    PutAccount,
    ReleaseAddress,
    ReleaseSource,
    ReleaseUserName,
    RequireAccount,
    RequireDomain,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.conflicts import (
    AppendLog,
    EndPending,
    EndWaiter,
    PutConflict,
    PutDemand,
    PutPending,
    PutWaiter,
)
from rightful.ports.writes.counts import AddCounts, MarkCounted
from rightful.ports.writes.settings import COUNTERS

_OURS = "account_id = :account"
_SAME_CONFLICT = "conflict_id = :conflict"


@action_of.register
def _(write: ListSecondaryEmail, tables: Tables) -> Action:
    return likely_action(write, tables.identity)


@action_of.register
def _(write: PutAccount, tables: Tables) -> Action:
    item = account_item(write.account)
    if write.expected_version is None:
        return put(tables, item, NEW)
    # Memberships change without a new version: what was read before one must not be written over it.
    changes = write.account.group_changes or None
    same_groups = "group_changes = :changes" if changes else "attribute_not_exists(group_changes)"
    return put(tables, item, f"{SAME_VERSION} AND {same_groups}", version=write.expected_version, changes=changes)


@action_of.register
def _(write: DeleteAccount, tables: Tables) -> Action:
    condition = f"{SAME_VERSION} AND attribute_not_exists(group_ids)"
    return on(tables, "Delete", keys.account(write.account_id), condition, version=write.expected_version)


@action_of.register
def _(write: RequireAccount, tables: Tables) -> Action:
    return on(tables, "ConditionCheck", keys.account(write.account_id), SAME_VERSION, version=write.version)


@action_of.register
def _(write: NoteLogin, tables: Tables) -> Action:
    key, condition = keys.account(write.account_id), "last_login_at <= :since"
    if not write.deactivated:
        condition += " AND attribute_not_exists(deactivated_at)"
    return update(tables, key, "SET last_login_at = :at", condition, since=write.unless_since, at=write.at)


@action_of.register
def _(write: ClaimAddress, tables: Tables) -> Action:
    condition = f"{NEW} OR {_OURS} OR reserved_until <= :now"
    values: dict[str, Scalar] = {"account": write.account_id, "now": text_of(write.now)}
    if write.requester_key is not None:
        condition += " OR reserved_for = :requester"
        values["requester"] = write.requester_key
    return put(tables, hold_item(Hold(write.canonical, write.account_id)), condition, **values)


@action_of.register
def _(write: ReleaseAddress, tables: Tables) -> Action:
    return on(tables, "Delete", keys.hold(write.canonical), _OURS, account=write.account_id)


@action_of.register
def _(write: TransferAddress, tables: Tables) -> Action:
    item = hold_item(Hold(write.canonical, write.to_account_id))
    return put(tables, item, _OURS, account=write.from_account_id)


@action_of.register
def _(write: ReserveAddress, tables: Tables) -> Action:
    item = hold_item(Hold(write.canonical, None, write.reservation))
    if write.from_account_id is not None:
        return put(tables, item, _OURS, account=write.from_account_id)
    condition = f"{NEW} OR reserved_by = :conflict OR reserved_by = :replaces OR reserved_until <= :now"
    conflict_id = write.reservation.conflict_id
    replaces = write.replaces or conflict_id
    return put(tables, item, condition, conflict=conflict_id, replaces=replaces, now=text_of(write.now))


@action_of.register
def _(write: EndReservation, tables: Tables) -> Action:
    key = keys.hold(write.canonical)
    if write.now is None:
        return on(tables, "Delete", key, "reserved_by = :conflict", conflict=write.conflict_id)
    condition = "reserved_by = :conflict AND reserved_until <= :now"
    return on(tables, "Delete", key, condition, conflict=write.conflict_id, now=text_of(write.now))


@action_of.register
def _(write: ClaimUserName, tables: Tables) -> Action:
    key = keys.user_name(write.directory_id, write.canonical_user_name)
    item = write_item(key, {"account_id": write.account_id, "scim_id": write.scim_id})
    return put(tables, item, f"{NEW} OR {_OURS}", account=write.account_id)


@action_of.register
def _(write: ReleaseUserName, tables: Tables) -> Action:
    key = keys.user_name(write.directory_id, write.canonical_user_name)
    return on(tables, "Delete", key, _OURS, account=write.account_id)


@action_of.register
def _(write: TransferUserName, tables: Tables) -> Action:
    key = keys.user_name(write.directory_id, write.canonical_user_name)
    item = write_item(key, {"account_id": write.to_account_id, "scim_id": write.scim_id})
    return put(tables, item, _OURS, account=write.from_account_id)


@action_of.register
def _(write: RequireDomain, tables: Tables) -> Action:
    theirs = "organization_id = :organization"
    condition = f"{NEW} OR {theirs}" if write.or_nobody else theirs
    return on(tables, "ConditionCheck", keys.domain(write.domain), condition, organization=write.organization_id)


@action_of.register
def _(write: CountUsers, tables: Tables) -> Action:
    key = keys.counter(write.directory_id, zlib.crc32(write.account_id.encode()) % COUNTERS)
    condition = keys.OPEN_COUNTER if write.comes else None
    change = "ADD user_count :delta, shifts :shifts"
    return update(tables, key, change, condition, delta=write.delta, shifts=int(write.shifts))


@action_of.register
def _(write: ClaimSource, tables: Tables) -> Action:
    item = write_item(keys.source(write.key), {"account_id": write.account_id})
    instead_of = write.instead_of or write.account_id
    condition = f"{NEW} OR account_id IN (:account, :instead)"
    return put(tables, item, condition, account=write.account_id, instead=instead_of)


@action_of.register
def _(write: ReleaseSource, tables: Tables) -> Action:
    return on(tables, "Delete", keys.source(write.key), f"{NEW} OR {_OURS}", account=write.account_id)


@action_of.register
def _(write: NoteErased, tables: Tables) -> Action:
    return put(tables, erased_item(write.person), THERE if write.again else NEW)


@action_of.register
def _(write: EndErased, tables: Tables) -> Action:
    return on(tables, "Delete", keys.erased(write.account_id, write.organization_id))


@action_of.register
def _(write: PutConflict, tables: Tables) -> Action:
    return versioned(tables, conflict_item(write.conflict, tables.log_retention), write.expected_version)


@action_of.register
def _(write: PutDemand, tables: Tables) -> Action:
    from rightful.aws.dynamodb.items.demands import demand_item  # a cold start needs none

    return put(tables, demand_item(write.demand))


@action_of.register
def _(write: PutPending, tables: Tables) -> Action:
    item = write_item(
        keys.pending(write.requester_key),
        {"requester_key": write.requester_key, "conflict_id": write.conflict_id, "canonical": write.canonical},
    )
    if write.replaces is None:
        return put(tables, item, f"{NEW} OR {_SAME_CONFLICT}", conflict=write.conflict_id)
    condition = f"conflict_id = :replaces OR {_SAME_CONFLICT}"
    return put(tables, item, condition, replaces=write.replaces, conflict=write.conflict_id)


@action_of.register
def _(write: EndPending, tables: Tables) -> Action:
    key = keys.pending(write.requester_key)
    return on(tables, "Delete", key, f"{NEW} OR {_SAME_CONFLICT}", conflict=write.conflict_id)


@action_of.register
def _(write: PutWaiter, tables: Tables) -> Action:
    key = keys.waiter(write.canonical, write.conflict_id)
    return put(tables, write_item(key, {"conflict_id": write.conflict_id, "organization_id": write.organization_id}))


@action_of.register
def _(write: EndWaiter, tables: Tables) -> Action:
    return on(tables, "Delete", keys.waiter(write.canonical, write.conflict_id))


@action_of.register
def _(write: AppendLog, tables: Tables) -> Action:
    return Action("Put", tables.event_log, log_item(write.entry, tables.log_retention))


@action_of.register
def _(write: MarkCounted, tables: Tables) -> Action:
    return marking(write, tables)


@action_of.register
def _(write: AddCounts, tables: Tables) -> Action:
    return adding(write, tables)
