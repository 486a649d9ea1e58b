"""Admin API: the event log."""

from rightful.api.admin_call import AdminCall
from rightful.api.documents import log_document
from rightful.api.proxy import Response


def list_log(call: AdminCall) -> Response:
    """GET log?accountId=&conflictId=&limit=&cursor=: newest first."""
    page = call.store.log(
        call.organization_id,
        limit=call.limit(),
        position=call.position(),
        account_id=call.parameter("accountId"),
        conflict_id=call.parameter("conflictId"),
    )
    return call.listing(page.entries, page.next_position, log_document)
