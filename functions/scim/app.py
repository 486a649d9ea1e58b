"""SCIM: a directory's identity provider provisions its users."""

from typing import TYPE_CHECKING

from rightful.api.scim.service import ScimService, error_response
from rightful.core.users.request import Observer
from rightful.runtime import cold_start  # noqa: F401 # isort: split
from rightful.runtime.clients import conflict_queue, identity_store, settings
from rightful.runtime.gateway import answer_event
from rightful.runtime.observability import failed, held, observed, recorded
from rightful.scim.errors import unavailable
from rightful.text.ids import cursor_key_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, object], context: "LambdaContext") -> dict[str, object]:
    """Answer one request of API Gateway."""
    return answer_event(event, context, _service, error_response(unavailable(2)))


def _service() -> ScimService:
    found = settings()
    key = cursor_key_of(found.identity_table)
    return ScimService(
        identity_store(), conflict_queue(), Observer(failed, recorded, held), key, found.documentation_url
    )
