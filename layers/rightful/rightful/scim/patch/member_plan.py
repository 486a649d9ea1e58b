"""A PATCH of a group, split into what changes the head and what changes members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rightful.scim.errors import ScimError, invalid_filter, invalid_path, mutability, no_target
from rightful.scim.filters.expressions import And, Comparison, Filter, Not, Or, Present, number_of_clauses
from rightful.scim.filters.matching import Predicate, compile_value_filter
from rightful.scim.filters.paths import Path, locate, parse_path
from rightful.scim.patch.members import MEMBERS, Member, MemberChanges, read_display, read_members
from rightful.scim.patch.patch import Operation
from rightful.scim.schemas.attributes import ResourceType
from rightful.scim.schemas.references import id_in_reference, unnamed
from rightful.scim.schemas.resource_types import GROUP


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
    displays: dict[str, str | None] = field(default_factory=dict)
    clauses: int = 0

    def result(self) -> MemberChanges:
        return MemberChanges(
            tuple(self.head),
            tuple(self.add.values()),
            tuple(self.remove),
            None if self.replace_all is None else tuple(self.replace_all.values()),
            tuple(self.where),
            self.spared,
            self.displays,
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
        sub = path.sub_attribute or (target.sub.name if target is not None and target.sub is not None else None)
        if sub is not None and sub.lower() not in MEMBERS.by_name:
            raise invalid_path(f"{path.text[:128]!r}: 'members' has no {sub[:64]!r}, see /Schemas.")
        if sub is not None or (path.filter is not None and op != "remove"):
            self._shown(op, path, value if sub is None else {sub: value})
        elif path.filter is not None:
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
        self.add, self.remove, self.where, self.spared, self.displays, self.clauses = {}, {}, [], {}, {}, 0

    def _add(self, members: Sequence[Member]) -> None:
        for member in members:
            if self.where:
                self.spared[member.value] = len(self.where)
            if member.display is not None:
                self.displays[member.value] = member.display
            if self.replace_all is not None:
                self.replace_all.setdefault(member.value, member)
            else:
                self.remove.pop(member.value, None)
                self.add.setdefault(member.value, member)

    def _remove(self, values: Iterable[str]) -> None:
        for value in values:
            self.displays.pop(value, None)
            if self.replace_all is not None:
                self.replace_all.pop(value, None)
            else:
                self.add.pop(value, None)
                self.remove[value] = None

    def _shown(self, op: str, path: Path, value: object) -> None:
        """Take what is said of members in place: their `display` may change, and nothing else of them."""
        ids = _ids_selected(path)
        if ids is None or not isinstance(value, dict):
            raise mutability(f"{path.text[:128]!r} cannot be changed: {_ONLY_DISPLAY}")
        said = {key.lower(): item for key, item in value.items()}
        if "display" not in said or not all(_restates(name, item, ids) for name, item in said.items()):
            raise mutability(f"{path.text[:128]!r} cannot be changed: {_ONLY_DISPLAY}")
        display = None if op == "remove" else read_display(said["display"])
        if display is None and op == "add":
            return
        for each in ids:
            if self.replace_all is None or each in self.replace_all:
                self.displays[each] = display
            elif display is not None:
                raise no_such_member(each)

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


_ONLY_DISPLAY = (
    'of a member only the display can be, of one named as members[value eq "<id>"]. '
    "To put another one in its place, remove it and add the other one."
)


def no_such_member(member_id: str) -> ScimError:
    """400 noTarget (RFC 7644 section 3.5.2.3): the display of somebody who is no member."""
    return no_target(f"{member_id[:128]!r} is no member of the group: add it to 'members' instead.")


def _ids_selected(path: Path) -> list[str] | None:
    """Return the ids that a path's filter names, None where it does so in another way, or there is none."""
    if path.filter is None:
        return None
    compile_value_filter(path.filter, MEMBERS)
    return _values(_by_id(path.filter))


def _restates(name: str, item: object, ids: Sequence[str]) -> bool:
    """Tell whether what a change in place says besides the `display` is so already. The type is the service's."""
    if name == "value":
        return ids == [item]
    if name == "$ref":
        return item is None or ids == [id_in_reference(item)]
    return name in {"display", "type"}


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
