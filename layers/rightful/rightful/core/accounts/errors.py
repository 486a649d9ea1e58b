"""Why something cannot be done with an account."""

from rightful.domain.address import PLACEHOLDER_DOMAIN, Address, Hold, InvalidAddressError, parse_address
from rightful.domain.request_error import RequestError


class AddressTakenError(RequestError):
    """Another account holds the address, or it is reserved: the same sentence whoever that is. `hold` is for our own
    use only."""

    def __init__(self, hold: Hold) -> None:
        super().__init__("email_taken", "This address is in use by another account.", "email")
        self.hold = hold


def no_such_account() -> RequestError:
    """There is none by that id (any more)."""
    return RequestError("not_found", "There is no such account.")


def read_address(text: str) -> Address:
    """An address that an account may get.

    Raises:
        RequestError: invalid_value, it is none or on the domain that remediation keeps.
    """
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise RequestError("invalid_value", f"email: {error}.", "email") from error
    if address.domain == PLACEHOLDER_DOMAIN:
        raise RequestError("invalid_value", f"email: {PLACEHOLDER_DOMAIN} is reserved.", "email")
    return address
