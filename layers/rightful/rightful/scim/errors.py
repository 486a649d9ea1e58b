"""The answers that are errors: RFC 7644 section 3.12, table 9, and RFC 9865 section 2.1.

Every way in which a request can be wrong has one constructor here, so that status and scimType cannot drift apart:
most take the `detail` alone. It is written for the person who reads it in an IdP's log: it names the attribute and says
what to do instead.
"""

from collections.abc import Mapping
from functools import partial

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"

_NO_HEADERS: Mapping[str, str] = {}


class ScimError(Exception):
    """A request that cannot be carried out, with everything its answer needs.

    Attributes:
        status: HTTP status code.
        scim_type: error keyword of RFC 7644 table 9, or None where the table has none.
        detail: sentence for the client's administrator.
        headers: further response headers (Allow, Retry-After).
    """

    def __init__(
        self,
        status: int,
        scim_type: str | None,
        detail: str,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.scim_type = scim_type
        self.detail = detail
        self.headers = headers

    def body(self) -> dict[str, object]:
        """Return the Error message of RFC 7644 section 3.12; `status` is a string there."""
        body: dict[str, object] = {"schemas": [ERROR_SCHEMA], "status": str(self.status)}
        if self.scim_type is not None:
            body["scimType"] = self.scim_type
        body["detail"] = self.detail
        return body

    def __repr__(self) -> str:
        return f"ScimError({self.status}, {self.scim_type!r}, {self.detail!r})"


invalid_syntax = partial(ScimError, 400, "invalidSyntax")
"""The body is not the JSON, or not the message, that the endpoint takes."""
invalid_path = partial(ScimError, 400, "invalidPath")
"""A PATCH path is malformed or names no attribute."""
invalid_filter = partial(ScimError, 400, "invalidFilter")
"""A filter is malformed, names no attribute, or compares what cannot be compared."""
invalid_value = partial(ScimError, 400, "invalidValue")
"""A required value is missing, or a value does not fit its attribute."""
mutability = partial(ScimError, 400, "mutability")
"""The change is not compatible with the attribute's mutability or current state."""
no_target = partial(ScimError, 400, "noTarget")
"""A PATCH path selects nothing that could be operated on."""
too_many = partial(ScimError, 400, "tooMany")
"""The filter asks for more work than the service is willing to do."""
sensitive = partial(ScimError, 400, "sensitive")
"""The request carries sensitive information where it can be logged (RFC 7644 section 7.5.2)."""
forbidden = partial(ScimError, 403, None)
"""Known, but not allowed to do this."""
not_found = partial(ScimError, 404, None)
"""No such resource or endpoint."""
payload_too_large = partial(ScimError, 413, None)
"""Body, or number of operations, over the limit that the detail names (RFC 7644 section 3.7.4)."""
not_implemented = partial(ScimError, 501, None)
"""The service does not have this."""


def invalid_cursor() -> ScimError:
    """400: a cursor that was never given out, or was given for another query (RFC 9865 section 2.1)."""
    return ScimError(400, "invalidCursor", "The cursor is not one that this service gave out: start without a cursor.")


def expired_cursor() -> ScimError:
    """400: a cursor past its lifetime (RFC 9865 section 2.1)."""
    return ScimError(400, "expiredCursor", "The cursor is too old: start the listing again without a cursor.")


def method_not_allowed(allow: str) -> ScimError:
    """405; `allow` lists the methods that the endpoint has, as the Allow header wants them."""
    return ScimError(405, None, f"This endpoint has no such method: send {allow}.", {"Allow": allow})


def uniqueness(kind: str, value: str) -> ScimError:
    """409: `value` is taken. `kind` is "email" or "userName"; the text is the same for every holder."""
    return ScimError(409, "uniqueness", f"Resource [USER]: with {kind}[{value}] already exists.")


def group_exists(display_name: str) -> ScimError:
    """409: a group of that name exists in the directory."""
    return ScimError(409, "uniqueness", f"Resource [GROUP]: with displayName[{display_name}] already exists.")


def precondition_failed(
    detail: str = "The resource has another version than If-Match names: GET it again and repeat the change.",
) -> ScimError:
    """412 (RFC 7644 section 3.14)."""
    return ScimError(412, None, detail)


def unsupported_media_type(sent: str | None) -> ScimError:
    """415: the body is not SCIM or JSON."""
    return ScimError(
        415,
        None,
        f"Content-Type {sent or '(none)'} is not accepted: send application/scim+json (or application/json) in UTF-8.",
    )


def unavailable(retry_after: int) -> ScimError:
    """503: try the same request again after `retry_after` seconds; nothing was changed."""
    return ScimError(
        503,
        None,
        "The service is busy with another change of the same data: send the same request again.",
        {"Retry-After": str(retry_after)},
    )
