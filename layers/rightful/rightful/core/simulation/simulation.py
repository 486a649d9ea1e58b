"""What a simulation says. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.policy import Brakes, Policy
from rightful.domain.conflicts.simulated import LeftOut, Verdict, WhyNotSimulated


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides: a policy as it counts, and the brakes."""

    policy: Policy
    brakes: Brakes


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a conflict would be decided, and why so."""

    verdict: Verdict
    statements: tuple[Statement[Code], ...]

    @property
    def sentence(self) -> str:
        """The whole of it."""
        return " ".join(statement.sentence for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Difference:
    """A conflict that would have been decided otherwise, or for another reason."""

    conflict: Conflict
    before: Judgement
    after: Judgement


@dataclass(frozen=True, slots=True)
class ClassCount:
    """The conflicts of a class (None: those that nobody has examined yet).

    Attributes:
        conflicts: how many there were, and `not_simulated`: of how many of them it is not known.
        before: how many would be decided how by the policy that counts; `after`: by the other one.
        changed: of how many the decision, or its reason, would be another one.
    """

    conflict_class: ConflictClass | None
    conflicts: int
    not_simulated: int
    before: Mapping[Verdict, int]
    after: Mapping[Verdict, int]
    changed: int


@dataclass(frozen=True, slots=True)
class NotSimulated:
    """How many conflicts could not be simulated, and why."""

    why: Statement[WhyNotSimulated]
    number: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two policies would have decided about conflicts.

    Attributes:
        classes: in the order of `ConflictClass`, those of which there were any.
        differences: in the order of the conflicts, no more than the first `MOST_DIFFERENCES`.
    """

    classes: tuple[ClassCount, ...]
    differences: tuple[Difference, ...]
    not_simulated: tuple[NotSimulated, ...]

    @property
    def conflicts(self) -> int:
        """How many there were."""
        return sum(each.conflicts for each in self.classes)

    @property
    def simulated(self) -> int:
        """Of how many it is known."""
        return self.conflicts - sum(each.not_simulated for each in self.classes)

    @property
    def changed(self) -> int:
        """How many would have been decided otherwise, or for another reason."""
        return sum(each.changed for each in self.classes)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a changed policy would have decided.

    Attributes:
        since: from when on conflicts were asked for.
        reaches_back_to: of all that were recorded then or later it is said; `complete`: that is `since`.
        left_out: what it does not take into account.
        unconfirmed: rules that would not count as asked for before a different administrator has confirmed them, or
            seven days have passed. They are simulated as asked for.
    """

    since: datetime
    now: datetime
    complete: bool
    reaches_back_to: datetime
    comparison: Comparison
    left_out: tuple[Statement[LeftOut], ...]
    unconfirmed: tuple[ConflictClass, ...]
