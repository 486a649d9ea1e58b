"""SCIM discovery (RFC 7644 section 4): what the service can do, from the data that drives it."""

from dataclasses import replace

from rightful.api.proxy import Response
from rightful.api.scim_bulk import MAX_OPERATIONS, MAX_PAYLOAD_OCTETS
from rightful.api.scim_call import CONTENT_TYPE, ScimCall, user_resource_type
from rightful.api.scim_listing import DEFAULT_PAGE, MAX_PAGE
from rightful.listing.cursors import LIFETIME
from rightful.scim import discovery
from rightful.scim.attributes import ResourceType
from rightful.scim.discovery import Capabilities
from rightful.scim.errors import not_found
from rightful.scim.listing import list_response
from rightful.scim.schema import GROUP

CAPABILITIES = Capabilities(
    max_page_size=MAX_PAGE,
    default_page_size=DEFAULT_PAGE,
    bulk_max_operations=MAX_OPERATIONS,
    bulk_max_payload=MAX_PAYLOAD_OCTETS,
    sort=True,
    etag=True,
    cursor=True,
    cursor_timeout=int(LIFETIME.total_seconds()),
)


def service_provider_config(call: ScimCall) -> Response:
    """GET /ServiceProviderConfig."""
    discovery.refuse_filter(call.request.query)
    capabilities = replace(CAPABILITIES, documentation_uri=call.documentation_url or None)
    return _answer(discovery.service_provider_config(call.base_url, capabilities))


def resource_types(call: ScimCall) -> Response:
    """GET /ResourceTypes."""
    return _all(call, discovery.resource_types(call.base_url, _types(call)))


def resource_type(call: ScimCall) -> Response:
    """GET /ResourceTypes/{id}."""
    return _one(call, discovery.resource_types(call.base_url, _types(call)))


def schemas(call: ScimCall) -> Response:
    """GET /Schemas."""
    return _all(call, discovery.schemas(call.base_url, _types(call)))


def schema(call: ScimCall) -> Response:
    """GET /Schemas/{id}."""
    return _one(call, discovery.schemas(call.base_url, _types(call)))


def _types(call: ScimCall) -> list[ResourceType]:
    return [user_resource_type(call.provisioning.state().directory), GROUP]


def _all(call: ScimCall, resources: list[dict[str, object]]) -> Response:
    discovery.refuse_filter(call.request.query)
    return _answer(list_response(resources, total=len(resources)))


def _one(call: ScimCall, resources: list[dict[str, object]]) -> Response:
    discovery.refuse_filter(call.request.query)
    found = discovery.find(resources, call.resource_id)
    if found is None:
        raise not_found(f"Resource {call.resource_id[:255]} not found.")
    return _answer(found)


def _answer(body: dict[str, object]) -> Response:
    return Response(200, body, None, CONTENT_TYPE)
