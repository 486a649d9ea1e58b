"""Admin API: what is open, in numbers."""

from collections import Counter
from collections.abc import Iterable

from rightful.api.admin.call import AdminCall
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import Pointer
from rightful.ports.store.lists import STILL_WANTED
from rightful.text.ids import time_text

MOST_CONFLICTS = 10_000
MOST_ACCOUNTS = 10_000


def summary(call: AdminCall) -> Response:
    """GET summary: open conflicts by class, status, directory and who must act, the oldest, and how many accounts are
    unlinked.

    Counts up to ten thousand conflicts, oldest first; `complete` says whether that was all.
    """
    organization = call.organization()
    listed = call.store.listed_conflicts(call.organization_id, STILL_WANTED, most=MOST_CONFLICTS)
    conflicts = listed.conflicts
    body = {
        "openConflicts": {
            "total": len(conflicts),
            "complete": listed.complete,
            "byClass": _counted(conflict.conflict_class or "undiagnosed" for conflict in conflicts),
            "byStatus": _counted(conflict.status for conflict in conflicts),
            "byDirectory": _counted(conflict.directory_id for conflict in conflicts),
            "waitingFor": _counted(conflict.who for conflict in conflicts if conflict.who),
            "oldest": _oldest(call, conflicts[0].id) if conflicts else None,
        },
        "unlinkedAccounts": call.store.number_of_unlinked(call.organization_id, most=MOST_ACCOUNTS),
        "users": {
            directory.id: call.store.number_of_users(directory.id)
            for directory in call.store.directories(call.organization_id)
        },
        "domains": len(organization.domains),
        "paused": organization.brakes.paused,
        "dryRun": organization.brakes.dry_run,
        "asOf": time_text(call.invocation.now),
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


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
