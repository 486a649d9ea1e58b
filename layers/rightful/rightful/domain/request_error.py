"""Why something that was asked for cannot be done."""


class RequestError(Exception):
    """Something that was asked for cannot be done, for a reason that who asked can change or has to accept.

    Attributes:
        code: for programs; `api.json_call` has the HTTP status of each.
        field: the member of the request that is wrong, if it is one.

    str(error) is one sentence for a person, with the way out.

    Codes, of what is asked: invalid_value, forbidden, not_found. Of settings: conflict, not_proven. Of accounts:
    email_taken, email_changed, managed, linked, protected, legal_hold, not_active, pending_deletion, not_scheduled. Of
    conflicts: ended (it is not waiting any more), version_required (nobody agrees to what they have not read), changed
    (what was read is not the case any more), not_approvable (no approval can make it right), same_approver,
    not_undoable.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def changed_meanwhile() -> RequestError:
    """Somebody else was faster with a change of the same settings."""
    return RequestError("conflict", "Somebody else changed these settings meanwhile. Read them again and repeat.")
