"""What a browser sends with a form (application/x-www-form-urlencoded)."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from rightful.api.json_call import ApiError
from rightful.api.request import Request

MOST_OCTETS = 512 * 1024
_MOST_FIELDS = 500
_TYPE = "application/x-www-form-urlencoded"


def read_form(request: Request) -> Mapping[str, tuple[str, ...]]:
    """Every value of every field, as it was typed but for line ends, which are one character.

    Raises:
        ApiError: 400 it is none, 413, 415.
    """
    body = request.body or ""
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise ApiError(415, "unsupported_media_type", "Send the form of the page.")
    if len(body) > MOST_OCTETS:
        raise ApiError(413, "too_large", "That is more than a form may hold (512 KiB). Send it in parts.")
    try:
        found = parse_qs(
            body, keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=_MOST_FIELDS
        )
    except (ValueError, UnicodeError) as error:
        raise ApiError(400, "invalid_value", "The form cannot be read. Load the page again.") from error
    return {name: tuple(value.replace("\r\n", "\n") for value in values) for name, values in found.items()}
