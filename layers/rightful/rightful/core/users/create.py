"""A directory creates a user: a new account, or the one that it had here before, or the one that an administrator lets
it link. An address that somebody else has is a conflict."""

from collections.abc import Mapping
from dataclasses import replace

from rightful.core.accounts.index_writes import user_writes
from rightful.core.accounts.log_rows import display_name_of
from rightful.core.accounts.relinking import Creation, is_shared, may_be_linked
from rightful.core.accounts.resource import new_account, relinked_account
from rightful.core.users.change import UserChange, change_user, keeps_address
from rightful.core.users.expected import is_expected
from rightful.core.users.refuse import Attempt, check, ending, pending_conflict, taken_address, taken_user_name
from rightful.core.users.request import UserRequest, busy, intent_of_resource, read_state
from rightful.domain.account import Account, Link, canonical_user_name
from rightful.domain.conflicts.refused_request import Operation, Requester
from rightful.ports.refusals import commit_from, is_closed, refused_user_name, taken_by
from rightful.ports.store.contract import DirectoryState
from rightful.ports.writes.transaction import RefusedError
from rightful.scim.errors import uniqueness
from rightful.text.identity import identifier

_TIME_FOR_ONE_MORE_ATTEMPT = 1.0


class _ExpectedUserError(Exception):
    """The create is the first word of its directory about a user that an operator imported into it (`expected`)."""

    def __init__(self, link: Link) -> None:
        super().__init__(link.scim_id)
        self.scim_id = link.scim_id


class _KnownByNowError(Exception):
    """The directory has said something about an imported user meanwhile."""


def create_user(request: UserRequest, resource: Mapping[str, object], state: DirectoryState) -> Account:
    """Create a user; or, on proof that it is the same person, link the account it had here before.

    The first word about an imported user is a change of that user: its SCIM id stays, so that look-ups and creates
    lead to one resource.

    Args:
        resource: a User resource as `scim.resources.read_create` made it.
        state: as `read_state(request, requester_key=...)` read it.

    Raises:
        ScimError: 400 invalidValue, 409 uniqueness (the conflict is recorded then), 503.
    """
    wanted = {"active": True, **resource}
    while True:
        try:
            return _new_user(request, resource, state)
        except _ExpectedUserError as found:
            scim_id = found.scim_id
        intent = intent_of_resource(resource)
        change = UserChange(scim_id, lambda _: wanted, Operation.PUT, _require_expected, intent)
        try:
            return change_user(request, _read_again(request, scim_id), change)
        except _KnownByNowError:
            state = _read_again(request)


def _require_expected(account: Account) -> None:
    if account.expected is None:
        raise _KnownByNowError


def _read_again(request: UserRequest, scim_id: str | None = None) -> DirectoryState:
    if request.context.invocation.remaining() < _TIME_FOR_ONE_MORE_ATTEMPT:
        raise busy()
    return read_state(request, scim_id)


def _new_user(request: UserRequest, resource: Mapping[str, object], state: DirectoryState) -> Account:
    invocation = request.context.invocation
    account = new_account(invocation.new_id(), request.organization_id, request.directory_id, resource, invocation.now)
    user_name = account.link.user_name if account.link else ""
    external_id = account.link.external_id if account.link else None
    requester = Requester(None, None, user_name, external_id, display_name_of(account))
    first = Attempt(state, Operation.CREATE, requester, None, account)
    check(request, first)
    return commit_from(
        state,
        lambda state: _created(request, resource, replace(first, state=state)),
        lambda: read_state(request, requester_key=requester.key(request.directory_id)),
        invocation,
    )


def _created(request: UserRequest, resource: Mapping[str, object], attempt: Attempt) -> Account:
    """One attempt at a new account; where its address is taken by the same person, that one's is linked."""
    account, state = attempt.after, attempt.state
    key = attempt.requester.key(request.directory_id)
    writes = user_writes(None, account, request.context.invocation, requester_key=key)
    writes += ending(request, pending_conflict(request, state), None, account)
    try:
        request.context.commit(writes)
    except RefusedError as refused:
        if is_closed(refused):
            read_state(request)  # 404, unless only a part of it was restored
            raise busy() from None
        creation = Creation(resource, request.directory_id, state.organization, request.context.now)
        if refused_user_name(refused):
            _look_for_expected(request, creation, attempt)
            raise taken_user_name(request, attempt) from None
        hold = taken_by(refused)
        if hold is None:
            raise
        holder = request.context.store.account(hold.account_id) if hold.account_id is not None else None
        # The index and the account may disagree by now: that is for the remediator to look into.
        if holder is not None and holder.holds == hold.canonical:
            relinked = _relink(request, holder, creation, attempt)
            if relinked is not None:
                return relinked
        raise taken_address(request, attempt) from None
    return account


def _look_for_expected(request: UserRequest, creation: Creation, attempt: Attempt) -> None:
    """See whether the user that has the userName is the one that is created, as an import said."""
    store = request.context.store
    user_name = canonical_user_name(attempt.requester.user_name)
    account_id = store.account_id_of_user_name(request.directory_id, user_name)
    account = store.account(account_id) if account_id is not None else None
    if account is None or account.link is None:
        return
    if _is_expected(request, account, creation):
        raise _ExpectedUserError(account.link)


def _is_expected(request: UserRequest, account: Account, creation: Creation) -> bool:
    expected, sent = account.expected, creation.external_id
    if expected is None:
        return False
    same = sent is not None and sent == identifier(expected.external_id)
    ids = (creation.resource.get("externalId"), expected.external_id)
    shared = same and is_shared(request.context.store, request.directory_id, ids, {account.id})
    return is_expected(account, creation, shared=shared)


def _shares(request: UserRequest, holder: Account, creation: Creation) -> bool:
    """Whether the externalId by which the holder would be linked is others', too."""
    former, sent = holder.former_link, creation.resource.get("externalId")
    if former is None or former.directory_id != request.directory_id:
        return False
    if identifier(sent) != identifier(former.external_id):
        return False
    return is_shared(request.context.store, request.directory_id, (sent, former.external_id), {holder.id})


def _relink(request: UserRequest, holder: Account, creation: Creation, attempt: Attempt) -> Account | None:
    """Link the holder again where it is the same person (`relinking`); else None.

    Raises:
        RefusedError: the holder, or the pending change, is not as it was read any more.
    """
    invocation, state = request.context.invocation, attempt.state
    expected = _is_expected(request, holder, creation)
    if expected and holder.link is not None:
        raise _ExpectedUserError(holder.link)
    shared = not expected and _shares(request, holder, creation)
    if not expected and not may_be_linked(holder, creation, shared=shared):
        return None
    relinked = relinked_account(holder, request.directory_id, creation.resource, invocation.now)
    if not keeps_address(holder, relinked) and request.out_of_reach(holder, state):
        return None  # as with a change; two administrators can approve the conflict
    account = request.pushed(holder, relinked, state)
    check(request, replace(attempt, before=holder, after=account))
    writes = user_writes(holder, account, invocation)
    writes += ending(request, pending_conflict(request, state), None, account)
    try:
        request.context.commit(writes)
    except RefusedError as refused:
        if refused_user_name(refused):
            raise uniqueness("userName", attempt.requester.user_name) from None
        raise
    return account
