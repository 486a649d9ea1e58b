"""The stack of template.yaml, running on this machine: for `make run` and for tests."""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import deployment
from local.environment import ministack_python
from local.ministack import CREDENTIALS, REGION, MiniStack
from local.openid_provider.process import OpenIdProvider
from local.problem import LocalProblemError
from local.seed import Seeded, seed
from local.server import HOST, Server

Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Stack:
    """A running stack and where its parts are.

    `base_url` is the API's; SCIM is at /scim/directory/{id} below it. `functions` are the names of the functions, by
    the name of their folder. `seeded` holds the organizations that were made at the start, with their keys.
    """

    base_url: str
    aws_endpoint_url: str
    identity_table: str
    event_log_table: str
    conflicts_queue_url: str
    conflicts_dead_letter_queue_url: str
    functions: dict[str, str]
    ministack: MiniStack
    session: boto3.Session
    """For clients: `stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)`."""
    openid_provider: OpenIdProvider | None = None
    """Where administrators sign in, if there is one."""
    seeded: Seeded = dataclasses.field(default_factory=Seeded)

    @property
    def openid_issuer(self) -> str:
        """The issuer of the OpenID provider; empty without one."""
        return self.openid_provider.issuer if self.openid_provider else ""

    @property
    def servers(self) -> tuple[Server, ...]:
        """The processes that it consists of."""
        return (self.ministack, *([self.openid_provider] if self.openid_provider else []))

    def stop(self) -> None:
        """End all its processes. Can be called again."""
        for server in self.servers:
            server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to work on the stack's tables and queue, as the functions have it."""
        return {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_endpoint_url,
            "IDENTITY_TABLE": self.identity_table,
            "EVENT_LOG_TABLE": self.event_log_table,
            "CONFLICTS_QUEUE_URL": self.conflicts_queue_url,
            "BASE_URL": self.base_url,
            "CLIENT_SECRETS_PREFIX": f"/{deployment.STACK_NAME}/openid-client-secrets",
            "POWERTOOLS_SERVICE_NAME": "local",
        }

    def scim_url(self, directory_id: str) -> str:
        """The SCIM base URL of a directory."""
        return f"{self.base_url}/scim/directory/{directory_id}"

    def admin_url(self, organization_id: str) -> str:
        """The base URL of an organization's administration."""
        return f"{self.base_url}/admin/v1/orgs/{organization_id}"


def _silent(_: str) -> None:
    """No progress."""


@contextlib.contextmanager
def running_stack(
    port: int = 0,
    *,
    signing_in: bool = True,
    enforce_iam: bool = False,
    environment: Mapping[str, str] | None = None,
    progress: Progress = _silent,
) -> Iterator[Stack]:
    """Start the stack, and stop it and all its processes at the end.

    `port` 0 takes a free one. `signing_in` starts an OpenID provider beside it. `enforce_iam` checks every call of a
    function against the function's role. `environment` is what all functions have besides. `progress` is told what is
    being done.

    Raises:
        LocalProblemError: it cannot be started; one line that says why.
    """
    # A proxy of the host has no business between this process and 127.0.0.1.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = f"{HOST},localhost"
    template = deployment.with_rights_to_batches(deployment.with_numbers(deployment.read_template()))
    progress("Preparing MiniStack, the local stand-in for AWS")
    python = ministack_python()
    progress("Building functions and layers")
    archives = deployment.package(template, python)
    progress("Starting MiniStack")
    with contextlib.ExitStack() as running:
        ministack = MiniStack(python, port, enforce_iam=enforce_iam, environment=environment)
        running.callback(ministack.stop)
        provider = None
        if signing_in:
            # It is ready by the time that the stack is there.
            provider = OpenIdProvider()
            running.callback(provider.stop)
        progress("Creating the stack of template.yaml")
        try:
            stack = _deployed(ministack, archives, template)
        except (ClientError, BotoCoreError) as error:
            raise LocalProblemError(f"The stack could not be created: {' '.join(str(error).split())}") from error
        if provider is not None:
            provider.wait()
            stack = dataclasses.replace(stack, openid_provider=provider)
        progress("Seeding the demo and lab organizations")
        yield dataclasses.replace(stack, seeded=seed(stack.environment, stack.openid_issuer))


def _deployed(ministack: MiniStack, archives: dict[str, bytes], template: dict[str, deployment.Json]) -> Stack:
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    url = ministack.url
    base_url = f"{url}/_aws/execute-api/{deployment.API_ID}/{deployment.STAGE}"
    template_url = deployment.upload(session.client("s3", endpoint_url=url), archives, template)
    outputs = deployment.create_stack(
        session.client("cloudformation", endpoint_url=url),
        template_url,
        {"Stage": deployment.STAGE, "PublicBaseUrl": base_url, "DnsResolverUrl": ""},
    )
    deployment.apply_gateway_responses(session.client("apigateway", endpoint_url=url), template)
    return Stack(
        base_url=base_url,
        aws_endpoint_url=url,
        identity_table=outputs["IdentityTable"],
        event_log_table=outputs["EventLogTable"],
        conflicts_queue_url=outputs["ConflictsQueueUrl"],
        conflicts_dead_letter_queue_url=outputs["ConflictsDeadLetterQueueUrl"],
        functions={
            name.removesuffix("Function").lower(): value for name, value in outputs.items() if name.endswith("Function")
        },
        ministack=ministack,
        session=session,
    )
