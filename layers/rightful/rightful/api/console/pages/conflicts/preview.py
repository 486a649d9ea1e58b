"""What a list of changes of addresses would meet, before anybody pushes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rightful.api.admin.log import CONTENT_TYPE
from rightful.api.console.call import ConsoleCall, Document, error_of, items_of
from rightful.api.console.headers import page_headers
from rightful.api.console.pages.conflicts.typed_changes import Remark, TypedChanges, read_changes
from rightful.api.request import Response
from rightful.core.preview.forecast import WELL, Verdict
from rightful.text.csv_lines import csv_line
from rightful.text.wording import counted

_SHOWN = 100
"""Changes of one fate that a page shows; the file has all of them."""
_ORDER = (*(each for each in Verdict if each not in WELL), *(each for each in Verdict if each in WELL))
"""First what somebody has to do something about."""
_COLUMNS = ("change", "line", "from", "to", "verdict", "explanation", "class", "step", "group", "heldBackBy",
            "nextStepWho", "nextStepWhat")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """All changes of which one thing becomes.

    Attributes:
        told: what, as the service says it.
        changes: the first of them.
        left_out: how many more there are.
    """

    verdict: str
    told: str
    well: bool
    number: int
    changes: Sequence[Document]
    left_out: int


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The list as it was typed, and what would become of it.

    Attributes:
        result: as the admin API says it; None: nothing was asked yet, or it cannot be read.
        remarks: lines that cannot be read, or that say again what another says.
    """

    typed: str = ""
    result: Document | None = None
    fates: Sequence[Fate] = ()
    remarks: Sequence[Remark] = ()
    error: str = ""
    title: str = "Preview"


def preview_page(call: ConsoleCall) -> Response:
    """GET preview: the form."""
    return call.page("preview.html", PreviewPage())


def preview(call: ConsoleCall) -> Response:
    """POST preview: what would become of each change, as a page or as a file. Nothing is written."""
    text = call.field("changes")
    typed = read_changes(text)
    if typed.wrong:
        count = counted(len(typed.wrong), "line cannot be read.", "lines cannot be read.")
        page = PreviewPage(text, remarks=typed.wrong, error=f"{count} Nothing was looked at yet.")
        return call.page("preview.html", page, status=400)
    if not typed.changes:
        page = PreviewPage(text, error="There are no changes: write one a line, who, a comma, and the new address.")
        return call.page("preview.html", page, status=400)
    body = {"changes": [{"from": each.old, "to": each.new} for each in typed.changes]}
    answer = call.api("POST", "/email-changes/preview", body=body)
    if not isinstance(answer.body, dict) or answer.status >= 400:
        page = PreviewPage(text, remarks=typed.repeats, error=error_of(answer))
        return call.page("preview.html", page, status=answer.status)
    if call.field("as") == "csv":
        headers = {**page_headers(call.request.base_url), "Content-Disposition": 'attachment; filename="preview.csv"'}
        return Response(200, "".join(csv_rows(answer.body, typed)), headers, CONTENT_TYPE)
    return call.page("preview.html", page_of(answer.body, typed, text))


def page_of(result: Document, typed: TypedChanges, text: str) -> PreviewPage:
    """The view of a result. Pure."""
    by_verdict: dict[str, list[Document]] = {}
    for change in _with_lines(result, typed):
        by_verdict.setdefault(str(change["verdict"]), []).append(change)
    fates = [
        Fate(each.value, each.pattern, each in WELL, len(found), found[:_SHOWN], len(found[_SHOWN:]))
        for each in _ORDER
        if (found := by_verdict.get(each.value, []))
    ]
    return PreviewPage(text, result, fates, remarks=typed.repeats)


def csv_rows(result: Document, typed: TypedChanges) -> Iterator[str]:
    """The header and one line for each change, in the order of the list. Pure."""
    yield csv_line(_COLUMNS)
    for change in _with_lines(result, typed):
        step = change["nextStep"]
        told = (step["who"], step["what"]) if isinstance(step, dict) else ("", "")
        yield csv_line([change["number"], *(change[name] for name in _COLUMNS[1:-2]), *told])


def _with_lines(result: Document, typed: TypedChanges) -> Iterator[Mapping[str, object]]:
    """The changes of a result, each with the line on which it was typed."""
    for change, read in zip(items_of(result), typed.changes, strict=True):
        yield {**change, "line": read.line}
