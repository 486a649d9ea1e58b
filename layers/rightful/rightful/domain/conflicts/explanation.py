"""What people are told about a conflict, as codes (docs/codes.md): each has a pattern, of which its sentence is made.
Code compares codes, never a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rightful.domain.conflicts.code import Code


class FindingCode(Code):
    """Who holds the address."""

    REQUESTER = "requester", "The requester holds the address already."
    NOBODY = "nobody", "Nobody holds the address any more."
    MISSING_ACCOUNT = "missing_account", "The address is listed by mistake for an account that does not exist."
    OTHER_ADDRESS = "other_address", "The address is listed by mistake for an account that has another address."
    SOFT_DELETE = (
        "soft_delete",
        "The identity provider writes digits before the address of a user that it deleted; that is not a new address.",
    )
    OTHER_ORGANIZATION = "other_organization", "The address is held by an account outside your organization."
    UNVERIFIED_DOMAIN = "unverified_domain", "The domain {domain} is not verified by your organization."
    PROTECTED = "protected", "A protected account is involved ({protected})."
    LEAVING = "leaving", "The holder, {holder}, is about to move to another address as well ({kind})."
    ACTIVE_IN_DIRECTORY = (
        "active_in_directory",
        "Another active user of the same directory has the address: {holder}.",
    )
    OTHER_DIRECTORY = "other_directory", "The address is that of {holder}, a user of your directory {directory}."
    FORMER_ACCOUNT = (
        "former_account",
        "The address is held by {holder}, a former account of the same person (proof: {proof}).",
    )
    TO_BE_DELETED = "to_be_deleted", "The address is held by {holder}, an account that is to be deleted."
    TO_BE_DELETED_ON = "to_be_deleted_on", "The address is held by {holder}, an account that is to be deleted on {day}."
    DEACTIVATED = "deactivated", "The address is held by {holder}, a deactivated account."
    DEACTIVATED_ON = "deactivated_on", "The address is held by {holder}, an account that was deactivated on {day}."
    UNCONFIRMED = (
        "unconfirmed",
        "The address is held by a sign-up that was never confirmed and never used, on a domain of yours.",
    )
    DUPLICATE = "duplicate", "The address is held by {holder}, an unused duplicate of the same person (proof: {proof})."
    CLAIMABLE = (
        "claimable",
        "The address is held by an account on a domain of yours that your organization does not manage yet.",
    )
    UNLINKED = (
        "unlinked",
        "The address is held by {holder}, an account of your organization that no directory provisions "
        "(last login: {last_login}).",
    )
    UNLINKED_UNCONFIRMED = (
        "unlinked_unconfirmed",
        "The address is held by {holder}, an account of your organization that no directory provisions "
        "(last login: {last_login}; its mailbox was never confirmed).",
    )
    USER_NAME = (
        "user_name",
        "The userName {user_name} is taken, not the email address: another user of the directory has it, {user}.",
    )
    USER_NAME_FREE = "user_name_free", "The userName {user_name} was taken, but nobody has it any more."
    USER_NAME_AND_ADDRESS = (
        "user_name_and_address",
        "Two values are taken: {user}, another user of the directory, has the userName {user_name} that the same "
        "change asks for, and somebody has the address. Once the userName is free, the address is decided on its own.",
    )
    RESERVED = (
        "reserved",
        "The address is reserved until {until} for {reserved_for}, a user that is about to be created.",
    )
    UNREADABLE = "unreadable", "It is not certain who holds the address: the account could not be read."


class OutcomeCode(Code):
    """Why a conflict is as it is: what holds it back, what was done, or why it ended."""

    # Why it is not resolved by itself.
    OTHER_LETTERS = "other_letters", "The holder's address is written in other letters than the wanted one."
    PROOF_ELSEWHERE = (
        "proof_elsewhere",
        "Only another directory says that it is the same person: an administrator has to confirm it.",
    )
    DEACTIVATED_SINCE_WHEN = "deactivated_since_when", "It is not known since when the holder has been deactivated."
    DEACTIVATED_LATELY = (
        "deactivated_lately",
        "The holder has been deactivated for less than {days}: until {until} it gives nothing up by itself.",
    )
    PAUSED = "paused", "Automatic resolution is paused for this organization."
    DRY_RUN = "dry_run", "Automatic resolution is in dry run for this organization: nothing moves by itself."
    BACK_AND_FORTH = (
        "back_and_forth",
        "An earlier conflict moved this address on {day}, to or from the same person: until {until} it does not go "
        "back and forth by itself.",
    )
    HOUR_FULL = (
        "hour_full",
        "As many addresses have moved by themselves within this hour as may ({limit}): it is examined again after "
        "{until}.",
    )
    DAY_FULL = (
        "day_full",
        "One of the accounts has changed by itself as often today as it may ({limit}): it is examined again after "
        "{until}.",
    )
    OVER_CAP = (
        "over_cap",
        "It would take more by itself than your organization ever allows at once ({limit}): without an approval it "
        "stays as it is.",
    )
    # Why nothing can be done now.
    FOLLOWS = (
        "follows",
        "The holder, {holder}, is about to move to another address as well. This change follows as soon "
        "as that one goes through.",
    )
    FOLLOWS_LATER = (
        "follows_later",
        "The holder, {holder}, is about to move to another address as well. Once that one has gone through, this one "
        "does with the identity provider's next try, or with an approval then: nothing moves by itself now.",
    )
    CIRCLE_TOO_LONG = (
        "circle_too_long",
        "{participants} people pass their addresses on in a circle: more than can move at once ({limit} writes), and "
        "they cannot move in parts.",
    )
    OTHER_USER_NAME_TAKEN = (
        "other_user_name_taken",
        "The same change asks for the userName {user_name}, which another user of the directory has: {user}.",
    )
    ADDRESS_UNCERTAIN = "address_uncertain", "It is not certain who holds the address, so nothing was changed."
    USER_NAME_UNCERTAIN = "user_name_uncertain", "It is not certain who holds the userName, so nothing was changed."
    NAMESAKE = "namesake", "The user was not created: another one of the directory has the userName {user_name}."
    BY_ONE = (
        "by_one",
        "The address was not {done}: the account {why}, and one administrator alone issued the key of the request. A "
        "different administrator can confirm the key; then the next try goes through.",
    )
    FAILED = "failed", "The service failed each time it looked at this change, and stopped trying. Nothing was changed."
    # What was done.
    REST_APPLIED = "rest_applied", "The rest of the change was applied."
    ADDRESS_STAYS = "address_stays", "The address stays; the rest of the change was applied."
    APPLIED = "applied", "The change was applied."
    HOLDER_UNLINKED = (
        "holder_unlinked",
        "The holder was unlinked from its directory, gave the address up, and the change was applied.",
    )
    DUPLICATE_DEACTIVATED = (
        "duplicate_deactivated",
        "The duplicate gave the address up and was deactivated, and the change was applied.",
    )
    RESERVATION_ENDED = "reservation_ended", "The reservation was ended, and the change was applied."
    HOLDER_RELEASED = "holder_released", "The holder gave the address up, and the change was applied."
    NOTHING_TO_DO = "nothing_to_do", "There is nothing to do."
    LINKED_AGAIN_BY_CREATE = "linked_again_by_create", "The next create links that account again, until {until}."
    PASSED_ON = "passed_on", "An administrator passed it on: it is kept for the user {user_name} now, until {until}."
    KEPT = "kept", "The address is kept for the user {user_name} until {until}."
    RELEASED_AND_KEPT = (
        "released_and_kept",
        "The holder gave the address up. It is kept for the user {user_name} until {until}.",
    )
    SWAPPED = "swapped", "The two people swapped their addresses, both at once."
    ROTATED = "rotated", "{participants} people passed their addresses on in a circle, all at once."
    CLAIMED = "claimed", "Your organization claimed the account that holds {address}; its owner is told."
    WENT_THROUGH = "went_through", "The address had become free: the change itself went through."
    DEACTIVATED_AT_ONCE = "deactivated_at_once", "The person was deactivated. The address is decided on its own."
    # Why it is not wanted any more.
    EXPIRED = "expired", "It is not waited for any longer: nothing could be done by {until}, in 28 days."
    EXPIRED_FAILED = (
        "expired_failed",
        "It is not waited for any longer: it could not be examined by {until}, in 28 days.",
    )
    EXPIRED_UNASKED = (
        "expired_unasked",
        "Its 28 days were over on {until}: the same request since is a conflict of its own.",
    )
    DIRECTORY_DELETED = "directory_deleted", "The directory that asked for the change was deleted."
    KEY_REVOKED = (
        "key_revoked",
        "The key that asked for the change was revoked. Push the user again with another key if it is still wanted.",
    )
    REPLACED = "replaced", "A later change of the same person took its place."
    ANOTHER_ADDRESS_ASKED = "another_address_asked", "A later change asks for another address ({address})."
    ANOTHER_ADDRESS_GIVEN = "another_address_given", "A later change gave the person another address."
    ANOTHER_USER_NAME_GIVEN = "another_user_name_given", "A later change gave the person another userName."
    ADDRESS_KEPT = "address_kept", "A later request says that the person keeps the address."
    ACCOUNT_REMOVED = "account_removed", "The account of the person who wanted the address was removed."
    NOT_PROVISIONED = "not_provisioned", "The person who wanted the address is no longer provisioned by this directory."
    PERSON_DEACTIVATED = "person_deactivated", "The person who wanted the address was deactivated."
    PERSON_DELETED = "person_deleted", "The identity provider has deleted the person (a soft delete)."
    CREATED_OTHERWISE = "created_otherwise", "The user was created with another address."
    CREATED = "created", "The user was created."
    NOT_KEPT = (
        "not_kept",
        "What was kept for the user is not any more: it was passed on to another, or the account has changed since.",
    )
    NOBODY_CAME = "nobody_came", "The user was not created by {until}, so nothing is kept for it any more."
    DOMAIN_LOST = "domain_lost", "The domain {domain} is not verified by your organization any more."
    # What people said.
    REJECTED = "rejected", "Rejected by {by}: {reason}"
    UNDONE = "undone", "Undone by {by}: {reason}"
    OPENED_AGAIN = "opened_again", "Opened again by {by}."
    OPENED_AFTER_FAILURE = "opened_after_failure", "It failed before, and is examined again."
    REASON = "reason", "{reason}"
    # What is said besides.
    APPROVED_BY = "approved_by", "Approved by {by}: {reason}"
    OLD_ADDRESS_FREE = "old_address_free", "Nobody holds {address} any more."
    APPROVALS_ENDED = "approvals_ended", "It is not what {names} approved any more: that approval has ended."
    APPROVALS_LAPSED = "approvals_lapsed", "An approval counts for 7 days: that of {names} has ended."
    APPROVALS_REVOKED = "approvals_revoked", "The key with which {names} approved was revoked: that approval has ended."
    HOLDER_REJECTED = (
        "holder_rejected",
        "{name}, who has the address, was to move to {address}, which {by} rejected: so it does not become free, and "
        "nobody swaps.",
    )
    HOLDER_UNDONE = (
        "holder_undone",
        "{name}, who has the address, was to move to {address}, which {by} undid: so it does not become free, and "
        "nobody swaps.",
    )
    UNDONE_TOGETHER = "undone_together", "They had swapped: the changes of {names} were undone with it."
    CLAIM_GIVEN_BACK = "claim_given_back", "The account that was claimed for it is the person's own again."
    CLAIM_CHANGED = (
        "claim_changed",
        "The account that was claimed for it was changed since, so it stays your organization's.",
    )
    CLAIM_TAKES_TWO = (
        "claim_takes_two",
        "The account that was claimed for it stays your organization's: its address takes two people, and one alone "
        "does not give it back.",
    )
    STAYS_ACTIVE = "stays_active", "The person stays active: the identity provider says so."
    STAYS_DEACTIVATED = "stays_deactivated", "The person stays deactivated: the identity provider says so."
    GROUPS_LOST = "groups_lost", "{number} of the groups that the user was in could not be given back."


ExplanationCode = FindingCode | OutcomeCode

NOTES = frozenset(
    {
        OutcomeCode.APPROVED_BY,
        OutcomeCode.OLD_ADDRESS_FREE,
        OutcomeCode.APPROVALS_ENDED,
        OutcomeCode.APPROVALS_LAPSED,
        OutcomeCode.APPROVALS_REVOKED,
        OutcomeCode.HOLDER_REJECTED,
        OutcomeCode.HOLDER_UNDONE,
        OutcomeCode.UNDONE_TOGETHER,
        OutcomeCode.CLAIM_GIVEN_BACK,
        OutcomeCode.CLAIM_CHANGED,
        OutcomeCode.CLAIM_TAKES_TWO,
        OutcomeCode.STAYS_ACTIVE,
        OutcomeCode.STAYS_DEACTIVATED,
        OutcomeCode.GROUPS_LOST,
    }
)
"""Codes that say something besides, after what matters."""

_Code_co = TypeVar("_Code_co", bound=Code, covariant=True)


@dataclass(frozen=True, slots=True)
class Statement(Generic[_Code_co]):
    """A code, and what its pattern names. A parameter may be a code itself: then the sentence has that one's words."""

    code: _Code_co
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The code as a person reads it."""
        words = {
            name: value.pattern.format_map(self.parameters) if isinstance(value, Code) else value
            for name, value in self.parameters.items()
        }
        return self.code.pattern.format_map(words)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a conflict is as it is: who holds the address, and what follows from that."""

    statements: tuple[Statement[ExplanationCode], ...] = ()

    @property
    def code(self) -> ExplanationCode | None:
        """The latest of what follows; who holds the address, where that says everything; None: nothing is said yet."""
        codes = [statement.code for statement in self.statements if statement.code not in NOTES]
        return codes[-1] if codes else None

    @property
    def has_notes(self) -> bool:
        """Whether it says something besides."""
        return any(statement.code in NOTES for statement in self.statements)

    @property
    def sentence(self) -> str:
        """The whole of it."""
        return " ".join(statement.sentence for statement in self.statements)

    def and_then(self, code: ExplanationCode, **parameters: str) -> "Explanation":
        """The same, and one statement more."""
        return Explanation((*self.statements, Statement(code, parameters)))


NOTHING_SAID = Explanation()
"""What there is before anybody has examined a conflict."""


def explained(code: ExplanationCode, **parameters: str) -> Explanation:
    """An explanation of one statement."""
    return Explanation((Statement(code, parameters),))
