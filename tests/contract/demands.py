"""Contract: demands for addresses of an organization's accounts."""

from datetime import timedelta

from rightful.domain.conflicts.conflict import Pointer
from rightful.domain.demand import Demand
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.conflicts import PutDemand
from tests.contract.committing import Committing
from tests.support.builders import NOW
from tests.support.names import Names


class Demands:
    """They are listed, each once, by the organization of the account."""

    def test_demands_are_written_once_and_listed_page_by_page(
        self, store: IdentityStore, committing: Committing, names: Names
    ) -> None:
        demands = [
            Demand(names.organization, account, Pointer(names.other_organization, conflict), NOW, NOW + timedelta(1))
            for account in (names.mine, names.other)
            for conflict in (names.conflict, names.other_conflict)
        ]
        for demand in [*demands, demands[0]]:
            committing.done(PutDemand(demand))
        found: list[Demand] = []
        position: str | None = None
        for _ in range(5):
            page = store.demands(names.organization, limit=3, position=position)
            assert len(page.demands) <= 3
            found += page.demands
            position = page.next_position
            if position is None:
                break
        assert found == sorted(demands, key=lambda demand: demand.id)
        assert store.demands(names.other_organization, limit=3).demands == ()
