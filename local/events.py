"""The example events in events/, each runnable by name against what `make run` started.

python -m local invoke scim_create_user
"""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.paths import ROOT
from local.problem import LocalProblemError
from local.running import Running, running

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
    from rightful.aws.dynamodb.attributes import write_key
    from rightful.aws.dynamodb.keys.base import token
    from rightful.domain.key import digest

    item = dynamodb.get_item(TableName=table, Key=write_key(token(digest(secret))))["Item"]
    return item["token_id"]["S"]


def example_for(name: str, stack: Running) -> dict[str, object]:
    """An example event with the demo organization's ids, and the key that the function is called with.

    Raises:
        LocalProblemError: there is no such example.
    """
    run, dynamodb = stack.document, stack.session.client("dynamodb", endpoint_url=stack.endpoint)
    secret = {"admin": run["admin_token"], "accounts": run["app_token"]}.get(function_of(name), run["scim_token"])
    return example(
        name,
        organization_id=stack.organization_id,
        directory_id=stack.directory_id,
        account_id=_first_account(dynamodb, stack.outputs["IdentityTable"], stack.directory_id),
        key_id=key_id_of(dynamodb, stack.outputs["IdentityTable"], secret),
        key=secret,
    )


def invoke(name: str, port: int | None = None) -> None:
    """Invoke the example's function with the demo organization's ids, and print its answer: on the stack on that port,
    or the one that started last.

    Raises:
        LocalProblemError: nothing runs, or there is no such example.
    """
    stack = running(port)
    payload = json.dumps(example_for(name, stack))
    answer = stack.session.client("lambda", endpoint_url=stack.endpoint).invoke(
        FunctionName=stack.outputs[f"{function_of(name).title()}Function"],
        Payload=payload,
    )
    document = json.loads(answer["Payload"].read() or "null")
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _first_account(dynamodb: "DynamoDBClient", table: str, directory_id: str) -> str:
    """The account that was provisioned first; the example's own id where there is none."""
    from datetime import timedelta

    from rightful.aws.dynamodb.store import DynamoDBStore
    from rightful.aws.dynamodb.table import Tables

    store = DynamoDBStore(dynamodb, Tables(table, "", timedelta(days=1)))
    accounts = store.users(directory_id, limit=1).accounts
    return accounts[0].id if accounts else EXAMPLES["account_id"]
