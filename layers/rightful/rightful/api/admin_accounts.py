"""Admin API: accounts, found by address. Only accounts of the organization itself are ever shown."""

from rightful.accounts.address import InvalidAddressError, parse_address
from rightful.api.admin_call import AdminCall
from rightful.api.documents import account_document
from rightful.api.json_call import ApiError
from rightful.api.proxy import Response


def search(call: AdminCall) -> Response:
    """GET accounts?email=: who of this organization holds an address; an empty list where nobody of it does."""
    text = call.parameter("email")
    if text is None:
        message = "email: say which address to look for, as in accounts?email=ada@example.com."
        raise ApiError(400, "invalid_value", message, "email")
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise ApiError(400, "invalid_value", f"email: {error}.", "email") from error
    hold = call.store.holds([address.canonical]).get(address.canonical)
    account = call.store.account(hold.account_id) if hold and hold.account_id else None
    found = (account,) if account and account.organization_id == call.organization_id else ()
    return call.listing(found, None, account_document)


def get(call: AdminCall) -> Response:
    """GET accounts/{id}."""
    account = call.store.account(call.path_id())
    if account is None or account.organization_id != call.organization_id:
        raise ApiError(404, "not_found", "There is no such account in this organization.")
    return Response(200, account_document(account))
