"""The troubleshooting log: newest first, filtered, each refusal explained; and as CSV."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from rightful.api.admin.log import CONTENT_TYPE, MOST_CSV_ROWS
from rightful.api.console.call import CONSOLE, ConsoleCall, Document, error_of, items_of
from rightful.api.console.headers import page_headers
from rightful.api.console.pages.conflicts.conflicts import Choice
from rightful.api.console.pages.directories.labels import labels_of
from rightful.api.console.rendering import words
from rightful.api.request import Response
from rightful.core.users.sent import RefusedRow, SentAnswer, sent_answer
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.events.event_log import Action, Result
from rightful.text.csv_lines import csv_line

_PER_PAGE = "50"
_FILTERS = ("action", "result", "class", "directoryId", "address", "accountId", "conflictId", "since", "until")
_CUT = "This is not all: there was no room or no time for more. It goes on at"


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row, what was answered, and that answer as it was sent; None: nothing was answered, or the row does not have
    what the answer named."""

    row: Document
    answer: SentAnswer | None
    sent: str | None
    directory: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log.

    Attributes:
        chosen: the filters as they are in the URL.
        older: the query of the next page; empty: this is the last one.
        csv: the query of the download of all that is filtered.
    """

    rows: Sequence[LogRow]
    chosen: Mapping[str, str]
    directories: Sequence[Choice]
    older: str
    csv: str
    error: str = ""
    title: str = "Log"
    most_rows: int = MOST_CSV_ROWS
    actions: Sequence[Choice] = tuple(Choice(each.value, words(each.value)) for each in Action)
    results: Sequence[Choice] = tuple(Choice(each.value, each.value) for each in Result)
    classes: Sequence[Choice] = tuple(Choice(each.value, each.value.replace("_", " ")) for each in ConflictClass)

    @property
    def filtered(self) -> bool:
        """Whether something is asked for in particular."""
        return bool(self.chosen)


def log_page(call: ConsoleCall) -> Response:
    """GET log?action=&result=&class=&directoryId=&address=&accountId=&conflictId=&since=&until=&cursor=."""
    chosen = _chosen(call)
    query = {**chosen, "limit": _PER_PAGE, "cursor": call.parameter("cursor") or ""}
    answer = call.api("GET", "/log", query=query)
    found: Document = answer.body if isinstance(answer.body, dict) and answer.status < 400 else {}
    directories = [Choice(each, name) for each, name in labels_of(items_of(call.read("/directories"))).items()]
    names = {each.value: each.name for each in directories}
    cursor = found.get("nextCursor")
    page = LogPage(
        rows=[_row(each, names) for each in items_of(found)],
        chosen=chosen,
        directories=directories,
        older=urlencode({**chosen, "cursor": cursor}) if cursor else "",
        csv=urlencode(chosen),
        error=error_of(answer),
    )
    return call.page("log.html", page, status=answer.status)


def log_csv(call: ConsoleCall) -> Response:
    """GET log.csv with the same filters and cursor: up to `MOST_CSV_ROWS` rows, the newest. Where there are more, the
    last line says so, and where it goes on."""
    chosen = _chosen(call)
    query = {**chosen, "format": "csv", "cursor": call.parameter("cursor") or ""}
    answer = call.api("GET", "/log", query=query)
    if answer.status >= 400 or not isinstance(answer.body, str):
        return call.page("log.html", _refused(call, chosen, answer), status=answer.status)
    headers = {**page_headers(call.request.base_url), **(answer.headers or {})}
    rest = headers.pop("Link", "")
    if not rest:
        return Response(200, answer.body, headers, CONTENT_TYPE)
    # RFC 8288: where the admin API has the next part.
    [cursor] = parse_qs(urlsplit(rest.partition(">")[0]).query)["cursor"]
    following = f"{call.request.base_url}{CONSOLE}/log.csv?{urlencode({**chosen, 'cursor': cursor})}"
    return Response(200, answer.body + csv_line([f"{_CUT} {following}"]), headers, CONTENT_TYPE)


def _refused(call: ConsoleCall, chosen: Mapping[str, str], answer: Response) -> LogPage:
    directories = [Choice(each, name) for each, name in labels_of(items_of(call.read("/directories"))).items()]
    return LogPage((), chosen, directories, "", "", error_of(answer))


def _chosen(call: ConsoleCall) -> dict[str, str]:
    asked = {name: (call.parameter(name) or "").strip() for name in _FILTERS}
    return {name: value for name, value in asked.items() if value}


def _row(row: Document, names: Mapping[str, str]) -> LogRow:
    def text(name: str) -> str | None:
        value = row[name]
        return str(value) if value is not None else None

    answer = sent_answer(
        RefusedRow(str(row["action"]), text("explanationCode") or "", text("conflictId"), text("requestedEmail"))
    )
    sent = json.dumps(answer.body, ensure_ascii=False, indent=2) if answer is not None and answer.body else None
    directory_id = text("directoryId")
    directory = names.get(directory_id, "a directory that is gone") if directory_id else ""
    return LogRow(row, answer, sent, directory)
