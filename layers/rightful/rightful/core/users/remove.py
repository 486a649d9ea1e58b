"""A directory removes a user. Conditional and repeatable, as `change`."""

from rightful.core.accounts.index_writes import AccountUpdate, index_writes
from rightful.core.accounts.log_rows import removal_entry
from rightful.core.accounts.resource import unlinked_account
from rightful.core.users.change import Precondition, no_precondition
from rightful.core.users.refuse import ending, pending_conflict
from rightful.core.users.request import UserRequest, busy, read_state
from rightful.domain.account import Account, Flag
from rightful.domain.organization import OnDelete
from rightful.domain.two_people import what_takes_two
from rightful.ports.refusals import commit_from, is_stale, obsolete_releases
from rightful.ports.store.contract import DirectoryState
from rightful.ports.writes.conflicts import AppendLog
from rightful.ports.writes.transaction import RefusedError, Write
from rightful.scim.errors import not_found


def remove_user(
    request: UserRequest, scim_id: str, state: DirectoryState, precondition: Precondition = no_precondition
) -> Account:
    """SCIM DELETE: unlink and deactivate, so that the account keeps its address; or erase, as the directory says.

    The user has left its groups before.

    Returns:
        The account as it was.

    Raises:
        ScimError: 404, 412, 503.
    """
    obsolete: list[Write] = []

    def attempt(state: DirectoryState) -> Account:
        before = state.account
        if before is None or not request.has_user(before, scim_id):
            raise not_found(f"Resource {scim_id} not found.")
        precondition(before)
        return _removed(request, before, state, obsolete)

    return commit_from(state, attempt, lambda: read_state(request, scim_id), request.context.invocation)


def _removed(request: UserRequest, before: Account, state: DirectoryState, obsolete: list[Write]) -> Account:
    """One attempt. `obsolete`: what an index refused to release, as it has lost track of it; more may come to it."""
    invocation = request.context.invocation
    erase = state.directory.on_delete is OnDelete.ERASE
    kept_because = _obstacle_to_erasing(request, before, state) if erase else ""
    erase = erase and not kept_because
    if erase and before.group_ids:
        raise busy()  # it joined a group meanwhile; whoever removes it has to leave that first
    after = None if erase else request.pushed(before, unlinked_account(before, invocation.now), state)
    writes: list[Write] = [
        *index_writes([AccountUpdate(before, after)], invocation.now).writes,
        AppendLog(removal_entry(before, erased=erase, invocation=invocation, kept_because=kept_because)),
        *ending(request, pending_conflict(request, state), before, after),
    ]
    try:
        request.context.commit([write for write in writes if write not in obsolete])
    except RefusedError as refused:
        if not is_stale(refused):
            obsolete += obsolete_releases(refused)
        raise
    if kept_because and Flag.LEGAL_HOLD not in before.flags:
        request.observer.held(before)
    return before


def _obstacle_to_erasing(request: UserRequest, account: Account, state: DirectoryState) -> str:
    """Why a delete unlinks and deactivates although the directory erases, in a sentence; empty: it erases."""
    if Flag.LEGAL_HOLD in account.flags:
        return "It is on legal hold: nobody's delete erases it."
    now = request.context.now
    why, rule = request.out_of_reach(account, state), state.directory.erasing
    if why:
        return (
            f"It was not erased: it {why}, and one administrator alone issued the key of this request. "
            "A different administrator has to confirm the key."
        )
    if rule is None or not rule.stands_alone(now):
        return ""
    why = what_takes_two(account, state.organization.policy_at(now), now)
    return (
        f"It was not erased: it {why}, and one administrator alone ({rule.by}) let this directory erase. "
        "A different administrator has to confirm that."
        if why
        else ""
    )
