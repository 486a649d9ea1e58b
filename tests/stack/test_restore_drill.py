"""The restore drill of docs/runbook.md: the stack's table is exported, torn as a restore in the middle of transactions
tears it, and brought back by `rightful check --repair`."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from local.paths import ROOT
from local.stack import Stack, running_stack
from rightful.aws.dynamodb.attributes import write_key
from rightful.aws.dynamodb.items.accounts import read_account
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.domain.account import canonical_user_name
from rightful.ports.key import ItemKey
from tests.support.dynamodb.schema import table_properties
from tests.support.patience import SECONDS, eventually
from tests.support.service import email_patch, user

Item = dict[str, Any]

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@dataclass
class Copy:
    """A table with what was exported, and what was done to it."""

    client: Any
    name: str
    environment: dict[str, str]
    exported: dict[tuple[str, str], Item]
    lost: set[tuple[str, str]] = field(default_factory=set)

    def items(self) -> dict[tuple[str, str], Item]:
        """What is in it now."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True)
        return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}

    def take(self, key: ItemKey, *, for_good: bool = False) -> None:
        """Remove an item. `for_good`: nothing can bring it back."""
        self.client.delete_item(TableName=self.name, Key=write_key(key))
        if for_good:
            self.lost.add((key.pk, key.sk))

    def put(self, item: Item) -> None:
        """Write an item."""
        self.client.put_item(TableName=self.name, Item=item)

    def check(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `rightful check`; its exit code and what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "rightful", "check", "--json", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, "IDENTITY_TABLE": self.name},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, document


@pytest.fixture(scope="module")
def drilled() -> Iterator[Stack]:
    """A stack of its own: other tests leave half accounts in theirs, which a check would rightly find."""
    with running_stack(signing_in=False) as running:
        yield running


@pytest.fixture(scope="module")
def idp(drilled: Stack) -> Iterator[httpx.Client]:
    """Its demo directory, as the identity provider talks to it."""
    directory = drilled.seeded.demo.directories["generic"]
    headers = {"Authorization": f"Bearer {directory.scim_token}", "Content-Type": "application/scim+json"}
    with httpx.Client(base_url=drilled.scim_url(directory.id), headers=headers, timeout=SECONDS) as client:
        yield client


@pytest.fixture
def people(idp: httpx.Client) -> dict[str, str]:
    """Users to damage, and the address of each; the last one waits for the first one's address."""
    tag = secrets.token_hex(4)
    made = {}
    for name in ("anna", "bert", "cleo", "dora", "emil", "fred", "gina"):
        made[name] = str(idp.post("/Users", json=user(f"{name}-{tag}")).json()["id"])
    for group in ("team", "crew", "club"):
        members = [{"value": made[name]} for name in ("anna", "cleo", "dora", "emil")]
        body = {"schemas": [GROUP], "displayName": f"{group}-{tag}", "members": members}
        made[group] = str(idp.post("/Groups", json=body).json()["id"])
    assert idp.patch(f"/Users/{made['gina']}", json=email_patch(f"anna-{tag}@example.com")).status_code == 409
    assert idp.patch(f"/Users/{made['fred']}", json=email_patch(f"bert-{tag}@example.com")).status_code == 409
    return {**made, "tag": tag}


@pytest.fixture
def copy(drilled: Stack, people: dict[str, str]) -> Iterator[Copy]:
    """The stack's table once the conflicts are decided, exported to another table."""
    client = drilled.session.client("dynamodb", endpoint_url=drilled.aws_endpoint_url)
    name = f"restored-{secrets.token_hex(4)}"
    exported = eventually(
        lambda: _exported(client, drilled.identity_table),
        lambda items: all(_decided(items, people[name]) for name in ("gina", "fred")),
        what="the decisions of the conflicts",
    )
    properties = table_properties("IdentityTable")
    made_with = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    client.create_table(TableName=name, **{each: properties[each] for each in made_with})
    for item in exported.values():
        client.put_item(TableName=name, Item=item)
    yield Copy(client, name, drilled.environment, exported)
    client.delete_table(TableName=name)


def _exported(client: Any, table: str) -> dict[tuple[str, str], Item]:
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def _decided(items: dict[tuple[str, str], Item], scim_id: str) -> bool:
    return any(
        item.get("requester_scim_id") == {"S": scim_id} and item["status"] == {"S": "refused"} and "sent" in item
        for item in items.values()
    )


def _conflict_of(items: dict[tuple[str, str], Item], scim_id: str) -> Item:
    (found,) = [item for item in items.values() if item.get("requester_scim_id") == {"S": scim_id}]
    return found


def _account(copy: Copy, people: dict[str, str], name: str) -> Item:
    key = keys.account(people[name].rpartition("-")[0])
    return copy.exported[key.pk, key.sk]


