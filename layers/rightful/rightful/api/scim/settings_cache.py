"""A directory's settings for lists, which would else cost a call of their own: kept for some seconds in the process.

Only lists and searches use them, to know the identity provider's dialect and the schema extensions. Whatever writes, or
reads one resource, reads the settings fresh along with it, and renews what is kept here.
"""

from datetime import datetime, timedelta

from rightful.api.scim.call import ScimCall
from rightful.domain.organization import Directory

_KEPT = timedelta(seconds=30)
_MOST = 200

_DIRECTORIES: dict[tuple[str, str], tuple[Directory, datetime]] = {}


def directory_for_lists(call: ScimCall) -> Directory:
    """The directory's settings, at most 30 seconds old.

    Raises:
        ScimError: 404, there is no such directory.
    """
    key = (call.provisioning.organization_id, call.provisioning.directory_id)
    kept = _DIRECTORIES.get(key)
    if kept is not None and kept[1] <= call.invocation.now < kept[1] + _KEPT:
        return kept[0]
    return keep(call, call.provisioning.state().directory)


def keep(call: ScimCall, directory: Directory) -> Directory:
    """Note settings that were just read."""
    if len(_DIRECTORIES) >= _MOST:
        _DIRECTORIES.clear()
    _DIRECTORIES[call.provisioning.organization_id, directory.id] = (directory, call.invocation.now)
    return directory
