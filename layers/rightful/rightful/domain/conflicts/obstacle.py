"""Why a holder cannot be linked again, as codes with their patterns."""

from rightful.domain.conflicts.code import Code


class ObstacleCode(Code):
    """Why the holder cannot be linked by a create, as the end of "The holder cannot be linked again: ..."."""

    NOT_CREATED = "not_created", "the user exists and keeps its own account"
    NO_ACCOUNT = "no_account", "no account has the address"
    NOT_MANAGED = "not_managed", "your organization does not manage it"
    PROVISIONED = "provisioned", "a directory provisions it"
    DELETION = "deletion", "it is about to be deleted"
    MARKED = "marked", "it is marked ({flags})"
    NEVER_CONFIRMED = (
        "never_confirmed",
        "no directory ever provisioned it and its mailbox was never confirmed, so anybody may have signed up",
    )
    CLASS = "class", "that is not done for the class {conflict_class}"
