"""The core Group schema (RFC 7643 sections 4.2 and 8.7.1).

`displayName` is required by the text of section 4.2; the example schema of section 8.7.1 says
otherwise, and the text is normative. Whether it is unique is left to the service, and here it is. A
member's `$ref` follows from its value: what a client sends is taken and not looked at, what an
answer shows is made by the service.
"""

from rightful.scim.schemas.attributes import Attribute, Schema

CORE_GROUP = Schema(
    "urn:ietf:params:scim:schemas:core:2.0:Group",
    "Group",
    "Group",
    (
        Attribute(
            "displayName",
            description="The name of the group, unique in the directory.",
            required=True,
            uniqueness="server",
        ),
        Attribute(
            "members",
            "complex",
            multi_valued=True,
            description="The members of the group.",
            sub_attributes=(
                Attribute("value", description="The id of the member.", case_exact=True, mutability="immutable"),
                Attribute(
                    "$ref",
                    "reference",
                    description="The URL of the member, made by the service.",
                    case_exact=True,
                    mutability="immutable",
                    reference_types=("User", "Group"),
                ),
                Attribute(
                    "type",
                    description="The kind of the member.",
                    mutability="immutable",
                    canonical_values=("User", "Group"),
                ),
                Attribute("display", description="The name of the member.", mutability="immutable"),
            ),
        ),
    ),
)
