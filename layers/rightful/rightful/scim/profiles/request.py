"""A SCIM request as data, and how a workaround changes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rightful.scim.schemas.attributes import ResourceType


@dataclass(frozen=True, slots=True)
class ScimRequest:
    """A request before the strict engine sees it.

    `path` is relative to the SCIM base URL ("/Users/abc"), `query` decoded (name -> values),
    `body` parsed or None. A workaround returns another request and never changes this one.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    body: dict[str, object] | None = None

    def with_body(self, body: dict[str, object]) -> "ScimRequest":
        """Return the same request with another body."""
        return replace(self, body=body)

    def with_query(self, query: Mapping[str, tuple[str, ...]]) -> "ScimRequest":
        """Return the same request with another query."""
        return replace(self, query=query)


@dataclass(frozen=True, eq=False, slots=True)
class Types:
    """The resource types of a directory, so that a workaround knows what an attribute is."""

    resource_types: tuple[ResourceType, ...]

    def of(self, request: ScimRequest) -> ResourceType | None:
        """Return the resource type that the path speaks of, None for any other endpoint."""
        path = request.path.lower()
        for rt in self.resource_types:
            endpoint = rt.endpoint.lower()
            if path == endpoint or path.startswith(endpoint + "/"):
                return rt
        return None

    def searched_by(self, request: ScimRequest) -> tuple[ResourceType, ...]:
        """Return the resource types that a filter of the request is about: all of them for the root's `.search`."""
        rt = self.of(request)
        if rt is not None:
            return (rt,)
        return self.resource_types if request.path.lower() == "/.search" else ()


class Workaround(Protocol):
    """One answer to one thing that identity providers do. Its docstring names the shape and where it is from."""

    def applies(self, request: ScimRequest, types: Types, /) -> bool:
        """Tell, cheaply, whether the request can have the shape."""
        ...

    def rewrite(self, request: ScimRequest, types: Types, /) -> ScimRequest:
        """Return the request as the RFC would have it."""
        ...


def is_write(request: ScimRequest) -> bool:
    """Tell whether the request carries a whole resource (POST to a collection, PUT)."""
    return request.body is not None and (
        request.method == "PUT" or (request.method == "POST" and not request.path.lower().endswith("/.search"))
    )


def is_patch(request: ScimRequest) -> bool:
    """Tell whether the request carries a PATCH message."""
    return request.method == "PATCH" and request.body is not None


def key_of(body: Mapping[str, object], name: str) -> str | None:
    """Return the key that is `name` in any case, None if there is none."""
    if name in body:
        return name
    return next((key for key in body if key.lower() == name.lower()), None)


def operations_of(request: ScimRequest) -> list[dict[str, object]] | None:
    """Return the operations of a PATCH with lower-case member names, None where they are no list of objects."""
    if not is_patch(request) or request.body is None:
        return None
    key = key_of(request.body, "Operations")
    listed = request.body[key] if key is not None else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return None
    return [{name.lower(): value for name, value in item.items()} for item in listed]


def with_operations(request: ScimRequest, operations: Sequence[dict[str, object]]) -> ScimRequest:
    """Return the PATCH with other operations."""
    body = dict(request.body or {})
    body[key_of(body, "Operations") or "Operations"] = list(operations)
    return request.with_body(body)


class EachOperation:
    """A workaround that looks at the operations of a PATCH one by one."""

    def applies(self, request: ScimRequest, types: Types) -> bool:
        return is_patch(request) and types.of(request) is not None

    def rewrite(self, request: ScimRequest, types: Types) -> ScimRequest:
        rt, operations = types.of(request), operations_of(request)
        if rt is None or operations is None:
            return request
        made = [changed for operation in operations if (changed := self.operation(operation, rt)) is not None]
        return with_operations(request, made)

    def operation(self, operation: dict[str, object], rt: ResourceType) -> dict[str, object] | None:
        """Return what the operation was meant to be, None to leave it out."""
        raise NotImplementedError
