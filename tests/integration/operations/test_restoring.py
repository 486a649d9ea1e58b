"""`rightful restore`, on tables of moto."""

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from rightful.aws.dynamodb.items.accounts import hold_item
from rightful.aws.dynamodb.scan.compare import Difference, TableFacts, differences, settle
from rightful.core.organizations.keys import all_organizations
from rightful.domain.address import Hold
from rightful.domain.sign_in import ConsoleRole, SignIn
from rightful.operations import command
from rightful.operations.restore import Comparison, Relation, RestoreRequest, restore, why_not_to_restore
from rightful.ports.key import ItemKey
from rightful.ports.writes.settings import PutOrganization
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, items_of, value
from tests.support.patience import SECONDS


@pytest.fixture
def restored(run: Run, deployed: Deployed, tmp_path: Path) -> str:
    """Another table with what the stack's has: two people, an organization and its key."""
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.csv"
    file.write_text("email\nada@example.com\nbob@example.com\n")
    run("import", str(file), "--organization", organization_id, "--at-once", "1")
    client, table = deployed.store.client, deployed.store.identities.name
    described = client.describe_table(TableName=table)["Table"]
    client.create_table(
        TableName="restored",
        KeySchema=described["KeySchema"],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items_of(deployed, table).values():
        client.put_item(TableName="restored", Item=item)
    return "restored"


def damage(deployed: Deployed) -> str:
    """One account is lost, one is changed, one address index item is new. Returns the changed one's id."""
    client, table = deployed.store.client, deployed.store.identities.name
    lost, changed = sorted(key for key in items_of(deployed, table) if key[1] == "ACCOUNT")
    client.delete_item(TableName=table, Key={"pk": {"S": lost[0]}, "sk": {"S": lost[1]}})
    item = items_of(deployed, table)[changed]
    client.put_item(TableName=table, Item={**item, "email": {"S": "damaged@example.com"}, "version": {"N": "9"}})
    client.put_item(TableName=table, Item=hold_item(Hold("new@example.com", "somebody")))
    for key in [key for key in items_of(deployed, table) if key[0].startswith("TOKEN")]:
        client.delete_item(TableName=table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})
    return changed[0].removeprefix("ACCOUNT#")


def test_a_restored_table_is_first_only_compared(run: Run, deployed: Deployed, restored: str) -> None:
    table = deployed.store.identities.name
    assert run("restore", restored)[:2] == (0, "Everything is as in the restored table.\n")
    damage(deployed)
    before = items_of(deployed, table)
    code, text, _ = run("restore", restored)
    assert code == 1
    assert sorted(tuple(line.split()[-3:]) for line in text.splitlines()) == [
        ("1", "different", "ACCOUNT"), ("1", "extra", "EMAIL"), ("1", "missing", "ACCOUNT"), ("1", "missing", "TOKEN"),
        ("1", "missing", "TOKENS"),
    ]  # fmt: skip
    assert items_of(deployed, table) == before


def test_what_is_missing_is_put_back_and_newer_items_and_revoked_keys_stay(
    run: Run, deployed: Deployed, restored: str
) -> None:
    table, exported = deployed.store.identities.name, items_of(deployed, restored)
    changed = damage(deployed)
    code, _, _ = run("restore", restored, "--missing", "--confirm", table)
    now = items_of(deployed, table)
    assert code == 1
    assert now["ACCOUNT#" + changed, "ACCOUNT"]["version"] == {"N": "9"}
    assert ("EMAIL#new@example.com", "EMAIL") in now
    assert exported.keys() - now.keys() == {key for key in exported if key[0].startswith("TOKEN")}


def test_with_every_option_the_table_is_as_the_restored_one(run: Run, deployed: Deployed, restored: str) -> None:
    damage(deployed)
    table = deployed.store.identities.name
    asked = ("restore", restored, "--missing", "--different", "--extra", "--keys", "--confirm", table)
    code, _, complained = run(*asked)
    assert code == command.FAILED
    assert "--remove 1" in complained
    assert run(*asked, "--remove", "1")[0] == 0
    assert items_of(deployed, table) == items_of(deployed, restored)


