"""All keys of an organization, and of the service: found, and ended by their id."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from rightful.core.organizations.registry import revocation
from rightful.domain.key import Scope, Token
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context
from rightful.ports.refusals import commit_again
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.lists import every_page
from rightful.ports.writes.settings import PutOrganization
from rightful.text.folding import same_name

_PAGE = 100


def all_organizations(store: IdentityStore) -> Iterator[Organization]:
    """Every organization, oldest first."""
    for page in every_page(lambda at: store.organizations(limit=_PAGE, position=at)):
        yield from page.organizations


def keys_of(store: IdentityStore, organization_id: str) -> list[Token]:
    """The keys of an organization: its administrators', then those of each directory."""
    return list(store.all_tokens(organization_id))


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who can administer an organization.

    Attributes:
        owner: the name on the oldest key.
        keys: the live ones, oldest first: two keys of one owner are one person.
        since: when the oldest was issued.
        until: when the last one expires; None: never.
    """

    owner: str
    keys: tuple[Token, ...]

    @property
    def since(self) -> datetime:
        return self.keys[0].created_at

    @property
    def until(self) -> datetime | None:
        ends = [key.expires_at for key in self.keys]
        return None if None in ends else max(end for end in ends if end is not None)

    @property
    def last_used_on(self) -> date | None:
        """The day on which one of the keys was used last; None: none was."""
        return max((key.last_used_on for key in self.keys if key.last_used_on is not None), default=None)


def administrators(store: IdentityStore, organization_id: str, now: datetime) -> tuple[Administrator, ...]:
    """Who can administer an organization now, oldest first."""
    found: list[Administrator] = []
    for key in store.tokens(organization_id=organization_id):
        if not key.is_live(now):
            continue
        at = next((index for index, each in enumerate(found) if same_name(each.owner, key.owner)), None)
        if at is None:
            found.append(Administrator(key.owner, (key,)))
        else:
            found[at] = replace(found[at], keys=(*found[at].keys, key))
    return tuple(found)


def service_keys(store: IdentityStore) -> list[Token]:
    """The keys that belong to no organization: the host application's and operators'."""
    return list(store.tokens(organization_id=""))


def every_key(store: IdentityStore) -> Iterator[Token]:
    """Every key that is listed: the service's own, then those of each organization."""
    yield from service_keys(store)
    for organization in all_organizations(store):
        yield from keys_of(store, organization.id)


def revoke_own(context: Context, organization_id: str, token_id: str, *, by: str) -> None:
    """End a key of an organization, as its administrators do. The last key that administers the organization is not
    ended by them: nobody could issue another one but the operator.

    Raises:
        RequestError: not_found (or another organization's: nobody may tell the difference); conflict, it is the last
            key of an administrator.
        ContendedError: no quiet moment.
    """

    def administers(key: Token) -> bool:
        return key.scope is Scope.ADMIN and key.is_live(context.now)

    def attempt() -> None:
        organization = context.store.organization(organization_id)
        keys = keys_of(context.store, organization_id)
        token = next((key for key in keys if key.id == token_id), None)
        if token is None or organization is None:
            raise RequestError("not_found", "This organization has no such key.")
        writes = revocation(token, context.invocation, by=by)
        if administers(token):
            if not any(administers(key) for key in keys if key.id != token_id):
                raise RequestError(
                    "conflict",
                    "This is the last key that administers the organization. Have the operator of the service issue "
                    "another one first, or revoke this one for you.",
                )
            # Two administrators at once would each find the other's key.
            changed = replace(organization, version=organization.version + 1)
            writes.append(PutOrganization(changed, organization.version))
        context.commit(writes)

    commit_again(attempt, context.invocation)