def tear(copy: Copy, people: dict[str, str]) -> set[str]:
    """Half of one transaction here, half of another there. Returns the kinds of damage."""
    accounts = {name: read_account(_account(copy, people, name)) for name in ("anna", "bert", "cleo", "dora", "emil")}
    anna, bert, cleo, dora, emil = accounts.values()
    # An address without its index item, and one whose item names somebody else.
    assert anna.holds
    assert bert.holds
    copy.take(keys.hold(anna.holds))
    index = keys.hold(bert.holds)
    copy.put({**copy.exported[index.pk, index.sk], "account_id": {"S": cleo.id}})
    # An account that is gone, and its index items are not; its directory still counts it.
    copy.take(keys.account(dora.id), for_good=True)
    assert dora.holds
    assert dora.link
    name = keys.user_name(dora.link.directory_id, canonical_user_name(dora.link.user_name))
    gone = keys.hold(dora.holds)
    copy.lost |= {(name.pk, name.sk), (gone.pk, gone.sk)}
    # A userName that nobody holds.
    assert emil.link
    copy.take(keys.user_name(emil.link.directory_id, canonical_user_name(emil.link.user_name)))
    # A conflict that is gone, and what points to it is not; and one that nothing points to.
    lost, unseen = (_conflict_of(copy.exported, people[name]) for name in ("fred", "gina"))
    copy.take(ItemKey(lost["pk"]["S"], lost["sk"]["S"]), for_good=True)
    fred = people["fred"].rpartition("-")[0]
    pending = keys.pending(f"account:{fred}")
    waiter = keys.waiter(lost["wanted_address"]["S"], lost["conflict_id"]["S"])
    copy.lost |= {(pending.pk, pending.sk), (waiter.pk, waiter.sk)}
    gina = people["gina"].rpartition("-")[0]
    copy.take(keys.pending(f"account:{gina}"))
    copy.take(keys.waiter(unseen["wanted_address"]["S"], unseen["conflict_id"]["S"]))
    # A member that does not know of it; one that knows of a group that it is not in; and a group that is gone, whose
    # members and name are not. Dora's account is gone, and she is a member still.
    team, crew, club = (people[group] for group in ("team", "crew", "club"))
    anna_account = copy.exported[keys.account(anna.id).pk, keys.account(anna.id).sk]
    copy.put({**anna_account, "group_ids": {"SS": [crew, club]}})
    copy.take(group_keys.member(crew, people["cleo"]), for_good=True)
    copy.take(group_keys.group(club), for_good=True)
    named = group_keys.group_name(dora.link.directory_id, f"club-{people['tag']}")
    copy.lost |= {(named.pk, named.sk), *((keys.account(name).pk, "ACCOUNT") for name in (anna.id, cleo.id, emil.id))}
    copy.lost |= {(f"GROUP#{group}", f"MEMBER#{people['dora']}") for group in (team, crew)}
    copy.lost |= {(f"GROUP#{club}", f"MEMBER#{people[name]}") for name in ("anna", "cleo", "dora", "emil")}
    copy.lost |= {(f"GROUP#{group}", "GROUP") for group in (team, crew)}
    copy.take(group_keys.group_name(dora.link.directory_id, f"crew-{people['tag']}"))
    return {
        "membership_not_noted", "membership_of_another_time", "member_of_no_group", "member_is_nobody",
        "group_name_not_held", "group_name_of_another_time", "groups_miscounted",
        "address_not_held", "address_held_by_another", "address_of_another_time", "address_of_no_account",
        "user_name_of_no_account", "user_name_not_held", "pending_orphaned", "waiter_orphaned", "pending_missing",
        "waiter_missing", "users_miscounted",
    }  # fmt: skip


def _comparable(items: dict[tuple[str, str], Item], lost: set[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """Without what was lost for good, and without counters and landmarks, which other tests move."""
    return {
        key: {
            name: value for name, value in item.items() if not (item["sk"] == {"S": "EMAIL"} and name == "updated_at")
        }
        for key, item in items.items()
        if key not in lost and not {"user_count", "group_count"} & item.keys()
    }


def test_a_torn_restore_is_found_and_repaired_to_what_was_exported(copy: Copy, people: dict[str, str]) -> None:
    code, before = copy.check()
    assert (code, before["left"]) == (0, []), "the stack's own table agrees"

    expected = tear(copy, people)
    code, found = copy.check()
    assert code == 1
    assert {each["kind"] for each in found["left"]} == expected
    assert copy.items() != copy.exported
    untouched = copy.items()

    code, repaired = copy.check("--repair")
    assert (code, repaired["left"]) == (0, [])
    assert untouched != copy.items()
    # Two kinds of one damage: whichever is met first is repaired, and the other is gone.
    either = {"address_held_by_another", "address_of_another_time"}
    assert set(repaired["repaired"]) >= expected - either
    assert either & set(repaired["repaired"])
    groups = [
        read_account(item).group_ids
        for (_, sk), item in copy.items().items()
        if sk == "ACCOUNT" and "group_ids" in item
    ]
    team, crew = people["team"], people["crew"]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, [[team, crew], [team], [team, crew]]))
    code, after = copy.check()
    assert (code, after["left"], after["repaired"]) == (0, [], {})
    assert _comparable(copy.items(), copy.lost) == _comparable(copy.exported, copy.lost)


def test_what_only_a_person_can_decide_is_left_and_said(copy: Copy, people: dict[str, str]) -> None:
    """Two accounts with one address: no program says who is right."""
    anna, bert = (_account(copy, people, name) for name in ("anna", "bert"))
    copy.put({**bert, "email": anna["email"], "email_canonical": anna["email_canonical"]})
    code, report = copy.check("--repair")
    assert code == 1
    assert {each["kind"] for each in report["left"]} == {"address_of_two"}
    (left,) = report["left"]
    assert left == {"kind": "address_of_two", "accountId": bert["account_id"]["S"], "repairable": False}


def test_a_check_while_the_service_works_finds_nothing_that_is_not_there(drilled: Stack, idp: httpx.Client) -> None:
    """Transactions that are half seen by a scan are looked at again."""
    names = [f"busy-{secrets.token_hex(4)}" for _ in range(40)]
    process = subprocess.Popen(
        [sys.executable, "-m", "rightful", "check", "--json"],
        cwd=ROOT,
        env={**os.environ, **drilled.environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    for name in names:
        scim_id = idp.post("/Users", json=user(name)).json()["id"]
        idp.patch(f"/Users/{scim_id}", json=email_patch(f"{name}-new@example.com"))
        if process.poll() is not None:
            break
    printed, _ = process.communicate(timeout=SECONDS)
    assert json.loads(printed)["left"] == []
    assert process.returncode == 0
