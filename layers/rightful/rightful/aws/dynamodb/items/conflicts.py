"""Conflicts and the rows of the event log as DynamoDB items, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, Scalar, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.due import due_as, due_at, resting_from
from rightful.domain.events.event_log import LogEntry, LogFilter, first_id_at

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


@cache
def _codec() -> Codec[Conflict]:
    # A cold start needs no conflict.
    from rightful.domain.conflicts.evidence import Evidence, Grounds
    from rightful.domain.conflicts.next_step import CODED, Effect, NextStep

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
        types={"Evidence": Evidence, "Grounds": Grounds, "NextStep": NextStep, "Effect": Effect},
    )


def conflict_item(conflict: Conflict, retention: timedelta) -> Item:
    """A conflict, with its places in the indexes of lists (`reads.conflicts`) and of what is due. One that rests is
    removed by DynamoDB after the retention, as the rows that tell of it."""
    values = {**_codec().values(conflict), **_places(conflict)}
    rests_from = resting_from(conflict)
    if rests_from is not None:
        values["expires_at"] = int((rests_from + retention).timestamp())
    due = due_at(conflict)
    if due is not None:
        values["due_key"] = keys.due(due_as(conflict), conflict.id)
        values["due_sort"] = keys.due_sort(due)
    return write_item(keys.conflict(conflict.request.organization_id, conflict.id), values)


def _places(conflict: Conflict) -> dict[str, Scalar]:
    """Where the lists have it, each place within its organization: what others have in theirs decides neither how many
    queries a list takes nor where a page ends.

    Nobody but the holder's own organization finds a conflict by its holder.
    """
    request, finding, old = conflict.request, conflict.finding, conflict.request.old_email
    own_holder = finding.holder_organization_id == request.organization_id
    found = {
        "status_key": conflict.status.value,
        "class_key": finding.conflict_class.value if finding.conflict_class is not None else None,
        "who_key": conflict.next_step.who.code if conflict.next_step is not None else None,
        "asking_directory_key": request.directory_id,
        "requester_of_key": request.requester.account_id,
        "holder_key": finding.holder_account_id if own_holder else None,
        "wanted_key": request.wanted.canonical,
        "old_key": old.canonical if old is not None and not old.is_placeholder else None,
    }
    return {
        name: keys.of_conflicts(request.organization_id, value) for name, value in found.items() if value is not None
    }


def read_conflict(item: Mapping[str, "AttributeValueTypeDef"]) -> Conflict:
    """The inverse of `conflict_item`."""
    return _codec().read(item)


_ENTRY = Codec(LogEntry, names={"id": "entry_id"})


def log_item(entry: LogEntry, retention: timedelta) -> Item:
    """A row, which DynamoDB removes after the retention; with the keys under which what it is about is found."""
    values = {**_ENTRY.values(entry), "expires_at": int((entry.at + retention).timestamp())}
    found = {
        "account_key": entry.account_id,
        "conflict_key": entry.conflict_id,
        "requested_key": entry.requested_address,
        "old_key": entry.old_address,
    }
    for name, value in found.items():
        if value is not None:
            values[name] = keys.of_rows(entry.organization_id, value)
    return write_item(keys.log(entry.organization_id, entry.id), values)


def read_log_entry(item: Mapping[str, "AttributeValueTypeDef"]) -> LogEntry:
    """The inverse of `log_item`."""
    return _ENTRY.read(item)


def log_filters(wanted: LogFilter) -> Mapping[str, Sequence[str]]:
    """What a row's attributes have to be, of what no index says."""
    single = {
        "directory_id": wanted.directory_id,
        "conflict_class": wanted.conflict_class,
        "result": wanted.result.value if wanted.result else None,
    }
    filters: dict[str, Sequence[str]] = {name: (value,) for name, value in single.items() if value}
    if wanted.actions:
        filters["action"] = sorted(action.value for action in wanted.actions)
    return filters


def time_range(since: datetime | None, until: datetime | None) -> tuple[str, str] | None:
    """Between which ids what happened then is: they begin with the time, and go on after it."""
    if since is None and until is None:
        return None
    return first_id_at(since) if since else "0", first_id_at(until) if until else "g"
