"""Writes of groups and of memberships as DynamoDB actions."""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Scalar, write_item, write_key
from rightful.aws.dynamodb.items.groups import group_item, group_values, member_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.aws.dynamodb.table import NEW, SAME_VERSION, THERE, Action, Tables, action_of, on, put, update, values_of
from rightful.domain.group import MOST_GROUPS, Group
from rightful.ports.key import ItemKey
from rightful.ports.writes import groups as g
from rightful.ports.writes.settings import COUNTERS

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_OURS = "group_id = :group"


@action_of.register
def _(write: g.GroupWrite, tables: Tables) -> Action:  # noqa: C901 - one case per write, as in the table of writes
    match write:
        case g.PutGroup(group, None):
            return put(tables, group_item(group), NEW)
        case g.PutGroup(group, int() as expected):
            return _update_head(tables, group_keys.group(group.id), group_values(group), expected)
        case g.DeleteGroup(before, at):
            return _delete_head(tables, before, at)
        case g.RemoveGroup(group_id, version):
            return on(tables, "Delete", group_keys.group(group_id), SAME_VERSION, version=version)
        case g.ClaimGroupName(directory_id, name, group_id):
            item = write_item(group_keys.group_name(directory_id, name), {"group_id": group_id})
            return put(tables, item, f"{NEW} OR {_OURS}", group=group_id)
        case g.ReleaseGroupName(directory_id, name, group_id):
            return on(tables, "Delete", group_keys.group_name(directory_id, name), _OURS, group=group_id)
        case g.PutMember(group_id, member):
            return put(tables, member_item(group_id, member))
        case g.RemoveMember(group_id, member_id):
            return on(tables, "Delete", group_keys.member(group_id, member_id))
        case g.JoinGroup() | g.LeaveGroups():
            return _on_account(write, tables.identity)
        case g.NestGroup() | g.UnnestGroup():
            return _on_member_group(write, tables.identity)
        case g.CountGroups(directory_id, group_id, delta):
            key = group_keys.counter(directory_id, zlib.crc32(group_id.encode()) % COUNTERS)
            condition = keys.OPEN_COUNTER if write.comes else None
            change = "ADD group_count :delta, shifts :shifts"
            return update(tables, key, change, condition, delta=delta, shifts=int(write.shifts))
        case g.NoteDeletedGroup(group_id):
            return put(tables, write_item(group_keys.deleted_group(group_id), {"group_id": group_id}))
        case g.EndDeletedGroup(group_id):
            return on(tables, "Delete", group_keys.deleted_group(group_id))
        case _:
            raise TypeError(f"no action for {type(write).__name__}")


def _update_head(tables: Tables, key: ItemKey, values: Mapping[str, Scalar], expected: int) -> Action:
    """An update, not a put: what the head holds besides (`parent_ids`) stays."""
    written = {f"new_{name}": value for name, value in values.items()}
    return update(tables, key, _change_to(values), SAME_VERSION, **written, version=expected)


def _delete_head(tables: Tables, before: Group, at: datetime) -> Action:
    values = group_values(replace(before, version=before.version + 1, updated_at=at, deleted=True))
    written = {f"new_{name}": value for name, value in values.items()}
    is_in = "parent_ids = :parents" if before.parent_ids else "attribute_not_exists(parent_ids)"
    return update(
        tables,
        group_keys.group(before.id),
        _change_to(values | {"parent_ids": None}),
        f"{SAME_VERSION} AND {is_in}",
        **written,
        version=before.version,
        parents=before.parent_ids or None,
    )


def _change_to(values: Mapping[str, Scalar]) -> str:
    sets = ", ".join(f"{name} = :new_{name}" for name, value in values.items() if value is not None)
    gone = ", ".join(name for name, value in values.items() if value is None)
    return f"SET {sets} REMOVE {gone}" if gone else f"SET {sets}"


def _on_account(write: g.JoinGroup | g.LeaveGroups, table: str) -> Action:
    values: Item = values_of(at=write.at, one=1)
    update = "SET updated_at = :at ADD group_changes :one"
    if isinstance(write, g.LeaveGroups):
        values |= _texts("groups", write.group_ids)
        return Action(
            "Update",
            table,
            write_key(keys.account(write.account_id)),
            THERE,
            values,
            f"{update} DELETE group_ids :groups",
        )
    values |= _texts("groups", [write.group_id])
    values |= values_of(directory=keys.of_directory(write.directory_id), scim=write.scim_id, most=MOST_GROUPS)
    condition = f"directory_key = :directory AND scim_id = :scim AND {_fewer_than_most('group_ids')}"
    return Action(
        "Update", table, write_key(keys.account(write.account_id)), condition, values, f"{update}, group_ids :groups"
    )


def _on_member_group(write: g.NestGroup | g.UnnestGroup, table: str) -> Action:
    key = write_key(group_keys.group(write.group_id))
    if isinstance(write, g.UnnestGroup):
        values: Item = _texts("parents", write.parent_ids)
        return Action("Update", table, key, THERE, values, "DELETE parent_ids :parents")
    values = _texts("parents", [write.parent_id])
    values |= values_of(directory=write.directory_id, most=MOST_GROUPS)
    condition = f"directory_id = :directory AND attribute_not_exists(deleted) AND {_fewer_than_most('parent_ids')}"
    return Action("Update", table, key, condition, values, "ADD parent_ids :parents")


def _fewer_than_most(name: str) -> str:
    return f"(attribute_not_exists({name}) OR size({name}) < :most)"


def _texts(name: str, texts: "frozenset[str] | list[str]") -> "dict[str, AttributeValueTypeDef]":
    return {f":{name}": {"SS": sorted(texts)}}
