"""Which identity provider needs which workarounds. The order is the order of application:
names first, so that values are visited under the names that the schema has; then filters; then
values from the outside in; and last what is left out."""

from dataclasses import dataclass

from rightful.scim.patch import RFC_RULES, PatchRules
from rightful.scim.profiles.expressions import (
    BARE_LITERALS,
    BOOLEAN_LITERALS,
    QUALIFIED_NAMES,
    EmptyParameters,
    PlusForBlank,
)
from rightful.scim.profiles.names import (
    DotAfterUrn,
    DottedKeys,
    LegacyUrns,
    ReadOnlyInPathless,
    SupplySchemas,
    UnknownAttributes,
    UnqualifiedExtensionNames,
)
from rightful.scim.profiles.request import Workaround
from rightful.scim.profiles.values import (
    EmptyValueBehindFilter,
    ValueWorkaround,
    booleans_as_text,
    empty_text,
    json_in_value,
    numbers_as_text,
    text_for_complex,
    wrapped_single_value,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A profile without the directory's own extensions."""

    workarounds: tuple[Workaround, ...]
    patch_answer: int = 200
    patch_rules: PatchRules = RFC_RULES
    tolerates_unknown: bool = False


# What makes no request mean anything else than the RFC says.
_TRANSPORT: tuple[Workaround, ...] = (EmptyParameters(), PlusForBlank())

_NAMES: tuple[Workaround, ...] = (SupplySchemas(), DotAfterUrn(), UnqualifiedExtensionNames(), DottedKeys())
_FILTERS: tuple[Workaround, ...] = (QUALIFIED_NAMES, BARE_LITERALS, BOOLEAN_LITERALS)
_VALUES: tuple[Workaround, ...] = (
    EmptyValueBehindFilter(),
    ValueWorkaround(wrapped_single_value),
    ValueWorkaround(text_for_complex),
    ValueWorkaround(numbers_as_text),
    ValueWorkaround(booleans_as_text),
    ValueWorkaround(empty_text),
)
_LEFT_OUT: tuple[Workaround, ...] = (ReadOnlyInPathless(), UnknownAttributes())
_USUAL = (*_TRANSPORT, *_NAMES, *_FILTERS, *_VALUES, *_LEFT_OUT)
_LENIENT = PatchRules(create_on_miss=True, allow_empty=True)

DIALECTS: dict[str, Dialect] = {
    "generic": Dialect(_TRANSPORT),
    "entra": Dialect(
        (*_TRANSPORT, *_NAMES, *_FILTERS, ValueWorkaround(json_in_value), *_VALUES, *_LEFT_OUT),
        patch_answer=204,
        patch_rules=_LENIENT,
        tolerates_unknown=True,
    ),
    "okta": Dialect(_USUAL, patch_rules=PatchRules(allow_empty=True), tolerates_unknown=True),
    "onelogin": Dialect((LegacyUrns(), *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
    "jumpcloud": Dialect(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "google": Dialect(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "ping": Dialect((LegacyUrns(), *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
}
