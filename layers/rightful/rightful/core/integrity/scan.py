"""The indexes are held against the accounts, piece by piece, for ever: a few thousand items a run, from where the last
one stopped, segment by segment.

What the scan sees may be a moment old and its reads are not one snapshot. So a disagreement is looked at once more,
consistently, and counts only if the accounts in question did not change while it was looked at.
"""

from collections.abc import Iterator

from rightful.core.accounts.index_writes import secondary_keys
from rightful.core.integrity.accounts import (
    Disagreement,
    judge_address,
    judge_hold,
    judge_link,
    judge_secondary_email_list,
    judge_secondary_emails,
    judge_user_name,
)
from rightful.core.integrity.repair import Checked, Repair
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.address import Hold
from rightful.ports.context import Context
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.emails import SecondaryEmailList
from rightful.ports.store.upkeep import UNREADABLE, Piece, UserNameHold

SEGMENTS = 8
PIECE = 500
PIECES_PER_RUN = 8
_TIME_FOR_ONE_MORE = 15.0

Subject = Account | Hold | UserNameHold | SecondaryEmailList


def check_indexes(context: Context) -> Checked:
    """Go on with the scan for as long as one run may take."""
    checked = Checked()
    segment = int(context.now.timestamp() // 300) % SEGMENTS
    position = context.store.scan_position(segment)
    for _ in range(PIECES_PER_RUN):
        if context.invocation.remaining() < _TIME_FOR_ONE_MORE:
            break
        piece = context.store.piece(segment, SEGMENTS, position, limit=PIECE)
        checked.looked_at += piece.size
        checked.unrepaired += [Disagreement("unreadable_item", _named_in(key.pk)) for key in piece.unreadable]
        try:
            for subject in suspects(context, piece):
                settle(context, subject, checked)
        except UNREADABLE:
            # An index item names what cannot be read; which it is, its own place in the scan tells. Others go on.
            checked.unrepaired.append(Disagreement("unreadable_item", ""))
        position = piece.next_position
        context.store.put_scan_position(segment, position)
        if position is None:
            break
    return checked


def suspects(context: Context, piece: Piece) -> Iterator[Subject]:
    """What of a piece does not agree with what is there now: four reads in batches."""
    store = context.store
    wanted = {account.holds for account in piece.accounts if account.holds is not None}
    holds = store.holds(wanted)
    named = {hold.account_id for hold in piece.holds if hold.account_id} | {
        item.account_id for item in piece.user_names
    }
    named = named.union(*(each.account_ids for each in piece.secondary_email_lists))
    accounts = store.accounts(named)
    user_names = store.user_names({pair for account in piece.accounts for pair in _user_name_of(account)})
    lists = store.secondary_email_lists({pair for account in piece.accounts for pair in secondary_keys(account)})
    for each in piece.secondary_email_lists:
        if judge_secondary_email_list(each, accounts):
            yield each
    for hold in piece.holds:
        if judge_hold(hold, accounts.get(hold.account_id or "")):
            yield hold
    for item in piece.user_names:
        if judge_user_name(item, accounts.get(item.account_id)):
            yield item
    for account in piece.accounts:
        address = judge_address(account, holds.get(account.holds or ""), None, context.now)
        link = next((judge_link(account, user_names.get(pair)) for pair in _user_name_of(account)), None)
        if address or link or judge_secondary_emails(account, lists):
            yield account


def settle(context: Context, subject: Subject, checked: Checked, *, repair: bool = True) -> None:
    """Look again, and repair what can be; or only tell of it."""
    settling = Repair(context, checked, repair)
    for found in _confirmed(context, subject):
        settling.settle(found)


def _confirmed(context: Context, subject: Subject) -> list[Disagreement]:
    if isinstance(subject, Hold):
        hold = context.store.holds([subject.canonical]).get(subject.canonical)
        account = context.store.account(hold.account_id) if hold is not None and hold.account_id is not None else None
        unchanged = hold is not None and hold == context.store.holds([subject.canonical]).get(subject.canonical)
        return _list(judge_hold(hold, account)) if hold is not None and unchanged else []
    if isinstance(subject, UserNameHold):
        pair = (subject.directory_id, subject.canonical_user_name)
        named = context.store.user_names([pair]).get(pair)
        account = context.store.account(named) if named is not None else None
        if named is None or named != context.store.user_names([pair]).get(pair):
            return []
        return _list(judge_user_name(UserNameHold(*pair, named), account))
    if isinstance(subject, SecondaryEmailList):
        return _confirmed_list(context.store, (subject.directory_id, subject.key))
    return _confirmed_account(context, subject.id)


def _confirmed_list(store: IdentityStore, pair: tuple[str, str]) -> list[Disagreement]:
    there = store.secondary_email_lists([pair]).get(pair)
    if there is None:
        return []
    found = judge_secondary_email_list(there, store.accounts(there.account_ids))
    return found if there == store.secondary_email_lists([pair]).get(pair) else []


def _confirmed_account(context: Context, account_id: str) -> list[Disagreement]:
    account = context.store.account(account_id)
    if account is None:
        return []
    hold = context.store.holds([account.holds]).get(account.holds) if account.holds is not None else None
    holder = context.store.account(hold.account_id) if hold is not None and hold.account_id is not None else None
    user_names = context.store.user_names(_user_name_of(account))
    found = _list(judge_address(account, hold, holder, context.now))
    for pair in _user_name_of(account):
        found += _list(judge_link(account, user_names.get(pair)))
    found += judge_secondary_emails(account, context.store.secondary_email_lists(secondary_keys(account)))
    now = context.store.account(account_id)
    return found if now is not None and now.version == account.version else []


def _user_name_of(account: Account) -> list[tuple[str, str]]:
    link = account.link
    return [(link.directory_id, canonical_user_name(link.user_name))] if link is not None else []


def _named_in(partition_key: str) -> str:
    """The account that a partition key names; "" for the key of an index item, which may hold an address."""
    return partition_key.removeprefix("ACCOUNT#") if partition_key.startswith("ACCOUNT#") else ""


def _list(found: Disagreement | None) -> list[Disagreement]:
    return [found] if found is not None else []