def test_how_people_sign_in_is_put_back_with_the_organization(run: Run, deployed: Deployed, restored: str) -> None:
    table = deployed.store.identities.name
    [organization] = all_organizations(deployed.store)
    settings = SignIn(
        "settings", "https://login.example.net", "client", "secret", roles={ConsoleRole.OWNER: ("owner",)}
    )
    signing_in = replace(organization, version=organization.version + 1, sign_in=settings)
    deployed.store.commit([PutOrganization(signing_in, organization.version)], remaining=lambda: 10.0)
    place = (f"ORG#{organization.id}", "ORG")
    deployed.store.client.put_item(TableName=restored, Item=items_of(deployed, table)[place])
    deployed.store.client.delete_item(TableName=table, Key={"pk": {"S": place[0]}, "sk": {"S": place[1]}})
    assert run("restore", restored, "--missing", "--confirm", table)[0] == 0
    assert deployed.store.organization(organization.id) == signing_in
    assert run("restore", restored)[:2] == (0, "Everything is as in the restored table.\n")
    assert run("check")[1].endswith("Everything agrees.\n")


def a_table(deployed: Deployed, name: str, *keys: str) -> str:
    deployed.store.client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def filled(deployed: Deployed, name: str, *items: tuple[str, str]) -> str:
    a_table(deployed, name, "pk", "sk")
    for pk, sk in items:
        deployed.store.client.put_item(TableName=name, Item={"pk": {"S": pk}, "sk": {"S": sk}})
    return name


def empty(deployed: Deployed) -> str:
    return filled(deployed, "empty")


def of_no_organization(deployed: Deployed) -> str:
    return filled(deployed, "half", ("ACCOUNT#1", "ACCOUNT"))


def of_another_stack(deployed: Deployed) -> str:
    return filled(deployed, "other", ("ORG#other", "ORG"), ("ACCOUNT#1", "ACCOUNT"))


def of_another_service(deployed: Deployed) -> str:
    return a_table(deployed, "orders", "order_id")


def the_event_log(deployed: Deployed) -> str:
    return deployed.store.event_log.name


@pytest.mark.parametrize("wanted", [(), ("--extra",), ("--missing", "--different", "--extra", "--remove", "9999")])
@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (empty, "empty"),
        (of_no_organization, "no organization"),
        (of_another_stack, "another stack's"),
        (of_another_service, "order_id"),
        (the_event_log, "It has no organization"),
    ],
)
def test_a_table_that_is_not_this_stacks_is_refused_and_changes_nothing(
    run: Run,
    deployed: Deployed,
    restored: str,
    wrong: Callable[[Deployed], str],
    complaint: str,
    wanted: tuple[str, ...],
) -> None:
    del restored
    table = deployed.store.identities.name
    before = items_of(deployed, table)
    code, printed, complained = run("restore", wrong(deployed), *wanted, "--confirm", table)
    assert (code, printed) == (command.FAILED, "")
    assert complaint in complained
    assert items_of(deployed, table) == before


def test_a_restore_of_another_stacks_table_is_refused() -> None:
    key = (("HASH", "pk"), ("RANGE", "sk"))
    comparison = Comparison(9, 9, {"ORG#1"}, {"ORG#1"})
    ours = TableFacts("arn:ours", key)
    assert "arn:theirs" in why_not_to_restore(
        comparison, RestoreRequest(), ours, TableFacts("arn:x", key, "arn:theirs"), removing=None
    )
    assert not why_not_to_restore(
        comparison, RestoreRequest(), ours, TableFacts("arn:x", key, "arn:ours"), removing=None
    )
    # A new stack has nobody yet: there the restored table is a former stack's.
    nobody = Comparison(9, 0, {"ORG#1"}, set())
    assert not why_not_to_restore(nobody, RestoreRequest(), ours, TableFacts("arn:x", key, "arn:theirs"), removing=None)


