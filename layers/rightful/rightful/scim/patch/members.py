"""Members of a group, and what a request does to them without holding them: a group may have 100,000.

A stored group is a head without `members`, and one item per member. A change of members is sets that no order of
storage calls can get wrong: what is in `add` is a member afterwards, what is in `remove` is not, and `replace_all` says
who is left when nobody else is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rightful.scim.errors import invalid_value, too_many
from rightful.scim.filters.matching import Predicate
from rightful.scim.patch.patch import MAX_WORK, Operation
from rightful.scim.schemas.resource_types import GROUP
from rightful.scim.schemas.values import read_list, read_value

MEMBERS = GROUP.attributes["members"]
MAX_MEMBER_VALUE = 256
MAX_MEMBER_DISPLAY = 1024
"""Characters. It stands in the item of each membership, of which a transaction writes 48."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: the id of a user or group, which of both, and the name that the client gave."""

    value: str
    type: str = "User"
    display: str | None = None


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """What a PATCH does to a group.

    head_operations: for `apply_patch` on the head.
    add: members to be there afterwards, whether they were or not.
    remove: ids not to be there afterwards. No id is in both.
    replace_all: None, or exactly the members to be there afterwards; `add` and `remove` are empty then.
    remove_where: members that one of these holds for are removed too. They come from filters on something
        else than `value` (`members[type eq "Group"]`), the only thing that needs a walk through the
        members. Each takes {"value", "type", "display"}.
    spared: by id of a member to add, how many of `remove_where` came before it was added.
    displays: by id of a member, the `display` that it is to have, None for none.
    clauses: how many comparisons a look at one member takes.
    """

    head_operations: tuple[Operation, ...] = ()
    add: tuple[Member, ...] = ()
    remove: tuple[str, ...] = ()
    replace_all: tuple[Member, ...] | None = None
    remove_where: tuple[Predicate, ...] = ()
    spared: Mapping[str, int] = field(default_factory=dict)
    displays: Mapping[str, str | None] = field(default_factory=dict)
    clauses: int = 0

    @property
    def touches_members(self) -> bool:
        """Tell whether anything but the head can change."""
        return bool(self.add or self.remove or self.remove_where or self.displays or self.replace_all is not None)

    def shown(self, member: Member) -> Member:
        """Return a member that is there, or is to be added, with the `display` that it is to have."""
        display = self.displays.get(member.value, member.display)
        return member if display == member.display else replace(member, display=display)

    def removes(self, member: Member) -> bool:
        """Tell whether `remove_where` removes a member: one that is there, or one to add, as it will be shown."""
        wheres = self.remove_where[self.spared.get(member.value, 0) :]
        if not wheres:
            return False
        shown = member_to_dict(member)
        return any(where(shown) for where in wheres)

    def check_work(self, members: int) -> None:
        """Refuse filters that would take too long on that many members.

        Raises:
            ScimError: 400 tooMany.
        """
        if members * self.clauses > MAX_WORK:
            raise too_many("'Operations' look at too many members: send fewer at once, or name the members by 'value'.")


def take_members(group: dict[str, object]) -> tuple[dict[str, object], tuple[Member, ...]]:
    """Split what `read_create` or `read_replace` returned into head and members.

    Raises:
        ScimError: 400 invalidValue for a member without `value`, or of a type that is neither User nor Group.
    """
    listed = group.get("members")
    head = {name: value for name, value in group.items() if name != "members"}
    return head, read_members(listed if isinstance(listed, list) else [])


def read_members(values: Sequence[object]) -> tuple[Member, ...]:
    """Return the members that a client lists, each once."""
    return tuple(_member(value) for value in read_list(MEMBERS, list(values), "members"))


def _member(value: object) -> Member:
    if not isinstance(value, dict) or not isinstance(value.get("value"), str) or not value["value"].strip():
        raise invalid_value("'members.value' is required: send the id of the member.")
    if len(value["value"]) > MAX_MEMBER_VALUE:
        raise invalid_value(f"'members.value' is longer than {MAX_MEMBER_VALUE} characters: send the id of the member.")
    kind = str(value.get("type", "User")).capitalize()
    if kind not in {"User", "Group"}:
        raise invalid_value("'members.type' must be User or Group.")
    return Member(value["value"], kind, read_display(value.get("display")))


def read_display(value: object) -> str | None:
    """Return the name that a client gives a member; a blank is none.

    Raises:
        ScimError: 400 invalidValue, it is no string, or too long.
    """
    display = read_value(MEMBERS.by_name["display"], value, "members.display")
    if not isinstance(display, str) or not display.strip():
        return None
    if len(display) > MAX_MEMBER_DISPLAY:
        raise invalid_value(f"'members.display' is longer than {MAX_MEMBER_DISPLAY} characters: send a shorter name.")
    return display


def member_to_dict(member: Member, location: str | None = None) -> dict[str, object]:
    """Return the member as an answer shows it; `location` becomes `$ref`."""
    made: dict[str, object] = {"value": member.value, "$ref": location, "type": member.type, "display": member.display}
    return {name: value for name, value in made.items() if value is not None}
