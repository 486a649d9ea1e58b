"""Reading what a decision rests on: the only part of diagnosis that asks the store. Every read is consistent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from rightful.core.accounts.index_writes import number_key
from rightful.core.accounts.relinking import is_shared
from rightful.core.conflicts.diagnosis.merge import wanted_user_name_of
from rightful.core.conflicts.diagnosis.names import names_asked
from rightful.core.conflicts.diagnosis.same_person import external_ids_of_both, number_of_both
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import is_requester, wants_still
from rightful.core.organizations.may_claim import may_claim
from rightful.domain.account import Account, canonical_user_name
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.key import Scope, Token
from rightful.ports.context import Context, Invocation
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.names import named as named_by

MAX_PARTICIPANTS = 100
"""More than any transaction could move, so that nothing is missed, and few enough to be read in a second."""


def gather(context: Context, conflict: Conflict) -> Snapshot:
    """The snapshot of a conflict as it was just read."""
    state = context.store.directory_state(
        conflict.request.organization_id,
        conflict.request.directory_id,
        account_id=conflict.request.requester.account_id,
        requester_key=conflict.request.requester_key,
    )
    organization = replace(state.organization, policy=state.organization.policy_at(context.now)) if state else None
    claimable = cache(lambda domain: organization is not None and may_claim(context.store, organization, domain))
    keys = _Keys(context.store, context.invocation)
    permitted = organization is not None and organization.may_claim_on(conflict.request.wanted.domain)
    participant = _participant(context.store, conflict, state.account if state else None, claimable, keys)
    found = _following(context, participant, claimable, keys)
    approved = conflict.approvals or any(each.conflict.approvals for each in found.following)
    exists = state is not None and state.directory.deleting is None
    snapshot = Snapshot(
        now=context.now,
        participant=participant,
        organization=organization,
        directory_exists=exists,
        pending_id=state.pending_conflict_id if state else None,
        following=found.following,
        cyclic=found.cyclic,
        cut_short=found.cut_short,
        stays=found.stays,
        live_key_ids=live_key_ids(context, conflict.request.organization_id) if approved else frozenset(),
        revoked=keys.revoked(conflict),
        foreign_domain=permitted and not claimable(conflict.request.wanted.domain),
        numbered=_numbered(context.store, participant),
        shared_id=exists and _shares_id(context.store, participant),  # nobody is relinked in a directory that goes
    )
    asked = names_asked(snapshot)
    return replace(snapshot, named=named_by(context.store, asked))


class _Keys:
    """The keys that changes came with: each directory's are read once, however many participants of a chain are its."""

    def __init__(self, store: IdentityStore, invocation: Invocation) -> None:
        @cache
        def listed(organization_id: str, directory_id: str) -> Mapping[str, Token]:
            tokens = store.tokens(organization_id=organization_id, directory_id=directory_id)
            return {token.id: token for token in tokens}

        self._listed = listed
        self._now = invocation.now

    def revoked(self, conflict: Conflict) -> bool:
        """Whether the key was taken back. One that merely expired, as in a planned rotation, says nothing against what
        was asked with it; it stays listed for longer than any change stays wanted."""
        return bool(conflict.request.key_id) and self._key(conflict) is None

    def by_one(self, conflict: Conflict) -> bool:
        """Whether it rests on the word of one administrator to this moment."""
        key = self._key(conflict) if conflict.request.key_id else None
        until = key.alone_until() if key is not None else None
        return until is not None and self._now < until

    def _key(self, conflict: Conflict) -> Token | None:
        return self._listed(conflict.request.organization_id, conflict.request.directory_id).get(
            conflict.request.key_id
        )


def _shares_id(store: IdentityStore, participant: Participant) -> bool:
    """Whether the externalId of both sides is others', too."""
    if participant.holder is None:
        return False
    sent = external_ids_of_both(participant.conflict, participant.account, participant.holder)
    both = {participant.holder.id, participant.account.id if participant.account else participant.holder.id}
    return is_shared(store, participant.conflict.request.directory_id, sent, both)


def _numbered(store: IdentityStore, participant: Participant) -> frozenset[str]:
    """Who has the employeeNumber of both sides."""
    number = (
        number_of_both(participant.conflict, participant.account, participant.holder)
        if participant.holder is not None
        else None
    )
    if number is None:
        return frozenset()
    key = number_key(participant.conflict.request.organization_id, number)
    found = store.secondary_email_lists([key]).get(key)
    return found.account_ids if found is not None and not found.unnamed else frozenset()


