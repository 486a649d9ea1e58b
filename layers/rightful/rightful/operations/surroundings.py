"""Which deployment an operator's command works on: a stack by its name, or what the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from rightful.settings import Settings, SettingsMissingError, read_settings

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from rightful.storage.dynamodb import DynamoDBStore
    from rightful.storage.queue import SQSConflictQueue


class OperationError(Exception):
    """Why a command cannot be done, in one line."""


@dataclass(frozen=True)
class Surroundings:
    """A deployment: its settings, and where clients reach it."""

    settings: Settings
    base_url: str = ""
    dead_letter_queue_url: str = ""

    @cached_property
    def client(self) -> "DynamoDBClient":
        """The DynamoDB client, patient: nobody waits for an answer within seconds."""
        import boto3
        from botocore.config import Config

        return boto3.client("dynamodb", config=Config(retries={"mode": "adaptive", "total_max_attempts": 10}))

    @cached_property
    def queue(self) -> "SQSConflictQueue":
        """The conflicts queue."""
        import boto3

        from rightful.storage.queue import SQSConflictQueue

        if not self.settings.conflicts_queue_url:
            raise OperationError("This needs the conflicts queue: name the deployment by --stack <name>.")
        return SQSConflictQueue(boto3.client("sqs"), self.settings.conflicts_queue_url)

    @cached_property
    def store(self) -> "DynamoDBStore":
        """The identity store."""
        from rightful.storage.dynamodb import DynamoDBStore
        from rightful.storage.transactions import Tables

        found = self.settings
        retention = timedelta(days=found.event_log_retention_days)
        return DynamoDBStore(self.client, Tables(found.identity_table, found.event_log_table, retention))


def of_environment(environment: Mapping[str, str] = os.environ) -> Surroundings:
    """The deployment that the environment names, as a function's does.

    Raises:
        OperationError: it names none.
    """
    try:
        settings = read_settings(environment)
    except SettingsMissingError as error:
        raise OperationError(f"Say which deployment: --stack <name>. ({error})") from error
    return Surroundings(settings, settings.base_url, environment.get("CONFLICTS_DEAD_LETTER_QUEUE_URL", ""))


def of_stack(name: str) -> Surroundings:
    """A CloudFormation stack of the account and region that AWS' own variables say, with its functions' environment.

    Raises:
        OperationError: there is no such stack, or it is none of this service.
        ClientError, BotoCoreError: AWS does not let it be looked up, or is not there.
    """
    import boto3
    from botocore.exceptions import ClientError

    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
        if "ScimFunction" not in outputs:
            raise OperationError(f"{name} is a stack, but not one of this service: it has no output ScimFunction.")
        function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["ScimFunction"])
    except ClientError as error:
        if error.operation_name != "DescribeStacks" or error.response["Error"]["Code"] != "ValidationError":
            raise
        raise OperationError(
            f"There is no stack {name} in this account and region (AWS_PROFILE, AWS_REGION)."
        ) from error
    try:
        settings = read_settings(function.get("Environment", {}).get("Variables", {}))
    except SettingsMissingError as error:
        raise OperationError(f"The scim function of {name} is not set up: {error}") from error
    return Surroundings(settings, outputs["BaseUrl"], outputs["ConflictsDeadLetterQueueUrl"])
