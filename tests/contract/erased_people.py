"""Contract: who was erased is remembered until nothing is left of them."""

from rightful.domain.erasure import ErasedPerson
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import EndErased, NoteErased
from tests.contract.committing import Committing
from tests.support.builders import NOW
from tests.support.names import Names


class ErasedPeople:
    """A note for each, however often it is written, and none once it is ended."""

    def test_who_was_erased_is_noted_once_and_the_note_ends(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        known = ErasedPerson(names.mine, names.organization, NOW, frozenset({"ada@example.com"}), frozenset({"ada"}))
        unknown = ErasedPerson(names.other, names.organization, NOW)
        for person in (known, unknown, known):
            committing.done(NoteErased(person))
        found = [each for each in store.erased_people(limit=1_000) if each.account_id in {names.mine, names.other}]
        assert found == sorted([known, unknown], key=lambda each: each.account_id)
        for _ in range(2):
            committing.done(EndErased(names.mine))
        left = [each for each in store.erased_people(limit=1_000) if each.account_id in {names.mine, names.other}]
        assert left == [unknown]
