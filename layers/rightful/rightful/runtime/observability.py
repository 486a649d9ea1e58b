"""Structured logs and metrics: what the functions tell operations. Ids reach them; addresses, names and what clients
sent do not."""

import json
import logging
import re
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from rightful.aws.errors import observe_attempts
from rightful.runtime import cold_start
from rightful.runtime.clients import settings
from rightful.runtime.conflict_metrics import measurements_of
from rightful.runtime.metrics import DIMENSIONS, FAILURES, UNITS, Measurement, Metric
from rightful.runtime.refusals import is_write
from rightful.runtime.settings import metrics_namespace
from rightful.text.ids import address_hash

if TYPE_CHECKING:
    from rightful.api.request import Request, Response
    from rightful.core.conflicts.remediate import Remediation
    from rightful.domain.account import Account
    from rightful.domain.conflicts.conflict import Conflict, Pointer
    from rightful.domain.events.change import ConflictChange
    from rightful.ports.queue import ReexamineAll

    Handler = Callable[..., object]

NAMESPACE = metrics_namespace()


def _line(document: Mapping[str, object]) -> str:
    """In ASCII: characters that some readers take for the end of a line would cut it in two."""
    return json.dumps(document, default=str, separators=(",", ":"))


logger = Logger(json_serializer=_line)
metrics = Metrics(namespace=NAMESPACE)

# The Lambda runtime gives the stack's log level to the root logger. At DEBUG botocore would log whole requests:
# addresses, key hashes, session tokens. The level is for this service's own lines.
for _library in (None, "boto3", "botocore", "urllib3"):
    _other = logging.getLogger(_library)
    _other.setLevel(max(_other.getEffectiveLevel(), logging.WARNING))

# An invocation that has nothing to count is no mistake.
warnings.filterwarnings("ignore", message="No application metrics to publish", category=UserWarning)

_SERVER_MADE_ID = re.compile(r"[0-9a-f]{32}(-[0-9]{1,9})?")


def observed(handler: "Handler") -> "Handler":
    """A function's handler, once all is imported: its metrics are written when it ends, its cold start and its AWS
    trouble among them."""
    observe_attempts(attempt_failed)
    cold_start.over()
    decorated: Handler = metrics.log_metrics(handler, capture_cold_start_metric=True)
    return decorated


def count(
    metric: Metric, amount: float = 1, *, divided_by: str | None = None, about: Mapping[str, str | None] | None = None
) -> None:
    """Add to a metric (embedded metric format: a log line, no call).

    Args:
        about: the ids of what this value is about. They are metadata of its line: found by a query of the logs, and
            no dimension.
    """
    dimension = DIMENSIONS.get(metric)
    if dimension is None and about is None:
        metrics.add_metric(name=metric.value, unit=UNITS[metric].value, value=amount)
        return
    unit = MetricUnit(UNITS[metric].value)
    with single_metric(name=metric.value, unit=unit, value=amount, namespace=NAMESPACE) as alone:
        alone.add_dimension(name="service", value=str(metrics.service))
        if dimension is not None:
            alone.add_dimension(name=dimension.value, value=divided_by or "none")
        for name, id_ in (about or {}).items():
            if id_:
                alone.add_metadata(name, id_)


def count_all(measurements: Iterable[Measurement], *, about: Mapping[str, str | None] | None = None) -> None:
    """Add measurements to their metrics."""
    for found in measurements:
        count(found.metric, found.value, divided_by=found.divided_by, about=about)


def failed(what: str, error: Exception) -> None:
    """Something could not be done now and is done later, or by a person: counted and logged, with the error's type
    and AWS's code for it only (its text may quote what was sent)."""
    logger.warning("Not done now", extra={"what": what, **_named(error)})
    count(FAILURES.get(what, Metric.OTHER_FAILURES))


def attempt_failed(operation: str, contended: bool) -> None:
    """DynamoDB or another service refused one attempt of a call, and it is repeated."""
    logger.debug("Attempt refused", extra={"operation": operation, "contended": contended})
    count(Metric.TRANSACTION_CONTENTION if contended else Metric.THROTTLES)


def started(request: "Request") -> float:
    """A request arrived: what is logged from here on carries its id. Returns the moment, for `answered`."""
    logger.set_correlation_id(request.request_id)
    return time.perf_counter()


def answered(request: "Request", response: "Response", since: float) -> None:
    """A request of an API was answered: one line and its metrics."""
    whose = _whose(request)
    logger.info(
        "Answered",
        extra={
            "route": request.resource,
            "method": request.method,
            "status": response.status,
            "durationMs": round((time.perf_counter() - since) * 1000, 1),
            **whose,
            "resourceId": _own_id(request.path_parameters.get("id", "")),
        },
    )
    count_all(_measured(request, response.status))
    for name, value in {**whose, "correlation_id": request.request_id}.items():
        if value:
            metrics.add_metadata(name, value)  # one invocation is one request


def attempted(request: "Request") -> None:
    """A live key was used on what another organization has, and was refused."""
    asked = request.path_parameters
    logger.warning(
        "Another organization's",
        extra={
            **_whose(request),
            "askedOrganizationId": _own_id(asked.get("orgId", "")),
            "askedDirectoryId": _own_id(asked.get("directoryId", "")),
        },
    )
    count(Metric.CROSS_ORGANIZATION_ATTEMPTS)


def refused(request: "Request", percent: float) -> None:
    """A write was answered with 409: the share of its directory's writes that were, within the hour."""
    count(Metric.REFUSAL_SHARE, percent, about={**_whose(request), "correlation_id": request.request_id})


