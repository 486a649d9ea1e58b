"""Members of a group, planned without holding them: a group may have 100,000.

A stored group is a head without `members`, and one item per member. `plan_members` splits a PATCH
into what changes the head and what changes members, as sets that no order of storage calls can
get wrong: what is in `add` is a member afterwards, what is in `remove` is not, and `replace_all`
says who is left when nobody else is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rightful.scim.errors import invalid_filter, invalid_path, invalid_value, mutability, too_many
from rightful.scim.filters.expressions import And, Comparison, Filter, Not, Or, Present, number_of_clauses
from rightful.scim.filters.matching import Predicate, compile_value_filter
from rightful.scim.filters.paths import Path, locate, parse_path
from rightful.scim.patch.patch import MAX_WORK, Operation
from rightful.scim.schemas.attributes import ResourceType
from rightful.scim.schemas.references import id_in_reference, unnamed
from rightful.scim.schemas.resource_types import GROUP
from rightful.scim.schemas.values import read_list

MEMBERS = GROUP.attributes["members"]
MAX_MEMBER_VALUE = 256


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
    clauses: how many comparisons a look at one member takes.
    """

    head_operations: tuple[Operation, ...] = ()
    add: tuple[Member, ...] = ()
    remove: tuple[str, ...] = ()
    replace_all: tuple[Member, ...] | None = None
    remove_where: tuple[Predicate, ...] = ()
    spared: Mapping[str, int] = field(default_factory=dict)
    clauses: int = 0

    @property
    def touches_members(self) -> bool:
        """Tell whether anything but the head can change."""
        return bool(self.add or self.remove or self.remove_where or self.replace_all is not None)

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
    return Member(value["value"], kind, value.get("display"))


def member_to_dict(member: Member, location: str | None = None) -> dict[str, object]:
    """Return the member as an answer shows it; `location` becomes `$ref`."""
    made: dict[str, object] = {"value": member.value, "$ref": location, "type": member.type, "display": member.display}
    return {name: value for name, value in made.items() if value is not None}


def plan_members(operations: Sequence[Operation]) -> MemberChanges:
    """Split the operations of a PATCH of a group; a later operation wins over an earlier one.

    A remove that lists members in its `value` removes those, never all. A remove without filter
    and value removes all, as RFC 7644 section 3.5.2.2 says.

    Raises:
        ScimError: 400: invalidValue for a member without `value`; mutability for a change of a member in place (remove
            it and add the other one); invalidPath, invalidFilter.
    """
    plan = _Plan()
    for operation in operations:
        plan.take(operation)
    return plan.result()


