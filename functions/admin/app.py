"""Admin API: an organization's administrators look at conflicts, decide, and keep settings."""

from typing import TYPE_CHECKING

from rightful.api.admin.service import AdminService
from rightful.api.json_call import unavailable
from rightful.aws.dns_over_https import DnsOverHttps
from rightful.runtime import cold_start  # noqa: F401 # isort: split
from rightful.runtime.clients import client_secrets, conflict_queue, identity_store, settings
from rightful.runtime.gateway import answer_event
from rightful.runtime.observability import failed, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    return answer_event(event, context, _service, unavailable())


def _service() -> AdminService:
    resolver_url = settings().dns_resolver_url
    proof = DnsOverHttps(resolver_url) if resolver_url else None
    return AdminService(identity_store(), conflict_queue(), failed, proof, client_secrets)
