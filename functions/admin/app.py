"""Admin API: an organization's administrators look at conflicts, decide, and keep settings."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rightful.api.admin import AdminService
from rightful.api.json_call import ApiError
from rightful.api.lambda_context import invocation_of
from rightful.api.proxy import read_request
from rightful.observability import answered, failed, observed, started
from rightful.storage.clients import conflict_queue, identity_store, settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    request = read_request(event, settings().base_url)
    since = started(request)
    try:
        service = AdminService(identity_store(), conflict_queue(), failed)
        response = service.answer(request, invocation_of(context, request.request_id))
    except (ClientError, BotoCoreError) as error:
        failed("aws_call", error)
        message = "The service cannot reach its data at the moment. Try again shortly."
        response = ApiError(503, "unavailable", message, headers={"Retry-After": "2"}).response()
    answered(request, response, since)
    return response.proxy()
