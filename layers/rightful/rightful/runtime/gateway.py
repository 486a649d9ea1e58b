"""From API Gateway to a service and back: what the functions behind the API have in common."""

from collections.abc import Callable, Mapping
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from rightful.api.request import Request, Response, read_request
from rightful.ports.context import Invocation
from rightful.runtime.clients import RemainingTime, identity_store, invocation_of, settings
from rightful.runtime.observability import answered, attempted, failed, refused, started
from rightful.runtime.refusals import RefusalShares, is_cross_organization

_SHARES = RefusalShares()


class Service(Protocol):
    """What answers requests."""

    def answer(self, request: Request, invocation: Invocation) -> Response:
        """The response to a request; every error that a client can cause among them."""
        ...


def answer_event(
    event: Mapping[str, object],
    context: RemainingTime,
    service: Callable[[], Service],
    unavailable: Response,
    read: Callable[[Mapping[str, object], str], Request] = read_request,
) -> dict[str, object]:
    """Answer one proxy event, and log and measure that; with `unavailable` where AWS lets the service down."""
    request = read(event, settings().base_url)
    since = started(request)
    invocation = invocation_of(context, request.request_id)
    try:
        response = service().answer(request, invocation)
    except (ClientError, BotoCoreError) as error:
        failed("aws_call", error)
        response = unavailable
    answered(request, response, since)
    try:
        if is_cross_organization(identity_store(), request, response.status):
            attempted(request)
        share = _SHARES.add(identity_store(), request, response.status, invocation.now)
        if share is not None:
            refused(request, share)
    except (ClientError, BotoCoreError) as error:
        failed("aws_call", error)
    return response.proxy()
