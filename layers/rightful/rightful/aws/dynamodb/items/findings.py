"""The parameters of what is told about a conflict, as they are read: some are codes themselves."""

from collections.abc import Mapping

from rightful.domain.evidence import ProofKind
from rightful.domain.explanation import Code
from rightful.domain.next_step import Effect

CODED: Mapping[str, type[Code]] = {"effect": Effect, "instead": Effect, "proof": ProofKind}
"""The parameters whose values are codes themselves."""


def read_parameters(document: Mapping[str, str]) -> Mapping[str, str]:
    """What a statement names."""
    return {name: CODED.get(name, str)(value) for name, value in document.items()}
