"""What a request says in so many words about a user's address and activity, whether or not it changes anything.

An identity provider that sets a user back to the address it has, or says `active: true` of a user who is active, asks
for nothing new; but it takes back what it asked for before and was refused. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rightful.core.accounts.placeholders import says_nothing_of_address
from rightful.scim.patch.patch import Operation as PatchOperation

_USER_URN = "urn:ietf:params:scim:schemas:core:2.0:user:"


@dataclass(frozen=True, slots=True)
class ExplicitIntent:
    """`address`: it names the emails, be they what they are, other than by placeholders alone. `active`: what it says
    of that; None: nothing. `soft_delete`: it gives the person the name of a deleted one."""

    address: bool = False
    active: bool | None = None
    soft_delete: bool = False


NOTHING = ExplicitIntent()


def intent_of_resource(body: Mapping[str, object]) -> ExplicitIntent:
    """What a PUT says."""
    return _said(body.items())


def intent_of_operations(operations: Iterable[PatchOperation]) -> ExplicitIntent:
    """What a PATCH says; the last word on `active` counts."""
    pairs: list[tuple[str, object]] = []
    for operation in operations:
        if operation.path is not None:
            pairs.append((operation.path.attribute, operation.value))
        elif isinstance(operation.value, Mapping):
            pairs += [(str(name), value) for name, value in operation.value.items()]
    return _said(pairs)


def _said(pairs: Iterable[tuple[str, object]]) -> ExplicitIntent:
    address, active = False, None
    for name, value in pairs:
        attribute = name.lower().removeprefix(_USER_URN)
        if attribute == "emails" or attribute.startswith(("emails[", "emails.")):
            address = address or not says_nothing_of_address(value)
        elif attribute == "active":
            active = value if isinstance(value, bool) else None
    return ExplicitIntent(address, active)
