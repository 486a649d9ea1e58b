"""Attributes, schemas and resource types: RFC 7643 sections 2, 3, 6 and 7 as frozen data.

An `Attribute` carries every characteristic of RFC 7643 section 7. What requests need again and
again (look-ups by a name in any case, which attributes are required, ...) is computed once, when
the object is made. Two schemas are the same only when they are the same object: comparing by
content would make every cache look-up walk whole schemas.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

TYPES = frozenset({"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"})
MUTABILITIES = frozenset({"readOnly", "readWrite", "immutable", "writeOnly"})
RETURNED = frozenset({"always", "never", "default", "request"})
UNIQUENESS = frozenset({"none", "server", "global"})


@dataclass(frozen=True, eq=False, slots=True)
class Attribute:
    """One attribute definition (RFC 7643 section 7).

    `identifies` is ours: whoever looks for a value takes the one who has it for the one who is meant. So a blank is no
    value of it (RFC 7643 section 2.5: it is unassigned), and an address is the same one in each of its spellings.
    """

    name: str
    type: str = "string"
    multi_valued: bool = False
    description: str = ""
    required: bool = False
    canonical_values: tuple[str, ...] = ()
    case_exact: bool = False
    identifies: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    reference_types: tuple[str, ...] = ()
    sub_attributes: "tuple[Attribute, ...]" = ()
    by_name: "Mapping[str, Attribute]" = field(init=False, repr=False)
    read_only: bool = field(init=False, repr=False)
    has_primary: bool = field(init=False, repr=False)
    key: tuple[str, ...] = field(init=False, repr=False)
    has_unseen: bool = field(init=False, repr=False)
    """Whether no answer shows it, or a part of it."""
    names_others: bool = field(init=False, repr=False)
    """Whether its values name other resources, each by an id that stays (members of a group)."""

    def __post_init__(self) -> None:
        by_name = {sub.name.lower(): sub for sub in self.sub_attributes}
        put = object.__setattr__
        put(self, "by_name", by_name)
        put(self, "read_only", self.mutability == "readOnly")
        put(self, "has_primary", self.multi_valued and "primary" in by_name)
        put(self, "key", _key(by_name) if self.multi_valued else ())
        unseen = {self.returned, *(sub.returned for sub in self.sub_attributes)} & {"never", "request"}
        put(self, "has_unseen", bool(unseen))
        put(self, "names_others", self.key == ("value",) and "$ref" in by_name and _is_fixed(by_name["value"]))


def _is_fixed(attribute: Attribute) -> bool:
    return attribute.mutability == "immutable"


def _key(by_name: Mapping[str, Attribute]) -> tuple[str, ...]:
    """What tells two values of one multi-valued attribute apart.

    RFC 7643 section 2.4: the combination of `type` and `value` should not occur twice. Where
    `value` is immutable it is a reference to another resource (members), and stands alone.
    """
    value = by_name.get("value")
    if value is None:
        return ()
    if _is_fixed(value) or "type" not in by_name:
        return ("value",)
    return ("value", "type")


def reference(
    name: str, description: str, *types: str, mutability: str = "readWrite", required: bool = False
) -> Attribute:
    """Build an attribute whose value is a URI (RFC 7643 section 2.3.7); `types` say what it leads to."""
    return Attribute(
        name, "reference", False, description, required, case_exact=True, mutability=mutability, reference_types=types
    )


def compound(
    name: str, description: str, *parts: Attribute, plural: bool = False, mutability: str = "readWrite"
) -> Attribute:
    """Build a complex attribute (RFC 7643 section 2.3.8) of these parts; `plural` where it has several values."""
    return Attribute(name, "complex", plural, description, mutability=mutability, sub_attributes=parts)


@dataclass(frozen=True, eq=False, slots=True)
class Schema:
    """One schema (RFC 7643 section 7): a URN and its attributes."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    by_name: Mapping[str, Attribute] = field(init=False, repr=False)
    required: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "by_name", {attribute.name.lower(): attribute for attribute in self.attributes})
        put(self, "required", tuple(a.name for a in self.attributes if a.required and not a.read_only))


