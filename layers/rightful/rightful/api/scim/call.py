"""One SCIM request on its way through a handler: reading it, and what every answer has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rightful.api.request import Request, Response
from rightful.core.accounts.resource import user_resource
from rightful.core.groups.request import GroupRequest
from rightful.core.users.request import UserRequest, read_state
from rightful.domain.account import Account
from rightful.domain.organization import Directory
from rightful.ports.context import Invocation
from rightful.scim.errors import invalid_value
from rightful.scim.listing import attribute_names
from rightful.scim.profiles import Profile, ScimRequest, profile
from rightful.scim.rendering import render
from rightful.scim.requests import etag, parse_body
from rightful.scim.schemas.attributes import ResourceType, Schema
from rightful.scim.schemas.resource_types import schema_from_dict

CONTENT_TYPE = "application/scim+json"
BODY_LIMIT_OCTETS = 256 * 1024
LEAVES_OUT_UNKNOWN_MEMBERS = frozenset({"generic"})
"""Profiles under which a PATCH leaves an unknown member out of a group, as a test tool expects it. Identity providers
are told: a member that they have to provision first must not look as if it were in."""

_EXTENSIONS: dict[tuple[str, int], tuple[Schema, ...]] = {}
"""The extensions that were read last; one function instance mostly serves few directories with any."""

_KEPT = timedelta(seconds=30)
_MOST_KEPT = 200
_DIRECTORIES: dict[tuple[str, str], tuple[Directory, datetime]] = {}
"""Directories' settings for lists, which would else cost a call of their own. Only lists and searches use them, to know
the identity provider's dialect and the schema extensions. Whatever writes, or reads one resource, reads the settings
along with it, and renews what is kept here."""


@dataclass(frozen=True, slots=True)
class ScimCall:
    """A request to one directory.

    Attributes:
        cursor_key: what cursors of lists are signed with.
        documentation_url: where the service is described; empty: nowhere.
        data: the body of an operation of a bulk request, which was parsed with it.
    """

    request: Request
    users: UserRequest
    cursor_key: bytes = b""
    documentation_url: str = ""
    data: dict[str, object] | None = None

    @property
    def invocation(self) -> Invocation:
        """Its time and its ids."""
        return self.users.context.invocation

    @property
    def groups(self) -> GroupRequest:
        """The request to the use cases of groups."""
        return GroupRequest(self.users.context, self.users.organization_id, self.users.directory_id)

    @property
    def resource_id(self) -> str:
        """The `{id}` of the path."""
        return self.request.path_parameters.get("id", "")

    @property
    def base_url(self) -> str:
        """The directory's SCIM base URL."""
        return f"{self.request.base_url}/scim/directory/{self.users.directory_id}"

    def body(self, limit_octets: int = BODY_LIMIT_OCTETS) -> dict[str, object]:
        """The request's body. What the query asks of the answer is checked along with it: once something is written,
        it is too late to refuse.

        Raises:
            ScimError: 400 invalidSyntax, 413, 415; 400 invalidValue for both kinds of attribute lists at once, or one
                that is too long.
        """
        attributes, excluded = self.names("attributes"), self.names("excludedAttributes")
        if attributes and excluded:
            raise invalid_value("Send either 'attributes' or 'excludedAttributes', not both.")
        if self.data is not None:
            return self.data
        return parse_body(self.request.body, self.request.headers.get("content-type"), limit_bytes=limit_octets)

    def text(self) -> str:
        """The request's body as text."""
        return json.dumps(self.data) if self.data is not None else self.request.body or ""

    def groups_of(self, directory: Directory) -> GroupRequest:
        """See `groups`: for a PATCH, as the directory's identity provider needs them."""
        return replace(self.groups, leaves_out_unknown=directory.profile in LEAVES_OUT_UNKNOWN_MEMBERS)

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
        """The attribute names in `attributes` or `excludedAttributes` (RFC 7644 section 3.9).

        Raises:
            ScimError: 400 invalidValue, there are too many.
        """
        wanted = parameter.lower()
        sent = [value for name, values in self.request.query.items() if name.lower() == wanted for value in values]
        return attribute_names(parameter, [name for value in sent for name in value.split(",")])


def user_resource_type(directory: Directory) -> ResourceType:
    """What a User is in that directory: the core, the enterprise extension, and its own extensions."""
    return profile(directory.profile, extensions_of(directory)).types.user


def extensions_of(directory: Directory) -> tuple[Schema, ...]:
    """The directory's own schema extensions, read once per version of its settings."""
    if not directory.extensions:
        return ()
    key = (directory.id, directory.version)
    if key not in _EXTENSIONS:
        _EXTENSIONS.clear()
        _EXTENSIONS[key] = tuple(schema_from_dict(extension) for extension in directory.extensions)
    return _EXTENSIONS[key]


def user_response(call: ScimCall, status: int, account: Account, rt: ResourceType) -> Response:
    """A user as a response, with ETag and Location, and only the attributes that were asked for."""
    return resource_response(call, status, user_resource(account, rt, call.base_url), rt, etag(account.tag))


def resource_response(
    call: ScimCall, status: int, resource: dict[str, object], rt: ResourceType, version: str
) -> Response:
    """A resource as a response, with ETag and Location, and only the attributes that were asked for."""
    body = render(resource, rt, attributes=call.names("attributes"), excluded=call.names("excludedAttributes"))
    headers = {"ETag": version, "Location": f"{call.base_url}{rt.endpoint}/{resource['id']}"}
    return Response(status, body, headers, CONTENT_TYPE)


def directory_for_lists(call: ScimCall) -> Directory:
    """The directory's settings, at most 30 seconds old.

    Raises:
        ScimError: 404, there is no such directory.
    """
    kept = _DIRECTORIES.get((call.users.organization_id, call.users.directory_id))
    if kept is not None and kept[1] <= call.invocation.now < kept[1] + _KEPT:
        return kept[0]
    return keep(call, read_state(call.users).directory)


def keep(call: ScimCall, directory: Directory) -> Directory:
    """Note settings that were just read."""
    if len(_DIRECTORIES) >= _MOST_KEPT:
        _DIRECTORIES.clear()
    _DIRECTORIES[call.users.organization_id, directory.id] = (directory, call.invocation.now)
    return directory
