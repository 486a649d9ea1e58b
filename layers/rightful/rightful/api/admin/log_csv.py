"""The event log as CSV (RFC 4180), to be opened in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from rightful.domain.event_log import LogEntry
from rightful.text.times import time_text

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
