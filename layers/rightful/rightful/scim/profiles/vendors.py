"""Which identity provider needs which workarounds. The order is the order of application:
names first, so that values are visited under the names that the schema has; then filters; then
values from the outside in; and last what is left out."""

from dataclasses import dataclass

from rightful.scim.patch.patch import RFC_RULES, PatchRules
from rightful.scim.profiles.expressions import (
    BARE_LITERALS,
    BOOLEAN_LITERALS,
    CURRENT_URNS,
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
from rightful.scim.profiles.traversal import ChangeValue
from rightful.scim.profiles.values import (
    EmptyValueBehindFilter,
    MissingValue,
    ValueWorkarounds,
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
_CHANGES: tuple[ChangeValue, ...] = (
    wrapped_single_value,
    text_for_complex,
    numbers_as_text,
    booleans_as_text,
    empty_text,
)
_LEFT_OUT: tuple[Workaround, ...] = (ReadOnlyInPathless(), UnknownAttributes())


def _chain(*changes: ChangeValue) -> tuple[Workaround, ...]:
    """Return the usual chain, with these changes of values."""
    values = (MissingValue(), EmptyValueBehindFilter(), ValueWorkarounds(changes))
    return (*_TRANSPORT, *_NAMES, *_FILTERS, *values, *_LEFT_OUT)


_USUAL = _chain(*_CHANGES)
_OLD_NAMES: tuple[Workaround, ...] = (LegacyUrns(), CURRENT_URNS)
_LENIENT = PatchRules(create_on_miss=True, allow_empty=True, ignore_unknown=True)

DIALECTS: dict[str, Dialect] = {
    "generic": Dialect(_TRANSPORT),
    "entra": Dialect(
        _chain(json_in_value, *_CHANGES),
        patch_answer=204,
        patch_rules=_LENIENT,
        tolerates_unknown=True,
    ),
    "okta": Dialect(_USUAL, patch_rules=PatchRules(allow_empty=True, ignore_unknown=True), tolerates_unknown=True),
    "onelogin": Dialect((*_OLD_NAMES, *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
    "jumpcloud": Dialect(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "google": Dialect(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "ping": Dialect((*_OLD_NAMES, *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
}
