"""AWS's error codes: what each kind of them means for trying again, and how long to wait for that.

Refused attempts are repeated, by us or by botocore: who wants to, hears of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError

from rightful.ports.queue import QueueUnavailableError
from rightful.ports.writes.transaction import ContendedError

if TYPE_CHECKING:
    from botocore.client import BaseClient

Observer = Callable[[str, bool], None]
"""(operation, contended): another transaction was at the same item; or else the service refused it for its rate."""

Client = TypeVar("Client")

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.4
"""Seconds between attempts, before the jitter; each is twice as long as the last."""

_SERVER_ERROR = 500
_CONTENDED = frozenset({"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"})
_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_observers: list[Observer] = []


def observe_attempts(observer: Observer) -> None:
    """Let somebody hear of refused attempts from now on; the same observer is told once."""
    if observer not in _observers:
        _observers.append(observer)


def watched(client: Client) -> Client:
    """A boto3 client whose refused attempts are told."""
    cast("BaseClient", client).meta.events.register("response-received", _hear)
    return client


def is_throttled(code: object) -> bool:
    """Whether AWS refused a call for its rate."""
    return code in _THROTTLED


def is_refused_for_now(code: object) -> bool:
    """Whether the code of an error, or of a cancelled transaction's reason, says no more than that the attempt came at
    a bad moment, and nothing about the data. botocore does not retry TransactionConflict by itself."""
    return code in _CONTENDED or code in _THROTTLED


def passes_by_itself(error: Exception) -> bool:
    """Whether the same may go through later although nobody changes anything: contention, throttling, a service that
    is away. Everything else (a mistake in the code, a right that is missing, an item that cannot be written) stays."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return is_refused_for_now(error.response["Error"]["Code"]) or status >= _SERVER_ERROR
    return isinstance(error, ContendedError | QueueUnavailableError | BotoCoreError)


def _hear(parsed_response: Mapping[str, object] | None = None, event_name: str = "", **_: object) -> None:
    """Hears botocore's `response-received`, emitted for each attempt: response-received.<service>.<operation>."""
    codes = _codes(parsed_response or {})
    contended = not codes.isdisjoint(_CONTENDED)
    if contended or not codes.isdisjoint(_THROTTLED):
        for observer in _observers:
            observer(event_name.rpartition(".")[2], contended)


def _codes(answer: Mapping[str, object]) -> set[str]:
    """The error's code and, where a transaction was cancelled, the codes of its reasons."""
    error = cast("Mapping[str, str]", answer.get("Error", {}))
    reasons = cast("Sequence[Mapping[str, str]]", answer.get("CancellationReasons", ()))
    return {error.get("Code", ""), *(reason.get("Code", "") for reason in reasons)}
