"""What holds at any moment, whatever is played."""

from rightful.core.accounts.index_writes import secondary_keys
from rightful.core.conflicts.log_rows import OUTSIDE
from rightful.domain.account import (
    Account,
    canonical_user_name,
)
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.events.event_log import LogEntry
from rightful.ports.store.emails import SecondaryEmailList
from tests.support.dynamodb.store import TestedStore


def check_invariants(store: TestedStore) -> None:
    """What holds at any moment (docs/concepts.md, invariants 1 and 8), and that the indexes agree."""
    accounts = {account.id: account for account in store.all_of(Account)}
    holders: dict[str, str] = {}
    for hold in store.all_of(Hold):
        assert (hold.account_id is None) is (hold.reservation is not None)
        if hold.account_id is not None:
            account = accounts[hold.account_id]
            assert account.holds == hold.canonical, f"{hold.canonical} is listed for {account.id}, who has another"
            holders[hold.canonical] = hold.account_id
    for account in accounts.values():
        if account.holds is not None:
            assert holders.get(account.holds) == account.id, f"{account.id} does not hold its own address"
            sent = account.attributes.get("emails")
            if isinstance(sent, list) and sent:
                assert account.email is not None
                assert account.email.value in {entry["value"] for entry in sent}
        if account.link is not None:
            name = canonical_user_name(account.link.user_name)
            assert store.account_id_of_user_name(account.link.directory_id, name) == account.id
    listed = {(each.directory_id, each.key): each.account_ids for each in store.all_of(SecondaryEmailList)}
    wanted: dict[tuple[str, str], frozenset[str]] = {}
    for account in accounts.values():
        for pair in secondary_keys(account):
            wanted[pair] = wanted.get(pair, frozenset()) | {account.id}
    assert listed == wanted, "the lists of secondary emails are not what the accounts say"
    for entry in store.all_of(LogEntry):
        outside = entry.conflict_class in {ConflictClass.OTHER_ORGANIZATION, ConflictClass.UNVERIFIED_DOMAIN}
        assert not outside or entry.holder in {None, OUTSIDE}
