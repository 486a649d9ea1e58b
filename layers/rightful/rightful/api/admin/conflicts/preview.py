"""Admin API: what a list of changes of addresses would meet, before it is pushed."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import holder_document
from rightful.api.json_call import ApiError, Body
from rightful.api.request import Response
from rightful.core.conflicts.decision.limits import Brake, hour_counter
from rightful.core.conflicts.reading.document import next_step_document
from rightful.core.preview.asked import AskedChange, read_pairs
from rightful.core.preview.forecast import WELL, Forecast
from rightful.core.preview.predict import predict
from rightful.core.preview.reading import gather_facts
from rightful.text.utf8 import is_intact

MOST_CHANGES = 5_000
MOST_OCTETS = 4 * 1024 * 1024
LONGEST = 320
_OLD_NAMES = frozenset({"from", "old", "oldemail", "oldaddress", "who"})
_NEW_NAMES = frozenset({"to", "new", "newemail", "newaddress"})


class Pair(Body):
    """One change: the address an account has, and the one it is to get."""

    from_: str = Field(alias="from", max_length=LONGEST)
    to: str = Field(max_length=LONGEST)


class Preview(Body):
    """The changes."""

    changes: list[Pair]


def preview(call: AdminCall) -> Response:
    """POST email-changes/preview: {"changes": [{"from", "to"}, ...]}, or text/csv with the columns from, to.

    Nothing is written. What is said holds for the moment: addresses come and go until the changes are pushed.
    """
    asked = _asked(call)
    if not asked:
        raise ApiError(400, "invalid_value", "changes: there are none.", "changes")
    pairs = read_pairs(asked)
    organization = call.organization()
    facts = gather_facts(call.context, organization, pairs)
    found = predict(pairs, facts)
    body = {
        "total": len(found),
        "well": sum(each.verdict in WELL for each in found),
        "byVerdict": dict(sorted(Counter(each.verdict.value for each in found).items())),
        "steps": max((each.step or 0 for each in found), default=0),
        "caps": {
            "perOrganizationHour": organization.brakes.per_organization_hour,
            "thisHour": facts.counts.get(hour_counter(organization.id, facts.now), 0),
            "byThemselves": sum(each.taken for each in found),
            "heldBack": sum(each.held_back is Brake.CAP for each in found),
        },
        "waitingChanges": {"considered": len(facts.waiting), "all": facts.all_waiting},
        "items": [_document(each) for each in found],
    }
    return Response(200, body)


def _document(found: Forecast) -> dict[str, object]:
    step = found.next_step
    return {
        "number": found.asked.number,
        "from": found.asked.old,
        "to": found.asked.new,
        "verdict": found.verdict.value,
        "step": found.step,
        "group": found.group,
        "class": found.conflict_class.value if found.conflict_class else None,
        "holder": holder_document(found.holder) if found.holder else None,
        "explanation": found.explanation,
        "heldBackBy": found.held_back.value if found.held_back else None,
        "nextStep": next_step_document(step) if step else None,
    }


def _asked(call: AdminCall) -> list[AskedChange]:
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "text/csv":
        text = call.request.body or ""
        if len(text.encode("utf-8", "surrogatepass")) > MOST_OCTETS:
            raise _too_large(f"The body is larger than {MOST_OCTETS} bytes. Send the changes in parts.")
        if not is_intact(text):
            raise ApiError(400, "invalid_value", "The body is not UTF-8, or letters of it were lost. Save it as UTF-8.")
        return _from_csv(text)
    changes = call.body(Preview, MOST_OCTETS).changes
    _check_number(len(changes))
    return [AskedChange(number, pair.from_, pair.to) for number, pair in enumerate(changes, 1)]


def _from_csv(text: str) -> list[AskedChange]:
    try:
        lines = [line for line in csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True) if any(line)]
    except csv.Error as error:
        raise ApiError(400, "invalid_value", f"The body is no valid CSV: {error}.") from error
    old, new = 0, 1
    if lines and is_head(lines[0]):
        columns = columns_of(lines.pop(0))
        if columns is None:
            raise ApiError(400, "invalid_value", NAME_THE_COLUMNS)
        old, new = columns
    _check_number(len(lines))
    changes = []
    for number, line in enumerate(lines, 1):
        if len(line) <= max(old, new):
            raise ApiError(400, "invalid_value", f"Change {number} has no two addresses: write old,new.", "changes")
        changes.append(AskedChange(number, line[old][:LONGEST], line[new][:LONGEST]))
    return changes


NAME_THE_COLUMNS = "The first line has to name the columns: from, to."


def is_head(cells: Sequence[str]) -> bool:
    """Whether a first line names columns: it has no address."""
    return not any("@" in cell for cell in cells)


def columns_of(head: Sequence[str]) -> tuple[int, int] | None:
    """Which columns of a list have the old address and the new one, by its first line; None: it does not say so."""
    names = ["".join(cell.split()).lower() for cell in head]
    old, new = ([at for at, name in enumerate(names) if name in known] for known in (_OLD_NAMES, _NEW_NAMES))
    return (old[0], new[0]) if old and new else None


def _check_number(number: int) -> None:
    if number > MOST_CHANGES:
        raise _too_large(f"A preview takes up to {MOST_CHANGES} changes; these are {number}. Send them in parts.")


def _too_large(message: str) -> ApiError:
    return ApiError(413, "too_large", message, "changes")
