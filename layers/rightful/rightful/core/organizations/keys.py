"""All keys of an organization, and of the service: found, and ended by their id."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rightful.core.organizations.registry import revocation
from rightful.domain.key import Scope, Token
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.settings import PutOrganization
from rightful.ports.writes.transaction import RefusedError, Write

_ATTEMPTS = 5
_PAGE = 100


def all_organizations(store: IdentityStore) -> Iterator[Organization]:
    """Every organization, oldest first."""
    position: str | None = None
    while True:
        page = store.organizations(limit=_PAGE, position=position)
        yield from page.organizations
        position = page.next_position
        if position is None:
            return


def keys_of(store: IdentityStore, organization_id: str) -> list[Token]:
    """The keys of an organization: its administrators', then those of each directory."""
    found = list(store.tokens(organization_id=organization_id))
    for directory in store.directories(organization_id):
        found += store.tokens(organization_id=organization_id, directory_id=directory.id)
    return found


def service_keys(store: IdentityStore) -> list[Token]:
    """The keys that belong to no organization: the host application's and operators'."""
    return list(store.tokens(organization_id=""))


def every_key(store: IdentityStore) -> Iterator[Token]:
    """Every key that is listed: the service's own, then those of each organization."""
    yield from service_keys(store)
    for organization in all_organizations(store):
        yield from keys_of(store, organization.id)


@dataclass(frozen=True, slots=True)
class Revoking:
    """How an organization's administrators end a key of it. The last key that administers the organization is not
    ended by them: nobody could issue another one but the operator."""

    context: Context
    organization_id: str
    by: str

    def revoke(self, token_id: str) -> None:
        """End a key.

        Raises:
            RequestError: not_found (or another organization's: nobody may tell the difference); conflict, it is the
                last key of an administrator.
        """
        for _ in range(_ATTEMPTS):
            organization = self.context.store.organization(self.organization_id)
            keys = keys_of(self.context.store, self.organization_id)
            token = next((key for key in keys if key.id == token_id), None)
            if token is None or organization is None:
                raise RequestError("not_found", "This organization has no such key.")
            writes: list[Write] = revocation(token, self.context.invocation, by=self.by)
            if self._administers(token):
                if not any(self._administers(key) for key in keys if key.id != token_id):
                    raise RequestError(
                        "conflict",
                        "This is the last key that administers the organization. Have the operator of the service "
                        "issue another one first, or revoke this one for you.",
                    )
                # Two administrators at once would each find the other's key.
                changed = replace(organization, version=organization.version + 1)
                writes.append(PutOrganization(changed, organization.version))
            try:
                self.context.commit(writes)
            except RefusedError:
                continue
            return
        raise RequestError("conflict", "Somebody else is changing the settings of this organization. Send it again.")

    def _administers(self, token: Token) -> bool:
        return token.scope is Scope.ADMIN and token.is_live(self.context.now)
