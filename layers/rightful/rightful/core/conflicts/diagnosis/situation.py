"""Who holds the address, as administrators of the organization that asked are told. Pure.

About an account of another organization it says nothing but that there is one; and it never says more than the evidence
shows.
"""

from collections.abc import Callable, Mapping

from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.evidence_words import last_login_words, leaving_words, protected_words
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.evidence import Evidence, Holder, HolderFacts, TakenUserName
from rightful.domain.conflicts.explanation import Explanation, FindingCode, Statement
from rightful.text.wording import moment_text

_Finding = Statement[FindingCode]
_Named = Mapping[str, str]

_ALWAYS: Mapping[ConflictClass, FindingCode] = {
    ConflictClass.SELF: FindingCode.REQUESTER,
    ConflictClass.TOMBSTONE: FindingCode.SOFT_DELETE,
    ConflictClass.OTHER_ORGANIZATION: FindingCode.OTHER_ORGANIZATION,
    ConflictClass.ACTIVE_IN_DIRECTORY: FindingCode.ACTIVE_IN_DIRECTORY,
    ConflictClass.OTHER_DIRECTORY: FindingCode.OTHER_DIRECTORY,
    ConflictClass.UNCONFIRMED: FindingCode.UNCONFIRMED,
    ConflictClass.CLAIMABLE: FindingCode.CLAIMABLE,
}


def _stale(evidence: Evidence) -> _Finding:
    codes = {Holder.MISSING: FindingCode.MISSING_ACCOUNT, Holder.ELSEWHERE: FindingCode.OTHER_ADDRESS}
    return Statement(
        codes.get(evidence.holder, FindingCode.NOBODY) if isinstance(evidence.holder, Holder) else FindingCode.NOBODY
    )


def _same_person(code: FindingCode, evidence: Evidence) -> _Finding:
    proof = evidence.proof
    if proof is None:
        return _unlinked(evidence)  # the classes are there only with a proof; without one this is what is known
    return Statement(code, {"proof": proof.kind, "number": proof.number})


def _dated(code: FindingCode, dated: FindingCode, day: object) -> _Finding:
    return Statement(dated, {"day": str(day)}) if day is not None else Statement(code)


def _unlinked(evidence: Evidence) -> _Finding:
    holder = evidence.holder
    if not isinstance(holder, HolderFacts):
        return Statement(FindingCode.UNLINKED, {"last_login": "unknown"})
    code = FindingCode.UNLINKED if holder.confirmed else FindingCode.UNLINKED_UNCONFIRMED
    return Statement(code, {"last_login": last_login_words(holder)})


def _other_key(evidence: Evidence) -> _Finding:
    codes = {
        TakenUserName.FREE_AGAIN: FindingCode.USER_NAME_FREE,
        TakenUserName.ADDRESS_TOO: FindingCode.USER_NAME_AND_ADDRESS,
    }
    return Statement(codes.get(evidence.user_name or TakenUserName.TAKEN, FindingCode.USER_NAME))


def _unknown(evidence: Evidence) -> _Finding:
    if evidence.reserved is None:
        return Statement(FindingCode.UNREADABLE)
    return Statement(FindingCode.RESERVED, {"until": moment_text(evidence.reserved.until)})


def _protected(evidence: Evidence) -> _Finding:
    return Statement(FindingCode.PROTECTED, {"protected": protected_words(evidence)})


def _facts(evidence: Evidence) -> HolderFacts | None:
    return evidence.holder if isinstance(evidence.holder, HolderFacts) else None


_BY_EVIDENCE: Mapping[ConflictClass, Callable[[Evidence], _Finding]] = {
    ConflictClass.STALE_INDEX: _stale,
    ConflictClass.UNVERIFIED_DOMAIN: lambda found: Statement(
        FindingCode.UNVERIFIED_DOMAIN, {"domain": found.domain or ""}
    ),
    ConflictClass.PROTECTED: _protected,
    ConflictClass.LEAVING: lambda found: Statement(FindingCode.LEAVING, {"kind": leaving_words(found) or ""}),
    ConflictClass.REHIRE: lambda found: _same_person(FindingCode.FORMER_ACCOUNT, found),
    ConflictClass.DUPLICATE: lambda found: _same_person(FindingCode.DUPLICATE, found),
    ConflictClass.PENDING_DELETION: lambda found: _dated(
        FindingCode.TO_BE_DELETED, FindingCode.TO_BE_DELETED_ON, facts.deletion_on if (facts := _facts(found)) else None
    ),
    ConflictClass.DEACTIVATED: lambda found: _dated(
        FindingCode.DEACTIVATED, FindingCode.DEACTIVATED_ON, facts.deactivated_on if (facts := _facts(found)) else None
    ),
    ConflictClass.UNLINKED: _unlinked,
    ConflictClass.OTHER_KEY: _other_key,
    ConflictClass.UNKNOWN: _unknown,
}


def situation(diagnosis: Diagnosis) -> Explanation:
    """Who holds the address; under `protected`, also who is."""
    conflict_class, evidence = diagnosis.effective_class, diagnosis.evidence
    always = _ALWAYS.get(conflict_class)
    said = Statement(always) if always is not None else _BY_EVIDENCE[conflict_class](evidence)
    found = _naming(said, diagnosis.named)
    if diagnosis.conflict_class is ConflictClass.PROTECTED and conflict_class is not ConflictClass.PROTECTED:
        return Explanation((found, _protected(evidence)))
    return Explanation((found,))


def _naming(said: _Finding, named: _Named) -> _Finding:
    """The same, with the names that its pattern asks for."""
    names = {name: named[name] for name in said.code.parameters if name in named}
    return Statement(said.code, {**names, **said.parameters})
