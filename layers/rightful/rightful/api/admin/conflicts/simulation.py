"""Admin API: what a changed policy would have decided, before it is saved."""

from collections.abc import Mapping

from rightful.api.admin.call import AdminCall
from rightful.api.admin.organizations.settings import asked_settings
from rightful.api.request import Response
from rightful.core.conflicts.reading.document import outline, statement_documents
from rightful.core.simulation.simulate import simulate
from rightful.core.simulation.simulation import ClassCount, Difference, Judgement, Simulation
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.simulated import Verdict
from rightful.text.ids import time_text

_SHOWN = (
    "id",
    "status",
    "class",
    "directoryId",
    "operation",
    "requester",
    "wantedEmail",
    "wantedUserName",
    "createdAt",
)


def simulate_policy(call: AdminCall) -> Response:
    """POST policy/simulation, with the body of PUT policy: nothing is saved."""
    organization = call.organization()
    asked, _ = asked_settings(call, organization)
    return Response(200, simulation_document(simulate(call.store, organization, asked, call.invocation.now)))


def simulation_document(found: Simulation) -> dict[str, object]:
    """A simulation as JSON."""
    comparison = found.comparison
    return {
        "since": time_text(found.since),
        "asOf": time_text(found.now),
        "complete": found.complete,
        "reachesBackTo": time_text(found.reaches_back_to),
        "conflicts": comparison.conflicts,
        "simulated": comparison.simulated,
        "changed": comparison.changed,
        "byClass": [_class_document(each) for each in comparison.classes],
        "differences": [_difference_document(each) for each in comparison.differences],
        "notSimulated": [{"number": each.number, **_statement_document(each.why)} for each in comparison.not_simulated],
        "leftOut": [_statement_document(each) for each in found.left_out],
        "unconfirmed": [each.value for each in found.unconfirmed],
    }


def _class_document(count: ClassCount) -> dict[str, object]:
    return {
        "class": count.conflict_class.value if count.conflict_class is not None else None,
        "conflicts": count.conflicts,
        "notSimulated": count.not_simulated,
        "before": _numbers(count.before),
        "after": _numbers(count.after),
        "changed": count.changed,
    }


def _numbers(verdicts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: number for verdict, number in verdicts.items()}


def _difference_document(difference: Difference) -> dict[str, object]:
    shown = outline(difference.conflict)
    return {
        "conflict": {name: shown[name] for name in _SHOWN},
        "before": _judgement_document(difference.before),
        "after": _judgement_document(difference.after),
    }


def _judgement_document(judgement: Judgement) -> dict[str, object]:
    return {
        "verdict": judgement.verdict.value,
        "sentence": judgement.sentence,
        "statements": statement_documents(judgement.statements),
    }


def _statement_document(statement: Statement[Code]) -> dict[str, object]:
    [document] = statement_documents([statement])
    return {**document, "sentence": statement.sentence}
