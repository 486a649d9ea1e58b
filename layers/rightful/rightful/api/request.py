"""API Gateway's REST proxy events and responses (Lambda developer guide, "Input format of a Lambda function for proxy
integration"), as plain data."""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from rightful.domain.key import Scope
from rightful.text.ids import is_id
from rightful.text.utf8 import decoded, is_intact

_IDS = frozenset({"orgId", "directoryId", "id", "tokenId"})
_NAMES_OF_CLIENTS = ("/Schemas/{id}", "/ResourceTypes/{id}")
"""Where the `id` is a URN or a name (RFC 7644 section 4)."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose key made the request, as the authorizer found it. Until `alone_until` it is one administrator's word."""

    token_id: str
    scope: Scope
    owner: str
    organization_id: str
    directory_id: str
    alone_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Attributes:
        resource: the route as in the template, `/scim/directory/{directoryId}/Users/{id}`.
        path_parameters: decoded.
        query: every value of every parameter, decoded.
        headers: names in lower case.
        body: as text; see `text.utf8` for what was no UTF-8.
        base_url: what clients put before the path.
    """

    method: str
    resource: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    body: str | None
    principal: Principal | None
    base_url: str
    request_id: str

    @property
    def names_nothing(self) -> bool:
        """Whether an id in the path is none that there could be: the answer is 404, whatever it is of."""
        named_by_clients = self.resource.endswith(_NAMES_OF_CLIENTS)
        return any(
            not is_id(text)
            for name, text in self.path_parameters.items()
            if name in _IDS and not (name == "id" and named_by_clients)
        )

    @property
    def garbled_parameter(self) -> str | None:
        """A query parameter that was not sent as UTF-8; None: all were."""
        sent = ((name, (name, *values)) for name, values in self.query.items())
        return next((name for name, texts in sent if not all(map(is_intact, texts))), None)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response; `body` is JSON, or text of another `content_type`. Each cookie is a Set-Cookie header."""

    status: int
    body: object = None
    headers: Mapping[str, str] | None = None
    content_type: str = "application/json"
    cookies: tuple[str, ...] = ()

    def proxy(self) -> dict[str, object]:
        """As API Gateway wants it."""
        headers = dict(self.headers or {})
        text = ""
        if self.body is not None:
            headers["Content-Type"] = self.content_type
            text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        several = {"multiValueHeaders": {"Set-Cookie": list(self.cookies)}} if self.cookies else {}
        return {"statusCode": self.status, "headers": headers, "body": text, "isBase64Encoded": False, **several}


def read_request(event: Mapping[str, object], base_url: str = "") -> Request:
    """Read a proxy event.

    Args:
        event: what API Gateway hands to the function.
        base_url: the configured public URL; empty: the API stage's own, from the event. Never from the Host header,
            which the client chooses.
    """
    context = _mapping(event.get("requestContext"))
    headers = {str(name).lower(): str(value) for name, value in _mapping(event.get("headers")).items()}
    many = _mapping(event.get("multiValueQueryStringParameters"))
    return Request(
        method=str(event.get("httpMethod", "")),
        resource=str(event.get("resource", "")),
        path_parameters={name: unquote(str(value)) for name, value in _mapping(event.get("pathParameters")).items()},
        query={
            name: tuple(str(value) for value in values) for name, values in many.items() if isinstance(values, list)
        },
        headers=headers,
        body=_body(event),
        principal=principal_of(_mapping(context.get("authorizer"))),
        base_url=base_url or f"https://{context.get('domainName', '')}/{context.get('stage', '')}",
        request_id=str(context.get("requestId", "")),
    )


def principal_of(authorizer: Mapping[str, object]) -> Principal | None:
    """Whose key it is, from the context that the authorizer handed on."""
    scope = authorizer.get("scope")
    if scope not in {known.value for known in Scope}:
        return None
    return Principal(
        token_id=str(authorizer.get("tokenId", "")),
        scope=Scope(str(scope)),
        owner=str(authorizer.get("owner", "")),
        organization_id=str(authorizer.get("organizationId", "")),
        directory_id=str(authorizer.get("directoryId", "")),
        alone_until=_moment(authorizer.get("aloneUntil")),
    )


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _body(event: Mapping[str, object]) -> str | None:
    """The body. API Gateway encodes it where it takes the media type for a binary one."""
    body = event.get("body")
    if not isinstance(body, str) or not body:
        return None
    if event.get("isBase64Encoded") is True:
        with suppress(binascii.Error, ValueError):  # else it is as it is: nothing that can be read
            return decoded(b64decode(body, validate=True))
    return body
