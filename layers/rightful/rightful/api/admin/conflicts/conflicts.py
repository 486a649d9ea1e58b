"""Admin API: conflicts, and what administrators say about them."""

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.admin.conflicts.lists import conflict_page
from rightful.api.conflict_documents import conflict_document
from rightful.api.json_call import ApiError, Body
from rightful.api.request import Response
from rightful.core.conflicts.approve import approve, reject, retry
from rightful.core.conflicts.reading.standing import Reader
from rightful.core.conflicts.reading.view import listed_views, view
from rightful.core.conflicts.remediate import Remediation
from rightful.core.conflicts.undoing.undo import undo
from rightful.core.conflicts.word import Word
from rightful.domain.conflicts.conflict import Conflict, Pointer, Resolution
from rightful.ports.context import QueueContext
from rightful.ports.queue import QueueUnavailableError

_REASON = Field(min_length=1, max_length=500)
_VERSION = Field(default=None, min_length=1, max_length=64)


class Decision(Body):
    """What an administrator decides. `version`: of the conflict that was read. `resolution`: which way, where there are
    two."""

    decision: Literal["approve", "reject"]
    reason: str = _REASON
    version: str | None = _VERSION
    resolution: Resolution | None = None


class Retry(Body):
    """A retry needs no body; the version that it may name has to be what is true."""

    version: str | None = _VERSION


class Undo(Body):
    """Why it is undone. `version`: of the conflict that was read."""

    reason: str = _REASON
    version: str | None = _VERSION


def list_conflicts(call: AdminCall) -> Response:
    """GET conflicts?status=&class=&who=&directoryId=&accountId=&address=&since=&until=&order=&count=&limit=&cursor=."""
    page, count = conflict_page(call)
    seen = listed_views(call.context, page.conflicts, _reader(call))
    return call.listing(seen, page.next_position, conflict_document, count)


def get(call: AdminCall) -> Response:
    """GET conflicts/{id}."""
    return _response(call, call.store.conflict(_pointer(call)))


def decide(call: AdminCall) -> Response:
    """POST conflicts/{id}/decision {"decision": "approve" | "reject", "reason", "version"}: the conflict as it is
    then."""
    asked = call.body(Decision)
    word = Word(call.key(), asked.reason, asked.version, asked.resolution)
    return _after(call, reject if asked.decision == "reject" else approve, word)


def retry_conflict(call: AdminCall) -> Response:
    """POST conflicts/{id}/retry [{"version"}]: examine it again now."""
    asked = call.body(Retry) if call.request.body and not call.request.body.isspace() else Retry()
    return _after(call, retry, Word(call.key(), version=asked.version))


def undo_conflict(call: AdminCall) -> Response:
    """POST conflicts/{id}/undo {"reason", "version"}: put everything back as it was."""
    asked = call.body(Undo)
    return _after(call, undo, Word(call.key(), asked.reason, asked.version))


def _pointer(call: AdminCall) -> Pointer:
    return Pointer(call.organization_id, call.path_id())


def _after(call: AdminCall, say: Callable[[QueueContext, Pointer, Word], Remediation], word: Word) -> Response:
    """The conflict as it is after an administrator's word.

    The queue is the last to be told, of other conflicts that wait for the address. Where it does not listen, what was
    asked for has happened all the same; the publisher and the janitor send those, too.
    """
    try:
        conflict = say(call.context, _pointer(call), word).conflict
    except QueueUnavailableError as error:
        call.on_failure("conflict_not_sent", error)
        conflict = call.store.conflict(_pointer(call))
    return _response(call, conflict)


def _response(call: AdminCall, conflict: Conflict | None) -> Response:
    if conflict is None:
        raise ApiError(404, "not_found", "There is no such conflict in this organization.")
    return Response(200, conflict_document(view(call.context, conflict, _reader(call))))


def _reader(call: AdminCall) -> Reader:
    return Reader(call.principal.token_id, call.principal.owner)