def recorded(conflict: "Conflict") -> None:
    """A refused claim is in the table."""
    logger.info(
        "Claim refused",
        extra={
            "conflictId": conflict.id,
            "organizationId": conflict.request.organization_id,
            "directoryId": conflict.request.directory_id,
            "accountId": conflict.request.requester.account_id,
            "scimId": conflict.request.requester.scim_id,
            "operation": conflict.request.operation.value,
            "occurrences": conflict.occurrences,
            "wantedHash": address_hash(conflict.request.wanted.canonical, settings().log_hash_key),
        },
    )


def held(account: "Account") -> None:
    """One administrator's key did not reach what takes two people: an address, or an account's existence."""
    ids = {"accountId": account.id, "organizationId": account.organization_id}
    logger.warning("Takes two people", extra={**ids, "scimId": account.link.scim_id if account.link else None})
    count(Metric.HELD_FOR_TWO, about=ids)


def settings_unconfirmed(organization_id: str) -> None:
    """One administrator issued a key, let a directory erase, or loosened the policy: another one has to confirm it."""
    logger.warning("One administrator's word", extra={"organizationId": organization_id})
    count(Metric.SETTINGS_UNCONFIRMED, about={"organizationId": organization_id})


def examined(pointer: "Pointer", outcome: "Remediation") -> None:
    """The remediator looked at a conflict."""
    conflict = outcome.conflict
    logger.info(
        "Conflict examined",
        extra={
            "conflictId": pointer.conflict_id,
            "organizationId": pointer.organization_id,
            "accountId": conflict.request.requester.account_id if conflict else None,
            "effect": outcome.effect.value,
            "status": conflict.status.value if conflict else None,
            "class": conflict.finding.conflict_class.value if conflict and conflict.finding.conflict_class else None,
            "decision": conflict.finding.rule if conflict else None,
            "brake": outcome.brake.value if outcome.brake else None,
            "requeued": len(outcome.requeued),
        },
    )
    named: dict[str, str | None] = {"conflictId": pointer.conflict_id, "organizationId": pointer.organization_id}
    about = _ids_of(conflict) if conflict else named
    count(Metric.CONFLICTS_EXAMINED, divided_by=outcome.effect.value, about=about)
    if outcome.brake is not None:
        count(Metric.HELD_BACK, divided_by=outcome.brake.value, about=about)


def reexamined(asked: "ReexamineAll", requeued: "Sequence[Pointer]") -> None:
    """Some of an organization's conflicts were sent, because its settings changed."""
    logger.info("Examining all again", extra={"organizationId": asked.organization_id, "requeued": len(requeued)})
    count(Metric.CONFLICTS_REQUEUED, len(requeued))


def not_examined(about: "Pointer | ReexamineAll", error: Exception) -> None:
    """An examination ended in an error; its message comes again, and stays in the dead-letter queue in the end."""
    conflict_id = getattr(about, "conflict_id", None)
    logger.error(
        "Conflict not examined",
        extra={"conflictId": conflict_id, "organizationId": about.organization_id, **_named(error)},
    )
    count(Metric.EXAMINATIONS_FAILED)


def given_up(conflict: "Conflict | None") -> None:
    """A conflict that cannot be examined was marked as failed."""
    if conflict is not None:
        logger.error(
            "Conflict given up",
            extra={"conflictId": conflict.id, "organizationId": conflict.request.organization_id, "status": "failed"},
        )


def committed(change: "ConflictChange") -> None:
    """A change of a conflict went out as an event: one line, under the correlation id of the request behind it."""
    old, new = change.old, change.new
    if new is None:
        return
    logger.info(
        "Conflict changed",
        extra={
            "correlation_id": new.correlation_id,
            "conflictId": new.id,
            "organizationId": new.request.organization_id,
            "accountId": new.request.requester.account_id,
            "holderAccountId": new.finding.holder_account_id,
            "from": old.status.value if old else None,
            "status": new.status.value,
            "class": new.finding.conflict_class.value if new.finding.conflict_class else None,
            "decision": new.finding.rule,
            "nextStepWho": new.next_step.who.value if new.next_step else None,
        },
    )
    count_all(measurements_of(old, new), about=_ids_of(new))


def _ids_of(conflict: "Conflict") -> dict[str, str | None]:
    """What the metrics of a conflict are about."""
    return {
        "conflictId": conflict.id,
        "organizationId": conflict.request.organization_id,
        "directoryId": conflict.request.directory_id,
        "correlation_id": conflict.correlation_id,
    }


def _whose(request: "Request") -> dict[str, str | None]:
    """A request's key, and whose it is."""
    principal = request.principal
    return {
        "keyId": principal.token_id if principal else None,
        "organizationId": principal.organization_id if principal else None,
        "directoryId": principal.directory_id if principal else None,
    }


def _measured(request: "Request", status: int) -> Iterable[Measurement]:
    yield Measurement(Metric.REQUESTS)
    if status >= 500:
        yield Measurement(Metric.SERVER_ERRORS)
    elif status >= 400:
        yield Measurement(Metric.CLIENT_ERRORS)
    if is_write(request):
        yield Measurement(Metric.SCIM_WRITES)
        if status == 409:
            yield Measurement(Metric.UNIQUENESS_REFUSALS)


def _named(error: Exception) -> dict[str, str | None]:
    """What an error is and where it came up, without its text, which may quote what was sent."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    frames = extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None
    return {"error": type(error).__name__, "code": code, "where": where}


def _own_id(text: str) -> str | None:
    """An id that this service made; None for anything else a client may have put in its place."""
    return text if _SERVER_MADE_ID.fullmatch(text) else None
