"""Between a group and the SCIM Group resource that its directory sees. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from rightful.domain.group import Group, canonical_group_name
from rightful.scim.errors import invalid_value
from rightful.scim.filters.expressions import And, Comparison, Filter, Not, Or, Present, ValuePath
from rightful.scim.filters.paths import Target, locate
from rightful.scim.patch.members import MEMBERS, Member, member_to_dict
from rightful.scim.resources import Resource
from rightful.scim.schemas.resource_types import GROUP
from rightful.scim.schemas.standard import CORE_GROUP
from rightful.text.folding import is_plain
from rightful.text.ids import MAX_KEY_OCTETS, fits_key, time_text


def head_resource(group: Group, base_url: str = "") -> Resource:
    """A group without its members; `base_url` is the directory's SCIM base URL."""
    resource: Resource = {"schemas": [CORE_GROUP.id], "id": group.id, "displayName": group.display_name}
    if group.external_id is not None:
        resource["externalId"] = group.external_id
    resource["meta"] = {
        "resourceType": "Group",
        "created": time_text(group.created_at),
        "lastModified": time_text(group.updated_at),
        "location": f"{base_url}/Groups/{group.id}",
        "version": f'W/"{group.version}"',
    }
    return resource


def with_members(resource: Resource, members: Iterable[Member], base_url: str) -> Resource:
    """The group with these members, as an answer shows them."""
    shown = [member_to_dict(member, location_of(member, base_url)) for member in members]
    return {**resource, "members": shown} if shown else resource


def with_bare_members(resource: Resource, members: Iterable[Member]) -> Resource:
    """The group with its members' ids alone: what of a very large group fits into an answer."""
    return {**resource, "members": [{"value": member.value} for member in members]}


def location_of(member: Member, base_url: str) -> str:
    """A member's `$ref`."""
    return f"{base_url}/{'Groups' if member.type == 'Group' else 'Users'}/{member.value}"


def names_of(resource: Mapping[str, object]) -> tuple[str, str | None]:
    """The displayName and externalId of a Group resource.

    Raises:
        ScimError: 400 invalidValue, one of them is too long to be a key, or the displayName is blank.
    """
    display_name, external_id = str(resource.get("displayName", "")), resource.get("externalId")
    if not display_name.strip():
        raise invalid_value("'displayName' is required and cannot be blank: send a name.")
    if not fits_key(canonical_group_name(display_name)):
        raise invalid_value(f"'displayName' has more than {MAX_KEY_OCTETS} octets: send a shorter one.")
    if isinstance(external_id, str) and not fits_key(external_id):
        raise invalid_value(f"'externalId' has more than {MAX_KEY_OCTETS} octets: send a shorter one.")
    if isinstance(external_id, str) and not is_plain(external_id):
        raise invalid_value("'externalId' contains control or text-direction characters: remove them.")
    return display_name, external_id if isinstance(external_id, str) else None


def mentions_members(body: Mapping[str, object]) -> bool:
    """Whether a PUT says anything about members: one that does not leaves them as they are."""
    return any(_names_members(locate(name, GROUP)) for name in body)


def wants_members(attributes: Sequence[str], excluded: Sequence[str]) -> bool:
    """Whether an answer shows members, so that they have to be read."""
    if attributes:
        return any(_names_members(target) or _names_all(target) for target in _targets(attributes))
    return not any(
        _names_all(target) or (_names_members(target) and target is not None and target.sub is None)
        for target in _targets(excluded)
    )


def _targets(names: Iterable[str]) -> list[Target | None]:
    return [locate(name.strip(), GROUP) for name in names]


def _names_members(target: Target | None) -> bool:
    return target is not None and target.attribute is MEMBERS


def _names_all(target: Target | None) -> bool:
    return target is not None and target.attribute is None


def members_asked_for(wanted: Filter) -> frozenset[str] | None:
    """The ids of the members whose membership decides whether a group meets the filter; None: it takes all members.

    `members eq "x"`, `members.value eq "x"` and `members[value eq "x"]` ask for one id. With the members that it asks
    for, and no others, a group meets the filter exactly when the whole group does.
    """
    match wanted:
        case And(clauses) | Or(clauses):
            asked = [members_asked_for(clause) for clause in clauses]
            return frozenset().union(*[ids for ids in asked if ids is not None]) if None not in asked else None
        case Not(clause):
            return members_asked_for(clause)
        case Present(path):
            return None if _names_members(locate(path, GROUP)) else frozenset()
        case Comparison(path, op, value):
            target = locate(path, GROUP)
            if not _names_members(target):
                return frozenset()
            is_value = target is not None and (target.sub is None or target.sub.name == "value")
            return frozenset({value}) if is_value and op == "eq" and isinstance(value, str) else None
        case ValuePath(path, inner, then):
            if not _names_members(locate(path, GROUP)):
                return frozenset()
            plain = then is None and isinstance(inner, Comparison) and inner.op == "eq"
            if plain and isinstance(inner, Comparison) and inner.path.lower() == "value":
                return frozenset({inner.value}) if isinstance(inner.value, str) else None
            return None
