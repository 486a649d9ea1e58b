"""Admin API: the event log, as JSON page by page or as CSV (RFC 4180), to be opened in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from rightful.api.admin.call import AdminCall
from rightful.api.documents import log_document
from rightful.api.json_call import ApiError, cursor_of, wrong_cursor
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.event_log import Action, LogEntry, LogFilter, Result, first_id_at
from rightful.text.ids import time_text

MOST_CSV_ROWS = 5_000
"""In one answer: about 2 MB, of the 6 MB that a function may answer."""
_PAGE = 100
_TIME_FOR_ONE_MORE_PAGE = 3.0

CONTENT_TYPE = "text/csv; charset=utf-8"

COLUMNS = (
    "time",
    "action",
    "result",
    "directoryId",
    "subject",
    "scimId",
    "externalId",
    "accountId",
    "oldEmail",
    "requestedEmail",
    "holder",
    "class",
    "explanation",
    "nextStepWho",
    "nextStepWhat",
    "retriedByIdp",
    "approver",
    "conflictId",
    "correlationId",
    "id",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_Choice = TypeVar("_Choice", bound=StrEnum)


def list_log(call: AdminCall) -> Response:
    """GET log?accountId=&conflictId=&directoryId=&action=&result=&class=&since=&until=&limit=&cursor=&format=.

    Newest first. `action` takes several, comma-separated; since (included) and until (not) are ISO 8601. As CSV with
    format=csv or Accept: text/csv; where that has no room for all, the header Link names the next part.
    """
    wanted, position = _filter(call), call.position()
    if position is not None and not _is_in(position, wanted):
        raise wrong_cursor()
    if _asks_for_csv(call):
        return _csv(call, wanted, position)
    page = call.store.log(call.organization_id, limit=call.limit(), position=position, wanted=wanted)
    return call.listing(page.entries, page.next_position, log_document)


def _csv(call: AdminCall, wanted: LogFilter, position: str | None) -> Response:
    entries: list[LogEntry] = []
    more = True
    while more and len(entries) < MOST_CSV_ROWS and call.invocation.remaining() > _TIME_FOR_ONE_MORE_PAGE:
        page = call.store.log(call.organization_id, limit=_PAGE, position=position, wanted=wanted)
        entries += page.entries
        position, more = page.next_position, page.next_position is not None
    headers = {"Content-Disposition": 'attachment; filename="event-log.csv"'}
    if more and position is not None:
        headers["Link"] = f'<{_next_url(call, position)}>; rel="next"'
    return Response(200, "".join(csv_rows(entries)), headers, CONTENT_TYPE)


def _next_url(call: AdminCall, position: str) -> str:
    """RFC 8288: where the next part is."""
    query = {name: values[-1] for name, values in call.request.query.items() if values}
    parameters = urlencode({**query, "format": "csv", "cursor": cursor_of(position)})
    return f"{call.request.base_url}/admin/v1/orgs/{call.organization_id}/log?{parameters}"


def _asks_for_csv(call: AdminCall) -> bool:
    asked = call.parameter("format")
    if asked not in {None, "csv", "json"}:
        raise ApiError(400, "invalid_value", "format: choose of json, csv.", "format")
    accepted = call.request.headers.get("accept", "").lower()
    return asked == "csv" or (asked is None and accepted.startswith("text/csv"))


def _filter(call: AdminCall) -> LogFilter:
    return LogFilter(
        account_id=call.parameter("accountId"),
        conflict_id=call.parameter("conflictId"),
        directory_id=call.parameter("directoryId"),
        conflict_class=next(_chosen(call, "class", ConflictClass), None),
        result=next(_chosen(call, "result", Result), None),
        actions=frozenset(_chosen(call, "action", Action)),
        since=_moment(call, "since"),
        until=_moment(call, "until"),
    )


def _chosen(call: AdminCall, name: str, choices: type[_Choice]) -> Iterator[_Choice]:
    """The choices that a parameter names, comma-separated.

    Raises:
        ApiError: 400, it names one that there is not.
    """
    known = {choice.value: choice for choice in choices}
    for text in (call.parameter(name) or "").split(","):
        word = text.strip()
        if word and word not in known:
            raise ApiError(400, "invalid_value", f"{name}: choose of {', '.join(known)}.", name)
        if word:
            yield known[word]


def _moment(call: AdminCall, name: str) -> datetime | None:
    text = call.parameter(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{name}: write a moment in ISO 8601, as 2026-11-23 or 2026-11-23T09:00:00Z."
        raise ApiError(400, "invalid_value", message, name) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_in(position: str, wanted: LogFilter) -> bool:
    """Whether a page of these rows could have ended there."""
    after = wanted.since is None or first_id_at(wanted.since) <= position
    return after and (wanted.until is None or position < first_id_at(wanted.until))


def csv_rows(entries: Iterable[LogEntry]) -> Iterator[str]:
    """The header and one line for each row.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it: userNames and display names come
    from outside (OWASP "CSV Injection").
    """
    yield _line(COLUMNS)
    for entry in entries:
        yield _line([_harmless(cell) for cell in _cells(entry)])


def _cells(entry: LogEntry) -> list[str]:
    retried = {True: "yes", False: "no", None: ""}[entry.retried_by_idp]
    cells = [
        time_text(entry.at),
        entry.action.value,
        entry.result.value,
        entry.directory_id,
        entry.subject,
        entry.scim_id,
        entry.external_id,
        entry.account_id,
        entry.old_email,
        entry.requested_email,
        entry.holder,
        entry.conflict_class,
        entry.explanation,
        entry.next_step_who,
        entry.next_step_what,
        retried,
        entry.approver,
        entry.conflict_id,
        entry.correlation_id,
        entry.id,
    ]
    return [cell or "" for cell in cells]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
