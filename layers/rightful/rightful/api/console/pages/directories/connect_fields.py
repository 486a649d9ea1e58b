"""What an identity provider is told about this service, and with which attributes: data, one guide for each profile.

Names of fields are the vendors' own, as their pages had them in November 2026: Microsoft Learn ("Develop and plan
provisioning for a SCIM endpoint"), Okta ("Add SCIM provisioning to app integrations"), OneLogin ("SCIM Provisioner with
SAML (SCIM v2 Enterprise)"), JumpCloud ("Custom application, Identity Management"), Google ("About automated user
provisioning"), Ping Identity ("Creating a SCIM connection").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rightful.scim.profiles import PROFILES


class Holds(StrEnum):
    """What goes into a field."""

    URL = "url"
    """The directory's own URL."""
    KEY = "key"
    """A key of the directory, which is shown once."""
    TEXT = "text"
    """What stands here."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the identity provider's console, by the name that it has there."""

    name: str
    holds: Holds
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which attribute of the identity provider an attribute here is to be made of."""

    attribute: str
    source: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """How one kind of identity provider is connected.

    Attributes:
        place: where the fields are in its console.
        test: what tests the connection there, and what it does.
        attributes: email, userName, externalId and active; what else is mapped may stay.
        called: within a sentence, if not by its name.
    """

    name: str
    place: str
    fields: Sequence[Field]
    test: str
    attributes: Sequence[Mapped]
    hints: Sequence[str] = ()
    called: str = ""

    @property
    def its_name(self) -> str:
        """As it is called within a sentence."""
        return self.called or self.name


_EMAIL = 'emails[type eq "work"].value'
_FOR_GOOD = "it must never change and never be used again for somebody else"
_USER_NAME = "one person's in this directory"

_ONELOGIN_TEMPLATE = """{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
  "userName": "{$parameters.scimusername}",
  "externalId": "{$user.id}",
  "displayName": "{$user.display_name}",
  "name": {"givenName": "{$user.firstname}", "familyName": "{$user.lastname}"},
  "emails": [{"value": "{$user.email}", "type": "work", "primary": true}]
}"""

GUIDES: Mapping[str, Guide] = {
    "entra": Guide(
        name="Microsoft Entra ID",
        place="Enterprise applications, your own (non-gallery) application, Provisioning, Admin credentials",
        fields=(
            Field("Authentication method", Holds.TEXT, "Bearer authentication"),
            Field("Tenant URL", Holds.URL),
            Field("Secret Token", Holds.KEY),
        ),
        test="Test Connection asks for a user that nobody has, and is content with an empty list.",
        attributes=(
            Mapped("userName", "userPrincipalName", f"Match objects using this attribute: 1; {_USER_NAME}"),
            Mapped(_EMAIL, "mail"),
            Mapped("externalId", "objectId", f"instead of mailNickname, which changes with a name: {_FOR_GOOD}"),
            Mapped("active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
        ),
        hints=(
            "Entra pushes about every 40 minutes. For one person at once: Provision on demand.",
            "Applications of the gallery want OAuth since August 2026; one of your own takes a key as above.",
        ),
    ),
    "okta": Guide(
        name="Okta",
        place="Applications, your application, General, Provisioning: SCIM; then Provisioning, Integration",
        fields=(
            Field("SCIM connector base URL", Holds.URL),
            Field("Unique identifier field for users", Holds.TEXT, "userName"),
            Field("Supported provisioning actions", Holds.TEXT, "Push New Users, Push Profile Updates, Push Groups"),
            Field("Authentication Mode", Holds.TEXT, "HTTP Header"),
            Field("Authorization: Bearer", Holds.KEY, hint="The key alone, without the word Bearer."),
        ),
        test="Test Connector Configuration reads a user.",
        attributes=(
            Mapped("userName", "Application username format", f"Okta username or Email; {_USER_NAME}"),
            Mapped("emails (primary)", "user.email", "Primary email"),
            Mapped("externalId", "Okta's own id of the user", "Okta sends it by itself"),
            Mapped("active", "whether the application is assigned", "Okta sends it by itself, and deletes nobody"),
        ),
        hints=("Under To App, enable Create Users, Update User Attributes and Deactivate Users.",),
    ),
    "onelogin": Guide(
        name="OneLogin",
        place="Applications, SCIM Provisioner with SAML (SCIM v2 Enterprise), Configuration",
        fields=(
            Field("SCIM Base URL", Holds.URL),
            Field("SCIM JSON Template", Holds.TEXT, _ONELOGIN_TEMPLATE),
            Field("SCIM Bearer Token", Holds.KEY),
            Field("API Connection", Holds.TEXT, "Enable"),
        ),
        test="Enable asks for a user that nobody has, and is content with an empty list.",
        attributes=(
            Mapped("userName", "{$parameters.scimusername}", f"Parameters, SCIM Username: Email; {_USER_NAME}"),
            Mapped(_EMAIL, "{$user.email}"),
            Mapped("externalId", "{$user.id}", _FOR_GOOD),
            Mapped("active", "whether somebody has the application", "OneLogin sends it by itself"),
        ),
        hints=("Under Provisioning, choose Suspend for users that are deleted: whoever is suspended can come back.",),
    ),
    "jumpcloud": Guide(
        name="JumpCloud",
        place="SSO Applications, your custom application, Identity Management",
        fields=(
            Field("SCIM Version", Holds.TEXT, "SCIM 2.0"),
            Field("Base URL", Holds.URL),
            Field("Token Key", Holds.KEY),
            Field("Test User Email", Holds.TEXT, "the address of a user in JumpCloud"),
        ),
        test="Test Connection with that user; then Activate, and Save.",
        attributes=(
            Mapped("userName", "email", _USER_NAME),
            Mapped(_EMAIL, "email"),
            Mapped("externalId", "JumpCloud's own id of the user", "JumpCloud sends it by itself"),
            Mapped("active", "whether a group of the application has the user", "JumpCloud sends it by itself"),
        ),
    ),
    "google": Guide(
        name="Google Workspace",
        place="Apps, Web and mobile apps, your SAML application, Autoprovisioning",
        fields=(Field("Access token", Holds.KEY), Field("Endpoint URL", Holds.URL)),
        test="Continue tries the connection.",
        attributes=(
            Mapped("userName", "Basic Information, Primary Email", _USER_NAME),
            Mapped(_EMAIL, "Basic Information, Primary Email"),
            Mapped("externalId", "an id of the user", f"only where there is one to choose: {_FOR_GOOD}"),
            Mapped("active", "whether the user is suspended", "Google sends it by itself"),
        ),
        hints=("Under Deprovisioning, choose to suspend: whoever is suspended can come back.",),
    ),
    "ping": Guide(
        name="PingOne",
        place="Integrations, Provisioning, New connection, Identity Store, SCIM Outbound",
        fields=(
            Field("SCIM base URL", Holds.URL),
            Field("Users resource", Holds.TEXT, "/Users"),
            Field("Groups resource", Holds.TEXT, "/Groups"),
            Field("SCIM version", Holds.TEXT, "2.0"),
            Field("Authentication method", Holds.TEXT, "OAuth 2 Bearer Token"),
            Field("OAuth Access Token", Holds.KEY),
            Field("Auth Type Header", Holds.TEXT, "Bearer"),
            Field("Unique user identifier", Holds.TEXT, "userName"),
        ),
        test="Test Connection reads.",
        attributes=(
            Mapped("userName", "Username", _USER_NAME),
            Mapped("emails (work)", "Email Address"),
            Mapped("externalId", "User ID", _FOR_GOOD),
            Mapped("active", "Enabled"),
        ),
        hints=("Choose Disable as the remove action: whoever is disabled can come back.",),
    ),
    "generic": Guide(
        name="Any other (SCIM 2.0)",
        place="Where the identity provider asks for a SCIM 2.0 endpoint",
        fields=(
            Field("Base URL", Holds.URL, hint="Users and groups are below it: /Users, /Groups."),
            Field("Bearer token", Holds.KEY, hint="Sent as Authorization: Bearer (RFC 6750)."),
        ),
        test="A filter by userName that nobody has is answered with 200 and an empty list.",
        attributes=(
            Mapped("userName", "the name of the login", _USER_NAME),
            Mapped(_EMAIL, "the address"),
            Mapped("externalId", "the id of the person", _FOR_GOOD),
            Mapped("active", "whether the person is enabled"),
        ),
        hints=("Nothing is rewritten that means something else in RFC 7644.",),
        called="your identity provider",
    ),
}
"""One for each profile (`scim.profiles`)."""

HOW_ADDRESSES_ARE_FOUND = (
    "An account's address is the email that is primary, else the one of type work, else the first. It is never made of "
    "userName."
)


def whether_it_retries(profile: str) -> str:
    """What is known about that: the same as conflicts say (`Profile.retries`)."""
    retries, name = PROFILES[profile].retries, GUIDES[profile].its_name
    if retries is None:
        return f"Whether {name} sends a refused change again by itself is not published."
    told = f"{name} {'sends' if retries else 'does not send'} a refused change again by itself."
    return told[:1].upper() + told[1:]
