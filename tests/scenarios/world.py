"""A small world in memory, and the words in which the scenario tables speak of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rightful.core.accounts.index_writes import ENTERPRISE_USER, secondary_keys, secondary_writes
from rightful.core.conflicts.lifecycle.end import ending_writes
from rightful.core.conflicts.lifecycle.record import record
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.conflicts.log_rows import OUTSIDE
from rightful.core.conflicts.remediate import Remediation, remediate
from rightful.core.events.requeues import requeued_by
from rightful.core.users.change import UserChange, change_user
from rightful.core.users.create import create_user
from rightful.core.users.remove import remove_user
from rightful.core.users.request import UserRequest, intent_of_resource, read_state
from rightful.domain.account import (
    Account,
    AccountStatus,
    BeforeImage,
    Flag,
    FormerLink,
    Link,
    Origin,
    Passed,
    canonical_user_name,
    scim_id_of,
)
from rightful.domain.address import Address, Hold, Reservation, parse_address
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.conflicts.policy import Brakes, Policy, PolicyBase, read_policy
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.event_log import LogEntry
from rightful.domain.organization import DomainPolicy, Organization
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.writes.accounts import ClaimAddress, ClaimUserName, PutAccount, ReleaseAddress, ReserveAddress
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


def check_invariants(store: TestedStore) -> None:
    """What holds at any moment (docs/concepts.md, invariants 1 and 8), and that the indexes agree."""
    accounts = {account.id: account for account in store.all_of(Account)}
    holders: dict[str, str] = {}
    for hold in store.all_of(Hold):
        assert (hold.account_id is None) is (hold.reservation is not None)
        if hold.account_id is not None:
            account = accounts[hold.account_id]
            assert account.holds == hold.canonical, f"{hold.canonical} is listed for {account.id}, who has another"
            holders[hold.canonical] = hold.account_id
    for account in accounts.values():
        if account.holds is not None:
            assert holders.get(account.holds) == account.id, f"{account.id} does not hold its own address"
            sent = account.attributes.get("emails")
            if isinstance(sent, list) and sent:
                assert account.email is not None
                assert account.email.value in {entry["value"] for entry in sent}
        if account.link is not None:
            name = canonical_user_name(account.link.user_name)
            assert store.account_id_of_user_name(account.link.directory_id, name) == account.id
    listed = {(each.directory_id, each.key): each.account_ids for each in store.all_of(SecondaryEmailList)}
    wanted: dict[tuple[str, str], frozenset[str]] = {}
    for account in accounts.values():
        for pair in secondary_keys(account):
            wanted[pair] = wanted.get(pair, frozenset()) | {account.id}
    assert listed == wanted, "the lists of secondary emails are not what the accounts say"
    for entry in store.all_of(LogEntry):
        assert entry.holder in {None, OUTSIDE} or entry.holder.startswith("account ")


Change = Callable[[World, Account], Account]


def _deactivated(days: int) -> Change:
    return lambda _, account: replace(
        account, status=AccountStatus.DEACTIVATED, deactivated_at=NOW - timedelta(days=days)
    )


def _with_flag(flag: Flag) -> Change:
    return lambda _, account: replace(account, flags=account.flags | {flag})


def _unlinked(_: World, account: Account) -> Account:
    former = FormerLink(ELSEWHERE, account.id, "external-holder", NOW - 200 * DAY)
    return replace(account, link=None, former_link=former)


def _formerly(directory_id: str, external_id: str | None) -> Change:
    former = FormerLink(directory_id, "holder", external_id, NOW - 200 * DAY)
    return lambda _, account: replace(account, former_link=former)


def numbered(account: Account, number: str) -> Account:
    """An account with that employeeNumber."""
    return replace(account, attributes={**account.attributes, ENTERPRISE_USER: {"employeeNumber": number}})


def _numbered(number: str) -> Change:
    return lambda _, account: numbered(account, number)


def _third_with_the_number(world: World, account: Account) -> Account:
    third = world.account("third")
    after = numbered(replace(third, version=third.version + 1), "4711")
    world.commit(PutAccount(after, third.version), *secondary_writes([(third, after)]))
    return account


def _linked(directory_id: str) -> Change:
    return lambda _, account: (
        replace(account, link=replace(account.link, directory_id=directory_id)) if account.link else account
    )


def _personal(_: World, account: Account) -> Account:
    return replace(account, link=None, organization_id=None, claimed=False, attributes={})


def _from(origin: Origin) -> Change:
    return lambda _, account: replace(account, origin=origin)


def _of_theirs(_: World, account: Account) -> Account:
    link = replace(account.link, directory_id="there") if account.link else None
    return replace(account, organization_id=THEIRS, link=link)


def _took_it_from_requester(days: int) -> Change:
    def change(world: World, account: Account) -> Account:
        requester = world.account("requester")
        image = BeforeImage(
            conflict_id="earlier",
            version=requester.version,
            taken_at=NOW - timedelta(days=days),
            account=replace(requester, email=WANTED),
            passed=(Passed(WANTED.canonical, "earlier", NOW - timedelta(days=days)),),
        )
        after = replace(requester, version=requester.version + 1, before_image=image)
        world.commit(PutAccount(after, requester.version))
        return account

    return change


NUMBERS = {
    "same employee number": "4711",
    "both numbered N/A": "N/A",
    "both numbered 0000": "0000",
    "both with a blank number": " ",
    "both numbered contractor": "contractor",
}
"""What says that holder and requester have one employeeNumber, and which."""

SHARED_IDS = {"both with a blank externalId here": " \u200b", "both with the externalId N/A here": "N/A"}
"""What says that holder and requester have one externalId that identifies nobody, and which."""

HOLDER_WORDS: dict[str, Change] = {
    "unlinked": _unlinked,
    "linked here": _linked(HERE),
    "linked elsewhere": _linked(ELSEWHERE),
    "of another directory user": _linked(ELSEWHERE),
    "privileged": _with_flag(Flag.PRIVILEGED),
    "a service": _with_flag(Flag.SERVICE),
    "on legal hold": _with_flag(Flag.LEGAL_HOLD),
    "of another organization": _of_theirs,
    "personal": _personal,
    "not claimed yet": lambda _, account: replace(account, link=None, claimed=False),
    "signed up": _from(Origin.SIGNUP),
    "invited": _from(Origin.INVITATION),
    "unconfirmed": lambda _, account: replace(account, email_verified=False),
    "never used": lambda _, account: replace(account, last_login_at=None),
    **{word: _numbered(number) for word, number in NUMBERS.items()},
    "the third user has the number too": _third_with_the_number,
    "another externalId here": _formerly(HERE, "external-holder"),
    "same externalId here": _formerly(HERE, "external-requester"),
    "formerly here without an externalId": _formerly(HERE, None),
    **{word: _formerly(HERE, external_id) for word, external_id in SHARED_IDS.items()},
    "same externalId elsewhere": _formerly(ELSEWHERE, "external-requester"),
    "same name": lambda _, account: replace(
        account, attributes={**account.attributes, "displayName": "Requester", "name": {"formatted": "Requester"}}
    ),
    "to be deleted in 5 days": lambda _, account: replace(
        account, status=AccountStatus.PENDING_DELETION, deletion_date=NOW + 5 * DAY
    ),
    "deactivated at an unknown time": lambda _, account: replace(account, status=AccountStatus.DEACTIVATED),
    "took the address from the requester 2 days ago": _took_it_from_requester(2),
    "took the address from the requester 8 days ago": _took_it_from_requester(8),
    **{f"deactivated {days} days ago": _deactivated(days) for days in (13, 14, 30, 40, 60, 90, 100, 400)},
}


def create_key(name: str) -> str:
    """What identifies a user that *here* is to create."""
    return Requester(None, None, name, f"external-{name}").key(HERE)


def reservation(world: World, requester_key: str, organization_id: str, until: datetime) -> None:
    """The wanted address is kept for somebody."""
    kept = Reservation(requester_key, "earlier", organization_id, until)
    world.commit(ReserveAddress(world.wanted.canonical, None, kept, NOW))


def policy_of(words: list[str]) -> tuple[Policy, Brakes]:
    """The policy and brakes that a row speaks of."""
    policy, brakes = Policy(), Brakes()
    rules: dict[str, str] = {}
    for word in words:
        if ": " in word:
            name, rule = word.split(": ")
            rules[name] = rule
        elif word == "strict":
            policy = Policy(base=PolicyBase.STRICT)
        else:
            brakes = {
                "paused": Brakes(paused=True),
                "dry run": Brakes(dry_run=True),
                "no moves per hour": Brakes(per_organization_hour=0),
                "no moves per account and day": Brakes(per_account_day=0),
            }[word]
    return read_policy({"base": "custom", "rules": rules}) if rules else policy, brakes
