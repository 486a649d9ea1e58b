"""What a check does with a disagreement that it is sure of."""

from dataclasses import dataclass, field

from rightful.core.integrity.accounts import Disagreement
from rightful.ports.context import Context


@dataclass(slots=True)
class Checked:
    """What a run found. `unrepaired` and `repaired` are disagreements."""

    looked_at: int = 0
    repaired: list[Disagreement] = field(default_factory=list)
    unrepaired: list[Disagreement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Repair:
    """Repairs it, if that is asked for and there is a way; else tells of it."""

    context: Context
    checked: Checked
    repair: bool

    def settle(self, found: Disagreement) -> None:
        """One disagreement, which was looked at consistently."""
        if not (self.repair and found.repair):
            self.checked.unrepaired.append(found)
            return
        if self.context.commits(found.repair):  # else it changed this moment: the next look will tell
            self.checked.repaired.append(found)
