"""What one answer shows: the resources as it shows them, and no more than Lambda can send.

A page that would be larger ends early, as a page may (RFC 7644 section 3.4.2.4); the rest is on the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rightful.scim.listing import ListQuery
from rightful.scim.rendering import MOST_OCTETS, render, response_size
from rightful.scim.resources import Resource
from rightful.scim.schemas.attributes import ResourceType


@dataclass(slots=True)
class ShownPage:
    """The resources of an answer, as they come together."""

    query: ListQuery
    resources: list[Resource] = field(default_factory=list)
    octets: int = 0
    full: bool = False
    """Whether it ended before its time: what comes next is for the next page."""

    @property
    def left(self) -> int:
        """How many more resources were asked for and can come."""
        return 0 if self.full else self.query.count - len(self.resources)

    def add(self, resources: Sequence[Resource], rt: ResourceType) -> int:
        """Show these, as long as they fit: one always does.

        Returns:
            How many were taken.
        """
        for taken, resource in enumerate(resources):
            shown = render(resource, rt, attributes=self.query.attributes, excluded=self.query.excluded)
            octets = response_size(shown)
            if self.resources and self.octets + octets > MOST_OCTETS:
                self.full = True
                return taken
            self.resources.append(shown)
            self.octets += octets
        return len(resources)
