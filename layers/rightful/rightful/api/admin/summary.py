"""Admin API: what is open, in numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rightful.api.admin.call import AdminCall
from rightful.api.admin.statistics import conflicts_document, counts_of, lately, within
from rightful.api.documents import token_document
from rightful.api.request import Response
from rightful.core.organizations.overview import ending_soon
from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.events.event_log import first_id_at
from rightful.ports.store.lists import STILL_WANTED, ConflictFilter, ListedConflict
from rightful.text.ids import time_text

MOST_CONFLICTS = 10_000
MOST_ACCOUNTS = 10_000
_AGES = {
    "underADay": timedelta(days=1),
    "underThreeDays": timedelta(days=3),
    "underAWeek": timedelta(days=7),
}
_OLDER = "older"


def summary(call: AdminCall) -> Response:
    """GET summary: open conflicts by class, status, directory, age and who must act, and the oldest; what became of
    those of the last 7 and 30 days, and how it ended; what each directory pushed lately; the keys that expire in the
    next 30 days; and how many accounts are unlinked.

    Counts up to ten thousand conflicts, oldest first; `complete` says whether that was all. At most 52 calls and two
    for each directory.
    """
    organization = call.organization()
    listed = call.store.listed_conflicts(call.organization_id, STILL_WANTED, most=MOST_CONFLICTS)
    conflicts, directories = listed.conflicts, call.store.directories(call.organization_id)
    now, figures = call.invocation.now, counts_of(call, 30)
    body = {
        "openConflicts": {
            "total": len(conflicts),
            "complete": listed.complete,
            "byClass": _counted(conflict.conflict_class or "undiagnosed" for conflict in conflicts),
            "byStatus": _counted(conflict.status for conflict in conflicts),
            "byDirectory": _counted(conflict.directory_id for conflict in conflicts),
            "byAge": _ages(now, conflicts),
            "waitingFor": _counted(conflict.who for conflict in conflicts if conflict.who),
            "oldest": _oldest(call, conflicts[0].id) if conflicts else None,
        },
        "recorded": {f"last{days}Days": _recorded(call, timedelta(days=days)) for days in (7, 30)},
        "outcomes": {f"last{days}Days": conflicts_document(within(figures, days, now)) for days in (7, 30)},
        "pushes": {directory.id: lately(figures, directory.id, now) for directory in directories},
        "keysThatExpire": [
            token_document(key) for key in ending_soon(call.store.all_tokens(call.organization_id), now)
        ],
        "unlinkedAccounts": call.store.number_of_unlinked(call.organization_id, most=MOST_ACCOUNTS),
        "users": {directory.id: call.store.number_of_users(directory.id) for directory in directories},
        "domains": len(organization.domains),
        "paused": organization.brakes.paused,
        "dryRun": organization.brakes.dry_run,
        "asOf": time_text(now),
    }
    return Response(200, body)


def _oldest(call: AdminCall, conflict_id: str) -> dict[str, object] | None:
    conflict = call.store.conflict(Pointer(call.organization_id, conflict_id))
    if conflict is None:
        return None
    return {
        "id": conflict.id,
        "createdAt": time_text(conflict.created_at),
        "ageSeconds": int((call.invocation.now - conflict.created_at).total_seconds()),
    }


def _ages(now: datetime, conflicts: Sequence[ListedConflict]) -> dict[str, int]:
    """How many are how old: ids begin with the time."""
    begins = {name: first_id_at(now - age) for name, age in _AGES.items()}
    ages = dict.fromkeys([*_AGES, _OLDER], 0)
    for conflict in conflicts:
        young = (name for name, since in begins.items() if conflict.id >= since)
        ages[next(young, _OLDER)] += 1
    return ages


def _recorded(call: AdminCall, time: timedelta) -> dict[str, object]:
    """What became of the conflicts that were recorded since."""
    wanted = ConflictFilter(since=call.invocation.now - time)
    listed = call.store.listed_conflicts(call.organization_id, wanted, most=MOST_CONFLICTS)
    return {
        "total": len(listed.conflicts),
        "complete": listed.complete,
        "byStatus": _counted(conflict.status for conflict in listed.conflicts),
    }


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
