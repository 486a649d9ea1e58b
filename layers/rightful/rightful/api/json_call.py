"""One request for JSON on its way through a handler: its body, its parameters, its errors. The same for the admin API
and the accounts API."""

import base64
import binascii
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rightful.api.request import Principal, Request, Response
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context, Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.transaction import ContendedError
from rightful.scim.errors import ScimError
from rightful.scim.requests import parse_body

MOST_PER_PAGE = 100
_PER_PAGE = 50
_LONGEST_POSITION = 400
MOST_BODY_OCTETS = 256 * 1024

_CODE_OF_STATUS = {413: "too_large", 415: "unsupported_media_type"}
_STATUS_OF_CODE = {"invalid_value": 400, "forbidden": 403, "managed": 403, "not_found": 404, "version_required": 428}
"""Every other code is 409: what it is about, or something else, is not in a state for it."""

Listed = TypeVar("Listed")
BodyModel = TypeVar("BodyModel", bound="Body")


class Body(BaseModel):
    """A request body: unknown members are refused, so that a misspelt one is not silently nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApiError(Exception):
    """An answer that is an error. `field` names the member or parameter that is wrong."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers

    def response(self) -> Response:
        """As {"error": {"code", "message", "field"?}}."""
        error = {"code": self.code, "message": self.message}
        if self.field:
            error["field"] = self.field
        return Response(self.status, {"error": error}, self.headers)


@dataclass(frozen=True, slots=True)
class JsonCall:
    """A request whose key was checked before."""

    request: Request
    principal: Principal
    context: Context

    @property
    def store(self) -> IdentityStore:
        """Where things are kept."""
        return self.context.store

    @property
    def invocation(self) -> Invocation:
        """When it is, and how long it may take."""
        return self.context.invocation

    def path_id(self, name: str = "id") -> str:
        """An id in the path."""
        return self.request.path_parameters.get(name, "")

    def parameter(self, name: str) -> str | None:
        """A query parameter's value; None where it is absent or empty."""
        values = self.request.query.get(name, ())
        return values[-1] if values and values[-1] else None

    def document(self, most_octets: int = MOST_BODY_OCTETS) -> dict[str, object]:
        """The request's body as a JSON object, by the same rules as in SCIM: no member twice, no depth without end.

        Raises:
            ApiError: 400 it is none, 413, 415.
        """
        try:
            content_type = self.request.headers.get("content-type")
            return parse_body(self.request.body, content_type, limit_bytes=most_octets)
        except ScimError as error:
            code = _CODE_OF_STATUS.get(error.status, "invalid_value")
            raise ApiError(error.status, code, error.detail) from error

    def body(self, model: type[BodyModel], most_octets: int = MOST_BODY_OCTETS) -> BodyModel:
        """The request's JSON body, validated.

        Raises:
            ApiError: 400 with the member that is wrong, 413, 415.
        """
        try:
            return model.model_validate(self.document(most_octets))
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in problem["loc"])
            where = f"{field}: " if field else ""
            raise ApiError(400, "invalid_value", f"{where}{problem['msg']}.", field or None) from error

    def limit(self) -> int:
        """How many items a page may have.

        Raises:
            ApiError: 400, not a whole number from 1 to 100.
        """
        return self.whole_number("limit", MOST_PER_PAGE) or _PER_PAGE

    def whole_number(self, name: str, most: int) -> int | None:
        """The number from 1 to `most` that a query parameter names; None where it is absent.

        Raises:
            ApiError: 400, it names none of these.
        """
        text = self.parameter(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 3 or not 1 <= int(text) <= most:
            raise ApiError(400, "invalid_value", f"{name}: a whole number from 1 to {most}.", name)
        return int(text)

    def position(self) -> str | None:
        """Where the page starts, from `cursor`.

        Raises:
            ApiError: 400, the cursor is not one that a list gave out.
        """
        cursor = self.parameter("cursor")
        if cursor is None:
            return None
        try:
            position = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
        except (binascii.Error, UnicodeError) as error:
            raise wrong_cursor() from error
        if not 0 < len(position) <= _LONGEST_POSITION:
            raise wrong_cursor()
        return position

    def listing(
        self,
        items: Sequence[Listed],
        next_position: str | None,
        document: Callable[[Listed], object],
        besides: Mapping[str, object] | None = None,
    ) -> Response:
        """A list as {"items": [...], "nextCursor": ...}, with what stands `besides`."""
        body: dict[str, object] = {"items": [document(item) for item in items]}
        if next_position is not None:
            body["nextCursor"] = cursor_of(next_position)
        return Response(200, body | dict(besides or {}))


def answered(handle: Callable[[], Response], about: str) -> Response:
    """A handler's response; every error that a client can cause has a code and a way out.

    Args:
        about: what others may be changing at the same time.
    """
    try:
        return handle()
    except ApiError as error:
        return error.response()
    except RequestError as error:
        status = _STATUS_OF_CODE.get(error.code, 409)
        return ApiError(status, error.code, str(error), error.field).response()
    except ContendedError:
        message = f"Other changes of the same {about} kept coming in between. Nothing was changed; send it again."
        return ApiError(503, "busy", message, headers={"Retry-After": "1"}).response()


def check_query(request: Request, known: Collection[str]) -> None:
    """Refuse query parameters that are not UTF-8, that there are not, or that are there twice: they would silently be
    nothing.

    Raises:
        ApiError: 400, with the name, and those that there are.
    """
    garbled = request.garbled_parameter
    if garbled is not None:
        raise ApiError(400, "invalid_value", f"{garbled[:64]!r} is not UTF-8. Percent-encode UTF-8.", garbled[:64])
    for name, values in request.query.items():
        if name not in known:
            there = f"it has {', '.join(known)}" if known else "it has none"
            message = f"{name[:64]!r} is no query parameter of this: {there}."
            raise ApiError(400, "invalid_value", message, name[:64])
        if len(values) > 1:
            raise ApiError(400, "invalid_value", f"{name}: given more than once.", name)


def unavailable() -> Response:
    """503: AWS lets the service down."""
    message = "The service cannot reach its data at the moment. Try again shortly."
    return ApiError(503, "unavailable", message, headers={"Retry-After": "2"}).response()


def no_such_endpoint(allowed: Iterable[str]) -> ApiError:
    """404; 405 where there is one for other methods (RFC 9110 section 15.5.6)."""
    methods = ", ".join(allowed)
    if not methods:
        return ApiError(404, "not_found", "There is no such endpoint.")
    message = f"This endpoint answers to {methods} only."
    return ApiError(405, "method_not_allowed", message, headers={"Allow": methods})


def cursor_of(position: str) -> str:
    """A position in a list, as a client sees it."""
    return base64.urlsafe_b64encode(position.encode("ascii")).decode("ascii")


def wrong_cursor() -> ApiError:
    """The cursor is of another list, or of none."""
    message = "cursor: not one that this list gave out. Start again without it."
    return ApiError(400, "invalid_value", message, "cursor")
