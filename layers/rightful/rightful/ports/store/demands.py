"""What other organizations want of an organization's accounts."""

from dataclasses import dataclass
from typing import Protocol

from rightful.domain.demand import Demand


@dataclass(frozen=True, slots=True)
class DemandPage:
    """Demands in the order of their ids, and where the next page begins (None: there is none)."""

    demands: tuple[Demand, ...]
    next_position: str | None


class DemandStore(Protocol):
    """Reading demands."""

    def demands(self, organization_id: str, *, limit: int, position: str | None = None) -> DemandPage:
        """A page of the demands for addresses that accounts of an organization have, or had: whoever shows one looks
        whether it still stands."""
        ...
