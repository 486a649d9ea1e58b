"""How a PATCH operation changes one complex value, and the values of several that a path selects: RFC 7644 sections
3.5.2.1 to 3.5.2.3.

Values are shared with the stored resource: they are replaced, never changed. Whatever an operation does, doing it again
changes nothing more: a client that did not get the answer sends it again.
"""

from dataclasses import dataclass
from functools import lru_cache

from rightful.scim.errors import ScimError, invalid_path, invalid_value, mutability, no_target
from rightful.scim.filters.expressions import And, Comparison, Filter
from rightful.scim.filters.matching import Predicate, compile_value_filter
from rightful.scim.filters.paths import Path, parse_path
from rightful.scim.schemas.attributes import Attribute
from rightful.scim.schemas.values import (
    distinct,
    identity,
    merge,
    read_list,
    read_single,
    read_sub_attributes,
    read_value,
)

Container = dict[str, object]


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """What is asked for: operation, path, value, and whether a filter without a match creates the value."""

    op: str
    path: Path
    value: object
    create_on_miss: bool = False


def immutable(path: Path) -> ScimError:
    """400 mutability for a value that is set already."""
    return mutability(f"{path.text[:128]!r} cannot be changed once it is set: leave it out.")


def merged(attribute: Attribute, held: object, value: object, wanted: AttributeChange) -> Container:
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
            raise immutable(wanted.path)
        if sub.required and made and name not in made:
            raise invalid_value(f"'{wanted.path.text[:128]}.{name}' is required: send a value.")
    return made


def with_sub(held: Container, sub: Attribute, wanted: AttributeChange) -> Container:
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
        raise immutable(wanted.path)
    if value is not None:
        return {**held, sub.name: value}
    if sub.required:
        raise mutability(f"{wanted.path.text[:128]!r} is required and cannot be removed: replace it instead.")
    return {name: item for name, item in held.items() if name != sub.name}


def changed_values(
    attribute: Attribute, sub: Attribute | None, before: list[object], wanted: AttributeChange
) -> list[object] | None:
    """Return the values after the change, None where the path selects none of them."""
    path = wanted.path
    chosen = _predicate(path.text, attribute) if path.filter is not None else _every
    picked = [chosen(value if isinstance(value, dict) else {"value": value}) for value in before]
    if True not in picked:
        return None
    keeps_primary = attribute.has_primary and any(
        hit and isinstance(value, dict) and value.get("primary") is True
        for value, hit in zip(before, picked, strict=True)
    )
    after: list[object] = []
    for value, hit in zip(before, picked, strict=True):
        new = _changed_value(attribute, sub, value, wanted) if hit else value
        if keeps_primary and hit:
            new = _as_primary_as(value, new)
        if new is not None and new != {}:
            after.append(new)
    if attribute.multi_valued:
        after = after if after == before else distinct(attribute, after)
        after = one_primary(attribute, before, after, path.text)
    return after


