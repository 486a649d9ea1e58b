"""SCIM: a directory's identity provider provisions its users."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.api.lambda_context import invocation_of
from rightful.api.proxy import read_request
from rightful.api.scim import ScimService, error_response
from rightful.listing.cursors import key_from
from rightful.observability import answered, failed, observed, recorded, started
from rightful.scim.errors import unavailable
from rightful.storage.clients import conflict_queue, identity_store, settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    request = read_request(event, settings().base_url)
    since = started(request)
    try:
        service = ScimService(identity_store(), conflict_queue(), failed, recorded, key_from(settings().identity_table))
        response = service.answer(request, invocation_of(context, request.request_id))
    except (ClientError, BotoCoreError) as error:
        failed("aws_call", error)
        response = error_response(unavailable(2))
    answered(request, response, since)
    return response.proxy()
