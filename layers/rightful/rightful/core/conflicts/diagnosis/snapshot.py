"""Everything a decision about a conflict rests on, as it was read at one moment. Plain data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.organization import Organization
from rightful.ports.store.names import NOBODY, Named


@dataclass(frozen=True, slots=True)
class Participant:
    """One person who wants to move: a pending change, the account that asked, and what is in its way.

    Attributes:
        conflict: the pending change.
        account: the requester; None for a create.
        hold: the email index item of the wanted address; None: nobody holds it.
        holder: the account that the hold names; None: there is none.
        user_name_holder_id: who has the userName that the change asks for; None: nobody, or it asks for none.
        namesake: that user, where the change is to create one; None: the directory has no user of that name.
        by_one: the change came with a key that one administrator issued and no other one has confirmed.
    """

    conflict: Conflict
    account: Account | None
    hold: Hold | None
    holder: Account | None
    user_name_holder_id: str | None = None
    namesake: Account | None = None
    by_one: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read about one conflict.

    Attributes:
        leg: the conflict itself.
        organization: its organization, with the policy that counts at that moment; None: it is gone.
        directory_exists: whether its directory still belongs to the organization.
        pending_id: the id of the requester's pending change; another one than this conflict has taken its place.
        following: the holder's own pending change, that one's holder's, and so on: each leg's account is the holder of
            the leg before.
        cyclic: the last of them wants what the requester holds: a swap or a rotation.
        cut_short: there are more participants than were read.
        stays: the holder's own wish to move away, to which an administrator said no; None: there is none.
        live_key_ids: of the keys that approved, those that are still live admin keys of the organization.
        revoked: the key that the request came with was revoked.
        foreign_domain: another organization has verified the wanted address's domain.
        numbered: who in the organization has the employeeNumber that requester and holder share; empty: they share
            none, or too many have it.
        shared_id: others in the directory have the externalId that requester and holder share.
        named: what people and directories are called that it is about (`diagnosis.names`).
    """

    now: datetime
    participant: Participant
    organization: Organization | None
    directory_exists: bool
    pending_id: str | None
    following: tuple[Participant, ...] = ()
    cyclic: bool = False
    cut_short: bool = False
    stays: Conflict | None = None
    live_key_ids: frozenset[str] = frozenset()
    revoked: bool = False
    foreign_domain: bool = False
    numbered: frozenset[str] = frozenset()
    shared_id: bool = False
    named: Named = NOBODY

    @property
    def conflict(self) -> Conflict:
        """The conflict in question."""
        return self.participant.conflict

    @property
    def requester(self) -> Account | None:
        """Who asked; None for a create."""
        return self.participant.account

    @property
    def holder(self) -> Account | None:
        """Who holds the address."""
        return self.participant.holder

    @property
    def may_claim(self) -> bool:
        """Whether the organization may claim addresses on the wanted one's domain."""
        organization, domain = self.organization, self.conflict.request.wanted.domain
        return organization is not None and organization.may_claim_on(domain) and not self.foreign_domain

    def participants(self) -> Iterator[Participant]:
        """The conflict's own leg and the following ones."""
        yield self.participant
        yield from self.following
