"""A small world in memory, in which scenarios are played."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rightful.core.accounts.index_writes import secondary_writes
from rightful.core.conflicts.lifecycle.end import ending_writes
from rightful.core.conflicts.lifecycle.record import record
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.conflicts.remediate import Remediation, remediate
from rightful.core.events.requeues import requeued_by
from rightful.core.users.change import UserChange, change_user
from rightful.core.users.create import create_user
from rightful.core.users.remove import remove_user
from rightful.core.users.request import UserRequest, intent_of_resource, read_state
from rightful.domain.account import (
    Account,
    Link,
    scim_id_of,
)
from rightful.domain.address import Address, Hold, parse_address
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.policy import Brakes, Policy
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.organization import DomainPolicy, Organization
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.writes.accounts import ClaimAddress, ClaimUserName, PutAccount, ReleaseAddress
from rightful.ports.writes.settings import ClaimDomain, PutDirectory, PutOrganization
from rightful.ports.writes.transaction import Write
from tests.support.builders import NOW, a_directory, an_account, an_organization
from tests.support.dynamodb.store import Items, TestedStore
from tests.support.patience import at_once
from tests.support.queue import ListedQueue
from tests.support.stream import changes_between

OURS, THEIRS = "ours", "theirs"
HERE, ELSEWHERE = "here", "elsewhere"
WANTED = parse_address("wanted@example.com")
DAY = timedelta(days=1)


def plenty() -> float:
    """Time enough."""
    return 60.0


@dataclass
class World:
    """Our organization, another one, a requester, a holder, and a clock."""

    store: TestedStore = field(default_factory=TestedStore)
    queue: ListedQueue = field(default_factory=ListedQueue)
    now: datetime = NOW
    ids: int = 0
    wanted: Address = WANTED
    policy: Policy = field(default_factory=Policy)
    brakes: Brakes = field(default_factory=Brakes)
    domains: frozenset[str] = frozenset({"example.com"})
    domain_policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY
    key_id: str = ""
    alone_until: datetime | None = None
    told: Items = field(default_factory=dict)

    def new_id(self) -> str:
        """Ids that sort by age."""
        self.ids += 1
        return f"{self.ids:032x}"

    def invocation(self) -> Invocation:
        """An invocation at this moment."""
        return Invocation(now=self.now, new_id=self.new_id, remaining=plenty, correlation_id="scenario", pause=at_once)

    def context(self) -> QueueContext:
        """What a use case of this moment works with."""
        return QueueContext(self.store, self.invocation(), self.queue)

    def commit(self, *writes: Write) -> None:
        """Write what a scenario starts from."""
        self.store.commit(writes, remaining=plenty)

    def found_organizations(self) -> None:
        """Our organization with its two directories, and another one with its own."""
        ours = an_organization(
            OURS,
            domains=dict.fromkeys(self.domains, NOW),
            policy=self.policy,
            brakes=self.brakes,
            domain_policy=self.domain_policy,
        )
        theirs = an_organization(THEIRS, domains={"example.org": NOW})
        self.commit(
            PutOrganization(ours, None),
            PutOrganization(theirs, None),
            PutDirectory(a_directory(OURS, HERE), None),
            PutDirectory(a_directory(OURS, ELSEWHERE), None),
            PutDirectory(a_directory(THEIRS, "there"), None),
            ClaimDomain("example.org", THEIRS, NOW),
            *(ClaimDomain(domain, OURS, NOW) for domain in sorted(self.domains)),
        )

    def change_organization(self, **changed: object) -> None:
        """Change our organization's settings."""
        organization = self.organization
        after = replace(organization, version=organization.version + 1, **changed)  # type: ignore[arg-type]
        self.commit(PutOrganization(after, organization.version))

    @property
    def organization(self) -> Organization:
        """Our organization."""
        organization = self.store.organization(OURS)
        assert organization is not None
        return organization

    def add(self, account: Account) -> Account:
        """An account, its address and its userName."""
        writes: list[Write] = [PutAccount(account, None)]
        if account.holds:
            writes.append(ClaimAddress(account.holds, account.id, NOW))
        if account.link:
            link = account.link
            writes.append(ClaimUserName(link.directory_id, link.user_name.lower(), account.id, link.scim_id))
        self.commit(*writes, *secondary_writes([(None, account)]))
        return account

    def user(
        self,
        name: str,
        email: str | None = None,
        *,
        directory_id: str = HERE,
        organization_id: str = OURS,
        **more: object,
    ) -> Account:
        """A managed, linked, used account. Its userName is its name."""
        address = parse_address(email or f"{name}@example.com")
        link = Link(directory_id, scim_id_of(name, 1), name, f"external-{name}", NOW - 300 * DAY)
        values: dict[str, object] = {
            "email": address,
            "organization_id": OURS,
            "claimed": True,
            "link": link,
            "links_made": 1,
            "last_login_at": NOW - DAY,
            "attributes": attributes(name, address.value),
        }
        return an_account(name, **values | more)

    def write(self, name: str, **changed: object) -> None:
        """A write to an account that goes through, as provisioning does it."""
        before = self.account(name)
        after = replace(before, version=before.version + 1, updated_at=self.now, **changed)  # type: ignore[arg-type]
        key = f"account:{name}"
        pending = self.store.pending_conflicts([key]).get(key)
        conflict = self.store.conflict(Pointer(OURS, pending)) if pending else None
        writes: list[Write] = [
            PutAccount(after, before.version),
            *secondary_writes([(before, after)]),
            *ending_writes(conflict, self.now, before, after),
        ]
        if after.holds != before.holds:
            if after.holds is not None:
                writes.append(ClaimAddress(after.holds, name, self.now))
            if before.holds is not None:
                writes.append(ReleaseAddress(before.holds, name))
        self.commit(*writes)
        # Who waited for the address can have it; who waited for this person to leave hears that it stays.
        requeue(self.store, self.queue, [before.holds] if before.holds else [])

    def rename(self, name: str, email: str) -> None:
        """A change of somebody's address that goes through."""
        self.write(name, email=parse_address(email), attributes=attributes(name, email))

    def ask(
        self,
        name: str,
        wanted: str,
        *,
        user_name: str | None = None,
        active: bool | None = None,
        operation: Operation = Operation.PATCH,
        **after: object,
    ) -> Conflict:
        """A user's directory asks for an address, is refused, and the conflict is recorded."""
        account = self.account(name)
        assert account.link is not None
        address = parse_address(wanted)
        emails = account.attributes["emails"]
        new = {"emails": [{"value": address.value, "type": "work", "primary": True}], **after}
        before = {key: account.attributes[key] for key in new if key in account.attributes} | {"emails": emails}
        if user_name is not None:
            before["userName"], new["userName"] = account.attributes["userName"], user_name
        refused = RefusedRequest(
            organization_id=account.organization_id or "",
            directory_id=account.link.directory_id,
            operation=operation,
            requester=Requester(account.id, account.link.scim_id, account.link.user_name, account.link.external_id),
            wanted=address,
            old_email=account.email,
            change=PendingChange(before, new, active),
            key_id=self.key_id,
        )
        return self.record(refused)

    def ask_for_user_name(self, name: str, user_name: str) -> Conflict:
        """A user's directory asks for a userName that is taken."""
        account = self.account(name)
        assert account.link is not None
        refused = RefusedRequest(
            organization_id=OURS,
            directory_id=account.link.directory_id,
            operation=Operation.PATCH,
            requester=Requester(account.id, account.link.scim_id, account.link.user_name, account.link.external_id),
            wanted=UserName(account.link.directory_id, user_name),
            old_email=account.email,
            change=PendingChange({"userName": account.link.user_name}, {"userName": user_name}),
        )
        return self.record(refused)

    def ask_to_create(self, user_name: str, wanted: str, **more: object) -> Conflict:
        """A directory asks for a new user and is refused."""
        resource = attributes(user_name, wanted) | more
        external_id = resource.get("externalId")
        refused = RefusedRequest(
            organization_id=OURS,
            directory_id=HERE,
            operation=Operation.CREATE,
            requester=Requester(None, None, user_name, str(external_id) if external_id else None),
            wanted=parse_address(wanted),
            old_email=None,
            change=PendingChange({}, resource, True),
        )
        return self.record(refused)

    def record(self, refused: RefusedRequest) -> Conflict:
        """Record and send, as provisioning does."""
        conflict = record(self.context(), refused)
        self.queue.send(conflict.pointer, correlation_id="scenario")
        return conflict

    def remediate(self, conflict: Conflict) -> Remediation:
        """Remediate one conflict, whatever the queue holds."""
        return remediate(self.context(), conflict.pointer)

    def request(self) -> UserRequest:
        """A request of a directory about its users, with the key that it has."""
        context = QueueContext(self.store, self.invocation(), self.queue)
        return UserRequest(context, OURS, HERE, self.key_id, self.alone_until)

    def create(self, user_name: str, email: str, external_id: str | None) -> Account:
        """A directory creates a user; a refusal is recorded and raised."""
        request = self.request()
        resource = attributes(user_name, email) | {"externalId": external_id, "active": True}
        if external_id is None:
            del resource["externalId"]
        state = read_state(request, requester_key=Requester(None, None, user_name, external_id).key(HERE))
        return create_user(request, resource, state)

    def push(self, name: str, operation: Operation = Operation.PUT, **wanted: object) -> Account:
        """A user's directory sends attributes of theirs; a refusal is recorded and raised."""
        request = self.request()
        link = self.account(name).link
        assert link is not None
        said = intent_of_resource(wanted)
        change = UserChange(link.scim_id, lambda now: {**now, **wanted}, operation, intent=said)
        return change_user(request, read_state(request, link.scim_id), change)

    def delete(self, name: str) -> None:
        """A user's directory deletes them."""
        link = self.account(name).link
        assert link is not None
        request = self.request()
        remove_user(request, link.scim_id, read_state(request, link.scim_id))

    def publish(self) -> None:
        """Read the change stream: who waits for what changed is woken."""
        now = self._accounts_and_holds()
        changes, self.told = changes_between(self.told, now), now
        requeue(self.store, self.queue, [canonical for change in changes for canonical in requeued_by(change)])

    def _accounts_and_holds(self) -> Items:
        if isinstance(self.store, TestedStore):  # it reads again only what has changed
            return {key: item for key, item in self.store.snapshot().items() if isinstance(item, Account | Hold)}
        piece = self.store.piece(0, 1, None, limit=1000)
        accounts: Items = {("ACCOUNT", account.id): account for account in piece.accounts}
        return accounts | {("EMAIL", hold.canonical): hold for hold in piece.holds}

    def deliver(self, limit: int = 2000) -> None:
        """Deliver messages, oldest first, until the queue is empty and nothing has changed since."""
        self.publish()
        for _ in range(limit):
            if not self.queue.messages:
                return
            remediate(self.context(), self.queue.messages.pop(0))
            self.publish()
        raise AssertionError("the queue does not get empty")

    def account(self, account_id: str) -> Account:
        """An account that exists."""
        account = self.store.account(account_id)
        assert account is not None, account_id
        return account

    def conflict(self, conflict: Conflict) -> Conflict:
        """A conflict as it is now."""
        found = self.store.conflict(conflict.pointer)
        assert found is not None
        return found


def attributes(name: str, email: str) -> dict[str, object]:
    """A user's SCIM attributes."""
    return {
        "userName": name,
        "externalId": f"external-{name}",
        "displayName": name.title(),
        "emails": [{"value": email, "type": "work", "primary": True}],
    }
