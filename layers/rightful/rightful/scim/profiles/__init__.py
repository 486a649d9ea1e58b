"""What identity providers really send, and how it becomes what RFC 7644 says.

`profile("entra").rewrite(request)` runs a chain of small workarounds over a request before the
strict engine sees it. The engine stays clean; a new shape becomes a new workaround here.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from rightful.scim.profiles.request import ScimRequest, Types
from rightful.scim.profiles.vendors import PROFILES, Profile
from rightful.scim.schemas.attributes import Schema
from rightful.scim.schemas.resource_types import GROUP, user_type

__all__ = ["PROFILES", "PROFILE_NAMES", "Profile", "ScimRequest", "profile"]

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
    return replace(PROFILES[name], types=Types((user_type(extensions), GROUP)))