COMMON_ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute(
        "schemas",
        "reference",
        multi_valued=True,
        description="URNs of the schemas that the resource's attributes come from.",
        required=True,
        returned="always",
        reference_types=("uri",),
    ),
    Attribute(
        "id",
        description="Identifier given by the service, never by the client.",
        case_exact=True,
        mutability="readOnly",
        returned="always",
        uniqueness="server",
    ),
    Attribute("externalId", description="Identifier given by the client.", case_exact=True, identifies=True),
    compound(
        "meta",
        "What the service knows about the resource itself.",
        Attribute("resourceType", case_exact=True, mutability="readOnly"),
        Attribute("created", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "dateTime", mutability="readOnly"),
        reference("location", "", "uri", mutability="readOnly"),
        Attribute("version", case_exact=True, mutability="readOnly"),
        mutability="readOnly",
    ),
)
"""Attributes that every resource has without any schema listing them (RFC 7643 section 3.1)."""


@dataclass(frozen=True, eq=False, slots=True)
class ResourceType:
    """A kind of resource: endpoint, core schema, extensions (RFC 7643 section 6).

    `attributes` maps a lower-case name to a core or common attribute, `schemas_by_urn` a
    lower-case URN to the core schema or an extension.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    required_extensions: frozenset[str] = frozenset()
    attributes: Mapping[str, Attribute] = field(init=False, repr=False)
    extension_by_urn: Mapping[str, Schema] = field(init=False, repr=False)
    schemas_by_urn: Mapping[str, Schema] = field(init=False, repr=False)
    required: tuple[str, ...] = field(init=False, repr=False)
    known: frozenset[str] = field(init=False, repr=False)
    """Names of core and common attributes, and URNs of extensions, as stored resources have them."""
    always: frozenset[str] = field(init=False, repr=False)
    hidden: frozenset[str] = field(init=False, repr=False)
    has_hidden_parts: bool = field(init=False, repr=False)
    references: tuple[tuple[Schema | None, Attribute], ...] = field(init=False, repr=False)
    """What names a resource by `value` and by `$ref`, and in which extension it is: a client may change one alone."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        attributes = {a.name.lower(): a for a in (*COMMON_ATTRIBUTES, *self.schema.attributes)}
        extensions = {extension.id.lower(): extension for extension in self.extensions}
        put(self, "attributes", attributes)
        put(self, "extension_by_urn", extensions)
        put(self, "schemas_by_urn", {self.schema.id.lower(): self.schema, **extensions})
        put(self, "required", self.schema.required)
        put(self, "known", frozenset((*(a.name for a in attributes.values()), *(e.id for e in self.extensions))))
        put(self, "always", frozenset(a.name for a in attributes.values() if a.returned == "always"))
        put(self, "hidden", frozenset(a.name for a in attributes.values() if a.returned in {"never", "request"}))
        put(self, "has_hidden_parts", _has_hidden_parts(attributes.values(), self.extensions))
        put(self, "references", tuple(_references(self.schema, self.extensions)))


def _references(schema: Schema, extensions: tuple[Schema, ...]) -> Iterator[tuple[Schema | None, Attribute]]:
    for owner in (schema, *extensions):
        for attribute in owner.attributes:
            parts = attribute.by_name
            may_go = "$ref" in parts and parts["$ref"].mutability == "readWrite" and not parts["$ref"].required
            if may_go and "value" in parts and not attribute.read_only:
                yield (owner if owner is not schema else None), attribute


def _has_hidden_parts(attributes: Iterable[Attribute], extensions: tuple[Schema, ...]) -> bool:
    inside = [sub for a in attributes for sub in a.sub_attributes]
    inside += [part for e in extensions for a in e.attributes for part in (a, *a.sub_attributes)]
    return any(part.returned in {"never", "request"} for part in inside)
