"""Admin API: the event log, as JSON page by page or as CSV (RFC 4180), to be opened in a spreadsheet."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from rightful.api.admin.call import AdminCall
from rightful.api.admin.parameters import address, chosen, moment, one_of
from rightful.api.documents import log_document
from rightful.api.json_call import cursor_of, wrong_cursor
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.events.event_log import Action, LogEntry, LogFilter, Result, first_id_at
from rightful.text.csv_lines import csv_line
from rightful.text.ids import time_text

MOST_CSV_ROWS = 5_000
"""In one answer: about 2 MB, of the 6 MB that a function may answer."""
_PAGE = 100
_TIME_FOR_ONE_MORE_PAGE = 3.0

PARAMETERS = (
    "accountId", "address", "conflictId", "directoryId", "action", "result", "class", "since", "until", "format",
)  # fmt: skip

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
    "explanationCode",
    "nextStepWho",
    "nextStepWhat",
    "nextStepCode",
    "retriedByIdp",
    "approver",
    "conflictId",
    "correlationId",
    "id",
)


def list_log(call: AdminCall) -> Response:
    """GET log?accountId=&address=&conflictId=&directoryId=&action=&result=&class=&since=&until=&limit=&cursor=&format=.

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
    asked = one_of(call, "format", ("json", "csv"))
    accepted = call.request.headers.get("accept", "").lower()
    return asked == "csv" or (asked is None and accepted.startswith("text/csv"))


def _filter(call: AdminCall) -> LogFilter:
    about = address(call.parameter("address"), "address")
    return LogFilter(
        account_id=call.parameter("accountId"),
        address=about.canonical if about else None,
        conflict_id=call.parameter("conflictId"),
        directory_id=call.parameter("directoryId"),
        conflict_class=one_of(call, "class", ConflictClass),
        result=Result(result) if (result := one_of(call, "result", Result)) else None,
        actions=chosen(call, "action", Action),
        since=moment(call, "since"),
        until=moment(call, "until"),
    )


def _is_in(position: str, wanted: LogFilter) -> bool:
    """Whether a page of these rows could have ended there."""
    after = wanted.since is None or first_id_at(wanted.since) <= position
    return after and (wanted.until is None or position < first_id_at(wanted.until))


def csv_rows(entries: Iterable[LogEntry]) -> Iterator[str]:
    """The header and one line for each row."""
    yield csv_line(COLUMNS)
    for entry in entries:
        yield csv_line(_cells(entry))


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
        entry.explanation_code,
        entry.next_step_who,
        entry.next_step_what,
        entry.next_step_code,
        retried,
        entry.approver,
        entry.conflict_id,
        entry.correlation_id,
        entry.id,
    ]
    return [cell or "" for cell in cells]
