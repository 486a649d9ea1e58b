"""What refused requests tell: a directory's share of them, and whether one was an attempt at others' things.

Entra measures each job by itself, so the share of all directories together says nothing about one of them. A
directory's numbers are in the table, because its requests are answered by many processes. A process adds what it has
counted whenever it refuses a write, which costs several others anyway, and after every 25 writes: what is not added yet
makes a share look larger than it is, by a few writes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rightful.api.request import Request
from rightful.ports.store.contract import IdentityStore

FEWEST_WRITES = 20
"""Of fewer writes a share is chance."""

_ADDED_AFTER = 25
_NO_LIMIT = 10**12
_OUR_FAULT = 500
_KEPT_FOR = timedelta(hours=2)
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PLACES = ("/Users", "/Groups", "/Bulk")


def is_write(request: Request) -> bool:
    """Whether a request asks for users or groups to be created, changed or removed."""
    is_asked_there = any(place in request.resource for place in _PLACES)
    return request.method in _METHODS and is_asked_there and not request.resource.endswith(".search")


@dataclass(slots=True)
class RefusalShares:
    """The shares of all directories. `_written`: the writes of this process that are not added yet, by directory and
    hour."""

    _written: dict[str, int] = field(default_factory=dict)

    def add(self, store: IdentityStore, request: Request, status: int, now: datetime) -> float | None:
        """Count an answered request.

        Returns:
            The share of its directory, in percent, if the request was a write that was refused with 409; None for
            another, and while the directory has too few writes.

        Raises:
            ClientError, BotoCoreError: AWS cannot count; the writes of this process are forgotten.
        """
        principal = request.principal
        if principal is None or not principal.directory_id or not is_write(request) or status >= _OUR_FAULT:
            return None
        refused, hour = status == 409, f"{now:%Y%m%d%H}"
        place = f"{principal.directory_id}#{hour}"
        self._written = {other: number for other, number in self._written.items() if other.endswith(hour)}
        written = self._written.get(place, 0) + 1
        if not refused and written < _ADDED_AFTER:
            self._written[place] = written
            return None
        self._written.pop(place, None)
        writes = _tally(store, f"writes#{place}", now, written)
        if not refused:
            return None
        refusals = _tally(store, f"refused#{place}", now, 1)
        return 100 * refusals / writes if writes >= FEWEST_WRITES else None


def _tally(store: IdentityStore, name: str, now: datetime, times: int) -> int:
    return store.tally([name], until=now + _KEPT_FOR, most=_NO_LIMIT, times=times)[name]


def is_cross_organization(store: IdentityStore, request: Request, status: int) -> bool:
    """Whether a live key of an organization was refused at what another one has.

    Ids are random: who names one that exists has it from somewhere. One that nobody has is a mistyped URL, and another
    directory of the same organization is a mix-up of its own keys.

    Raises:
        ClientError, BotoCoreError: AWS cannot say.
    """
    principal, asked = request.principal, request.path_parameters
    if status not in {403, 404} or principal is None or not principal.organization_id:
        return False
    own, organization_id = principal.organization_id, asked.get("orgId")
    if organization_id is not None and organization_id != own:
        return store.organization(organization_id) is not None
    directory_id = asked.get("directoryId")
    if directory_id is None or directory_id == principal.directory_id:
        return False
    # A directory is found under its organization only; that it has users is known by its own id.
    return store.directory_state(own, directory_id) is None and store.number_of_users(directory_id) > 0
