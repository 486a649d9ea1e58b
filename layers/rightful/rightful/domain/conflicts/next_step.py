"""What has to be done about a conflict, and by whom, as codes with their patterns (`domain.conflicts.explanation`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.evidence import ProofKind
from rightful.domain.conflicts.explanation import Statement


class Effect(Code):
    """What an approval does, as the end of "With approval ..."."""

    UNLINK = "unlink", "the holder is unlinked from its directory and loses its groups there."
    RELEASE_FORMER = "release_former", "the former account gives its address up."
    RELEASE_DATED = "release_dated", "the holder gives its address up; its deletion date stays."
    RELEASE_DEACTIVATED = "release_deactivated", "the holder gives its address up and stays deactivated."
    RELEASE_UNCONFIRMED = "release_unconfirmed", "the holder gives its address up and its sessions end."
    RELEASE_DUPLICATE = "release_duplicate", "the holder gives its address up and is deactivated."
    CLAIM = "claim", "your organization manages the account, its owner is told, and the change is judged again."
    RELEASE_USED = (
        "release_used",
        "the holder gives its address up. Somebody may sign in with it to this day: ask that person first.",
    )
    RELEASE_ACTIVE = "release_active", "the holder, an active user, loses its address."
    MOVE_ALL = "move_all", "everybody concerned moves at once."
    GIVE = "give", "the requester gets the address."
    PASS_ON = (
        "pass_on",
        "the requester gets the address that is reserved for another user. Without a decision it is judged again when "
        "that user is created or the reservation ends.",
    )
    RELINK_FORMER = "relink_former", "the former account becomes this user's again, with what belongs to it."
    RELINK_DEACTIVATED = "relink_deactivated", "the deactivated account becomes this user's, with what belongs to it."
    RELINK_USED = "relink_used", "the holder becomes this user's account, with what belongs to it."


class Again(Code):
    """How the identity provider comes to send a refused change again."""

    BY_ITSELF = (
        "by_itself",
        "Nothing has to be done: the identity provider tries again by itself, at one of its next cycles (about every "
        "40 minutes, less often the longer it has failed).",
    )
    TASK = (
        "task",
        "Press Retry on the failed task in Okta (Dashboard > Tasks): the identity provider does not do so by itself.",
    )
    PUSH = (
        "push",
        "Push the user again in the identity provider: whether it tries again by itself is not known.",
    )


class StepCode(Code):
    """What has to be done next."""

    NEXT_TRY = "next_try", "{again} The change goes through then."
    NEXT_CREATE = "next_create", "{again} The user is created then."
    WAIT = "wait", "It waits for the change of {user} to {address}, which is decided on its own."
    APPROVE_OR_WAIT = (
        "approve_or_wait",
        "{again} The change goes through then. Or approve it to have it done at once.",
    )
    APPROVE = "approve", "Approve or reject (one administrator decides)."
    APPROVE_ONE_MORE = "approve_one_more", "Approve or reject (one more administrator has to agree)."
    APPROVE_TWO = "approve_two", "Approve or reject (two different administrators have to agree)."
    APPROVAL_DOES = "approval_does", "With approval {effect}"
    LETS_IN = "lets_in", "It also lets the person in again: the same request activates them."
    RESOLUTION_DOES = "resolution_does", 'With the resolution "{other}" {instead}'
    OTHERS_CHOSE = (
        "others_chose",
        '{names} chose the resolution "{resolution}": {effect} With "{other}" {instead} Name yours.',
    )
    CONFIRM_KEY = (
        "confirm_key",
        "Or have a different administrator confirm the directory's key: then the next try goes through.",
    )
    CONFIRM_KEY_ONLY = "confirm_key_only", "Have a different administrator confirm the key."
    CONFIRM_KEY_OR_PUSH = (
        "confirm_key_or_push",
        "Have a different administrator confirm the directory's key; or push, then let two administrators approve.",
    )
    VERIFY_DOMAIN = (
        "verify_domain",
        "Have the domain verified: add it under Domains and prove it in DNS, or ask the operator of the service where "
        "that is not offered. Then it goes on by itself. Or correct the address in the identity provider.",
    )
    VERIFY_DOMAIN_AND_PUSH = (
        "verify_domain_and_push",
        "Have the domain verified: add it under Domains and prove it in DNS, or ask the operator of the service where "
        "that is not offered. Then the identity provider's next request with the address goes on. Or correct the "
        "address there.",
    )
    RELEASE_THERE = (
        "release_there",
        "Release the address there. Your own administrators can only give this person another address.",
    )
    CORRECT_ADDRESS = (
        "correct_address",
        "Two users of the directory claim one address: give one of them another address in the identity provider.",
    )
    CORRECT_USER_NAME = "correct_user_name", "Give one of the two users another userName in the identity provider."
    CORRECT_NAMESAKE = (
        "correct_namesake",
        "If the two are one person, link them in the identity provider; else give one of them another userName there.",
    )
    SET_BACK = (
        "set_back",
        "Set {wanted} back to {old} in the identity provider: while somebody else has {wanted}, every request for it "
        "is answered 409. Or retry the conflict: then it is judged again.",
    )
    GIVE_ANOTHER = (
        "give_another",
        "Give the user something else than {wanted} in the identity provider: while somebody else has {wanted}, every "
        "request for it is answered 409. Or retry the conflict: then it is judged again.",
    )
    FREE_BY_HAND = "free_by_hand", "Your policy refuses this: free the address by hand, or change the policy."
    BREAK_CIRCLE = "break_circle", "Give one of them another address for a moment: the others then follow one by one."
    CORRECT_ACCOUNTS = "correct_accounts", "Look at the accounts concerned, correct what contradicts, then retry."
    FIND_ERROR = (
        "find_error",
        "Find the error (correlation id {correlation_id}) and remove its cause, then retry. The identity provider's "
        "next try has it looked at again, too.",
    )
    UNDO_AS_WELL = "undo_as_well", "Undo it as well: it takes two different administrators."
    UNDO_AGAIN = "undo_again", "Undo it again: not all groups are given back yet."


CODED: Mapping[str, type[Code]] = {
    "again": Again,
    "effect": Effect,
    "instead": Effect,
    "proof": ProofKind,
}
"""The parameters of statements whose values are codes themselves."""


class Role(StrEnum):
    """Who has to do it, as people read it; `code` is the stable one."""

    ADMINISTRATOR = "organization administrator"
    IDP_ADMINISTRATOR = "identity provider administrator"
    OTHER_ADMINISTRATOR = "administrator of the other organization"
    IDP = "identity provider"
    OPERATOR = "operator of the service"
    NOBODY = "nobody"

    @property
    def code(self) -> str:
        """`organization_administrator` and so on."""
        return self.value.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who must do what."""

    who: Role
    statements: tuple[Statement[StepCode], ...]

    @property
    def code(self) -> StepCode:
        """What is to be done; the statements after the first say what that does."""
        return self.statements[0].code

    @property
    def what(self) -> str:
        """The whole of it, for a person to read."""
        return " ".join(statement.sentence for statement in self.statements)


def step(who: Role, code: StepCode, **parameters: str) -> NextStep:
    """A next step of one statement."""
    return NextStep(who, (Statement(code, parameters),))
