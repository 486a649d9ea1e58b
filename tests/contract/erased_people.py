"""Contract: who was erased is remembered, for each organization that knew them, until nothing is left of them there."""

from dataclasses import replace

from rightful.domain.erasure import ErasedPerson, Reached
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.accounts import EndErased, NoteErased
from tests.contract.committing import Committing
from tests.support.builders import NOW
from tests.support.names import Names


class ErasedPeople:
    """A note for each and each organization, and none once it is ended. How far it has come is noted only where it goes
    on."""

    def test_who_was_erased_is_noted_once_for_each_organization_and_the_note_ends(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        known = ErasedPerson(
            names.mine,
            names.organization,
            NOW,
            frozenset({"ada@example.com"}),
            frozenset({"ada"}),
            frozenset({f"create:{names.directory}:externalId:7"}),
        )
        elsewhere = replace(known, organization_id=names.other_organization)
        unknown = ErasedPerson(names.other, names.organization, NOW)
        for person in (known, elsewhere, unknown):
            committing.done(NoteErased(person))
            committing.refused(NoteErased(person))
        assert _noted(store, names) == {known, elsewhere, unknown}
        further = replace(known, reached=Reached(2, "position", NOW, found=True))
        committing.done(NoteErased(further, again=True))
        assert _noted(store, names) == {further, elsewhere, unknown}
        for _ in range(2):
            committing.done(EndErased(names.mine, names.organization))
        committing.refused(NoteErased(further, again=True))
        assert _noted(store, names) == {elsewhere, unknown}


def _noted(store: IdentityStore, names: Names) -> set[ErasedPerson]:
    return {each for each in store.erased_people(limit=1_000) if each.account_id in {names.mine, names.other}}
