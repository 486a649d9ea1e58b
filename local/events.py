"""The example events in events/, each runnable by name against what `make run` started:

python -m local invoke scim_create_user
"""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.deployment import STACK_NAME
from local.ministack import CREDENTIALS, REGION
from local.paths import ROOT, RUN_FILE
from local.problem import LocalProblemError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

EVENTS = ROOT / "events"

EXAMPLES: Mapping[str, str] = {
    "organization_id": "01a209cfb3b252bd3107a5197e81eea0",
    "directory_id": "01a209cfb44b33f98de9dcb50c7fd3a2",
    "account_id": "01a209cfc07f4eafc7cfcb42dced52e4",
    "conflict_id": "01a209cfd4b86e2f9a1c0d7e5b3f8a96",
    "key_id": "01a209cfb5d0c0ffee00000000000000",
    "key": "rightful_example",
}
"""What the files have in the places of ids and keys."""


def names() -> list[str]:
    """All examples, by name; the first word is the function's."""
    return sorted(path.stem for path in EVENTS.glob("*.json"))


def function_of(name: str) -> str:
    """Which function an example is for."""
    return name.partition("_")[0]


def example(name: str, **ids: str) -> dict[str, object]:
    """An example event with real ids in the places of EXAMPLES'.

    Raises:
        LocalProblemError: there is no such example.
    """
    path = EVENTS / f"{name}.json"
    if not path.exists():
        raise LocalProblemError(f"There is no example event {name!r}. There are: {', '.join(names())}")
    text = path.read_text()
    for kind, value in ids.items():
        text = text.replace(EXAMPLES[kind], value)
    event: dict[str, object] = json.loads(text)
    return event


def key_id_of(dynamodb: "DynamoDBClient", table: str, secret: str) -> str:
    """The id of a key."""
    from rightful.organizations.tokens import digest
    from rightful.storage.keys import token

    item = dynamodb.get_item(TableName=table, Key=token(digest(secret)).item())["Item"]
    return item["token_id"]["S"]


def invoke(name: str) -> None:
    """Invoke the example's function on the running stack, with the demo organization's ids, and print its answer.

    Raises:
        LocalProblemError: nothing runs, or there is no such example.
    """
    import boto3

    if not RUN_FILE.exists():
        raise LocalProblemError("Nothing runs. In another terminal: make run")
    run = json.loads(RUN_FILE.read_text())
    session = boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    url = run["aws_endpoint_url"]
    stack = session.client("cloudformation", endpoint_url=url).describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    directory_id = urlsplit(run["scim_base_url"]).path.rpartition("/")[2]
    secret = {"admin": run["admin_token"], "accounts": run["app_token"]}.get(function_of(name), run["scim_token"])
    dynamodb = session.client("dynamodb", endpoint_url=url)
    event = example(
        name,
        organization_id=urlsplit(run["admin_base_url"]).path.rpartition("/")[2],
        directory_id=directory_id,
        account_id=_first_account(dynamodb, outputs["IdentityTable"], directory_id),
        key_id=key_id_of(dynamodb, outputs["IdentityTable"], secret),
        key=secret,
    )
    answer = session.client("lambda", endpoint_url=url).invoke(
        FunctionName=outputs[f"{function_of(name).title()}Function"], Payload=json.dumps(event)
    )
    document = json.loads(answer["Payload"].read() or "null")
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _first_account(dynamodb: "DynamoDBClient", table: str, directory_id: str) -> str:
    """The account that was provisioned first; the example's own id where there is none."""
    from datetime import timedelta

    from rightful.storage.dynamodb import DynamoDBStore
    from rightful.storage.transactions import Tables

    store = DynamoDBStore(dynamodb, Tables(table, "", timedelta(days=1)))
    accounts = store.users(directory_id, limit=1).accounts
    return accounts[0].id if accounts else EXAMPLES["account_id"]
