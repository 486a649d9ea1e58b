"""What an identity provider was answered when a claim was refused, told again from the row of the log, for a person.

By the functions that make the answers (`scim.errors` and those that call it): there is no second wording of an error.
What a row does not say, for example a userName or the id of a key, is not made up: then only the status is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rightful.core.accounts.resource import UnverifiedDomainError
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.conflicts.explanation import FindingCode, OutcomeCode
from rightful.domain.events.event_log import Action
from rightful.scim.errors import ScimError, forbidden, invalid_value, uniqueness

_TABLE_8 = "RFC 7644 section 3.12, table 8"
_TABLE_9 = "RFC 7644 section 3.12, table 9"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """What a row of the log says of a refusal, as far as the answer goes by it."""

    action: str
    code: str
    conflict_id: str | None
    requested_email: str | None


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """What was answered, and what that means.

    Attributes:
        scim_type: of the answer; None: it has none.
        body: as it was sent; None: the row does not have what it named.
        section: where the RFC has it.
        meaning: for an administrator: what became of the request.
        instead: what to do, where the row has no next step.
    """

    status: int
    scim_type: str | None
    body: Mapping[str, object] | None
    section: str
    meaning: str
    instead: str


_OPEN_CONFLICT = "Open the conflict: it says who has to do what."


def sent_answer(row: RefusedRow) -> SentAnswer | None:
    """What was answered to the request of a row; None: a row of another kind, to which nothing was answered. Pure."""
    if row.action != Action.CLAIM_REFUSED:
        return None
    if row.code == OutcomeCode.BY_ONE:
        return _answer(
            forbidden(""),
            f"{_TABLE_8}: 403 Forbidden",
            "The request was not carried out: it takes two people, and came with a key that one administrator alone "
            "issued. The answer named the route by which a different administrator confirms that key.",
            "Have a different administrator confirm the key.",
        )
    if row.code == FindingCode.UNVERIFIED_DOMAIN and row.conflict_id is None:
        known = _unverified(row.requested_email)
        return _answer(
            known or invalid_value(""),
            f"{_TABLE_9}: invalidValue",
            "The address is on a domain that this organization has not verified. Nothing was changed, and whether "
            "somebody has the address was not looked at.",
            "Verify the domain, or correct the address in the identity provider.",
            told=known is not None,
        )
    named = row.requested_email if row.code != OutcomeCode.NAMESAKE and row.conflict_id is not None else None
    return _answer(
        uniqueness("email", named or ""),
        f"{_TABLE_9}: uniqueness",
        "Another user has what the request asks for, an address or a userName. The request itself changed nothing"
        + (", and was recorded as a conflict." if row.conflict_id is not None else "."),
        _OPEN_CONFLICT if row.conflict_id is not None else "",
        told=named is not None,
    )


def _answer(answer: ScimError, section: str, meaning: str, instead: str, *, told: bool | None = None) -> SentAnswer:
    whole = told if told is not None else bool(answer.detail)
    return SentAnswer(
        answer.status, answer.scim_type, answer.body() if whole else None, section, meaning, instead
    )  # fmt: skip


def _unverified(requested_email: str | None) -> ScimError | None:
    try:
        address = parse_address(requested_email) if requested_email else None
    except InvalidAddressError:
        return None
    return UnverifiedDomainError(address) if address is not None else None