def _as_primary_as(old: object, new: object) -> object:
    """Take the mark back from one of several values that a change would mark: one of them has it already.

    `emails[type eq "work"].primary` is true of two work emails as soon as it is true of one; the mark that goes on to
    the other one would come back when the same request is sent again.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    if new.get("primary") is not True or old.get("primary") is True:
        return new
    kept = {name: item for name, item in new.items() if name != "primary"}
    return {**kept, "primary": old["primary"]} if "primary" in old else kept


def check_repeat(
    attribute: Attribute, sub: Attribute | None, before: list[object], after: list[object], wanted: AttributeChange
) -> None:
    """Refuse what would change something else when it is repeated: `emails[primary eq false].primary = true`.

    Only a change that moves the mark, or makes two values one, can make its own filter select other values.
    """
    if wanted.path.filter is None or (len(after) == len(before) and not _lost_primary(before, after)):
        return
    try:
        again: object = changed_values(attribute, sub, after, wanted)
        if again is None and wanted.op != "remove":
            again = created(attribute, sub, after, wanted)
    except ScimError:
        return  # The repeat is refused, and changes nothing.
    if again is not None and again != after:
        raise invalid_value(
            f"{wanted.path.text[:128]!r} would select another value each time it is repeated: "
            "name the value by its 'value'."
        )


def _lost_primary(before: list[object], after: list[object]) -> bool:
    return any(
        isinstance(old, dict)
        and isinstance(new, dict)
        and old.get("primary") is True
        and new.get("primary") is not True
        for old, new in zip(before, after, strict=True)
    )


def _every(_value: Container) -> bool:
    return True


@lru_cache(maxsize=512)
def _predicate(text: str, attribute: Attribute) -> Predicate:
    """Compile the filter of a path. The key is the text: equal trees can differ (1 == True)."""
    parsed = parse_path(text).filter
    if parsed is None or (attribute.type != "complex" and not attribute.multi_valued):
        raise invalid_path(f"{text[:128]!r}: {attribute.name!r} has one simple value: leave the square brackets out.")
    return compile_value_filter(parsed, attribute)


def _changed_value(attribute: Attribute, sub: Attribute | None, value: object, wanted: AttributeChange) -> object:
    if sub is None:
        if wanted.op == "remove" or (wanted.value is None and wanted.op == "replace"):
            return None
        if wanted.value is None:
            return value
        if attribute.sub_attributes:
            return merged(attribute, value, wanted.value, wanted)
        return read_single(attribute, wanted.value, wanted.path.text)
    return with_sub(value if isinstance(value, dict) else {}, sub, wanted)


def created(attribute: Attribute, sub: Attribute | None, held: object, wanted: AttributeChange) -> object:
    """Return the attribute's value with what an add or replace makes whose path selects nothing in `held`.

    A value is made only if the path selects it afterwards: else the same request would make another one each time.

    Raises:
        ScimError: 400 noTarget (section 3.5.2.3) where the filter describes no value, or another one; invalidValue.
    """
    path, value = wanted.path, wanted.value
    described = _described(path.filter) if wanted.create_on_miss and attribute.sub_attributes else None
    if (
        described is None
        or (sub is None and not isinstance(value, dict))
        or not (attribute.multi_valued or held is None)
    ):
        raise _no_target(attribute, path)
    if value is None:
        return held
    made = {**described, sub.name: value} if sub is not None else described
    if isinstance(value, dict) and sub is None:
        made = {**described, **value}
    read = read_list(attribute, [made], path.text)
    chosen = _predicate(path.text, attribute)
    if not all(isinstance(each, dict) and chosen(each) for each in read):
        raise _no_target(attribute, path)
    if not attribute.multi_valued:
        return read[0] if read else None
    before = held if isinstance(held, list) else []
    new = one_primary(attribute, before, merge(attribute, before, read), path.text)
    # What was there already keeps its spelling in a merge. Now that the path selects it, it is as the request says.
    return changed_values(attribute, sub, new, wanted) or new


def _no_target(attribute: Attribute, path: Path) -> ScimError:
    return no_target(
        f"{path.text[:128]!r} matches no value of {attribute.name!r}: add one to {attribute.name!r} instead."
    )


def _described(parsed: Filter | None) -> Container | None:
    """Return the value that a filter of equalities describes, None for any other filter."""
    clauses = parsed.clauses if isinstance(parsed, And) else (parsed,)
    made: Container = {}
    for clause in clauses:
        if not isinstance(clause, Comparison) or clause.op != "eq" or clause.path in made:
            return None
        made[clause.path] = clause.value
    return made


def one_primary(attribute: Attribute, before: list[object], after: list[object], where: str) -> list[object]:
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


def restates(held: object, sent: object) -> bool:
    """Tell whether `sent` says nothing that is not so already. URLs of the service are held without its base URL."""
    if sent in (None, [], {}):
        return True
    if isinstance(held, dict) and isinstance(sent, dict):
        by_name = {name.lower(): value for name, value in held.items()}
        return all(restates(by_name.get(name.lower()), value) for name, value in sent.items())
    if isinstance(held, list) and isinstance(sent, list):
        return len(held) == len(sent) and all(map(restates, held, sent))
    if isinstance(held, str) and isinstance(sent, str) and held.startswith("/"):
        return sent.endswith(held)
    return held == sent
