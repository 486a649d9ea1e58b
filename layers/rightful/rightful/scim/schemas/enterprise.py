"""The enterprise User extension (RFC 7643 sections 4.3 and 8.7.1)."""

from rightful.scim.schemas.attributes import Attribute, Schema

_MANAGER = Attribute(
    "manager",
    "complex",
    description="The person's manager.",
    sub_attributes=(
        Attribute("value", description="The id of the manager's User resource.", case_exact=True),
        Attribute(
            "$ref",
            "reference",
            description="The URL of the manager's User resource.",
            case_exact=True,
            reference_types=("User",),
        ),
    ),
)

ENTERPRISE_USER = Schema(
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "EnterpriseUser",
    "Enterprise User",
    (
        Attribute("employeeNumber", description="Number or code given by the organization."),
        Attribute("costCenter", description="Cost center."),
        Attribute("organization", description="Organization."),
        Attribute("division", description="Division."),
        Attribute("department", description="Department."),
        _MANAGER,
    ),
)
