"""The console: organizations' administrators see, decide and undo in a browser."""

from dataclasses import replace
from typing import TYPE_CHECKING

from rightful.api.console.service import ConsoleService, route_of
from rightful.api.request import Request, Response, read_request
from rightful.aws.dns_over_https import DnsOverHttps
from rightful.runtime import cold_start  # noqa: F401 # isort: split
from rightful.runtime.clients import conflict_queue, identity_store, settings
from rightful.runtime.console import at_the_door, doors
from rightful.runtime.gateway import answer_event
from rightful.runtime.observability import failed, observed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    return answer_event(event, context, _service, _unavailable(), read=_request)


def _request(event: "Mapping[str, object]", base_url: str) -> Request:
    """The request; logs and metrics have the page's route, where the gateway has one for all pages. No key opens the
    console, whatever the gateway says of one."""
    request = read_request(event, base_url)
    return replace(request, resource=route_of(request), principal=None)


def _service() -> ConsoleService:
    resolver_url = settings().dns_resolver_url
    proof = DnsOverHttps(resolver_url) if resolver_url else None
    return ConsoleService(identity_store(), conflict_queue(), doors(), failed, at_the_door, proof)


def _unavailable() -> Response:
    """503: AWS lets the service down."""
    text = "The console cannot reach its data at the moment. Load the page again shortly."
    return Response(503, text, {"Retry-After": "2", "Cache-Control": "no-store"}, "text/plain; charset=utf-8")
