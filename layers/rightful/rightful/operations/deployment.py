"""Which deployment an operator's command works on: a stack by its name, or what the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from rightful.domain.organization import Organization
from rightful.ports.context import Context, Invocation, QueueContext
from rightful.runtime.settings import Settings, SettingsMissingError, read_settings

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_dynamodb import DynamoDBClient

    from rightful.aws.client_secrets import ParameterStoreSecrets
    from rightful.aws.dynamodb.store import DynamoDBStore
    from rightful.aws.queue import SQSConflictQueue


_CONNECTIONS = 64
"""As many as any command works at a time."""


class OperationError(Exception):
    """Why a command cannot be done, in one line."""


@dataclass(frozen=True)
class Deployment:
    """A deployment: its settings, and where clients reach it."""

    settings: Settings
    base_url: str = ""
    dead_letter_queue_url: str = ""
    stack: str = ""
    account: str = ""
    region: str | None = None

    @property
    def name(self) -> str:
        """By what an operator names it: the stack, or else its table."""
        return self.stack or self.settings.identity_table

    @property
    def where(self) -> str:
        """Which deployment a command works on, as a line.

        Raises:
            BotoCoreError: there is no region, or no such profile.
        """
        if not self.session.region_name:
            from botocore.exceptions import NoRegionError

            raise NoRegionError
        what = f"stack {self.stack}" if self.stack else f"table {self.settings.identity_table}"
        account = f" of account {self.account}" if self.account else ""
        return f"Working on {what} in {self.session.region_name}{account}."

    @cached_property
    def session(self) -> "Session":
        """What AWS clients come from."""
        return _session(self.region)

    @cached_property
    def client(self) -> "DynamoDBClient":
        """The DynamoDB client, patient: nobody waits for an answer within seconds."""
        from botocore.config import Config

        config = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=_CONNECTIONS)
        return self.session.client("dynamodb", config=config)

    @cached_property
    def queue(self) -> "SQSConflictQueue":
        """The conflicts queue."""
        from rightful.aws.queue import SQSConflictQueue

        if not self.settings.conflicts_queue_url:
            raise OperationError("This needs the conflicts queue: name the deployment by --stack <name>.")
        return SQSConflictQueue(self.session.client("sqs"), self.settings.conflicts_queue_url)

    @cached_property
    def client_secrets(self) -> "ParameterStoreSecrets":
        """Secrets that organizations' clients have at their OpenID providers."""
        from rightful.aws.client_secrets import ParameterStoreSecrets

        if not self.settings.client_secrets_prefix:
            raise OperationError("This needs the place of clients' secrets: name the deployment by --stack <name>.")
        client = self.session.client("ssm")
        return ParameterStoreSecrets(lambda: client, self.settings.client_secrets_prefix)

    def context(self) -> Context:
        """What a use case of this moment works with."""
        return Context(self.store, Invocation(correlation_id="operator"))

    def queue_context(self) -> QueueContext:
        """And the conflicts queue."""
        return QueueContext(self.store, Invocation(correlation_id="operator"), self.queue)

    def organization(self, organization_id: str, way_out: str = ".") -> Organization:
        """The organization of that id.

        Raises:
            OperationError: there is none.
        """
        organization = self.store.organization(organization_id)
        if organization is None:
            raise OperationError(f"There is no organization {organization_id}{way_out}")
        return organization

    @cached_property
    def store(self) -> "DynamoDBStore":
        """The identity store."""
        from rightful.aws.dynamodb.store import DynamoDBStore
        from rightful.aws.dynamodb.table import Tables

        found = self.settings
        retention = timedelta(days=found.event_log_retention_days)
        return DynamoDBStore(self.client, Tables(found.identity_table, found.event_log_table, retention))


def region_of(asked: str | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The region in AWS' own order: the command line, AWS_REGION, AWS_DEFAULT_REGION; None: the profile's, if it has
    one. botocore reads only the second of the two variables."""
    return asked or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None


def _session(region: str | None) -> "Session":
    import boto3

    return boto3.Session(region_name=region)


def of_environment(environment: Mapping[str, str] = os.environ, *, region: str | None = None) -> Deployment:
    """The deployment that the environment names, as a function's does.

    Raises:
        OperationError: it names none.
    """
    try:
        settings = read_settings(environment)
    except SettingsMissingError as error:
        raise OperationError(f"Say which deployment: --stack <name>. ({error})") from error
    return Deployment(
        settings, settings.base_url, environment.get("CONFLICTS_DEAD_LETTER_QUEUE_URL", ""), region=region
    )


def of_stack(name: str, region: str | None = None) -> Deployment:
    """A CloudFormation stack of the account and region that AWS' own variables say, with its functions' environment.

    Raises:
        OperationError: there is no such stack, or it is none of this service.
        ClientError, BotoCoreError: AWS does not let it be looked up, or is not there.
    """
    from botocore.exceptions import ClientError

    session = _session(region)
    try:
        stacks = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
        if "ScimFunction" not in outputs:
            raise OperationError(f"{name} is a stack, but not one of this service: it has no output ScimFunction.")
        function = session.client("lambda").get_function_configuration(FunctionName=outputs["ScimFunction"])
    except ClientError as error:
        if error.operation_name != "DescribeStacks" or error.response["Error"]["Code"] != "ValidationError":
            raise
        raise OperationError(
            f"There is no stack {name} in {session.region_name} of this account (AWS_PROFILE, --region)."
        ) from error
    try:
        settings = read_settings(function.get("Environment", {}).get("Variables", {}))
    except SettingsMissingError as error:
        raise OperationError(f"The scim function of {name} is not set up: {error}") from error
    return Deployment(
        settings,
        outputs["BaseUrl"],
        outputs["ConflictsDeadLetterQueueUrl"],
        stack=name,
        account=stacks[0].get("StackId", "").split(":")[4:5][0] if stacks[0].get("StackId") else "",
        region=region,
    )