@pytest.mark.parametrize(
    ("found", "removing", "refused"),
    [(0, None, False), (2, None, False), (3, None, True), (3, 2, True), (3, 4, True), (3, 3, False), (2, 3, True)],
)
def test_removing_more_than_two_percent_needs_their_number(found: int, removing: int | None, refused: bool) -> None:
    key = (("HASH", "pk"),)
    comparison = Comparison(100, 100, {"ORG#1"}, {"ORG#1"})
    comparison.found[Relation.EXTRA, "EMAIL"] = found
    comparison.found[Relation.EXTRA, "TOKEN"] = 50  # keys stay unless they are asked for
    facts = TableFacts("arn", key)
    why = why_not_to_restore(comparison, RestoreRequest(frozenset({Relation.EXTRA})), facts, facts, removing=removing)
    assert bool(why) is refused


def test_nobody_to_ask_and_nothing_said_is_exit_code_2(
    run: Run, deployed: Deployed, restored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(deployed)
    table = deployed.store.identities.name
    before = items_of(deployed, table)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{table}\n"))  # no terminal
    code, _, complained = run("restore", restored, "--missing")
    assert code == command.FAILED
    assert f"--confirm '{table}'" in complained
    assert run("restore", restored, "--missing", "--confirm", "another")[0] == command.FAILED
    assert items_of(deployed, table) == before


def test_in_a_terminal_the_name_is_asked_for(
    run: Run, deployed: Deployed, restored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(deployed)
    table = deployed.store.identities.name

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert run("restore", restored, "--missing")[0] == command.FAILED
    monkeypatch.setattr(sys, "stdin", Terminal(f"{table}\n"))
    code, printed, _ = run("restore", restored, "--missing")
    assert code == 1
    assert "1 will be put back" in printed


def test_writes_are_done_several_at_a_time_and_never_more_removals_than_were_counted() -> None:
    together = Barrier(4, timeout=SECONDS)
    removed: list[Difference] = []

    def settle_slowly(difference: Difference) -> bool:
        together.wait()  # holds until four are under way
        removed.append(difference)
        return True

    extra = [Difference(ItemKey(f"EMAIL#{number}", "EMAIL"), None, {}) for number in range(12)]
    report = restore(extra, settle_slowly, RestoreRequest(frozenset({Relation.EXTRA}), most_removed=8), at_once=4)
    assert (report.written, len(removed), report.left[Relation.EXTRA, "EMAIL"]) == (8, 8, 4)


@pytest.mark.parametrize("changed", ["version", "group_changes"])
def test_an_item_that_changed_since_it_was_compared_is_left(
    deployed: Deployed, run: Run, restored: str, changed: str
) -> None:
    damage(deployed)
    client, table = deployed.store.client, deployed.store.identities.name
    (found,) = [each for each in differences(client, restored, table) if each.restored and each.there]
    client.put_item(TableName=table, Item={**found.there, changed: {"N": "10"}})
    assert not settle(client, table, found)
    assert items_of(deployed, table)[found.key.pk, found.key.sk][changed] == {"N": "10"}
    (lost,) = [each for each in differences(client, restored, table) if not each.there and each.kind == "ACCOUNT"]
    client.put_item(TableName=table, Item={**lost.restored, "version": {"N": "10"}})
    assert not settle(client, table, lost)


def test_a_table_that_is_not_there_is_named(run: Run) -> None:
    code, _, complained = run("restore", "nope")
    assert code == command.FAILED
    assert complained == "There is no table nope in eu-central-1 of this account.\n"


def test_the_stacks_own_table_is_not_a_restored_one(run: Run, deployed: Deployed) -> None:
    code, _, complained = run("restore", deployed.store.identities.name)
    assert code == command.FAILED
    assert "restored one" in complained
