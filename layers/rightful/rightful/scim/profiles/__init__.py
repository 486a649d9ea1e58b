"""What identity providers really send, and how it becomes what RFC 7644 says.

`profile("entra").rewrite(request)` runs a chain of small workarounds over a request before the
strict engine sees it. The engine stays clean; a new shape becomes a new workaround here.
"""

from rightful.scim.profiles.request import ScimRequest
from rightful.scim.profiles.vendors import PROFILE_NAMES, PROFILES, Profile, profile

__all__ = ["PROFILES", "PROFILE_NAMES", "Profile", "ScimRequest", "profile"]
