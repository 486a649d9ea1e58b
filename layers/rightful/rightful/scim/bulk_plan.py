"""The order in which the operations of a bulk request can be done: RFC 7644 sections 3.7.1 and 3.7.2.

Operations refer to resources that other operations create, as `bulkId:<name>`: in data, in paths,
and in circles.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rightful.scim.errors import invalid_value
from rightful.scim.patch.patch import PATCH_SCHEMA

PREFIX = "bulkId:"

_Awaited = str | int
"""What an operation waits for: the bulkId of a resource to be created, or the place of an earlier operation."""


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation; `place` is its position in the request, from 0."""

    place: int
    method: str
    path: str
    bulk_id: str | None = None
    data: Mapping[str, object] | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """Operations, and after how many errors to stop (None: never)."""

    operations: tuple[BulkOperation, ...]
    fail_on_errors: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `leave_out` are bulkIds that cannot be known yet because of a circle; a
    second step with `completes` then adds what was left out."""

    operation: BulkOperation
    leave_out: frozenset[str] = frozenset()
    completes: bool = False


def references(value: object) -> frozenset[str]:
    """Return the bulkIds that a path, or data at any depth, refers to (RFC 7644 section 3.7.2)."""
    found: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str) and PREFIX in item:
            found.update(_named_in(item))
    return frozenset(found)


def _pieces(text: str) -> tuple[str, list[str]]:
    """Split a text at what a bulkId can stand between: nothing, the slashes of a path, the quotes of a PATCH filter."""
    if text.startswith(PREFIX):
        return "", [text]
    separator = "/" if text.startswith("/") else '"'
    return separator, text.split(separator)


def _named_in(text: str) -> list[str]:
    separator, pieces = _pieces(text)
    named = pieces[1::2] if separator == '"' else pieces
    return [piece.removeprefix(PREFIX) for piece in named if piece.startswith(PREFIX)]


def _with_ids(text: str, ids: Mapping[str, str]) -> str:
    found = {PREFIX + name: ids[name] for name in _named_in(text) if name in ids}
    separator, pieces = _pieces(text)
    return separator.join(found.get(piece, piece) for piece in pieces)


def plan_bulk(request: BulkRequest) -> tuple[Step, ...]:
    """Return the steps in an order in which every reference can be resolved.

    The order of the request is kept where references allow, and always among the changes of one
    resource: another order would have another result (section 3.7). In a circle (two groups that
    are members of each other) the first POST is carried out without the references that are not
    known yet, and completed as soon as they are.
    """
    creates = {op.bulk_id: op.place for op in request.operations if op.method == "POST" and op.bulk_id is not None}
    waits: dict[int, set[_Awaited]] = {}
    waiting_for: dict[_Awaited, list[int]] = {}
    changed: dict[str, int] = {}
    for operation in request.operations:
        place, path = operation.place, operation.path.strip("/")
        needed: set[_Awaited] = {name for name in _needs(operation) if creates.get(name, place) != place}
        if operation.method != "POST":
            if path in changed:
                needed.add(changed[path])
            changed[path] = place
        waits[place] = needed
        for awaited in needed:
            waiting_for.setdefault(awaited, []).append(place)
    return _Planning(request, waits, waiting_for).steps()


def _needs(operation: BulkOperation) -> frozenset[str]:
    return references(operation.path) | references(operation.data)


class _Planning:
    """Takes what is ready, in request order; where nothing is, breaks a circle at its first POST."""

    def __init__(
        self, request: BulkRequest, waits: dict[int, set[_Awaited]], waiting_for: Mapping[_Awaited, Sequence[int]]
    ) -> None:
        self._operations = request.operations
        self._waits = waits
        self._waiting_for = waiting_for
        self._ready = [place for place, names in waits.items() if not names]
        self._posts = [operation.place for operation in request.operations if operation.method == "POST"][::-1]
        self._done: set[int] = set()
        self._incomplete: dict[int, set[str]] = {}
        self._steps: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        heapq.heapify(self._ready)
        while len(self._done) < len(self._operations):
            if self._ready:
                self._take(heapq.heappop(self._ready))
                continue
            place = self._posts.pop()
            if place not in self._done:
                self._take(place)
        return tuple(self._steps)

    def _take(self, place: int) -> None:
        if place in self._done:
            return
        self._done.add(place)
        operation = self._operations[place]
        missing = self._waits[place]
        own = {operation.bulk_id} & references(operation.data) if operation.method == "POST" else set()
        left_out = frozenset(name for name in missing | own if isinstance(name, str))
        self._steps.append(Step(operation, left_out))
        if left_out:
            self._incomplete[place] = set(left_out)
        self._release(place)
        if operation.method == "POST" and operation.bulk_id is not None:
            self._created(operation.bulk_id)

    def _release(self, awaited: _Awaited) -> None:
        for place in self._waiting_for.get(awaited, ()):
            if place not in self._done:
                self._waits[place].discard(awaited)
                if not self._waits[place]:
                    heapq.heappush(self._ready, place)

    def _created(self, bulk_id: str) -> None:
        self._release(bulk_id)
        for place, names in list(self._incomplete.items()):
            names.discard(bulk_id)
            if not names:
                del self._incomplete[place]
                first = next(step for step in self._steps if step.operation.place == place)
                self._steps.append(Step(first.operation, first.leave_out, completes=True))


def resolve(step: Step, ids: Mapping[str, str]) -> BulkOperation:
    """Return the operation with real ids, and without what refers to `step.leave_out`.

    Raises:
        ScimError: 400 invalidValue for a bulkId that no operation has, or whose operation failed.
    """
    operation = step.operation
    for name in sorted(_needs(operation) - step.leave_out):
        if name not in ids:
            raise invalid_value(f"'bulkId:{name[:64]}' names no operation of this request that succeeded.")
    data = operation.data
    if data is not None:
        kept, _ = _split(data, step.leave_out)
        data = {key: _substituted(value, ids) for key, value in kept.items()}
    return replace(operation, path=_with_ids(operation.path, ids), data=data)


def completion(step: Step, ids: Mapping[str, str], resource_id: str) -> BulkOperation:
    """Return the PATCH that adds what the first step of a circle left out.

    Raises:
        ScimError: 400 invalidValue for a bulkId whose operation failed.
    """
    failed = sorted(name for name in step.leave_out if name not in ids)
    if failed:
        raise invalid_value(f"'bulkId:{failed[0][:64]}' names no operation of this request that succeeded.")
    _, left_out = _split(step.operation.data or {}, step.leave_out)
    added = [{"op": "add", "path": path, "value": _substituted(value, ids)} for path, value in left_out]
    path = f"{step.operation.path.rstrip('/')}/{resource_id}"
    data = {"schemas": [PATCH_SCHEMA], "Operations": added}
    return BulkOperation(step.operation.place, "PATCH", path, step.operation.bulk_id, data)


def _split(data: Mapping[str, object], names: frozenset[str]) -> tuple[dict[str, object], list[tuple[str, object]]]:
    """Split data into what does not refer to `names`, and (path, value) pairs of what does.

    Of a list only the values that refer go, of an extension only the attributes that do.
    """
    if not names:
        return dict(data), []
    kept: dict[str, object] = {}
    left_out: list[tuple[str, object]] = []
    for key, value in data.items():
        if not references(value) & names:
            kept[key] = value
        elif isinstance(value, list):
            kept[key] = [item for item in value if not references(item) & names]
            left_out.append((key, [item for item in value if references(item) & names]))
        elif isinstance(value, Mapping) and ":" in key:
            kept[key], inner = _split(value, names)
            left_out += [(f"{key}:{path}", item) for path, item in inner]
        else:
            left_out.append((key, value))
    return kept, left_out


def _substituted(value: object, ids: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _with_ids(value, ids) if PREFIX in value else value
    if isinstance(value, list):
        return [_substituted(item, ids) for item in value]
    if isinstance(value, Mapping):
        return {key: _substituted(item, ids) for key, item in value.items()}
    return value
