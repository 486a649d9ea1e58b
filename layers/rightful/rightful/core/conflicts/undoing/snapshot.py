"""What an undo rests on, as it was read; reading it is the only part that asks the store. Every read is consistent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rightful.core.accounts.before_images import image_by, images_since, restored, scim_id_of_link
from rightful.core.accounts.index_writes import AccountChange
from rightful.core.organizations.may_claim import may_claim
from rightful.domain.account import Account, BeforeImage, Link, canonical_user_name
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore
from rightful.ports.store.names import Asked
from rightful.ports.store.names import named as named_by


@dataclass(frozen=True, slots=True)
class UndoSnapshot:
    """What was read about an undo.

    Attributes:
        participants: the conflict, and those that were applied with it; None: it is gone.
        accounts: the accounts that they touched, and those that have the addresses by now, by id.
        holds: canonical address -> who has it, for each address that would be given back.
        user_names: (directory, canonical userName) -> the account that has it, where one would be given back.
        pending: Requester.key -> the requester's pending change, where it is another one than these.
        foreign_domains: domains of those addresses that the organization may not use any more.
        later: what has changed the accounts since, or keeps those addresses now, by the id of the conflict.
        gone_directories: the ids of directories that would link somebody again and are not there any more.
    """

    now: datetime
    organization: Organization
    participants: tuple[Conflict | None, ...]
    accounts: Mapping[str, Account] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    user_names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pending: Mapping[str, Conflict] = field(default_factory=dict)
    foreign_domains: frozenset[str] = frozenset()
    gone_directories: frozenset[str] = frozenset()
    later: Mapping[str, Conflict] = field(default_factory=dict)

    @property
    def conflicts(self) -> list[Conflict]:
        """The participants that there are."""
        return [participant for participant in self.participants if participant is not None]

    @property
    def moves(self) -> list[AccountChange]:
        """What would become of the accounts."""
        asked = {conflict.request.requester.account_id for conflict in self.conflicts}
        return [
            restored(account, image, self.now, asked=account.id in asked)
            for _, account, image in self.images()
            if account is not None and image is not None
        ]

    @property
    def stale_listings(self) -> dict[str, str]:
        """Canonical address -> the account that is listed with it, and has it no more: what indexes lost track of."""
        return {
            canonical: hold.account_id
            for canonical, hold in self.holds.items()
            if hold.account_id is not None
            and (hold.account_id not in self.accounts or self.accounts[hold.account_id].holds != canonical)
        }

    def user_of(self, conflict_id: str) -> str:
        """For whom a later conflict is, by name."""
        conflict = self.later.get(conflict_id)
        return conflict.request.requester.subject if conflict is not None else "another user"

    def images(self) -> list[tuple[Conflict, Account | None, BeforeImage | None]]:
        """Each conflict with each account that it touched, and what that was before; None: it is not there any more."""
        found = []
        for conflict in self.conflicts:
            for account_id in conflict.outcome.touched_account_ids:
                account = self.accounts.get(account_id)
                found.append((conflict, account, image_by(account, conflict.id) if account is not None else None))
        return found


def read_to_undo(store: IdentityStore, organization: Organization, conflict: Conflict, now: datetime) -> UndoSnapshot:
    """What stands for and against undoing a conflict, as it is this moment."""
    participants = (conflict, *(_participant(store, conflict, each) for each in conflict.outcome.participant_ids))
    if not is_done(conflict):
        return UndoSnapshot(now, organization, participants)
    there = [participant for participant in participants if participant is not None]
    touched = store.accounts({each for participant in there for each in participant.outcome.touched_account_ids})
    read = UndoSnapshot(now, organization, participants, touched)
    moves = read.moves
    emails = [move.after.email for move in moves if move.after.holds not in {None, move.before.holds}]
    given = [email for email in emails if email is not None and not email.is_placeholder]
    holds = store.holds({email.canonical for email in given}) if given else {}
    others = {hold.account_id for hold in holds.values() if hold.account_id is not None} - touched.keys()
    return UndoSnapshot(
        now,
        organization,
        participants,
        {**touched, **(store.accounts(others) if others else {})},
        holds,
        _user_names(store, moves),
        _pending(store, there),
        frozenset(email.domain for email in given if not may_claim(store, organization, email.domain)),
        _gone(store, organization, moves),
        _later(store, read, holds),
    )


def _later(store: IdentityStore, read: UndoSnapshot, holds: Mapping[str, Hold]) -> Mapping[str, Conflict]:
    """The conflicts that changed the accounts since, and those for which the addresses are kept; of the organization
    itself alone."""
    kept = (hold.reservation for hold in holds.values())
    found = {each.conflict_id for each in kept if each is not None and each.organization_id == read.organization.id}
    for _, account, image in read.images():
        if account is not None and account.organization_id == read.organization.id:
            last = account.before_image
            since = images_since(account, image) if image is not None else (last,) if last is not None else ()
            found |= {each.conflict_id for each in since}
    found -= {conflict.id for conflict in read.conflicts}
    asked = Asked(conflicts=frozenset(Pointer(read.organization.id, each) for each in found))
    return named_by(store, asked).conflicts


def is_done(conflict: Conflict) -> bool:
    """Whether something was done that could be undone: also what was taken for a user who never came."""
    done = conflict.prepared or bool(conflict.outcome.touched_account_ids)
    return done and conflict.status is not ConflictStatus.UNDONE


def _participant(store: IdentityStore, conflict: Conflict, participant_id: str) -> Conflict | None:
    return store.conflict(Pointer(conflict.request.organization_id, participant_id))


def name_of(link: Link) -> tuple[str, str]:
    """The userName of a link as the index has it."""
    return link.directory_id, canonical_user_name(link.user_name)


def _pending(store: IdentityStore, participants: list[Conflict]) -> dict[str, Conflict]:
    """What their requesters have asked for since."""
    found = store.pending_conflicts({participant.request.requester_key for participant in participants})
    own = {participant.id for participant in participants}
    others = {
        key: store.conflict(Pointer(participants[0].request.organization_id, conflict_id))
        for key, conflict_id in found.items()
        if conflict_id not in own
    }
    return {key: conflict for key, conflict in others.items() if conflict is not None}


def _user_names(store: IdentityStore, moves: list[AccountChange]) -> dict[tuple[str, str], str]:
    """Who has the userNames that would be given back."""
    found = {}
    for move in moves:
        link, now = move.after.link, move.before.link
        if link is not None and (now is None or name_of(now) != name_of(link)):
            account_id = store.account_id_of_user_name(*name_of(link))
            if account_id is not None:
                found[name_of(link)] = account_id
    return found


def _gone(store: IdentityStore, organization: Organization, moves: list[AccountChange]) -> frozenset[str]:
    """The directories that would link somebody again and are gone, or going."""
    again = {
        move.after.link.directory_id
        for move in moves
        if move.after.link is not None and scim_id_of_link(move.before.link) != move.after.link.scim_id
    }
    states = {each: store.directory_state(organization.id, each) for each in again}
    return frozenset(each for each, state in states.items() if state is None or state.directory.deleting is not None)
