"""Why an administrator's decision cannot be taken."""

_MAX_REASON = 500

VERSION_REQUIRED = (
    "Name the version of the conflict that you read (GET it: `version`). What is decided is what stood there, "
    "and nothing else."
)


class DecisionError(Exception):
    """An administrator's decision cannot be taken. `code` is for the admin API, str(error) one sentence for a person.

    Codes: not_found (no such conflict), ended (it is not waiting any more), version_required (nobody agrees to what
    they have not read), changed (what was read is not the case any more; the sentence says what is), not_approvable (no
    approval can make it right; the sentence says what can), same_approver, not_undoable, invalid_value (`field` names
    it).
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def read_reason(reason: str) -> str:
    """A reason as it is kept.

    Raises:
        DecisionError: invalid_value, it is empty or too long.
    """
    text = reason.strip()
    if not text or len(text) > _MAX_REASON:
        raise DecisionError("invalid_value", f"Give a reason of 1 to {_MAX_REASON} characters.", "reason")
    return text
