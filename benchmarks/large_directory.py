"""What a request costs in a directory of 100,000 users with a group of 100,000 members, against one of 100.

Both directories are in one table, on MiniStack's DynamoDB, filled with the store's own items; the requests go through
the SCIM service as the function runs it. Printed are the calls of each request, and the capacity units as AWS counts
them (computed from the items that went over the line; index writes aside: they are the same). The exit code is 1 where
the large directory costs more.

    python benchmarks/large_directory.py
"""

# ruff: noqa: ANN401 - botocore's hooks and clients have no types of their own

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rightful.aws.dynamodb.items.accounts import account_item
from rightful.aws.dynamodb.items.groups import member_item
from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.core.groups.resource import canonical_group_name
from rightful.core.organizations.registry import create_directory
from rightful.domain.account import Account, Link, scim_id_of
from rightful.domain.address import parse_address
from rightful.domain.group import Group
from rightful.domain.organization import DomainPolicy
from rightful.ports.context import Context
from rightful.ports.store.lists import Listing
from rightful.ports.writes.accounts import CountUsers
from rightful.ports.writes.groups import ClaimGroupName, CountGroups, PutGroup
from rightful.scim.patch.members import Member
from tests.support.builders import an_account
from tests.support.service import START, Service, patch
from tests.support.tables import create_tables

PAGE = 90
_BATCH = 25


@dataclass
class Cost:
    """Calls by operation, and capacity units, of one request."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0
    written: float = 0

    def __str__(self) -> str:
        calls = ", ".join(f"{number} {name}" for name, number in sorted(self.calls.items()))
        return f"{calls}; {self.read:g} RCU, {self.written:g} WCU"


def octets(item: Mapping[str, Mapping[str, Any]]) -> int:
    """An item's size as DynamoDB counts it (developer guide, "DynamoDB item sizes and formats")."""
    size = 0
    for name, typed in item.items():
        [(kind, value)] = typed.items()
        texts = value if kind == "SS" else [str(value)]
        size += len(name.encode()) + (1 if kind == "BOOL" else sum(len(text.encode()) for text in texts))
    return size


