"""`AccountError` as a response, in every API that changes accounts."""

from rightful.api.json_call import ApiError
from rightful.api.request import Response
from rightful.core.accounts.errors import AccountError

_STATUS_OF_CODE = {
    "not_found": 404,
    "invalid_value": 400,
    "managed": 403,
}
"""Every other code is 409: the account, or another one, is not in a state for it."""


def account_error_response(error: AccountError) -> Response:
    """The error as {"error": {"code", "message", "field"?}}."""
    status = _STATUS_OF_CODE.get(error.code, 409)
    return ApiError(status, error.code, str(error), error.field).response()