def _participant(
    store: IdentityStore, conflict: Conflict, account: Account | None, claimable: Callable[[str], bool], keys: _Keys
) -> Participant:
    """What is in the way of a change. Who holds an address on a domain that the organization may not use is not even
    looked up, unless it is the requester itself: neither an answer nor how long it takes depends on it."""
    creates = conflict.request.requester.account_id is None
    namesake = _namesake(store, conflict) if creates else None
    own, canonical = namesake if creates else account, conflict.request.wanted.canonical
    hold = holder = None
    if claimable(conflict.request.wanted.domain) or (own is not None and own.holds == canonical):
        hold = store.holds([canonical]).get(canonical)
        holder = store.account(hold.account_id) if hold is not None and hold.account_id is not None else None
    if creates:
        return Participant(conflict, None, hold, holder, namesake.id if namesake else None, namesake)
    user_name_holder_id = _user_name_holder_id(store, conflict, account)
    return Participant(conflict, account, hold, holder, user_name_holder_id, by_one=keys.by_one(conflict))


def _namesake(store: IdentityStore, conflict: Conflict) -> Account | None:
    """The user of the directory that has the userName of the one to be created."""
    name = canonical_user_name(conflict.request.requester.user_name)
    account_id = store.account_id_of_user_name(conflict.request.directory_id, name)
    account = store.account(account_id) if account_id is not None else None
    linked = (
        account is not None and account.link is not None and account.link.directory_id == conflict.request.directory_id
    )
    return account if linked else None


def _user_name_holder_id(store: IdentityStore, conflict: Conflict, account: Account | None) -> str | None:
    """Who has the userName that the change would write now."""
    user_name = wanted_user_name_of(account, conflict.request.change) if account is not None else None
    if account is None or user_name is None:
        return None
    if account.link is not None and canonical_user_name(account.link.user_name) == canonical_user_name(user_name):
        return account.id
    return store.account_id_of_user_name(conflict.request.directory_id, canonical_user_name(user_name))


@dataclass(frozen=True, slots=True)
class _Following:
    """The fields of a snapshot that say whom the conflict waits for."""

    following: tuple[Participant, ...] = ()
    cyclic: bool = False
    cut_short: bool = False
    stays: Conflict | None = None


def _following(
    context: Context,
    first: Participant,
    claimable: Callable[[str], bool],
    keys: _Keys,
) -> _Following:
    """The holder's own pending change, and so on, until somebody stays, an address is free, or the circle closes."""
    participants: list[Participant] = []
    participant = first
    seen = {first.account.id} if first.account else set()
    while participant.holder is not None and participant.holder.holds == participant.conflict.request.wanted.canonical:
        if first.account is not None and participant.holder.id == first.account.id:
            return _Following(tuple(participants), cyclic=bool(participants))
        if participant.holder.id in seen:
            # a circle that the requester is not part of: its own participants resolve it
            return _Following(tuple(participants))
        if len(participants) == MAX_PARTICIPANTS:
            return _Following(tuple(participants), cut_short=True)
        seen.add(participant.holder.id)
        pending = _wish_of(context, first.conflict, participant.holder)
        if pending is not None and pending.settled_by_people and not participants:
            return _Following(stays=pending)
        if pending is None or not pending.live or keys.revoked(pending) or not claimable(pending.request.wanted.domain):
            break
        participant = _participant(context.store, pending, participant.holder, claimable, keys)
        participants.append(participant)
    return _Following(tuple(participants))


def _wish_of(context: Context, first: Conflict, account: Account) -> Conflict | None:
    """An account's own wish to move away, if its own directory recorded it and still has it; live, or one that an
    administrator said no to.

    Nothing that another organization recorded counts, nor anything that the account's directory did not ask for.
    """
    if account.organization_id != first.request.organization_id or account.link is None:
        return None
    key = f"account:{account.id}"
    conflict_id = context.store.pending_conflicts([key]).get(key)
    if conflict_id is None:
        return None
    conflict = context.store.conflict(Pointer(first.request.organization_id, conflict_id))
    if conflict is None or context.now >= conflict.expires_at:
        return None
    participant = Participant(conflict, account, None, None)
    moves_away = conflict.request.address is not None and conflict.request.wanted.canonical != account.holds
    return conflict if moves_away and is_requester(participant) and wants_still(participant) else None


def live_key_ids(context: Context, organization_id: str) -> frozenset[str]:
    """The ids of an organization's admin keys that open something now: an approval counts no longer than its key."""
    return frozenset(
        token.id
        for token in context.store.tokens(organization_id=organization_id)
        if token.scope is Scope.ADMIN and token.is_live(context.now)
    )
