"""What was found and is told about a conflict as documents of its item, and back. Each has the version of its format.

The sentences are not stored: they are made anew from codes and parameters.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeVar

from rightful.domain.account import AccountStatus, Flag, Origin
from rightful.domain.evidence import (
    Evidence,
    Holder,
    HolderFacts,
    Leaving,
    NoProof,
    NoProofKind,
    Proof,
    ProofKind,
    Protection,
    Reserved,
    Side,
    TakenUserName,
)
from rightful.domain.explanation import Code, Explanation, ExplanationCode, FindingCode, OutcomeCode, Statement
from rightful.domain.next_step import Effect, NextStep, Role, StepCode

_FORMAT = 1

_Read = TypeVar("_Read")
_AnyCode = TypeVar("_AnyCode", bound=Code)

CODED: Mapping[str, Callable[[str], Code]] = {"effect": Effect, "instead": Effect, "proof": ProofKind}
"""The parameters whose values are codes themselves."""

_EXPLANATIONS: Mapping[str, ExplanationCode] = {code.value: code for code in (*FindingCode, *OutcomeCode)}


def explanation_text(explanation: Explanation) -> str:
    """An explanation: its codes and what they name."""
    return _text({"statements": [asdict(each) for each in explanation.statements]})


def read_explanation(document: Mapping[str, object]) -> Explanation:
    """The inverse of `explanation_text`; an empty one of nothing."""
    return Explanation(tuple(_read_statement(_EXPLANATIONS.__getitem__, each) for each in _statements(document)))


def next_step_text(step: NextStep) -> str:
    """A next step: who, the codes, and what they name."""
    return _text(asdict(step))


def read_next_step(document: Mapping[str, object]) -> NextStep:
    """The inverse of `next_step_text`."""
    statements = tuple(_read_statement(StepCode, each) for each in _statements(document))
    return NextStep(Role(str(document["who"])), statements)


def evidence_text(evidence: Evidence) -> str:
    """The evidence: what counts, by name."""
    return _text({name: value for name, value in asdict(evidence).items() if value})


def read_evidence(document: Mapping[str, object]) -> Evidence:
    """The inverse of `evidence_text`."""
    holder, participants = document.get("holder"), document.get("participants")
    protected = document.get("protected")
    return Evidence(
        holder=_read_holder_facts(holder) if isinstance(holder, Mapping) else _optional(Holder, holder),
        reserved=_part(document.get("reserved"), lambda part: Reserved(_day(part["until"]), str(part["conflict_id"]))),
        soft_delete=document.get("soft_delete") is True,
        domain=_optional(str, document.get("domain")),
        proof=_part(document.get("proof"), lambda part: Proof(ProofKind(str(part["kind"])), str(part["number"]))),
        no_proof=_part(
            document.get("no_proof"), lambda part: NoProof(NoProofKind(str(part["kind"])), str(part["number"]))
        ),
        protected=tuple(map(_read_protection, protected)) if isinstance(protected, list) else (),
        leaving=_optional(Leaving, document.get("leaving")),
        participants=participants if isinstance(participants, int) else 0,
        user_name=_optional(TakenUserName, document.get("user_name")),
    )


def _read_holder_facts(part: Mapping[str, object]) -> HolderFacts:
    return HolderFacts(
        status=AccountStatus(str(part["status"])),
        origin=Origin(str(part["origin"])),
        confirmed=part["confirmed"] is True,
        directory_id=_optional(str, part["directory_id"]),
        former_directory_id=_optional(str, part["former_directory_id"]),
        last_login=_optional(_day, part["last_login"]),
        deactivated_on=_optional(_day, part["deactivated_on"]),
        deletion_on=_optional(_day, part["deletion_on"]),
    )


def _read_protection(part: Mapping[str, object]) -> Protection:
    return Protection(
        Side(str(part["side"])),
        flag=_optional(Flag, part["flag"]),
        kind=_optional(str, part["kind"]),
        until=_optional(_day, part["until"]),
    )


def _text(document: Mapping[str, object]) -> str:
    return json.dumps({"format": _FORMAT, **document}, ensure_ascii=False, separators=(",", ":"), default=str)


def _read_statement(code: Callable[[str], _AnyCode], document: Mapping[str, object]) -> Statement[_AnyCode]:
    parameters = document["parameters"]
    found = parameters if isinstance(parameters, Mapping) else {}
    read = {name: CODED[name](value) if name in CODED else str(value) for name, value in found.items()}
    return Statement(code(str(document["code"])), read)


def _statements(document: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    found = document.get("statements")
    return found if isinstance(found, list) else ()


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _optional(read: Callable[[str], _Read], value: object) -> _Read | None:
    return read(str(value)) if value is not None else None


def _part(part: object, read: Callable[[Mapping[str, object]], _Read]) -> _Read | None:
    return read(part) if isinstance(part, Mapping) else None
