"""The stack that `make run` started, as other commands find it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local import run_files
from local.deployment import STACK_NAME
from local.ministack import CREDENTIALS, REGION

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class Running:
    """A running stack: `document` is .local/run.json, `outputs` are the template's."""

    document: Mapping[str, str]
    session: "boto3.Session"
    outputs: Mapping[str, str]

    @property
    def endpoint(self) -> str:
        """Where all of its AWS services are."""
        return self.document["aws_endpoint_url"]

    @property
    def organization_id(self) -> str:
        """The demo organization."""
        return urlsplit(self.document["admin_base_url"]).path.rpartition("/")[2]

    @property
    def directory_id(self) -> str:
        """Its directory."""
        return urlsplit(self.document["scim_base_url"]).path.rpartition("/")[2]


def running(port: int | None = None) -> Running:
    """The stack that runs on that port, or the one that started last.

    Raises:
        LocalProblemError: none does.
    """
    import boto3

    document = run_files.read(port)
    return of_document(
        {name: value for name, value in document.items() if isinstance(value, str)},
        boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region_name=REGION),
    )


def of_document(document: Mapping[str, str], session: "boto3.Session") -> Running:
    """The stack that a document like .local/run.json describes."""
    client = session.client("cloudformation", endpoint_url=document["aws_endpoint_url"])
    (stack,) = client.describe_stacks(StackName=STACK_NAME)["Stacks"]
    return Running(
        document, session, {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    )
