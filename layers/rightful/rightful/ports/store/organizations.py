"""What administrators ask about an organization as a whole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightful.domain.organization import Organization

if TYPE_CHECKING:
    from rightful.ports.pages import AccountPage, ConflictPage


class ManagedStore(Protocol):
    """An organization's accounts and open conflicts. Eventually consistent."""

    def managed_accounts(
        self, organization_id: str, *, limit: int, position: str | None = None, unlinked_only: bool = False
    ) -> "AccountPage":
        """A page of the accounts that an organization manages: those that a directory provisions, then the unlinked
        ones, each oldest first."""
        ...

    def unmanaged_accounts(self, domain: str, *, limit: int, position: str | None = None) -> "AccountPage":
        """A page of the accounts with an address on a canonical domain that no organization manages, oldest first."""
        ...

    def number_of_unlinked(self, organization_id: str, *, most: int) -> int:
        """How many unlinked accounts an organization manages; counting stops soon after `most`."""
        ...

    def organizations(self, *, limit: int, position: str | None = None) -> "OrganizationPage":
        """A page of all organizations, oldest first."""
        ...

    def open_conflicts(self, organization_id: str, *, limit: int, position: str | None = None) -> "ConflictPage":
        """A page of an organization's live conflicts, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """Organizations, oldest first, and where the next page begins (None: there is none)."""

    organizations: tuple[Organization, ...]
    next_position: str | None
