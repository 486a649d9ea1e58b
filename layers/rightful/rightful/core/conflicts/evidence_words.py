"""Evidence in words, for administrators of the organization that asked. Pure."""

from collections.abc import Mapping

from rightful.domain.conflicts.evidence import Evidence, HolderFacts, Leaving, Protection, TakenUserName
from rightful.domain.two_people import words_for_kind

_UNNAMED: Mapping[str, str] = {}


def evidence_document(evidence: Evidence, directories: Mapping[str, str] = _UNNAMED) -> dict[str, str]:
    """The evidence by name, as the admin API shows it.

    Args:
        directories: what they are called, by id.
    """
    found = {
        "wanted": "32 hexadecimal digits before the person's own address" if evidence.soft_delete else None,
        "domain": evidence.domain,
        "kind": leaving_words(evidence),
        "participants": str(evidence.participants) if evidence.leaving is not None else None,
        "protected": protected_words(evidence) or None,
        **_holder(evidence, directories),
        **_user_name(evidence),
    }
    if evidence.reserved is not None:
        found["holder"] = f"reserved until {evidence.reserved.until} for a user that is about to be created"
        found["reserved by conflict"] = evidence.reserved.conflict_id
    if evidence.proof is not None:
        found["same person"] = evidence.proof.kind.pattern.format(number=evidence.proof.number)
    if evidence.no_proof is not None:
        number, why = evidence.no_proof.number, evidence.no_proof.kind.pattern
        found["same employeeNumber"] = f"{number}, which proves nothing: {why}"
    return {name: value for name, value in found.items() if value is not None}


def protected_words(evidence: Evidence) -> str:
    """Who is protected, and by what."""
    return ", ".join(f"{each.side.value}: {_protected_by(each)}" for each in evidence.protected)


def leaving_words(evidence: Evidence) -> str | None:
    """In which way the holder is to leave by itself."""
    if evidence.leaving is Leaving.CIRCLE:
        return "swap" if evidence.participants == 2 else f"rotation of {evidence.participants}"
    return "chain" if evidence.leaving is Leaving.CHAIN else None


def last_login_words(holder: HolderFacts) -> str:
    """When the holder signed in last."""
    return str(holder.last_login) if holder.last_login is not None else "never"


def _protected_by(protection: Protection) -> str:
    if protection.flag is not None:
        return protection.flag.value
    found = protection.kind or protection.until
    return words_for_kind(found) if found is not None else "marked"


def _holder(evidence: Evidence, directories: Mapping[str, str]) -> dict[str, str | None]:
    holder = evidence.holder
    if not isinstance(holder, HolderFacts):
        return {"holder": holder.pattern} if holder is not None else {}
    return {
        "holder": "a personal account on a domain of yours" if holder.personal else None,
        "status": holder.status.value,
        "origin": holder.origin.value,
        "linked in directory": _name_of(holder.directory_id, directories),
        "last linked in directory": _name_of(holder.former_directory_id, directories),
        "address confirmed": "yes" if holder.confirmed else "no",
        "last login": last_login_words(holder),
        "deactivated on": str(holder.deactivated_on) if holder.deactivated_on is not None else None,
        "deletion on": str(holder.deletion_on) if holder.deletion_on is not None else None,
    }


def _name_of(directory_id: str | None, directories: Mapping[str, str]) -> str | None:
    return directories.get(directory_id, directory_id) if directory_id is not None else None


def _user_name(evidence: Evidence) -> dict[str, str]:
    if evidence.user_name is None:
        return {}
    more = {
        TakenUserName.TAKEN: {},
        TakenUserName.FREE_AGAIN: {"holder": "nobody any more"},
        TakenUserName.ADDRESS_TOO: {"address": "taken as well"},
    }
    return {"key": "userName", **more[evidence.user_name]}
