"""The schemas that the standard gives to users and groups: RFC 7643 sections 4 and 8.7.1.

`displayName` of a group is required by the text of section 4.2; the example schema of section 8.7.1 says otherwise, and
the text is normative. Whether it is unique is left to the service, and here it is. A member's `$ref` follows from its
value: what a client sends is taken and not looked at, what an answer shows is made by the service.
"""

from rightful.scim.schemas.attributes import Attribute, Schema, compound, reference

_WORK_HOME = ("work", "home", "other")


def _type(description: str, *values: str, mutability: str = "readWrite") -> Attribute:
    return Attribute("type", description=description, canonical_values=values, mutability=mutability)


_PRIMARY = Attribute("primary", "boolean", description="True for the preferred value; at most one value has it.")
_VALUE = Attribute("value", description="The value itself.")


def _plural(name: str, description: str, *types: str, value: Attribute = _VALUE) -> Attribute:
    """Build a multi-valued attribute with the default sub-attributes of RFC 7643 section 2.4."""
    display = Attribute("display", description="The value as a person would read it.")
    return compound(name, description, value, display, _type("What the value is for.", *types), _PRIMARY, plural=True)


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
        compound(
            "name",
            "The parts of the person's name.",
            Attribute("formatted", description="The full name, ready to be shown."),
            Attribute("familyName", description="Family name, or last name."),
            Attribute("givenName", description="Given name, or first name."),
            Attribute("middleName", description="Middle names."),
            Attribute("honorificPrefix", description="Title before the name, such as Ms."),
            Attribute("honorificSuffix", description="Suffix after the name, such as III."),
        ),
        Attribute("displayName", description="The name shown to others."),
        Attribute("nickName", description="What the person is casually called."),
        reference("profileUrl", "A page about the person.", "external"),
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
            *_WORK_HOME,
            value=Attribute("value", description="The value itself.", identifies=True),
        ),
        _plural("phoneNumbers", "Phone numbers.", "work", "home", "mobile", "fax", "pager", "other"),
        _plural("ims", "Instant messaging addresses.", "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        _plural(
            "photos",
            "URLs of photos.",
            "photo",
            "thumbnail",
            value=reference("value", "The value itself.", "external"),
        ),
        compound(
            "addresses",
            "Postal addresses.",
            Attribute("formatted", description="The full address, ready to be printed on a label."),
            Attribute("streetAddress", description="Street, house number, box; may have several lines."),
            Attribute("locality", description="City or locality."),
            Attribute("region", description="State or region."),
            Attribute("postalCode", description="Postal code."),
            Attribute("country", description="Country, as ISO 3166-1 alpha-2 code."),
            _type("What the address is for.", *_WORK_HOME),
            _PRIMARY,
            plural=True,
        ),
        compound(
            "groups",
            "Groups that the person belongs to; changed through the Group resource.",
            Attribute("value", description="The id of the group.", case_exact=True, mutability="readOnly"),
            reference("$ref", "The URL of the group.", "User", "Group", mutability="readOnly"),
            _type("How the person belongs to it.", "direct", "indirect", mutability="readOnly"),
            plural=True,
            mutability="readOnly",
        ),
        _plural("entitlements", "Things the person has a right to."),
        _plural("roles", "Roles of the person."),
        _plural(
            "x509Certificates",
            "Certificates of the person.",
            value=Attribute("value", "binary", description="The value itself.", case_exact=True),
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
        compound(
            "manager",
            "The person's manager.",
            Attribute("value", description="The id of the manager's User resource.", case_exact=True),
            reference("$ref", "The URL of the manager's User resource.", "User"),
        ),
    ),
)

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
        compound(
            "members",
            "The members of the group.",
            Attribute("value", description="The id of the member.", case_exact=True, mutability="immutable"),
            reference("$ref", "The URL of the member, made by the service.", "User", "Group", mutability="immutable"),
            _type("The kind of the member.", "User", "Group", mutability="immutable"),
            Attribute("display", description="The name of the member."),
            plural=True,
        ),
    ),
)
