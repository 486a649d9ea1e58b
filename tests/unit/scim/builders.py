"""Resources and PATCH messages that the SCIM tests share."""

from rightful.scim.errors import ScimError
from rightful.scim.patch.patch import PATCH_SCHEMA, RFC_RULES, PatchRules, apply_patch, read_patch
from rightful.scim.schemas.attributes import ResourceType
from rightful.scim.schemas.resource_types import USER

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"


def user(**changed: object) -> dict[str, object]:
    """Return a stored user with every kind of attribute; `changed` replaces, None removes."""
    resource: dict[str, object] = {
        "schemas": [CORE, ENTERPRISE],
        "id": "u-1",
        "externalId": "Ext-1",
        "userName": "barbara",
        "name": {"givenName": "Barbara", "familyName": "Jensen", "formatted": "Barbara Jensen"},
        "displayName": "Barbara Jensen",
        "title": "Guide",
        "active": True,
        "emails": [
            {"value": "barbara@example.com", "type": "work", "primary": True},
            {"value": "babs@example.org", "type": "home"},
        ],
        "phoneNumbers": [{"value": "+1-555-0100", "type": "work"}],
        "addresses": [{"type": "work", "streetAddress": "1 Main", "locality": "Berlin", "country": "DE"}],
        "groups": [{"value": "g-1", "display": "Guides", "type": "direct"}],
        ENTERPRISE: {"employeeNumber": "701984", "department": "Tours", "manager": {"value": "u-9"}},
        "meta": {
            "resourceType": "User",
            "created": "2026-01-01T00:00:00Z",
            "lastModified": "2026-02-01T10:00:00.5Z",
            "location": "https://scim.example.com/Users/u-1",
            "version": 'W/"3"',
        },
    }
    resource.update(changed)
    if ENTERPRISE in changed and changed[ENTERPRISE] is None:
        resource["schemas"] = [CORE]
    return {name: value for name, value in resource.items() if value is not None}


def message(*operations: dict[str, object]) -> dict[str, object]:
    return {"schemas": [PATCH_SCHEMA], "Operations": list(operations)}


def patch(
    resource: dict[str, object],
    *operations: dict[str, object],
    rt: ResourceType = USER,
    rules: PatchRules = RFC_RULES,
) -> dict[str, object]:
    return apply_patch(resource, read_patch(message(*operations), rules), rt, rules)


def error_of(exc: ScimError) -> tuple[int, str | None]:
    return exc.status, exc.scim_type
