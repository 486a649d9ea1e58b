"""Conflicts as DynamoDB items, and back."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import indexes as index_keys
from rightful.domain.conflict import Conflict, due_as, due_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


@cache
def _codec() -> Codec[Conflict]:
    # A cold start needs no conflict.
    from rightful.domain.evidence import Evidence
    from rightful.domain.next_step import CODED, NextStep

    return Codec(
        Conflict,
        names={
            "id": "conflict_id",
            "expires_at": "change_ends_at",
            "conflict_class": "class",
            "wanted_value": "wanted",
            "wanted_canonical": "wanted_address",
            "wanted_directory_id": "directory_id",
        },
        spread={"request": "", "requester": "requester_", "wanted": "wanted_", "finding": "", "outcome": ""},
        # The sentences are not stored: they are made anew from codes and parameters.
        reads={"parameters": lambda named: {name: CODED.get(name, str)(value) for name, value in named.items()}},
        types={"Evidence": Evidence, "NextStep": NextStep},
    )


def conflict_item(conflict: Conflict) -> Item:
    """A conflict; while its change is wanted, also with its place in the index of open conflicts."""
    values = _codec().values(conflict)
    if conflict.live:
        values["open_key"] = keys.open_conflicts(conflict.request.organization_id)
        values["open_sort"] = conflict.id
    due = due_at(conflict)
    if due is not None:
        values["due_key"] = index_keys.due(due_as(conflict), conflict.id)
        values["due_sort"] = index_keys.due_sort(due)
    return write_item(keys.conflict(conflict.request.organization_id, conflict.id), values)


def read_conflict(item: Mapping[str, "AttributeValueTypeDef"]) -> Conflict:
    """The inverse of `conflict_item`."""
    return _codec().read(item)