@dataclass(slots=True)
class _Plan:
    head: list[Operation] = field(default_factory=list)
    add: dict[str, Member] = field(default_factory=dict)
    remove: dict[str, None] = field(default_factory=dict)
    replace_all: dict[str, Member] | None = None
    where: list[Predicate] = field(default_factory=list)
    spared: dict[str, int] = field(default_factory=dict)
    clauses: int = 0

    def result(self) -> MemberChanges:
        return MemberChanges(
            tuple(self.head),
            tuple(self.add.values()),
            tuple(self.remove),
            None if self.replace_all is None else tuple(self.replace_all.values()),
            tuple(self.where),
            self.spared,
            self.clauses,
        )

    def take(self, operation: Operation) -> None:
        path = operation.path
        if path is not None and not _is_whole_resource(path, GROUP):
            if _names_members(path, GROUP):
                self._members(operation.op, path, operation.value)
            else:
                self.head.append(operation)
            return
        if operation.op == "remove" or not isinstance(operation.value, dict):
            self.head.append(operation)
            return
        self._keys(operation.op, operation.value)

    def _keys(self, op: str, keys: Mapping[str, object]) -> None:
        """Take a path-less value; the schema's URN as a key holds attributes as the value itself does."""
        rest = {}
        for key, value in keys.items():
            inner = parse_path(key)
            if _names_members(inner, GROUP):
                self._members(op, inner, value)
            elif _is_whole_resource(inner, GROUP) and isinstance(value, dict):
                self._keys(op, value)
            else:
                rest[key] = value
        if rest:
            self.head.append(Operation(op, None, rest))

    def _members(self, op: str, path: Path, value: object) -> None:
        target = locate(path.attribute, GROUP)
        if path.sub_attribute is not None or (target is not None and target.sub is not None):
            if path.sub_attribute is not None and path.sub_attribute.lower() not in MEMBERS.by_name:
                raise invalid_path(f"{path.text[:128]!r}: 'members' has no {path.sub_attribute[:64]!r}, see /Schemas.")
            raise mutability("'members' has values that cannot be changed: remove one and add another one.")
        if path.filter is not None:
            if op != "remove":
                raise mutability("'members' has values that cannot be changed: remove one and add another one.")
            self._remove_selected(path.filter)
        elif op == "remove" and value is not None:
            self._remove(member.value for member in read_members(_as_list(value)))
        elif op == "remove":
            self._replace(())
        elif op == "replace" and value is None:
            raise unnamed("members")
        elif op == "replace":
            self._replace(read_members(_as_list(value)))
        else:
            self._add(read_members(_as_list(value)))

    def _replace(self, members: Sequence[Member]) -> None:
        self.replace_all = {member.value: member for member in members}
        self.add, self.remove, self.where, self.spared, self.clauses = {}, {}, [], {}, 0

    def _add(self, members: Sequence[Member]) -> None:
        for member in members:
            if self.where:
                self.spared[member.value] = len(self.where)
            if self.replace_all is not None:
                self.replace_all.setdefault(member.value, member)
            else:
                self.remove.pop(member.value, None)
                self.add.setdefault(member.value, member)

    def _remove(self, values: Iterable[str]) -> None:
        for value in values:
            if self.replace_all is not None:
                self.replace_all.pop(value, None)
            else:
                self.add.pop(value, None)
                self.remove[value] = None

    def _remove_selected(self, selected: Filter) -> None:
        compile_value_filter(selected, MEMBERS)
        selected = _by_id(selected)
        predicate = compile_value_filter(selected, MEMBERS)
        values = _values(selected)
        if values is not None:
            self._remove(values)
            return
        # What is added before it is not looked at here: a client may leave out the type and the name of a member.
        self.where.append(predicate)
        self.clauses += number_of_clauses(selected)


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_whole_resource(path: Path, rt: ResourceType) -> bool:
    target = locate(path.attribute, rt)
    return target is not None and target.attribute is None and target.extension is None and path.filter is None


def _names_members(path: Path, rt: ResourceType) -> bool:
    target = locate(path.attribute, rt)
    return target is not None and target.attribute is MEMBERS


def _by_id(selected: Filter) -> Filter:
    """Return the filter with the id for the `$ref` that it asks for: the URL is not stored, and follows from the id."""
    match selected:
        case And(clauses):
            return And(tuple(map(_by_id, clauses)))
        case Or(clauses):
            return Or(tuple(map(_by_id, clauses)))
        case Not(clause):
            return Not(_by_id(clause))
        case Present(path) if path.lower() == "$ref":
            return Present("value")
        case Comparison(path, op, value) if path.lower() == "$ref":
            if op not in {"eq", "ne"}:
                raise invalid_filter("'members.$ref' can only be compared by eq and ne: write the whole URL.")
            # A URL of nobody is nobody's id.
            return Comparison("value", op, value if value is None else id_in_reference(value) or "")
        case _:
            return selected


def _values(selected: Filter) -> list[str] | None:
    """Return the ids that a filter of `value eq` comparisons joined by `or` names, None for any other."""
    clauses = selected.clauses if isinstance(selected, Or) else (selected,)
    values: list[str] = []
    for clause in clauses:
        match clause:
            case Comparison(path, "eq", str() as value) if path.lower() == "value":
                values.append(value)
            case _:
                return None
    return values
