"""The core User schema (RFC 7643 sections 4.1 and 8.7.1)."""

from rightful.scim.schemas.attributes import Attribute, Schema

_PRIMARY = Attribute("primary", "boolean", description="True for the preferred value; at most one value has it.")


def _plural(
    name: str,
    description: str,
    *,
    types: tuple[str, ...] = (),
    value_type: str = "string",
    value_case_exact: bool = False,
    value_reference: tuple[str, ...] = (),
    identifies: bool = False,
) -> Attribute:
    """Build a multi-valued attribute with the default sub-attributes of RFC 7643 section 2.4."""
    return Attribute(
        name,
        "complex",
        multi_valued=True,
        description=description,
        sub_attributes=(
            Attribute(
                "value",
                value_type,
                description="The value itself.",
                case_exact=value_case_exact,
                identifies=identifies,
                reference_types=value_reference,
            ),
            Attribute("display", description="The value as a person would read it."),
            Attribute("type", description="What the value is for.", canonical_values=types),
            _PRIMARY,
        ),
    )


_NAME = Attribute(
    "name",
    "complex",
    description="The parts of the person's name.",
    sub_attributes=(
        Attribute("formatted", description="The full name, ready to be shown."),
        Attribute("familyName", description="Family name, or last name."),
        Attribute("givenName", description="Given name, or first name."),
        Attribute("middleName", description="Middle names."),
        Attribute("honorificPrefix", description="Title before the name, such as Ms."),
        Attribute("honorificSuffix", description="Suffix after the name, such as III."),
    ),
)

_ADDRESSES = Attribute(
    "addresses",
    "complex",
    multi_valued=True,
    description="Postal addresses.",
    sub_attributes=(
        Attribute("formatted", description="The full address, ready to be printed on a label."),
        Attribute("streetAddress", description="Street, house number, box; may have several lines."),
        Attribute("locality", description="City or locality."),
        Attribute("region", description="State or region."),
        Attribute("postalCode", description="Postal code."),
        Attribute("country", description="Country, as ISO 3166-1 alpha-2 code."),
        Attribute("type", description="What the address is for.", canonical_values=("work", "home", "other")),
        _PRIMARY,
    ),
)

_GROUPS = Attribute(
    "groups",
    "complex",
    multi_valued=True,
    description="Groups that the person belongs to; changed through the Group resource.",
    mutability="readOnly",
    sub_attributes=(
        Attribute("value", description="The id of the group.", case_exact=True, mutability="readOnly"),
        Attribute(
            "$ref",
            "reference",
            description="The URL of the group.",
            case_exact=True,
            mutability="readOnly",
            reference_types=("User", "Group"),
        ),
        Attribute(
            "type",
            description="How the person belongs to it.",
            mutability="readOnly",
            canonical_values=("direct", "indirect"),
        ),
    ),
)

CORE_USER = Schema(
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "User",
    "User Account",
    (
        Attribute(
            "userName",
            description="The name the person signs in with, unique in the directory.",
            required=True,
            uniqueness="server",
            identifies=True,
        ),
        _NAME,
        Attribute("displayName", description="The name shown to others."),
        Attribute("nickName", description="What the person is casually called."),
        Attribute(
            "profileUrl",
            "reference",
            description="A page about the person.",
            case_exact=True,
            reference_types=("external",),
        ),
        Attribute("title", description="Job title."),
        Attribute("userType", description="Relation to the organization, such as Employee."),
        Attribute("preferredLanguage", description="Preferred languages, as in Accept-Language."),
        Attribute("locale", description="Locale for dates, numbers and currency, such as en-US."),
        Attribute("timezone", description="Time zone, such as Europe/Berlin."),
        Attribute("active", "boolean", description="Whether the person may sign in."),
        Attribute(
            "password",
            description="Accepted and dropped: this service keeps no passwords.",
            case_exact=True,
            mutability="writeOnly",
            returned="never",
        ),
        _plural(
            "emails",
            "Email addresses. The primary one, else the first of type work, else the first, is the account's.",
            types=("work", "home", "other"),
            identifies=True,
        ),
        _plural("phoneNumbers", "Phone numbers.", types=("work", "home", "mobile", "fax", "pager", "other")),
        _plural(
            "ims",
            "Instant messaging addresses.",
            types=("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        _plural(
            "photos",
            "URLs of photos.",
            types=("photo", "thumbnail"),
            value_type="reference",
            value_case_exact=True,
            value_reference=("external",),
        ),
        _ADDRESSES,
        _GROUPS,
        _plural("entitlements", "Things the person has a right to."),
        _plural("roles", "Roles of the person."),
        _plural("x509Certificates", "Certificates of the person.", value_type="binary", value_case_exact=True),
    ),
)
