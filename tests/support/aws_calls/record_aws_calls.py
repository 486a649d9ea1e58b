"""A botocore plugin that writes down each AWS call of a function: which IAM actions it needs, and on what.

Loaded into the functions of the running stack by their environment: BOTOCORE_EXPERIMENTAL__PLUGINS names it, PYTHONPATH
finds it, RECORDED_AWS_CALLS says in which folder it writes, one file per process.
"""

import json
import os
from pathlib import Path
from typing import Any

FOLDER = "RECORDED_AWS_CALLS"


def initialize_client_plugin(client: Any) -> None:
    """Called by botocore for each client that is made."""
    if FOLDER in os.environ and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        client.meta.events.register("provide-client-params", _record)


def _record(params: dict[str, Any], model: Any, **_: object) -> None:
    service = model.service_model.endpoint_prefix
    lines = [
        json.dumps([os.environ["AWS_LAMBDA_FUNCTION_NAME"], action, resource])
        for action, resource in _needed(service, model.name, params)
    ]
    path = Path(os.environ[FOLDER]) / f"{os.getpid()}.jsonl"
    with path.open("a") as file:
        file.write("\n".join(lines) + "\n")


def _needed(service: str, operation: str, params: dict[str, Any]) -> set[tuple[str, str]]:
    """IAM knows no transactions: their actions are what is allowed or not."""
    if operation == "TransactWriteItems":
        names = {
            "Put": "PutItem",
            "Update": "UpdateItem",
            "Delete": "DeleteItem",
            "ConditionCheck": "ConditionCheckItem",
        }
        return {
            (f"dynamodb:{names[verb]}", action["TableName"])
            for item in params["TransactItems"]
            for verb, action in item.items()
        }
    if operation == "TransactGetItems":
        return {("dynamodb:GetItem", item["Get"]["TableName"]) for item in params["TransactItems"]}
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        return {(f"dynamodb:{operation}", table) for table in params["RequestItems"]}
    if operation == "PutEvents":
        return {("events:PutEvents", entry["EventBusName"]) for entry in params["Entries"]}
    if "IndexName" in params:
        return {(f"{service}:{operation}", f"{params['TableName']}/index/{params['IndexName']}")}
    operation = operation.removesuffix("Batch") if service == "sqs" else operation  # IAM knows no batches either
    resource = params.get("TableName") or params.get("QueueUrl", "").rpartition("/")[2]
    if service == "ssm":
        stack, folder, *_ = params["Name"].removeprefix("/").split("/")
        resource = f"parameter/{stack}/{folder}/*"  # roles name the folder
    return {(f"{service}:{operation}", resource)}
