"""Who can sign in at the local OpenID provider, and what it says of them."""

from dataclasses import dataclass
from typing import Final

CLIENT_ID: Final = "rightful-console"
"""What the console is to the provider. It takes any secret."""

CLAIM_OF_ROLES: Final = "roles"
"""Where the provider says what a person may do."""

OWNER, APPROVER, OPERATOR, VIEWER = (f"rightful-{role}" for role in ("owner", "approver", "operator", "viewer"))
"""What it says there."""


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. `subject` is also what the address begins with, and the button on the page is named
    for."""

    subject: str
    name: str
    roles: tuple[str, ...]

    @property
    def email(self) -> str:
        """The address; the provider vouches for it."""
        return f"{self.subject}@example.com"

    @property
    def claims(self) -> dict[str, object]:
        """What the ID token and the userinfo endpoint say, each where its scope was asked for; the roles always."""
        given, family = self.name.split()
        claims: dict[str, object] = {
            "name": self.name,
            "given_name": given,
            "family_name": family,
            "preferred_username": self.subject,
            "email": self.email,
            "email_verified": True,
        }
        return claims | ({CLAIM_OF_ROLES: list(self.roles)} if self.roles else {})


PEOPLE: Final = (
    Person("olivia", "Olivia Owner", (OWNER,)),
    Person("aaron", "Aaron Approver", (APPROVER,)),
    Person("abigail", "Abigail Approver", (APPROVER,)),
    Person("oscar", "Oscar Operator", (OPERATOR,)),
    Person("victor", "Victor Viewer", (VIEWER,)),
    Person("nobody", "Nadia Nobody", ()),
)
