"""From a demand to the event that tells the organization of the account. Pure."""

from rightful.core.conflicts.demands import standing
from rightful.core.events.of_accounts import account_state
from rightful.domain.events.change import DemandChange
from rightful.domain.events.event import Event, EventType
from rightful.ports.store.names import Named
from rightful.text.ids import time_text


def demand_events(change: DemandChange, named: Named) -> tuple[Event, ...]:
    """The event of a new demand; none where it does not stand any more. `named`: its account, and the conflict."""
    demand = change.new if change.old is None else None
    stands = standing(demand, named) if demand is not None else None
    if stands is None or demand is None:
        return ()
    account = stands.account
    wanted = {
        "domain": account.email.domain if account.email else None,
        "since": time_text(demand.asked_at),
        "until": time_text(demand.until),
    }
    return (
        Event(
            id=f"{EventType.EMAIL_WANTED.value}/{demand.id}",
            type=EventType.EMAIL_WANTED,
            at=change.at,
            organization_id=demand.organization_id,
            members={"account": account_state(account, named, account.version), "wanted": wanted},
        ),
    )
