"""Janitor: every few minutes, what is due although nobody asks for it; and how things stand."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rightful.core.upkeep.janitor import make_round
from rightful.ports.context import QueueContext
from rightful.runtime.clients import conflict_queue, identity_store, invocation_of
from rightful.runtime.metrics import Metric
from rightful.runtime.observability import count, failed, logger, observed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from rightful.core.integrity.accounts import Disagreement
    from rightful.core.upkeep.janitor import Backlog

_FIRST_ROUND_OF_THE_HOUR = 5
"""Rounds are five minutes apart: one begins in these minutes of each hour."""


@observed
def handler(event: "Mapping[str, object]", context: "LambdaContext") -> None:
    """One round, started by the schedule."""
    invocation = invocation_of(context, str(event.get("id", "")))
    logger.set_correlation_id(invocation.correlation_id)
    done = make_round(QueueContext(identity_store(), invocation, conflict_queue()))
    for found in done.checked.unrepaired:
        _report(found, "Index and account disagree: a person has to look at it")
    for found in done.checked.repaired:
        _report(found, "Index and account disagreed: repaired")
    logger.info(
        "Round made",
        extra={
            "conflictsSent": done.conflicts_sent,
            "reservationsEnded": done.reservations_ended,
            "accountsErased": done.accounts_erased,
            "peopleForgotten": done.people_forgotten,
            "groupsCleaned": done.groups_cleaned,
            "directoriesDeleted": done.directories_deleted,
            "keysReminded": done.keys_reminded,
            "itemsLookedAt": done.checked.looked_at,
        },
    )
    count(Metric.CONFLICTS_SENT_AGAIN, done.conflicts_sent)
    count(Metric.RESERVATIONS_ENDED, done.reservations_ended)
    count(Metric.ACCOUNTS_ERASED, done.accounts_erased)
    count(Metric.ITEMS_CHECKED, done.checked.looked_at)
    count(Metric.INDEX_DISAGREEMENTS, len(done.checked.unrepaired) + len(done.checked.repaired))
    count(Metric.INDEX_REPAIRS, len(done.checked.repaired))
    if done.stand is not None:
        _count_backlog(done.stand, invocation.now)
    for part, error in done.failures:
        failed(part, error)
    if done.failures:
        raise ExceptionGroup("parts of the round failed", [error for _, error in done.failures])
    count(Metric.ROUNDS_MADE)


def _count_backlog(stand: "Backlog", now: datetime) -> None:
    count(Metric.OPEN_CONFLICTS, stand.open_conflicts)
    count(Metric.OLDEST_OPEN_CONFLICT, stand.oldest_undecided.total_seconds())
    count(Metric.BLOCKED_DEACTIVATIONS, stand.blocked_deactivations)
    count(Metric.ORGANIZATIONS_PAUSED, stand.paused_organizations)
    left = [(key.expires_at - now) / timedelta(days=1) for key in stand.expiring_keys if key.expires_at]
    if left:
        count(Metric.KEY_DAYS_LEFT, min(left))
    if now.minute >= _FIRST_ROUND_OF_THE_HOUR:
        return  # one line an hour for each key is enough; the alarm needs the number each time
    for key, days in zip(stand.expiring_keys, left, strict=True):
        logger.warning(
            "Key expires",
            extra={
                "keyId": key.id,
                "scope": key.scope.value,
                "organizationId": key.organization_id,
                "directoryId": key.directory_id,
                "daysLeft": round(days, 1),
            },
        )


def _report(found: "Disagreement", message: str) -> None:
    logger.error(message, extra={"kind": found.kind, "accountId": found.account_id})
