"""Discovery: ServiceProviderConfig, ResourceTypes and Schemas (RFC 7643 sections 5 to 7, RFC 7644
section 4), made from the very data that drives the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rightful.scim.errors import forbidden
from rightful.scim.schemas.attributes import Attribute, ResourceType, Schema
from rightful.scim.schemas.discovery import DISCOVERY_SCHEMAS, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a deployment offers; every number is a limit that is really enforced."""

    max_page_size: int
    default_page_size: int
    bulk_max_operations: int = 0
    bulk_max_payload: int = 0
    sort: bool = False
    etag: bool = True
    cursor: bool = False
    cursor_timeout: int | None = None
    documentation_uri: str | None = None

    @property
    def bulk(self) -> bool:
        """Bulk is offered when it may have an operation."""
        return self.bulk_max_operations > 0


def service_provider_config(base_url: str, capabilities: Capabilities) -> dict[str, object]:
    """Return the ServiceProviderConfig (RFC 7643 section 5) with every sub-field."""
    timeout = capabilities.cursor_timeout
    made: dict[str, object] = {
        "schemas": [SERVICE_PROVIDER_CONFIG.id],
        "patch": {"supported": True},
        "bulk": {
            "supported": capabilities.bulk,
            "maxOperations": capabilities.bulk_max_operations,
            "maxPayloadSize": capabilities.bulk_max_payload,
        },
        "filter": {"supported": True, "maxResults": capabilities.max_page_size},
        "changePassword": {"supported": False},
        "sort": {"supported": capabilities.sort},
        "etag": {"supported": capabilities.etag},
        "pagination": {
            "cursor": capabilities.cursor,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": capabilities.default_page_size,
            "maxPageSize": capabilities.max_page_size,
            **({"cursorTimeout": timeout} if capabilities.cursor and timeout is not None else {}),
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of the directory, sent as Authorization: Bearer <token>.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": _meta("ServiceProviderConfig", f"{base_url}/ServiceProviderConfig"),
        "documentationUri": capabilities.documentation_uri,
    }
    return {name: value for name, value in made.items() if value is not None}


def resource_types(base_url: str, types: Sequence[ResourceType]) -> list[dict[str, object]]:
    """Return the ResourceType resources (RFC 7643 section 6)."""
    return [_resource_type(base_url, rt) for rt in types]


def _resource_type(base_url: str, rt: ResourceType) -> dict[str, object]:
    extensions = [{"schema": each.id, "required": each.id in rt.required_extensions} for each in rt.extensions]
    made: dict[str, object] = {
        "schemas": [RESOURCE_TYPE.id],
        "id": rt.name,
        "name": rt.name,
        "endpoint": rt.endpoint,
        "description": rt.description,
        "schema": rt.schema.id,
        "schemaExtensions": extensions or None,
        "meta": _meta("ResourceType", f"{base_url}/ResourceTypes/{rt.name}"),
    }
    return {name: value for name, value in made.items() if value is not None}


def schemas(base_url: str, types: Sequence[ResourceType]) -> list[dict[str, object]]:
    """Return the Schema resources (RFC 7643 section 7) of `types`, and those of discovery itself."""
    listed = [schema for rt in types for schema in (rt.schema, *rt.extensions)]
    known: dict[str, Schema] = {}
    for schema in (*listed, *DISCOVERY_SCHEMAS):
        known.setdefault(schema.id, schema)
    return [_schema(base_url, schema) for schema in known.values()]


def find(resources: Sequence[dict[str, object]], name: str) -> dict[str, object] | None:
    """Return the one of `resources` whose id is `name` (URNs count in any case), or None."""
    return next((resource for resource in resources if str(resource["id"]).lower() == name.lower()), None)


def refuse_filter(parameters: Mapping[str, object]) -> None:
    """RFC 7644 section 4: a filter on a discovery endpoint is to be answered 403.

    Raises:
        ScimError: 403.
    """
    if any(name.lower() == "filter" for name in parameters):
        raise forbidden("Discovery endpoints cannot be filtered: leave 'filter' out.")


def _schema(base_url: str, schema: Schema) -> dict[str, object]:
    return {
        "schemas": [SCHEMA.id],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [attribute_to_dict(attribute) for attribute in schema.attributes],
        "meta": _meta("Schema", f"{base_url}/Schemas/{schema.id}"),
    }


def attribute_to_dict(attribute: Attribute) -> dict[str, object]:
    """Return an attribute in the JSON form of RFC 7643 section 7; `schema_from_dict` reads it back."""
    made: dict[str, object] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "canonicalValues": list(attribute.canonical_values) or None,
        "caseExact": attribute.case_exact if attribute.type in {"string", "reference", "binary"} else None,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": attribute.uniqueness,
        "referenceTypes": list(attribute.reference_types) or None,
        "subAttributes": [attribute_to_dict(sub) for sub in attribute.sub_attributes] or None,
    }
    return {name: value for name, value in made.items() if value is not None}


def _meta(resource_type: str, location: str) -> dict[str, object]:
    return {"resourceType": resource_type, "location": location}
