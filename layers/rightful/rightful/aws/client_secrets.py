"""Secrets of organizations' clients at their OpenID providers, as SecureStrings of Systems Manager's Parameter Store:
encrypted, never in a table, readable by the functions that need them alone."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_ssm import SSMClient


@dataclass(slots=True)
class ParameterStoreSecrets:
    """`ports.sign_in.ClientSecrets`.

    What was read is remembered: a changed secret has another id.

    Attributes:
        client: gives the client when it is needed, which is seldom.
        prefix: a path that begins with a slash and ends without one.
    """

    client: "Callable[[], SSMClient]"
    prefix: str
    _known: dict[str, str] = field(default_factory=dict)

    def put(self, organization_id: str, secret_id: str, secret: str) -> None:
        # Overwritten, as a call may be repeated whose answer was lost; no two secrets have one id.
        name = self._name(organization_id, secret_id)
        self.client().put_parameter(Name=name, Value=secret, Type="SecureString", Overwrite=True)

    def get(self, organization_id: str, secret_id: str) -> str:
        name = self._name(organization_id, secret_id)
        if name not in self._known:
            try:
                found = self.client().get_parameter(Name=name, WithDecryption=True)
            except self.client().exceptions.ParameterNotFound as error:
                raise LookupError("there is no such secret") from error
            self._known[name] = found["Parameter"]["Value"]
        return self._known[name]

    def forget(self, organization_id: str, secret_id: str) -> None:
        name = self._name(organization_id, secret_id)
        self._known.pop(name, None)
        try:
            self.client().delete_parameter(Name=name)
        except self.client().exceptions.ParameterNotFound:
            return

    def _name(self, organization_id: str, secret_id: str) -> str:
        return f"{self.prefix}/{organization_id}/{secret_id}"
