"""Admin API: what is open, in numbers."""

from collections import Counter
from collections.abc import Iterable

from rightful.api.admin.call import AdminCall
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import Conflict
from rightful.text.ids import time_text

MOST_CONFLICTS = 1_000
MOST_ACCOUNTS = 10_000
_PAGE = 100


def summary(call: AdminCall) -> Response:
    """GET summary: open conflicts by class, status and who must act, the oldest, and how many accounts are unlinked.

    Counts up to a thousand conflicts, oldest first; `complete` says whether that was all.
    """
    organization = call.organization()
    conflicts, complete = _open_conflicts(call)
    oldest = conflicts[0] if conflicts else None
    body = {
        "openConflicts": {
            "total": len(conflicts),
            "complete": complete,
            "byClass": _counted(
                conflict.finding.conflict_class.value if conflict.finding.conflict_class else "undiagnosed"
                for conflict in conflicts
            ),
            "byStatus": _counted(conflict.status.value for conflict in conflicts),
            "waitingFor": _counted(conflict.next_step.who for conflict in conflicts if conflict.next_step),
            "oldest": {
                "id": oldest.id,
                "createdAt": time_text(oldest.created_at),
                "ageSeconds": int((call.invocation.now - oldest.created_at).total_seconds()),
            }
            if oldest
            else None,
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


def _open_conflicts(call: AdminCall) -> tuple[list[Conflict], bool]:
    found: list[Conflict] = []
    position: str | None = None
    while len(found) < MOST_CONFLICTS:
        page = call.store.open_conflicts(call.organization_id, limit=_PAGE, position=position)
        found += page.conflicts
        position = page.next_position
        if position is None:
            return found, True
    return found, False


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
