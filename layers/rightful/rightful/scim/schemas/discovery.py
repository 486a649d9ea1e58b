"""The schemas of discovery itself: RFC 7643 sections 5, 6, 7 and 8.7.2, RFC 9865 section 4.

Everything in them is readOnly: only the service says what it is.
"""

from rightful.scim.schemas.attributes import Attribute, Schema, reference


def _text(name: str, description: str, *, required: bool = False, case_exact: bool = False) -> Attribute:
    return Attribute(name, "string", False, description, required, case_exact=case_exact, mutability="readOnly")


def _texts(name: str, description: str) -> Attribute:
    return Attribute(name, "string", True, description, case_exact=True, mutability="readOnly")


def _flag(name: str, description: str, *, required: bool = True) -> Attribute:
    return Attribute(name, "boolean", False, description, required, mutability="readOnly")


def _number(name: str, description: str, *, required: bool = True) -> Attribute:
    return Attribute(name, "integer", False, description, required, mutability="readOnly")


def _url(name: str, description: str, *, required: bool = False) -> Attribute:
    return reference(name, description, "external", mutability="readOnly", required=required)


def _part(name: str, description: str, *subs: Attribute, plural: bool = False, required: bool = True) -> Attribute:
    return Attribute(name, "complex", plural, description, required, mutability="readOnly", sub_attributes=subs)


_SUPPORTED = _flag("supported", "Whether the service does this.")

SERVICE_PROVIDER_CONFIG = Schema(
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    "Service Provider Configuration",
    "What the service can do",
    (
        _url("documentationUri", "Where people can read about the service."),
        _part("patch", "PATCH.", _SUPPORTED),
        _part(
            "bulk",
            "Bulk requests.",
            _SUPPORTED,
            _number("maxOperations", "Operations in one request at most."),
            _number("maxPayloadSize", "Bytes in one request at most."),
        ),
        _part("filter", "Filters.", _SUPPORTED, _number("maxResults", "Resources in one answer at most.")),
        _part("changePassword", "Change of passwords.", _SUPPORTED),
        _part("sort", "Sorted lists.", _SUPPORTED),
        _part("etag", "Entity tags.", _SUPPORTED),
        _part(
            "pagination",
            "Paging through lists.",
            _flag("cursor", "Whether cursors are supported."),
            _flag("index", "Whether startIndex is supported."),
            _text("defaultPaginationMethod", "cursor or index."),
            _number("defaultPageSize", "Resources in a page when no count is sent.", required=False),
            _number("maxPageSize", "Resources in a page at most.", required=False),
            _number("cursorTimeout", "Seconds that a cursor is good for.", required=False),
            required=False,
        ),
        _part(
            "authenticationSchemes",
            "How clients prove who they are.",
            _text("type", "The kind of scheme.", required=True),
            _text("name", "The common name of the scheme.", required=True),
            _text("description", "What the scheme is.", required=True),
            _url("specUri", "The specification of the scheme."),
            _url("documentationUri", "How the scheme is used here."),
            _flag("primary", "The preferred scheme.", required=False),
            plural=True,
        ),
    ),
)

RESOURCE_TYPE = Schema(
    "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    "Resource Type",
    "A kind of resource that the service has",
    (
        _text("name", "The name of the resource type.", required=True),
        _text("description", "What such a resource is."),
        _url("endpoint", "Where such resources are, relative to the base URL.", required=True),
        _url("schema", "The URN of the core schema.", required=True),
        _part(
            "schemaExtensions",
            "The extensions that such resources can have.",
            _url("schema", "The URN of the extension.", required=True),
            _flag("required", "Whether every such resource has it."),
            plural=True,
            required=False,
        ),
    ),
)

_CHARACTERISTICS = (
    _text("name", "The name of the attribute.", required=True, case_exact=True),
    _text("type", "The type of its values.", required=True),
    _flag("multiValued", "Whether it can have several values."),
    _text("description", "What it is.", case_exact=True),
    _flag("required", "Whether it must have a value."),
    _texts("canonicalValues", "Values that are suggested."),
    _flag("caseExact", "Whether the case of letters counts.", required=False),
    _text("mutability", "Who may change it.", case_exact=True),
    _text("returned", "When it is in an answer.", case_exact=True),
    _text("uniqueness", "Where its value occurs once.", case_exact=True),
    _texts("referenceTypes", "What a reference can point to."),
)

SCHEMA = Schema(
    "urn:ietf:params:scim:schemas:core:2.0:Schema",
    "Schema",
    "The attributes of a schema",
    (
        _text("name", "The name of the schema."),
        _text("description", "What the schema is for."),
        _part(
            "attributes",
            "The attributes.",
            *_CHARACTERISTICS,
            _part("subAttributes", "The parts of a complex attribute.", *_CHARACTERISTICS, plural=True, required=False),
            plural=True,
        ),
    ),
)

DISCOVERY_SCHEMAS = (SERVICE_PROVIDER_CONFIG, RESOURCE_TYPE, SCHEMA)
