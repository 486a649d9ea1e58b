"""How the contract's tests commit: the write on its own (for DynamoDB one conditional call), and together with another
write (a transaction), because these are two paths and must be one behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import pytest

from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import Refusal, RefusedError, Write
from tests.support.builders import a_row

_NUMBERS = count(1)
PLENTY = float(60)


def plenty() -> float:
    """Time enough."""
    return PLENTY


def given(store: IdentityStore, *writes: Write) -> None:
    """Write what the test starts from."""
    for write in writes:
        store.commit([write], remaining=plenty)


@dataclass(frozen=True, slots=True)
class Committing:
    """Commits one write, with or without a bystander in the same commit."""

    store: IdentityStore
    together: bool

    def done(self, write: Write) -> None:
        """The write's condition holds: it is done, and so is whatever was committed with it."""
        writes, witness = self._with_bystander(write)
        self.store.commit(writes, remaining=plenty)
        assert _is_written(self.store, witness) is self.together

    def refused(self, write: Write) -> object:
        """The write's condition does not hold: exactly it is refused, nothing else is done. Returns what was found."""
        writes, witness = self._with_bystander(write)
        with pytest.raises(RefusedError) as refused:
            self.store.commit(writes, remaining=plenty)
        assert [refusal.write for refusal in refused.value.refusals] == [write]
        assert not _is_written(self.store, witness)
        refusal: Refusal = refused.value.refusals[0]
        return refusal.found

    def _with_bystander(self, write: Write) -> tuple[Sequence[Write], str]:
        witness = f"witness{next(_NUMBERS)}"
        bystander = AppendLog(a_row(witness, "row"))
        return ([bystander, write] if self.together else [write]), witness


def _is_written(store: IdentityStore, witness: str) -> bool:
    return bool(store.log(witness, limit=1).entries)
