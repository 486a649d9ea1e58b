"""What a diagnosis rests on, as typed facts. Plain data.

Compared to see whether a conflict is still what somebody read, kept with it, and put into words for administrators of
the organization that asked (`core.conflicts.reading.document`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rightful.domain.account import AccountStatus, Flag, Origin
from rightful.domain.conflicts.code import Code


class Holder(Code):
    """What there is to say of a holder that is no account of the organization's own."""

    REQUESTER = "requester", "the requester itself"
    NOBODY = "nobody", "nobody holds the address any more"
    MISSING = "missing", "the account that is listed does not exist"
    ELSEWHERE = "elsewhere", "the account that is listed has another address"
    UNREADABLE = "unreadable", "could not be read"


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """The holder, an account of the organization's own; or a personal one on a domain of its own, with what it takes to
    decide on claiming it."""

    status: AccountStatus
    origin: Origin
    confirmed: bool
    directory_id: str | None = None
    former_directory_id: str | None = None
    last_login: date | None = None
    deactivated_on: date | None = None
    deletion_on: date | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Reserved:
    """The address is kept for a user that another conflict's create is to bring."""

    until: datetime
    conflict_id: str


class ProofKind(Code):
    """What proves that two accounts are the same person's."""

    EXTERNAL_ID = "external_id", "the same externalId in this directory, which nobody else has there"
    NUMBER = "employee_number", "the same employeeNumber ({number}), which nobody else in the organization has"
    NUMBER_ELSEWHERE = (
        "employee_number_elsewhere",
        "the same employeeNumber ({number}), which nobody else in the organization has; it was not this directory that "
        "gave the holder it",
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """That requester and holder are one person."""

    kind: ProofKind
    number: str = ""

    @property
    def across(self) -> bool:
        """Whether it was another directory that said so of the holder. What two directories call by one number may be
        one person: that is for a person to say (`decision`)."""
        return self.kind is ProofKind.NUMBER_ELSEWHERE


class NoProofKind(Code):
    """Why the same employeeNumber does not prove that two accounts are one person's."""

    SHARED = "shared", "others in the organization have it, too"
    OTHER_EXTERNAL_IDS = "other_external_ids", "they have different externalIds here, or one that others have, too"


@dataclass(frozen=True, slots=True)
class NoProof:
    """Requester and holder have the same employeeNumber, and are not one person for that."""

    kind: NoProofKind
    number: str


class Side(StrEnum):
    """Who of the people that a conflict is about, as administrators read it."""

    REQUESTER = "requester"
    HOLDER = "holder"
    PARTICIPANT = "another person of the swap"


@dataclass(frozen=True, slots=True)
class Protection:
    """Somebody's address takes two people: by a flag; by its kind, a class of conflicts for which the policy wants two
    approvals; or because one person changed it from such a kind. Nothing of it is set: it is marked, and which mark an
    account of somebody else has is not said."""

    side: Side
    flag: Flag | None = None
    kind: str | None = None
    until: date | None = None


class Leaving(StrEnum):
    """How the holder is to leave by itself."""

    CIRCLE = "circle"
    CHAIN = "chain"


class TakenUserName(StrEnum):
    """What else there is to say where a userName is taken."""

    TAKEN = "taken"
    FREE_AGAIN = "free_again"
    ADDRESS_TOO = "address_too"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a diagnosis rests on; what does not count is None. Nothing about accounts of others."""

    holder: Holder | HolderFacts | None = None
    reserved: Reserved | None = None
    soft_delete: bool = False
    domain: str | None = None
    proof: Proof | None = None
    no_proof: NoProof | None = None
    protected: tuple[Protection, ...] = ()
    leaving: Leaving | None = None
    participants: int = 0
    user_name: TakenUserName | None = None


NO_EVIDENCE = Evidence()
"""Nothing is known, or nothing may be."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision rests on besides class and evidence: kept so that it can be decided again by another policy
    (`core.simulation`), and dropped with the evidence.

    Attributes:
        free: nobody stands in the way any more.
        follows: it comes after another change.
        other_letters: the holder's address is the wanted one in other letters.
        takes_two: somebody's address takes two people, whatever the policy says of kinds of accounts.
        kinds: classes for which a rule of two approvals protects somebody in this conflict.
        deactivated_at: since when the holder is deactivated, where that counts.
        decided_at: when it was resolved; None: it was not.
    """

    free: bool = False
    follows: bool = False
    other_letters: bool = False
    takes_two: bool = False
    kinds: tuple[str, ...] = ()
    deactivated_at: datetime | None = None
    decided_at: datetime | None = None


NO_GROUNDS = Grounds()
"""Class and evidence say everything."""
