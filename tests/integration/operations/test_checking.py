"""`rightful check`, on tables of moto."""

import json
from pathlib import Path

import pytest

from rightful.aws.dynamodb.items.accounts import hold_item
from rightful.domain.address import Hold
from tests.support.functions import Deployed
from tests.support.operator import ORGANIZATION, Run, value


def test_a_fresh_table_agrees(run: Run) -> None:
    run(*ORGANIZATION)
    code, text, _ = run("check")
    assert code == 0
    assert "Everything agrees." in text


def test_what_disagrees_is_told_then_repaired(run: Run, deployed: Deployed, tmp_path: Path) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.csv"
    file.write_text("email\nada@example.com\nbob@example.com\n")
    assert run("import", str(file), "--organization", organization_id, "--at-once", "1")[:2] == (0, "2 imported\n")
    table = deployed.store.identities.name
    client = deployed.store.client
    client.delete_item(TableName=table, Key={"pk": {"S": "EMAIL#ada@example.com"}, "sk": {"S": "EMAIL"}})

    code, text, _ = run("check")
    assert code == 1
    assert "address_not_held" in text
    assert "--repair" in text
    code, text, _ = run("check", "--repair", "--json")
    assert code == 0
    assert json.loads(text)["repaired"] == {"address_not_held": 1}
    assert "ada@example.com" in deployed.store.holds(["ada@example.com"])
    assert run("check")[0] == 0


UNREADABLE = [("ACCOUNT#strange", "ACCOUNT"), ("EMAIL#odd@example.com", "EMAIL"), ("ORG#x", "CONFLICT#y")]


@pytest.mark.parametrize(("pk", "sk"), UNREADABLE)
def test_an_item_that_cannot_be_read_is_named_by_its_key(run: Run, deployed: Deployed, pk: str, sk: str) -> None:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    deployed.store.client.put_item(TableName=deployed.store.identities.name, Item={**key, "version": {"N": "1"}})
    code, text, _ = run("check", "--repair")
    assert code == 1
    assert f"unreadable_item  item {json.dumps(key)}" in text
    assert "not looked at" in text
    report = json.loads(run("check", "--json")[1])
    assert not report["complete"]
    (left,) = report["left"]
    assert (left["kind"], left["item"]) == ("unreadable_item", key)


def test_what_names_an_item_that_cannot_be_read_is_left_and_everything_else_is_repaired(
    run: Run, deployed: Deployed
) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    client, table = deployed.store.client, deployed.store.identities.name
    hold = {"pk": {"S": "EMAIL#strange@example.com"}, "sk": {"S": "EMAIL"}}
    pending = {"pk": {"S": "PENDING#account:z"}, "sk": {"S": "PENDING"}}
    for item in (
        {"pk": {"S": "ACCOUNT#strange"}, "sk": {"S": "ACCOUNT"}},
        {"pk": {"S": f"ORG#{organization_id}"}, "sk": {"S": "CONFLICT#0"}},
        hold_item(Hold("strange@example.com", "strange")),
        {**pending, "requester_key": {"S": "account:z"}, "conflict_id": {"S": "0"}},
        hold_item(Hold("gone@example.com", "gone")),
    ):
        client.put_item(TableName=table, Item=item)
    code, text, _ = run("check", "--repair", "--json")
    assert code == 1
    assert json.loads(text)["repaired"] == {"address_of_no_account": 1}
    assert [each["kind"] for each in json.loads(text)["left"]] == ["unreadable_item"] * 2
    assert all("Item" in client.get_item(TableName=table, Key=key) for key in (hold, pending))
