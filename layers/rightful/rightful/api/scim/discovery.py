"""SCIM discovery (RFC 7644 section 4): what the service can do, from the data that drives it."""

from dataclasses import replace

from rightful.api.request import Response
from rightful.api.scim.bulk import MAX_OPERATIONS, MAX_PAYLOAD_OCTETS
from rightful.api.scim.call import CONTENT_TYPE, ScimCall, user_resource_type
from rightful.api.scim.lists import DEFAULT_PAGE, MAX_PAGE
from rightful.core.lists.cursors import LIFETIME
from rightful.core.users.request import read_state
from rightful.scim import discovery
from rightful.scim.discovery import Capabilities
from rightful.scim.errors import not_found
from rightful.scim.listing import list_response
from rightful.scim.schemas.attributes import ResourceType
from rightful.scim.schemas.resource_types import GROUP

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


def answer(call: ScimCall) -> Response:
    """GET /ServiceProviderConfig, /ResourceTypes and /Schemas, the latter two also by id."""
    discovery.refuse_filter(call.request.query)
    if call.request.resource.endswith("/ServiceProviderConfig"):
        capabilities = replace(CAPABILITIES, documentation_uri=call.documentation_url or None)
        return _answer(discovery.service_provider_config(call.base_url, capabilities))
    described = discovery.schemas if "/Schemas" in call.request.resource else discovery.resource_types
    resources = described(call.base_url, _types(call))
    if not call.request.resource.endswith("/{id}"):
        return _answer(list_response(resources, total=len(resources)))
    found = discovery.find(resources, call.resource_id)
    if found is None:
        raise not_found(f"Resource {call.resource_id[:255]} not found.")
    return _answer(found)


def _types(call: ScimCall) -> list[ResourceType]:
    return [user_resource_type(read_state(call.users).directory), GROUP]


def _answer(body: dict[str, object]) -> Response:
    return Response(200, body, None, CONTENT_TYPE)
