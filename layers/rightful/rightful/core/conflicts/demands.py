"""Demands: who has an address that another organization may use, and wants, hears of it.

Told to the organization of the account: which account, which address, and that an organization which has verified the
address's domain wants it. Not told: which organization, which person, which conflict. Nothing of it reaches whoever
asks; and only a domain that the asking organization has verified lets it ask at all, so that nobody is bothered by
guesses.
"""

from dataclasses import dataclass

from rightful.core.accounts.log_rows import subject_of
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.account import Account
from rightful.domain.address import shown
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus, Notice
from rightful.domain.demand import Demand
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.names import Asked, Named, all_asked
from rightful.ports.writes.conflicts import AppendLog, PutDemand
from rightful.ports.writes.transaction import Write


@dataclass(frozen=True, slots=True)
class Demanded:
    """A demand that stands: the account, which still has the address."""

    demand: Demand
    account: Account


def owner_to_tell(snapshot: Snapshot, after: Conflict) -> Account | None:
    """Whose organization is to be told of a conflict that has settled as it is; None: nobody's, or it was told.

    Once for each conflict, whatever becomes of it.
    """
    organization, holder = snapshot.organization, snapshot.holder
    if after.finding.conflict_class is not ConflictClass.OTHER_ORGANIZATION or organization is None or holder is None:
        return None
    if Notice.REFUSED not in after.told or Notice.OWNER_TOLD in after.told:
        return None
    return holder if after.request.wanted.domain in organization.domains else None


def telling(owner: Account, conflict: Conflict) -> list[Write]:
    """The writes that tell the organization of an account of a conflict as it is then."""
    demand = Demand(owner.organization_id or "", owner.id, conflict.pointer, conflict.created_at, conflict.expires_at)
    link = owner.link
    row = LogEntry(
        id=row_id(conflict.updated_at, demand.id),
        organization_id=demand.organization_id,
        at=conflict.updated_at,
        action=Action.ADDRESS_WANTED,
        result=Result.WAITING,
        directory_id=link.directory_id if link else None,
        account_id=owner.id,
        subject=subject_of(owner),
        scim_id=link.scim_id if link else None,
        external_id=link.external_id if link else None,
        old_email=shown(owner.email),
        explanation=f"Another organization, which has verified the domain {conflict.request.wanted.domain}, wants this "
        "address for one of its people. The account keeps it until it is given up.",
        next_step_who="organization administrator",
        next_step_what="Nothing has to be done if the address is this account's. If it is not any more, give the "
        "account another address, or none: the other organization's change is then examined again by itself.",
    )
    return [PutDemand(demand), AppendLog(row)]


def names_asked(demand: Demand) -> Asked:
    """What has to be read to know whether a demand still stands."""
    return Asked(accounts=frozenset({demand.account_id}), conflicts=frozenset({demand.asked_by}))


def standing(demand: Demand, named: Named) -> Demanded | None:
    """The demand as it is now; None: the account is gone, has another address or another organization, or nobody wants
    the address any more."""
    account, asking = named.accounts.get(demand.account_id), named.conflicts.get(demand.asked_by.conflict_id)
    if account is None or account.organization_id != demand.organization_id or asking is None:
        return None
    wanted = asking.status is ConflictStatus.REFUSED and asking.request.wanted.canonical == account.holds
    return Demanded(demand, account) if wanted else None


def demanded(
    store: IdentityStore, organization_id: str, *, limit: int, position: str | None = None
) -> tuple[tuple[Account, ...], str | None]:
    """A page of the accounts of an organization whose address another one wants, and where the next one begins. A page
    may be short, even empty, before the last one."""
    page = store.demands(organization_id, limit=limit, position=position)
    named = store.named(all_asked(map(names_asked, page.demands)))
    found = (standing(demand, named) for demand in page.demands)
    accounts = {each.account.id: each.account for each in found if each is not None}
    return tuple(accounts.values()), page.next_position
