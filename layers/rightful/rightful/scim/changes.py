"""How one PATCH operation changes one attribute: RFC 7644 sections 3.5.2.1 (add), 3.5.2.2
(remove) and 3.5.2.3 (replace).

A container is the resource or an extension object in it. It is a copy already and may be changed;
the values in it are shared with the stored resource and are replaced, never changed.
"""

from dataclasses import dataclass
from functools import lru_cache

from rightful.scim.attributes import Attribute
from rightful.scim.errors import ScimError, invalid_path, invalid_value, mutability, no_target
from rightful.scim.expressions import And, Comparison, Filter
from rightful.scim.matching import Predicate, compile_value_filter
from rightful.scim.paths import Path, parse_path, sub_attribute
from rightful.scim.values import distinct, identity, merge, read_list, read_single, read_sub_attributes, read_value

Container = dict[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for: operation, path, value, and whether a filter without a match creates the value."""

    op: str
    path: Path
    value: object
    create_on_miss: bool = False


def change(container: Container, attribute: Attribute, sub: Attribute | None, wanted: Change) -> None:
    """Carry out `wanted` on `attribute` (or its sub-attribute `sub`) in `container`.

    Raises
    ------
    ScimError 400 mutability, invalidValue, invalidPath, invalidFilter or noTarget.
    """
    path = wanted.path
    if path.sub_attribute is not None:
        sub = sub_attribute(attribute, path.sub_attribute)
        if sub is None:
            raise invalid_path(
                f"{path.text[:128]!r}: {attribute.name!r} has no {path.sub_attribute[:64]!r}, see /Schemas."
            )
    if attribute.read_only or (sub is not None and sub.read_only):
        raise mutability(f"{path.text[:128]!r} is readOnly: leave it out.")
    if attribute.mutability == "writeOnly" or (sub is not None and sub.mutability == "writeOnly"):
        return
    if path.filter is not None or (sub is not None and attribute.multi_valued):
        _change_values(container, attribute, sub, wanted)
    elif sub is None:
        _change_whole(container, attribute, wanted)
    else:
        held = container.get(attribute.name)
        new = _with_sub(held if isinstance(held, dict) else {}, sub, wanted)
        _assign(container, attribute, new or None, wanted)


def _assign(container: Container, attribute: Attribute, value: object, wanted: Change) -> None:
    """Set or, with None, unassign the attribute, as far as its mutability allows."""
    name = attribute.name
    held = container.get(name)
    if value == held:
        return
    if held is not None and (
        attribute.mutability == "immutable" or (value is None and _has_immutable(attribute, held))
    ):
        raise _immutable(wanted.path)
    if value is not None:
        container[name] = value
    elif attribute.required:
        raise mutability(f"{wanted.path.text[:128]!r} is required and cannot be removed: replace it instead.")
    else:
        container.pop(name, None)


def _has_immutable(attribute: Attribute, held: object) -> bool:
    """Tell whether a complex value has a part that stays. A value of several is removed as a whole: it may go."""
    return isinstance(held, dict) and any(
        sub.mutability == "immutable" and sub.name in held for sub in attribute.sub_attributes
    )


def _immutable(path: Path) -> ScimError:
    return mutability(f"{path.text[:128]!r} cannot be changed once it is set: leave it out.")


def _change_whole(container: Container, attribute: Attribute, wanted: Change) -> None:
    value, op, where = wanted.value, wanted.op, wanted.path.text
    if op == "remove":
        if attribute.multi_valued and value is not None:
            _remove_listed(container, attribute, wanted)
        else:
            _assign(container, attribute, None, wanted)
        return
    if value is None:
        if op == "replace":
            _assign(container, attribute, None, wanted)
        return
    held = container.get(attribute.name)
    if attribute.multi_valued:
        new = read_list(attribute, value if isinstance(value, list) else [value], where)
        if op == "add":
            before = held if isinstance(held, list) else []
            new = _one_primary(attribute, before, merge(attribute, before, new), where)
        _assign(container, attribute, new or None, wanted)
    elif attribute.type == "complex":
        if not isinstance(value, dict):
            read_single(attribute, value, where)
        _assign(container, attribute, _merged(attribute, held, value, wanted) or None, wanted)
    else:
        _assign(container, attribute, read_single(attribute, value, where), wanted)


def _merged(attribute: Attribute, held: object, value: object, wanted: Change) -> Container:
    """Return a complex value after an add or replace: what the client leaves out stays as it is.

    Section 3.5.2.3: the sub-attributes in `value` replace "any existing values or adds where an
    attribute did not previously exist". In a replace, null unassigns a sub-attribute.
    """
    if not isinstance(value, dict):
        raise invalid_value(f"{wanted.path.text[:128]!r} must be an object with sub-attributes.")
    before: Container = held if isinstance(held, dict) else {}
    made = {**before, **read_sub_attributes(attribute, value, wanted.path.text)}
    if wanted.op == "replace":
        for key, item in value.items():
            sub = attribute.by_name.get(key.lower())
            if sub is not None and not sub.read_only and (item is None or item == []):
                made.pop(sub.name, None)
    for sub in attribute.sub_attributes:
        name = sub.name
        if sub.mutability == "immutable" and name in before and made.get(name) != before[name]:
            raise _immutable(wanted.path)
        if sub.required and made and name not in made:
            raise invalid_value(f"'{wanted.path.text[:128]}.{name}' is required: send a value.")
    return made


def _with_sub(held: Container, sub: Attribute, wanted: Change) -> Container:
    """Return the complex value `held` with its sub-attribute changed."""
    value = None if wanted.op == "remove" else read_value(sub, wanted.value, wanted.path.text)
    before = held.get(sub.name)
    if value is None and wanted.op == "add":
        return held
    if sub.multi_valued and wanted.op == "add" and isinstance(before, list) and isinstance(value, list):
        value = merge(sub, before, value)
    if value == before:
        return held
    if sub.mutability == "immutable" and before is not None:
        raise _immutable(wanted.path)
    if value is not None:
        return {**held, sub.name: value}
    if sub.required:
        raise mutability(f"{wanted.path.text[:128]!r} is required and cannot be removed: replace it instead.")
    return {name: item for name, item in held.items() if name != sub.name}


def _change_values(container: Container, attribute: Attribute, sub: Attribute | None, wanted: Change) -> None:
    """Change the values that the path selects: all of them, or those that meet its filter."""
    held, path = container.get(attribute.name), wanted.path
    before = held if isinstance(held, list) else [] if held is None else [held]
    chosen = _predicate(path.text, attribute) if path.filter is not None else _every
    picked = [chosen(value if isinstance(value, dict) else {"value": value}) for value in before]
    if True not in picked:
        if wanted.op != "remove":
            _create(container, attribute, sub, wanted)
        return
    after: list[object] = []
    for value, hit in zip(before, picked, strict=True):
        new = _changed_value(attribute, sub, value, wanted) if hit else value
        if new is not None and new != {}:
            after.append(new)
    if attribute.multi_valued:
        after = after if after == before else distinct(attribute, after)
        _assign(container, attribute, _one_primary(attribute, before, after, path.text) or None, wanted)
    else:
        _assign(container, attribute, after[0] if after else None, wanted)


def _every(_value: Container) -> bool:
    return True


@lru_cache(maxsize=512)
def _predicate(text: str, attribute: Attribute) -> Predicate:
    """Compile the filter of a path. The key is the text: equal trees can differ (1 == True)."""
    parsed = parse_path(text).filter
    if parsed is None or (attribute.type != "complex" and not attribute.multi_valued):
        raise invalid_path(f"{text[:128]!r}: {attribute.name!r} has one simple value: leave the square brackets out.")
    return compile_value_filter(parsed, attribute)


def _changed_value(attribute: Attribute, sub: Attribute | None, value: object, wanted: Change) -> object:
    if sub is None:
        if wanted.op == "remove" or (wanted.value is None and wanted.op == "replace"):
            return None
        if wanted.value is None:
            return value
        if attribute.sub_attributes:
            return _merged(attribute, value, wanted.value, wanted)
        return read_single(attribute, wanted.value, wanted.path.text)
    return _with_sub(value if isinstance(value, dict) else {}, sub, wanted)


def _create(container: Container, attribute: Attribute, sub: Attribute | None, wanted: Change) -> None:
    """Answer an add or replace whose path selects no value (section 3.5.2.3: noTarget)."""
    path, value = wanted.path, wanted.value
    described = _described(path.filter) if wanted.create_on_miss and attribute.sub_attributes else None
    if described is None or (sub is None and not isinstance(value, dict)):
        raise no_target(
            f"{path.text[:128]!r} matches no value of {attribute.name!r}: add one to {attribute.name!r} instead."
        )
    if value is None:
        return
    made = {**described, sub.name: value} if sub is not None else described
    if isinstance(value, dict) and sub is None:
        made = {**described, **value}
    held = container.get(attribute.name)
    before = held if isinstance(held, list) else []
    new = merge(attribute, before, read_list(attribute, [made], path.text))
    _assign(container, attribute, _one_primary(attribute, before, new, path.text) or None, wanted)


def _described(parsed: Filter | None) -> Container | None:
    """Return the value that a filter of equalities describes, None for any other filter."""
    clauses = parsed.clauses if isinstance(parsed, And) else (parsed,)
    made: Container = {}
    for clause in clauses:
        if not isinstance(clause, Comparison) or clause.op != "eq" or clause.path in made:
            return None
        made[clause.path] = clause.value
    return made


def _remove_listed(container: Container, attribute: Attribute, wanted: Change) -> None:
    """Remove the values that a remove lists in its `value`, and only those.

    The RFC gives `value` no meaning in a remove; read literally, the whole attribute would go.
    Entra lists the members to remove this way, and nobody lists some values to lose all of them.
    A listed object selects by `value` (and `type`, if it has one), else by all that it says.
    """
    where = wanted.path.text
    listed = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    held = container.get(attribute.name)
    if not isinstance(held, list):
        return
    selectors = [_selector(attribute, item, where) for item in listed]
    after = [value for value in held if not any(_selects(attribute, s, value) for s in selectors)]
    _assign(container, attribute, after or None, wanted)


def _selector(attribute: Attribute, item: object, where: str) -> object:
    if not attribute.sub_attributes:
        return identity(attribute, read_single(attribute, item, where))
    if isinstance(item, str) and "value" in attribute.by_name:
        item = {"value": item}
    if not isinstance(item, dict):
        raise invalid_value(f"{where[:128]!r}: list the values to remove as objects with their 'value'.")
    read = read_sub_attributes(attribute, item, where)
    if "value" in read:
        read = {name: read[name] for name in attribute.key or ("value",) if name in read}
    if not read:
        raise invalid_value(
            f"{where[:128]!r}: a listed value says nothing about which one to remove: send its 'value'."
        )
    return {name: identity(attribute.by_name[name.lower()], item) for name, item in read.items()}


def _selects(attribute: Attribute, selector: object, value: object) -> bool:
    if not isinstance(selector, dict):
        return identity(attribute, value) == selector
    if not isinstance(value, dict):
        return False
    return all(
        name in value and identity(attribute.by_name[name.lower()], value[name]) == wanted
        for name, wanted in selector.items()
    )


def _one_primary(attribute: Attribute, before: list[object], after: list[object], where: str) -> list[object]:
    """Return `after` with one primary value at most: the newly marked one wins (section 3.5.2)."""
    if not attribute.has_primary or after == before:
        return after
    marked = [value for value in after if isinstance(value, dict) and value.get("primary") is True]
    if len(marked) < 2:
        return after
    old = {id(value) for value in before}
    old_keys = {identity(attribute, v) for v in before if isinstance(v, dict) and v.get("primary") is True}
    news = [v for v in marked if id(v) not in old and identity(attribute, v) not in old_keys]
    if len(news) != 1:
        raise invalid_value(f"{where[:128]!r}: more than one value would have primary true: mark one at most.")
    winner = news[0]
    return [
        {**value, "primary": False}
        if isinstance(value, dict) and value is not winner and value.get("primary") is True
        else value
        for value in after
    ]