def _blocks(size: int, block: int) -> int:
    return max(1, -(-size // block))


@dataclass
class Meter:
    """Counts what leaves `client`; `plain` is another client, to look up what an update or a delete meets."""

    client: Any
    plain: Any
    cost: Cost = field(default_factory=Cost)
    _by_index: bool = False

    def asked(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """A call that is about to be made."""
        self.cost.calls[model.name] += 1
        self._by_index = "IndexName" in params
        if model.name == "TransactWriteItems":
            parts = [part for action in params["TransactItems"] for part in action.values()]
            self.cost.written += sum(2 * _blocks(self._size_written(part), 1024) for part in parts)
        elif model.name in {"PutItem", "UpdateItem", "DeleteItem"}:
            self.cost.written += _blocks(self._size_written(params), 1024)
        elif model.name == "BatchGetItem":
            # What is not there is paid for, too.
            self.cost.read += sum(len(request["Keys"]) for request in params["RequestItems"].values())

    def answered(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        """What came back."""
        if model.name == "Query":
            units = _blocks(sum(map(octets, parsed["Items"])), 4096)
            self.cost.read += units / 2 if self._by_index else units
        elif model.name == "GetItem":
            self.cost.read += _blocks(octets(parsed.get("Item", {})), 4096)
        elif model.name == "BatchGetItem":
            items = [item for found in parsed["Responses"].values() for item in found]
            self.cost.read += sum(_blocks(octets(item), 4096) - 1 for item in items)

    def _size_written(self, parameters: Mapping[str, Any]) -> int:
        if "Item" in parameters:
            return octets(parameters["Item"])
        there = self.plain.get_item(TableName=parameters["TableName"], Key=parameters["Key"]).get("Item")
        return octets(there or parameters["Key"])


@contextmanager
def costing(client: Any, plain: Any) -> Iterator[Cost]:
    """The cost of what is done meanwhile."""
    meter = Meter(client, plain)
    hooks = {"provide-client-params.dynamodb": meter.asked, "after-call.dynamodb": meter.answered}
    for event, hook in hooks.items():
        client.meta.events.register(event, hook)
    try:
        yield meter.cost
    finally:
        for event, hook in hooks.items():
            client.meta.events.unregister(event, hook)


@dataclass(frozen=True)
class Filled:
    """A directory with users, all of them but the last in one group."""

    service: Service
    directory_id: str
    size: int
    group_id: str
    outsider: str


def fill(service: Service, name: str, size: int, progress: Callable[[str], None]) -> Filled:
    """Make a directory of that size, and speak as its identity provider."""
    store: DynamoDBStore = service.store  # type: ignore[assignment]  # the tests' service is made for both stores
    directory = create_directory(Context(store, service.invocation()), service.organization.id, name)
    group = Group(f"{name:x>32}"[:32], 1, directory.id, "Everybody", START, START)
    accounts = [_account(directory.id, number, group.id, member=number + 1 < size) for number in range(size)]
    items = (account_item(account) for account in accounts)
    members = (member_item(group.id, Member(scim_id_of(account.id, 1), display="User")) for account in accounts[:-1])
    _put(store, items, size, f"{name}: users", progress)
    _put(store, members, size - 1, f"{name}: members", progress)
    writes = [
        PutGroup(group, None),
        ClaimGroupName(directory.id, canonical_group_name(group.display_name), group.id),
        CountGroups(directory.id, group.id, 1),
        CountUsers(directory.id, "counted", size),
    ]
    store.commit(writes, remaining=lambda: 60.0)
    return Filled(service, directory.id, size, group.id, scim_id_of(accounts[-1].id, 1))


def _account(directory_id: str, number: int, group_id: str, *, member: bool) -> Account:
    name = f"user{number}"
    account_id = f"{directory_id[-20:]}{number:012d}"
    email = f"{name}@example.com"
    attributes: dict[str, object] = {
        "userName": email,
        "displayName": f"User {number}",
        "name": {"givenName": "User", "familyName": f"Number {number}"},
        "emails": [{"value": email, "type": "work", "primary": True}],
    }
    link = Link(directory_id, scim_id_of(account_id, 1), email, f"ext-{number}", START + timedelta(milliseconds=number))
    account = an_account(account_id, email=parse_address(email), link=link, links_made=1, attributes=attributes)
    return replace(account, group_ids=frozenset({group_id}), group_changes=1) if member else account


def _put(
    store: DynamoDBStore, items: Iterable[Mapping[str, Any]], total: int, what: str, progress: Callable[[str], None]
) -> None:
    batch: list[Any] = []
    for number, item in enumerate(items, 1):
        batch.append({"PutRequest": {"Item": item}})
        if len(batch) == _BATCH or number == total:
            left = store.client.batch_write_item(RequestItems={store.identities.name: batch})
            assert not left.get("UnprocessedItems"), "the stand-in throttles nothing"
            batch = []
        if number % 10_000 == 0:
            progress(f"  {what} {number:,}")


def measure(filled: Filled, plain: Any) -> dict[str, Cost]:
    """The cost of each request, by what it is."""
    service = filled.service
    service.enter(replace(service.directory, id=filled.directory_id))
    store: DynamoDBStore = service.store  # type: ignore[assignment]
    costs: dict[str, Cost] = {}

    def request(what: str, method: str, path: str, body: object = None, **query: str) -> Any:
        with costing(store.client, plain) as cost:
            answer = service.scim(method, path, body, query=query)
        assert answer.status in {200, 204}, answer.body
        if what:
            costs[what] = cost
        return answer.body

    def page(what: str, **query: str) -> Any:
        body = request(what, "GET", "/Users", count=str(PAGE), **query)
        if what:
            assert (body["itemsPerPage"], body["totalResults"]) == (PAGE, filled.size)
        return body

    page("", startIndex="1")  # reads the directory's settings, which the process then has
    page("first page", startIndex="1")
    cursor = page("", cursor="")["nextCursor"]
    request("second page by cursor", "GET", "/Users", cursor=cursor, count="10")
    name = f"user{filled.size - 2}@example.com"
    request("externalId eq", "GET", "/Users", filter=f'externalId eq "ext-{filled.size - 2}"')
    request("displayName eq", "GET", "/Users", filter=f'displayName eq "user {filled.size - 2}"')
    request("emails.value eq (nobody's)", "GET", "/Users", filter=f'emails.value eq "not-{name}"')
    group = f"/Groups/{filled.group_id}"
    request("group without members", "GET", group, excludedAttributes="members")
    of_member = f'members.value eq "{filled.outsider}"'
    add = patch({"op": "add", "path": "members", "value": [{"value": filled.outsider}]})
    request("add a member", "PATCH", group, add, excludedAttributes="members")
    found = request("members.value eq", "GET", "/Groups", filter=of_member, excludedAttributes="members")
    assert [each["id"] for each in found["Resources"]] == [filled.group_id]
    remove = patch({"op": "remove", "path": f'members[value eq "{filled.outsider}"]'})
    request("remove a member", "PATCH", group, remove, excludedAttributes="members")
    found = request("", "GET", "/Groups", filter=of_member, excludedAttributes="members")
    assert found["Resources"] == []
    return costs


def far_page(filled: Filled, plain: Any) -> tuple[Cost, Cost]:
    """The cost of the last page: where no landmarks are, so that they are made, and where they are."""
    service = filled.service
    service.enter(replace(service.directory, id=filled.directory_id))
    store: DynamoDBStore = service.store  # type: ignore[assignment]
    listing = Listing("users", filled.directory_id)
    landmarks = store.landmarks(listing, now=service.now)
    store.put_landmarks(listing, replace(landmarks, positions=()), until=service.now)
    costs: list[Cost] = []
    for _ in range(2):
        with costing(store.client, plain) as cost:
            asked = {"startIndex": str(filled.size - PAGE + 1), "count": str(PAGE)}
            body: Any = service.scim("GET", "/Users", query=asked).body
        assert body["Resources"][-1]["id"] == filled.outsider
        costs.append(cost)
    return costs[0], costs[1]


def compare(small: Mapping[str, Cost], large: Mapping[str, Cost]) -> Iterator[tuple[str, float, float]]:
    """Ratios of calls and of capacity units, large against small, by request."""
    for what, there in small.items():
        calls = large[what].calls.total() / there.calls.total()
        units = (large[what].read + large[what].written) / (there.read + there.written)
        yield what, calls, units


def service_on(store: DynamoDBStore) -> Service:
    """A service on that store."""
    return Service(store=store, domain_policy=DomainPolicy.ANY)  # type: ignore[arg-type]  # made for both stores


def main() -> int:
    """Fill, measure, print, and judge."""
    import boto3

    from local.environment import ministack_python
    from local.ministack import CREDENTIALS, REGION, MiniStack

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    arguments = parser.parse_args()
    ministack = MiniStack(ministack_python(), 0)
    try:
        clients = [
            boto3.client(
                "dynamodb",
                endpoint_url=ministack.url,
                region_name=REGION,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            )
            for _ in range(2)
        ]
        service = service_on(DynamoDBStore(clients[0], create_tables(clients[0])))
        began = time.monotonic()
        filled = [fill(service, f"d{size}", size, print) for size in (100, arguments.users)]
        print(f"filled in {time.monotonic() - began:.0f} s")
        small, large = (measure(each, clients[1]) for each in filled)
        last = far_page(filled[1], clients[1])
    finally:
        ministack.stop()
    dearer = False
    for what, calls, units in compare(small, large):
        print(f"{what:36} calls x{calls:.2f}  units x{units:.2f}   ({large[what]})")
        dearer = dearer or calls > 1 or units > 1.05
    for what, cost in zip(("no landmarks yet", "by landmarks"), last, strict=True):
        print(f"{f'last page, {what}':36} {cost}")
    return 1 if dearer else 0


if __name__ == "__main__":
    sys.exit(main())
