"""Why something cannot be done with an account."""

from rightful.domain.address import PLACEHOLDER_DOMAIN, Address, InvalidAddressError, parse_address
from rightful.domain.hold import Hold


class AccountError(Exception):
    """Something cannot be done with an account. `code` is for programs, str(error) one sentence for a person, `field`
    the member of the request that is wrong.

    Codes: not_found, invalid_value, email_taken, email_changed, managed, linked, protected, legal_hold, not_active,
    pending_deletion, not_scheduled.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class AddressTakenError(AccountError):
    """Another account holds the address, or it is reserved: the same sentence whoever that is. `hold` is for our own
    use only."""

    def __init__(self, hold: Hold) -> None:
        super().__init__("email_taken", "This address is in use by another account.", "email")
        self.hold = hold


def no_such_account() -> AccountError:
    """There is none by that id (any more)."""
    return AccountError("not_found", "There is no such account.")


def read_address(text: str) -> Address:
    """An address that an account may get.

    Raises:
        AccountError: invalid_value, it is none or on the domain that remediation keeps.
    """
    try:
        address = parse_address(text)
    except InvalidAddressError as error:
        raise AccountError("invalid_value", f"email: {error}.", "email") from error
    if address.domain == PLACEHOLDER_DOMAIN:
        raise AccountError("invalid_value", f"email: {PLACEHOLDER_DOMAIN} is reserved.", "email")
    return address
