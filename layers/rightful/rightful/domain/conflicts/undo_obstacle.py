"""Why an applied conflict cannot be undone, as codes with their patterns (`domain.conflicts.explanation`)."""

from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.explanation import Statement


class UndoObstacleCode(Code):
    """What stands in the way of an undo, and what has to be done first."""

    NOT_APPLIED = "not_applied", "Nothing was done that could be undone ({status})."
    PART_CHANGED = "part_changed", "Another part of the same swap has changed since."
    NO_ACCOUNT = "no_account", "An account that it changed does not exist any more."
    LEFT_ORGANIZATION = (
        "left_organization",
        "An account that it changed does not belong to your organization any more.",
    )
    NOT_REMEMBERED = (
        "not_remembered",
        "{name} was changed by later conflicts since, the last of them that of {user}: what was before is not known "
        "any more.",
    )
    ADDRESS_CHANGED = (
        "address_changed",
        "The address of {name} was changed at {at} from {old} to {new} ({by}). Change it back first, or correct it by "
        "hand.",
    )
    LINK_CHANGED = (
        "link_changed",
        "The directory's user of {name} was changed at {at} from {old} to {new} ({by}). Correct it by hand.",
    )
    STATUS_CHANGED = (
        "status_changed",
        "The status of {name} was changed since from {old} to {new} ({by}). Take that back first.",
    )
    CAME_BACK = (
        "came_back",
        "The user for whom it was prepared is there since {at} ({name}): remove the user in the identity provider "
        "first.",
    )
    NOTHING_LEFT = "nothing_left", "What it had prepared has ended: nothing is left to undo."
    GIVEN_TO_REQUESTER = (
        "given_to_requester",
        "{name}, for whom {address} was freed, has it since {at}. Give {name} another address in the identity provider "
        "first.",
    )
    HAS_IT = "has_it", "{name} has {address} since {at}. Free it first."
    HAS_IT_OUTSIDE = "has_it_outside", "An account outside your organization has {address} by now."
    IS_KEPT = (
        "is_kept",
        "{address} is kept for {user} by a later conflict ({conflict}). Undo that first.",
    )
    IS_KEPT_OUTSIDE = "is_kept_outside", "{address} is kept for a user outside your organization by now."
    USER_NAME_TAKEN = (
        "user_name_taken",
        "Another user of the directory has the userName {user_name} by now. Give that user another one first.",
    )
    ONE_ADDRESS_FOR_TWO = (
        "one_address_for_two",
        "Two of the accounts would have one address or userName. Correct it by hand.",
    )
    DOMAIN_NOT_VERIFIED = (
        "domain_not_verified",
        "The domain {domain} is not verified any more. Verify it first.",
    )
    DIRECTORY_GONE = (
        "directory_gone",
        "The directory that an account would be linked in again was deleted. Undo it by hand.",
    )
    ASKED_AGAIN = (
        "asked_again",
        "{name} has asked for {wanted} since (conflict {conflict}). Decide that first.",
    )


UndoObstacle = Statement[UndoObstacleCode]
