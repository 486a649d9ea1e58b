"""What operations count of the console."""

from enum import StrEnum


class ConsoleEvent(StrEnum):
    """Something that happened at the console's door."""

    KEY_USED = "key_used"
    """Somebody came in with a key instead of signing in."""
    SIGN_IN_REFUSED = "sign_in_refused"
    """Somebody did not come in."""
    FORM_REFUSED = "form_refused"
    """A form came from elsewhere, or without this session's token."""
    POLICY_REPORTED = "policy_reported"
    """A browser did not load what a page asked for."""
