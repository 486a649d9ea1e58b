"""What goes wrong between a client and DynamoDB: answers made up, changed or lost, and calls counted."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

Answer = tuple[AWSResponse, dict[str, Any]]


def error(code: str, **more: object) -> Answer:
    """An error answer of DynamoDB, as botocore read it (after its own retries)."""
    parsed = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return AWSResponse("", 400, HTTPHeaders(), None), parsed


def cancelled(*reasons: str | Mapping[str, object]) -> Answer:
    """A cancelled transaction with these reasons, in the order of its actions."""
    listed = [{"Code": reason} if isinstance(reason, str) else dict(reason) for reason in reasons]
    return error("TransactionCanceledException", CancellationReasons=listed)


@contextmanager
def answering(client: Any, operation: str, answers: Sequence[Answer | None]) -> Iterator[Counter[str]]:
    """The next calls of an operation get these answers instead of being sent; None: that call is sent.

    Yields a counter: how many of the calls were `answered` and how many `sent`.
    """
    left = list(answers)
    seen: Counter[str] = Counter()

    def answer(**_: object) -> Answer | None:
        made_up = left.pop(0) if left else None
        seen["answered" if made_up else "sent"] += 1
        return made_up

    event = f"before-call.dynamodb.{operation}"
    client.meta.events.register(event, answer)
    try:
        yield seen
    finally:
        client.meta.events.unregister(event, answer)


@contextmanager
def changing(client: Any, operation: str, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Each answer of an operation is changed before the caller sees it."""

    def apply(parsed: dict[str, Any], **_: object) -> None:
        change(parsed)

    event = f"after-call.dynamodb.{operation}"
    client.meta.events.register(event, apply)
    try:
        yield
    finally:
        client.meta.events.unregister(event, apply)


@contextmanager
def losing_the_answer(client: Any, operation: str, *, times: int = 1) -> Iterator[Counter[str]]:
    """The next calls of an operation are carried out, but the connection dies before their answer comes."""
    seen: Counter[str] = Counter()

    def lose(request: Any, **_: object) -> None:
        if not request.headers["X-Amz-Target"].decode().endswith(f".{operation}"):
            return
        seen["sent"] += 1
        if seen["sent"] <= times:
            raise ConnectionClosedError(endpoint_url=request.url)

    # moto answers in a handler of the same event: what comes after it comes after the write.
    client.meta.events.register_last("before-send", lose)
    try:
        yield seen
    finally:
        client.meta.events.unregister("before-send", lose)


@contextmanager
def counting(client: Any) -> Iterator[Counter[str]]:
    """How often each operation is called."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:
        calls[model.name] += 1

    client.meta.events.register_first("before-call", count)
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-call", count)


def sent_body(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a call sends, from the parameters of a `before-call` event."""
    body: dict[str, Any] = json.loads(params["body"])
    return body
