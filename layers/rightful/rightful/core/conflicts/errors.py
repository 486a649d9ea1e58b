"""Why an administrator's decision cannot be taken."""

from rightful.domain.request_error import RequestError

_MAX_REASON = 500

VERSION_REQUIRED = (
    "Name the version of the conflict that you read (GET it: `version`). What is decided is what stood there, "
    "and nothing else."
)


def read_reason(reason: str) -> str:
    """A reason as it is kept.

    Raises:
        RequestError: invalid_value, it is empty or too long.
    """
    text = reason.strip()
    if not text or len(text) > _MAX_REASON:
        raise RequestError("invalid_value", f"Give a reason of 1 to {_MAX_REASON} characters.", "reason")
    return text
