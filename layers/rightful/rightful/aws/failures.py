"""Which failures pass by themselves, and which need a person."""

from botocore.exceptions import BotoCoreError, ClientError

from rightful.aws.attempts import is_refused_for_now
from rightful.ports.queue import QueueUnavailableError
from rightful.ports.writes.transaction import ContendedError

_SERVER_ERROR = 500


def passes_by_itself(error: Exception) -> bool:
    """Whether the same may go through later although nobody changes anything: contention, throttling, a service that
    is away. Everything else (a mistake in the code, a right that is missing, an item that cannot be written) stays."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return is_refused_for_now(error.response["Error"]["Code"]) or status >= _SERVER_ERROR
    return isinstance(error, ContendedError | QueueUnavailableError | BotoCoreError)
