"""What people write for others to read: names, and reasons. The same characters are refused everywhere: a line that
goes on in another one, or is read in another direction, says something else in a log than was written."""

from rightful.domain.request_error import RequestError
from rightful.text.folding import is_plain
from rightful.text.identity import trimmed

MOST_OF_A_NAME = 200
MOST_OF_A_REASON = 500


def check_plain(field: str, text: str) -> None:
    """Refuse what is no name.

    Raises:
        RequestError: invalid_value.
    """
    if len(text) > MOST_OF_A_NAME:
        raise RequestError("invalid_value", f"{field}: write a name of at most {MOST_OF_A_NAME} characters.", field)
    if not trimmed(text) or not is_plain(text):
        message = f"{field}: write a name without control or text-direction characters."
        raise RequestError("invalid_value", message, field)


def plain_reason(text: str) -> str:
    """A reason as it is kept: one line, without white space around it.

    Raises:
        RequestError: invalid_value.
    """
    reason = text.strip()
    if not trimmed(reason) or len(reason) > MOST_OF_A_REASON or not is_plain(reason):
        message = f"reason: write why in 1 to {MOST_OF_A_REASON} characters, without control or text-direction ones."
        raise RequestError("invalid_value", message, "reason")
    return reason
