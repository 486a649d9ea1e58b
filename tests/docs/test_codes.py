"""docs/codes.md has every code that people's sentences are made of, with its sentence, once."""

import ast
import re
from string import Formatter

from local.paths import ROOT
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.evidence import ProofKind
from rightful.domain.conflicts.explanation import FindingCode, OutcomeCode
from rightful.domain.conflicts.next_step import CODED, Again, Effect, Role, StepCode
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.simulated import LeftOut, Verdict, VerdictNote, WhyNotSimulated
from rightful.domain.conflicts.undo_obstacle import UndoObstacleCode

TOLD = re.findall(r"^\| `(\w+)` \| (.*) \|$", (ROOT / "docs/codes.md").read_text(), re.MULTILINE)
_STEPS: list[Code] = [*StepCode, *Again, *Effect]
_SIMULATED: list[Code] = [*Verdict, *VerdictNote, *WhyNotSimulated, *LeftOut]
_OBSTACLES: list[Code] = [*ObstacleCode, *UndoObstacleCode]
CODES: list[Code] = [*FindingCode, *OutcomeCode, *_STEPS, *ProofKind, *_OBSTACLES, *_SIMULATED]


def test_every_code_is_there_with_its_sentence_and_no_other_is() -> None:
    made = [(code.value, code.pattern) for code in CODES] + [(role.code, role.value) for role in Role]
    assert made == TOLD


def test_no_two_explanations_have_one_code() -> None:
    codes = [code.value for code in (*FindingCode, *OutcomeCode)]
    assert len(set(codes)) == len(codes)


def test_a_parameter_of_which_words_are_made_is_known_to_the_store() -> None:
    for code in (*FindingCode, *OutcomeCode, *StepCode):
        named = {name for _, name, _, _ in Formatter().parse(code.pattern) if name}
        assert named.isdisjoint({"again", "effect", "instead", "proof"} - set(CODED)), code


def test_sentences_are_sentences() -> None:
    for code in (*FindingCode, *OutcomeCode, *StepCode, *UndoObstacleCode, *_SIMULATED):
        if code not in {OutcomeCode.REASON, OutcomeCode.REJECTED, OutcomeCode.UNDONE, OutcomeCode.APPROVED_BY}:
            assert re.match(r"[A-Z{]", code.pattern), code
            assert code.pattern.endswith((".", "{effect}", "{instead}")), code


def test_nothing_compares_a_sentence() -> None:
    for path in (ROOT / "layers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                sides = [each.attr for each in (node.left, *node.comparators) if isinstance(each, ast.Attribute)]
                assert not {"sentence", "what"} & set(sides), f"{path}:{node.lineno}"


def test_every_parameter_is_described_once() -> None:
    described = re.findall(r"^\| \{(\w+)\} \| .+ \|$", (ROOT / "docs/codes.md").read_text(), re.MULTILINE)
    assert described == sorted({name for code in CODES for name in code.parameters})
