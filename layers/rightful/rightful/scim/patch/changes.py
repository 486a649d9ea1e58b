"""How one PATCH operation changes one attribute: RFC 7644 sections 3.5.2.1 (add), 3.5.2.2
(remove) and 3.5.2.3 (replace).

A container is the resource or an extension object in it. It is a copy already and may be changed;
the values in it are shared with the stored resource and are replaced, never changed.
"""

from rightful.scim.errors import invalid_path, invalid_value, mutability
from rightful.scim.patch.values import (
    AttributeChange,
    Container,
    changed_values,
    check_repeat,
    created,
    immutable,
    merged,
    one_primary,
    with_sub,
)
from rightful.scim.schemas.attributes import Attribute
from rightful.scim.schemas.values import identity, merge, read_list, read_single, read_sub_attributes
from rightful.scim.unseen import with_unseen_parts


def change(container: Container, attribute: Attribute, sub: Attribute | None, wanted: AttributeChange) -> None:
    """Carry out `wanted` on `attribute` (or its sub-attribute `sub`) in `container`.

    Raises:
        ScimError: 400 mutability, invalidValue, invalidPath, invalidFilter or noTarget.
    """
    path = wanted.path
    if path.sub_attribute is not None:
        sub = attribute.by_name.get(path.sub_attribute.lower())
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
        new = with_sub(held if isinstance(held, dict) else {}, sub, wanted)
        _assign(container, attribute, new or None, wanted)


def _assign(container: Container, attribute: Attribute, value: object, wanted: AttributeChange) -> None:
    """Set or, with None, unassign the attribute, as far as its mutability allows."""
    name = attribute.name
    held = container.get(name)
    if value == held:
        return
    if held is not None and (
        attribute.mutability == "immutable" or (value is None and _has_immutable(attribute, held))
    ):
        raise immutable(wanted.path)
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


def _change_whole(container: Container, attribute: Attribute, wanted: AttributeChange) -> None:
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
            new = one_primary(attribute, before, merge(attribute, before, new), where)
        elif new and attribute.has_unseen:
            new = with_unseen_parts(attribute, new, held)
        _assign(container, attribute, new or None, wanted)
    elif attribute.type == "complex":
        if not isinstance(value, dict):
            read_single(attribute, value, where)
        _assign(container, attribute, merged(attribute, held, value, wanted) or None, wanted)
    else:
        _assign(container, attribute, read_single(attribute, value, where), wanted)


def _change_values(container: Container, attribute: Attribute, sub: Attribute | None, wanted: AttributeChange) -> None:
    """Change the values that the path selects: all of them, or those that meet its filter."""
    held = container.get(attribute.name)
    before = held if isinstance(held, list) else [] if held is None else [held]
    after = changed_values(attribute, sub, before, wanted)
    if after is None:
        if wanted.op != "remove":
            _assign(container, attribute, created(attribute, sub, held, wanted) or None, wanted)
        return
    if attribute.multi_valued:
        check_repeat(attribute, sub, before, after, wanted)
        _assign(container, attribute, after or None, wanted)
    else:
        _assign(container, attribute, after[0] if after else None, wanted)


def _remove_listed(container: Container, attribute: Attribute, wanted: AttributeChange) -> None:
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
