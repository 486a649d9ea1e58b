"""`rightful restore`, on tables of moto."""

from pathlib import Path

import pytest

from rightful.operations import command
from rightful.storage.copying import differences, settle
from rightful.storage.hold_items import hold_item
from rightful.storage.writes import Hold
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, items_of, value


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
    code, _, _ = run("restore", restored, "--missing")
    now = items_of(deployed, table)
    assert code == 1
    assert now["ACCOUNT#" + changed, "ACCOUNT"]["version"] == {"N": "9"}
    assert ("EMAIL#new@example.com", "EMAIL") in now
    assert exported.keys() - now.keys() == {key for key in exported if key[0].startswith("TOKEN")}


def test_with_every_option_the_table_is_as_the_restored_one(run: Run, deployed: Deployed, restored: str) -> None:
    damage(deployed)
    assert run("restore", restored, "--missing", "--different", "--extra", "--keys")[0] == 0
    assert items_of(deployed, deployed.store.identities.name) == items_of(deployed, restored)


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


def test_the_stacks_own_table_is_not_a_restored_one(run: Run, deployed: Deployed) -> None:
    code, _, complained = run("restore", deployed.store.identities.name)
    assert code == command.FAILED
    assert "restored one" in complained
