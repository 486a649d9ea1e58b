"""A directory and what its identity provider does to it, without HTTP: the use cases on any store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from rightful.core.users.change import Precondition, UserChange, change_user, no_precondition
from rightful.core.users.create import create_user
from rightful.core.users.remove import remove_user
from rightful.core.users.request import Observer, UserRequest, read_state
from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.refused_request import Operation, Requester
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import Directory, DomainPolicy, OnDelete, Organization
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.queue import ConflictQueue, QueueUnavailableError
from rightful.ports.store.contract import DirectoryState, IdentityStore
from rightful.ports.writes.settings import PutDirectory, PutOrganization
from tests.support.builders import NOW, a_directory, an_organization
from tests.support.dynamodb.store import TestedStore
from tests.support.names import Names
from tests.support.patience import at_once
from tests.support.queue import ListedQueue

Change = Callable[[Mapping[str, object]], Mapping[str, object]]


_NUMBERS = count(1)


def next_id() -> str:
    """Ids in the order in which they were made, even within a millisecond."""
    return f"{next(_NUMBERS):032x}"


class BrokenQueue:
    """A queue that takes nothing."""

    def send(self, pointer: Pointer, *, correlation_id: str) -> None:
        raise QueueUnavailableError("it does not take anything")


@dataclass
class ProvisionedDirectory:
    """One directory of one organization that verified example.com and example.org."""

    store: IdentityStore = field(default_factory=TestedStore)
    queue: ConflictQueue = field(default_factory=ListedQueue)
    names: Names = field(default_factory=Names)
    now: datetime = NOW
    on_delete: OnDelete = OnDelete.DEACTIVATE
    domain_policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY
    seconds_left: float = 20.0
    failures: list[str] = field(default_factory=list)
    organization: Organization = field(init=False)
    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        self.organization = an_organization(
            self.names.organization,
            domains={"example.com": NOW, "example.org": NOW},
            domain_policy=self.domain_policy,
        )
        self.directory = a_directory(self.names.organization, self.names.directory, on_delete=self.on_delete)
        if self.store.organization(self.organization.id) is None:
            self.store.commit([PutOrganization(self.organization, None)], remaining=self.remaining)
        self.store.commit([PutDirectory(self.directory, None)], remaining=self.remaining)

    def beside(self, **changed: object) -> "ProvisionedDirectory":
        """Another directory of the same organization, on the same store and queue."""
        names = replace(self.names, directory=self.names.other_directory)
        return ProvisionedDirectory(self.store, self.queue, names, self.now, **changed)  # type: ignore[arg-type]

    def of_another_organization(self) -> "ProvisionedDirectory":
        """A directory of an organization of its own, on the same store and queue."""
        return ProvisionedDirectory(self.store, self.queue, Names(), self.now)

    def remaining(self) -> float:
        """How long the request may take."""
        return self.seconds_left

    @property
    def invocation(self) -> Invocation:
        """A request at this moment."""
        return Invocation(
            now=self.now, new_id=next_id, remaining=self.remaining, correlation_id="correlation", pause=at_once
        )

    @property
    def request(self) -> UserRequest:
        """A request of this directory at this moment."""
        context = QueueContext(self.store, self.invocation, self.queue)
        observer = Observer(failed=lambda what, _: self.failures.append(what))
        return UserRequest(context, self.organization.id, self.directory.id, observer=observer)

    def state(self, scim_id: str | None = None, *, requester_key: str | None = None) -> DirectoryState:
        """What its requests are understood by."""
        return read_state(self.request, scim_id, requester_key=requester_key)

    def pass_time(self, duration: timedelta = timedelta(minutes=1)) -> None:
        """Move the clock."""
        self.now += duration

    # What the identity provider does

    def create(self, resource: Mapping[str, object]) -> Account:
        """POST."""
        external_id = resource.get("externalId")
        requester = Requester(None, None, str(resource["userName"]), str(external_id) if external_id else None)
        state = self.state(requester_key=requester.key(self.directory.id))
        return create_user(self.request, resource, state)

    def change(
        self,
        account: Account,
        change: Change | None = None,
        *,
        operation: Operation = Operation.PATCH,
        precondition: Precondition = no_precondition,
        **attributes: object,
    ) -> Account:
        """PATCH or PUT: by a function, or by these attributes (None removes)."""
        wanted = UserChange(scim_id_of(account), change or setting(**attributes), operation, precondition)
        return change_user(self.request, self.state(wanted.scim_id), wanted)

    def remove(self, account: Account, *, precondition: Precondition = no_precondition) -> Account:
        """DELETE."""
        scim_id = scim_id_of(account)
        return remove_user(self.request, scim_id, self.state(scim_id), precondition)

    # What there is then

    def now_of(self, account: Account) -> Account:
        """The account as it is in the store."""
        found = self.store.account(account.id)
        assert found is not None
        return found

    def hold(self, canonical: str) -> Hold | None:
        """Who holds an address."""
        return self.store.holds([canonical]).get(canonical)

    def holder(self, canonical: str) -> str | None:
        """The account that holds an address."""
        hold = self.hold(canonical)
        return hold.account_id if hold else None

    def conflicts(self) -> list[Conflict]:
        """The organization's conflicts, oldest first."""
        return list(self.store.conflicts(self.organization.id, limit=100).conflicts)[::-1]

    def log(self) -> list[LogEntry]:
        """The organization's event log, oldest first."""
        return list(self.store.log(self.organization.id, limit=100).entries)[::-1]


def scim_id_of(account: Account) -> str:
    """The SCIM id of a linked account."""
    assert account.link is not None
    return account.link.scim_id


def setting(**attributes: object) -> Change:
    """A change that sets attributes; None removes one. `email` is the one work address, primary."""
    if isinstance(email := attributes.pop("email", None), str):
        attributes["emails"] = [{"value": email, "type": "work", "primary": True}]

    def change(resource: Mapping[str, object]) -> Mapping[str, object]:
        wanted = {**resource, **attributes}
        return {name: value for name, value in wanted.items() if value is not None}

    return change
