"""A SCIM request as data, and how a workaround changes one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, eq=False, slots=True)
class Types:
    """The resource types of a directory, so that a workaround knows what an attribute is."""

    user: ResourceType
    group: ResourceType

    def of(self, request: ScimRequest) -> ResourceType | None:
        """Return the resource type that the path speaks of, None for any other endpoint."""
        path = request.path.lower()
        for rt in (self.user, self.group):
            endpoint = rt.endpoint.lower()
            if path == endpoint or path.startswith(endpoint + "/"):
                return rt
        return None

    def searched_by(self, request: ScimRequest) -> tuple[ResourceType, ...]:
        """Return the resource types that a filter of the request is about: all of them for the root's `.search`."""
        rt = self.of(request)
        if rt is not None:
            return (rt,)
        return (self.user, self.group) if request.path.lower() == "/.search" else ()


Workaround = Callable[[ScimRequest, Types], ScimRequest]
"""One answer to one thing that identity providers do: the request as the RFC would have it, or as it is where it has no
such shape. Its docstring names the shape and where it is from."""

Operation = dict[str, object]
ChangeOperation = Callable[[Operation, ResourceType], Operation | None]
"""What the operation was meant to be, None to leave it out."""


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


def each_operation(request: ScimRequest, change: Callable[[Operation], Operation | None]) -> ScimRequest:
    """Return a PATCH with what `change` makes of each operation, which it gets with lower-case member names.

    A request whose operations are no list of objects stays as it is.
    """
    if not is_patch(request) or request.body is None:
        return request
    key = key_of(request.body, "Operations")
    listed = request.body[key] if key is not None else None
    if key is None or not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        return request
    operations = [{name.lower(): value for name, value in item.items()} for item in listed]
    made = [changed for operation in operations if (changed := change(operation)) is not None]
    return replace(request, body={**request.body, key: made})


@dataclass(frozen=True, slots=True)
class EachOperation:
    """A workaround that looks at the operations of a PATCH one by one, and at a whole resource if it has `resource`."""

    change: ChangeOperation
    resource: Callable[[dict[str, object], ResourceType], dict[str, object]] | None = None

    def __call__(self, request: ScimRequest, types: Types) -> ScimRequest:
        rt, body = types.of(request), request.body
        if rt is None or body is None:
            return request
        if self.resource is not None and is_write(request):
            return replace(request, body=self.resource(body, rt))
        return each_operation(request, lambda operation: self.change(operation, rt))
