"""Which identity provider needs which workarounds. The order is the order of application:
names first, so that values are visited under the names that the schema has; then filters; then
values from the outside in; and last what is left out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from rightful.scim.patch.patch import RFC_RULES, PatchRules
from rightful.scim.profiles.expressions import (
    BARE_LITERALS,
    BOOLEAN_LITERALS,
    CURRENT_URNS,
    QUALIFIED_NAMES,
    empty_parameters,
    plus_for_blank,
)
from rightful.scim.profiles.names import (
    current_urns,
    dot_after_urn,
    dotted_keys,
    legacy_urns,
    read_only_in_pathless,
    supply_schemas,
    unknown_attributes,
    unqualified_extension_names,
)
from rightful.scim.profiles.request import EachOperation, ScimRequest, Types, Workaround
from rightful.scim.profiles.values import (
    ChangeValue,
    ValueWorkarounds,
    booleans_as_text,
    empty_text,
    empty_value_behind_filter,
    json_in_value,
    missing_value,
    numbers_as_text,
    text_for_complex,
    wrapped_single_value,
)
from rightful.scim.schemas.attributes import Schema
from rightful.scim.schemas.resource_types import GROUP, USER, user_type

_STANDARD = Types(USER, GROUP)


@dataclass(frozen=True, eq=False, slots=True)
class Profile:
    """What one kind of identity provider sends, and what it wants in answer.

    workarounds: applied in order.
    patch_answer: 200 with the resource, or 204 without (RFC 7644 section 3.5.2 allows both).
    patch_rules: for `read_patch` and `apply_patch`.
    retries: whether it sends a refused change again by itself; None: not known, nothing is promised.
    tolerates_unknown: whether PATCH operations on attributes that nobody knows are left out
        (otherwise 400 invalidPath). POST and PUT ignore unknown attributes in every profile.
    types: of the directory, with its own extensions.
    """

    workarounds: tuple[Workaround, ...]
    patch_answer: int = 200
    patch_rules: PatchRules = RFC_RULES
    tolerates_unknown: bool = False
    retries: bool | None = None
    types: Types = _STANDARD

    def rewrite(self, request: ScimRequest) -> ScimRequest:
        """Return the request as the RFC would have it. Never raises: what stays wrong is for the engine."""
        for workaround in self.workarounds:
            request = workaround(request, self.types)
        return request


# What makes no request mean anything else than the RFC says.
_TRANSPORT: tuple[Workaround, ...] = (empty_parameters, plus_for_blank)

_NAMES: tuple[Workaround, ...] = (
    supply_schemas,
    EachOperation(dot_after_urn),
    EachOperation(unqualified_extension_names),
    dotted_keys,
)
_FILTERS: tuple[Workaround, ...] = (QUALIFIED_NAMES, BARE_LITERALS, BOOLEAN_LITERALS)
_CHANGES: tuple[ChangeValue, ...] = (
    wrapped_single_value,
    text_for_complex,
    numbers_as_text,
    booleans_as_text,
    empty_text,
)
_LEFT_OUT: tuple[Workaround, ...] = (EachOperation(read_only_in_pathless), EachOperation(unknown_attributes))


def _chain(*changes: ChangeValue) -> tuple[Workaround, ...]:
    """Return the usual chain, with these changes of values."""
    values = (EachOperation(missing_value), EachOperation(empty_value_behind_filter), ValueWorkarounds(changes))
    return (*_TRANSPORT, *_NAMES, *_FILTERS, *values, *_LEFT_OUT)


_USUAL = _chain(*_CHANGES)
_OLD_NAMES: tuple[Workaround, ...] = (EachOperation(legacy_urns, resource=current_urns), CURRENT_URNS)
_LENIENT = PatchRules(create_on_miss=True, allow_empty=True, ignore_unknown=True)

PROFILES: dict[str, Profile] = {
    "generic": Profile(_TRANSPORT),
    "entra": Profile(
        _chain(json_in_value, *_CHANGES),
        patch_answer=204,
        patch_rules=_LENIENT,
        tolerates_unknown=True,
        # At its next cycle, then more and more seldom (Microsoft Learn, "How application provisioning works").
        retries=True,
    ),
    "okta": Profile(
        _USUAL,
        patch_rules=PatchRules(allow_empty=True, ignore_unknown=True),
        tolerates_unknown=True,
        retries=False,  # the failure is a task (Dashboard > Tasks) until an administrator selects Retry
    ),
    # Of the others nothing is published about it. PingOne has a Resync of a rule, OneLogin tasks to be approved.
    "onelogin": Profile((*_OLD_NAMES, *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
    "jumpcloud": Profile(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "google": Profile(_USUAL, patch_rules=_LENIENT, tolerates_unknown=True),
    "ping": Profile((*_OLD_NAMES, *_USUAL), patch_rules=_LENIENT, tolerates_unknown=True),
}

PROFILE_NAMES: tuple[str, ...] = tuple(PROFILES)


def profile(name: str, extensions: Iterable[Schema] = ()) -> Profile:
    """Return the profile of that name for a directory with `extensions` of its own.

    Raises:
        ValueError: for a name that is not in PROFILE_NAMES: the setting is checked when it is made.
    """
    if name not in PROFILES:
        raise ValueError(f"{name!r} is no IdP profile: choose one of {', '.join(PROFILE_NAMES)}")
    return _profile(name, tuple(extensions))


@lru_cache(maxsize=256)
def _profile(name: str, extensions: tuple[Schema, ...]) -> Profile:
    return replace(PROFILES[name], types=Types(user_type(extensions), GROUP))
