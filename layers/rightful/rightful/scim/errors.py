"""The answers that are errors: RFC 7644 section 3.12, table 9, and RFC 9865 section 2.1.

Every way in which a request can be wrong has one constructor here, so that status and scimType
cannot drift apart. `detail` is written for the person who reads it in an IdP's log: it names the
attribute and says what to do instead.
"""

from collections.abc import Mapping

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


def invalid_syntax(detail: str) -> ScimError:
    """400: the body is not the JSON, or not the message, that the endpoint takes."""
    return ScimError(400, "invalidSyntax", detail)


def invalid_path(detail: str) -> ScimError:
    """400: a PATCH path is malformed or names no attribute."""
    return ScimError(400, "invalidPath", detail)


def invalid_filter(detail: str) -> ScimError:
    """400: a filter is malformed, names no attribute, or compares what cannot be compared."""
    return ScimError(400, "invalidFilter", detail)


def invalid_value(detail: str) -> ScimError:
    """400: a required value is missing, or a value does not fit its attribute."""
    return ScimError(400, "invalidValue", detail)


def mutability(detail: str) -> ScimError:
    """400: the change is not compatible with the attribute's mutability or current state."""
    return ScimError(400, "mutability", detail)


def no_target(detail: str) -> ScimError:
    """400: a PATCH path selects nothing that could be operated on."""
    return ScimError(400, "noTarget", detail)


def too_many(detail: str) -> ScimError:
    """400: the filter asks for more work than the service is willing to do."""
    return ScimError(400, "tooMany", detail)


def sensitive(detail: str) -> ScimError:
    """400: the request carries sensitive information where it can be logged (RFC 7644 section 7.5.2)."""
    return ScimError(400, "sensitive", detail)


def invalid_cursor(
    detail: str = "The cursor is not one that this service gave out: start without a cursor.",
) -> ScimError:
    """400: a cursor that was never given out, or was given for another query (RFC 9865 section 2.1)."""
    return ScimError(400, "invalidCursor", detail)


def expired_cursor(detail: str = "The cursor is too old: start the listing again without a cursor.") -> ScimError:
    """400: a cursor past its lifetime (RFC 9865 section 2.1)."""
    return ScimError(400, "expiredCursor", detail)


def forbidden(detail: str) -> ScimError:
    """403: known, but not allowed to do this."""
    return ScimError(403, None, detail)


def not_found(detail: str) -> ScimError:
    """404: no such resource or endpoint."""
    return ScimError(404, None, detail)


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


def payload_too_large(detail: str) -> ScimError:
    """413: body, or number of operations, over the limit that the detail names (RFC 7644 section 3.7.4)."""
    return ScimError(413, None, detail)


def unsupported_media_type(sent: str | None) -> ScimError:
    """415: the body is not SCIM or JSON."""
    return ScimError(
        415,
        None,
        f"Content-Type {sent or '(none)'} is not accepted: send application/scim+json (or application/json) in UTF-8.",
    )


def not_implemented(detail: str) -> ScimError:
    """501: the service does not have this."""
    return ScimError(501, None, detail)


def unavailable(retry_after: int) -> ScimError:
    """503: try the same request again after `retry_after` seconds; nothing was changed."""
    return ScimError(
        503,
        None,
        "The service is busy with another change of the same data: send the same request again.",
        {"Retry-After": str(retry_after)},
    )
