"""One SCIM request on its way through a handler: reading it, and what every answer has."""

from collections.abc import Mapping
from dataclasses import dataclass

from rightful.accounts.account import Account
from rightful.accounts.provisioning import Provisioning
from rightful.accounts.resource import resource_of
from rightful.api.proxy import Request, Response
from rightful.invocation import Invocation
from rightful.organizations.organization import Directory
from rightful.scim.attributes import ResourceType, Schema
from rightful.scim.profiles import Profile, ScimRequest, profile
from rightful.scim.rendering import render
from rightful.scim.requests import parse_body
from rightful.scim.resources import schemas_of
from rightful.scim.schema import schema_from_dict, user_type

CONTENT_TYPE = "application/scim+json"
BODY_LIMIT_OCTETS = 256 * 1024

_EXTENSIONS: dict[tuple[str, int], tuple[Schema, ...]] = {}
"""The extensions that were read last; one function instance mostly serves few directories with any."""


@dataclass(frozen=True, slots=True)
class ScimCall:
    """A request to one directory."""

    request: Request
    invocation: Invocation
    provisioning: Provisioning

    @property
    def resource_id(self) -> str:
        """The `{id}` of the path."""
        return self.request.path_parameters.get("id", "")

    @property
    def base_url(self) -> str:
        """The directory's SCIM base URL."""
        return f"{self.request.base_url}/scim/directory/{self.provisioning.directory_id}"

    def body(self) -> dict[str, object]:
        """The request's body.

        Raises:
            ScimError: 400 invalidSyntax, 413, 415.
        """
        return parse_body(self.request.body, self.request.headers.get("content-type"), limit_bytes=BODY_LIMIT_OCTETS)

    def dialect(self, directory: Directory) -> Profile:
        """How the directory's identity provider speaks SCIM."""
        return profile(directory.profile, extensions_of(directory))

    def rewritten(self, directory: Directory, path: str, body: dict[str, object]) -> dict[str, object]:
        """The body as the engine takes it, after the dialect's workarounds."""
        sent = ScimRequest(self.request.method, path, self.request.query, body)
        return self.dialect(directory).rewrite(sent).body or {}

    def rewritten_query(self, directory: Directory, path: str) -> Mapping[str, tuple[str, ...]]:
        """The query parameters as the engine takes them, after the dialect's workarounds."""
        sent = ScimRequest(self.request.method, path, self.request.query, None)
        return self.dialect(directory).rewrite(sent).query

    def names(self, parameter: str) -> tuple[str, ...]:
        """The attribute names in `attributes` or `excludedAttributes` (RFC 7644 section 3.9)."""
        listed = (value.split(",") for value in self.request.query.get(parameter, ()))
        return tuple(name.strip() for names in listed for name in names if name.strip())


def user_resource_type(directory: Directory) -> ResourceType:
    """What a User is in that directory: the core, the enterprise extension, and its own extensions."""
    return user_type(extensions_of(directory))


def extensions_of(directory: Directory) -> tuple[Schema, ...]:
    """The directory's own schema extensions, read once per version of its settings."""
    if not directory.extensions:
        return ()
    key = (directory.id, directory.version)
    if key not in _EXTENSIONS:
        _EXTENSIONS.clear()
        _EXTENSIONS[key] = tuple(schema_from_dict(extension) for extension in directory.extensions)
    return _EXTENSIONS[key]


def user_resource(account: Account, rt: ResourceType, base_url: str) -> dict[str, object]:
    """An account as a User resource, with its schemas."""
    resource = resource_of(account, base_url)
    return {"schemas": schemas_of(resource, rt), **resource}


def user_response(
    call: ScimCall, status: int, account: Account, rt: ResourceType, *, headers: Mapping[str, str] | None = None
) -> Response:
    """A user as a response, with ETag and Content-Location, and only the attributes that were asked for."""
    resource = user_resource(account, rt, call.base_url)
    body = render(resource, rt, attributes=call.names("attributes"), excluded=call.names("excludedAttributes"))
    location = f"{call.base_url}/Users/{resource['id']}"
    return Response(
        status, body, {"ETag": f'W/"{account.version}"', **(headers or {"Location": location})}, CONTENT_TYPE
    )
