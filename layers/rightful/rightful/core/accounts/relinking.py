"""When a directory creates a user it had before: the account that it is linked to again. Pure.

Which proof it needs stands in docs/concepts.md, below the invariants. A different externalId is a different person,
whatever the address says; there an administrator can let one create link the account all the same. What is no
identifier (`rightful.text.identity`: blanks, fillers) was never sent; and a userName or an address that is written with
other letters proves nothing, although it is taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rightful.core.accounts.resource import address_of
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Address
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.policy import Policy
from rightful.domain.conflicts.refused_request import Requester
from rightful.domain.organization import Organization
from rightful.ports.store.contract import IdentityStore
from rightful.text.identity import identifier, same_but_for_case


@dataclass(frozen=True, slots=True)
class Creation:
    """A directory's create of a user: what it says of who that is."""

    resource: Mapping[str, object]
    directory_id: str
    organization: Organization
    now: datetime

    @property
    def user_name(self) -> str:
        """The userName as it was sent."""
        return str(self.resource.get("userName", ""))

    @property
    def external_id(self) -> str | None:
        """The externalId, where it says who the user is."""
        return identifier(self.resource.get("externalId"))

    @property
    def address(self) -> Address | None:
        """The primary address."""
        return address_of(self.resource)

    @property
    def policy(self) -> Policy:
        """The policy that counts now."""
        return self.organization.policy_at(self.now)


def may_be_linked(holder: Account, creation: Creation, *, shared: bool = False) -> bool:
    """Whether the holder of the wanted address is linked by the create of this user; `shared`: see `is_same_user`."""
    keys = Requester(None, None, creation.user_name, creation.external_id).keys(creation.directory_id)
    return is_same_user(holder, creation, shared=shared) or any(
        is_awaited(holder, key, creation.organization.id, creation.now) for key in keys
    )


def is_awaited(holder: Account, requester_key: str, organization_id: str, now: datetime) -> bool:
    """Whether an administrator let that user's create link the account, and it still can."""
    awaited = holder.awaited
    if awaited is None or awaited.requester_key != requester_key or now >= awaited.until:
        return False
    return obstacle_to_linking(holder, organization_id) is None


def is_same_user(holder: Account, creation: Creation, *, shared: bool = False) -> bool:
    """Whether the holder of the wanted address is provably the very user that the directory creates now.

    Args:
        shared: others in the directory have that externalId, too, or had it: then it is nobody's in particular.
    """
    former = holder.former_link
    if former is None or former.directory_id != creation.directory_id:
        return False
    if obstacle_to_linking(holder, creation.organization.id):
        return False
    sent, known = creation.external_id, identifier(former.external_id)
    if sent is not None or known is not None:
        return sent == known and not shared
    wanted = creation.address
    if not creation.policy.relink_by_user_name or wanted is None or holder.email is None:
        return False
    return wanted.is_written_like(holder.email) and same_but_for_case(creation.user_name, former.user_name)


def obstacle_to_linking(holder: Account, organization_id: str) -> Statement[ObstacleCode] | None:
    """Why no create may link this account; None: one may.

    Anybody can sign up with an address and wait until its owner is given the account. So it takes a directory that
    vouched for it once, or a mailbox that confirmed it: never the address alone.
    """
    if holder.organization_id != organization_id:
        return Statement(ObstacleCode.NOT_MANAGED)
    if holder.link is not None:
        return Statement(ObstacleCode.PROVISIONED)
    if holder.status is AccountStatus.PENDING_DELETION:
        return Statement(ObstacleCode.DELETION)
    if holder.flags:
        flags = ", ".join(flag.value.replace("_", " ") for flag in sorted(holder.flags))
        return Statement(ObstacleCode.MARKED, {"flags": flags})
    if holder.former_link is None and not holder.email_verified:
        return Statement(ObstacleCode.NEVER_CONFIRMED)
    return None


def is_shared(store: IdentityStore, directory_id: str, external_ids: Iterable[object], by: Iterable[str]) -> bool:
    """Whether anybody but these accounts has one of these externalIds in the directory, or had it last there.

    The index is eventually consistent: somebody who came within the last second may be overlooked. An item of its own
    for each user's externalId would cost every create a write, for what is asked when somebody comes back.

    Args:
        external_ids: as they were sent; what identifies nobody is left out.
        by: who may have it.
    """
    own = set(by)
    for external_id in {each for each in external_ids if isinstance(each, str) and identifier(each) is not None}:
        found = store.account_ids_of_external_id(directory_id, external_id)
        if found is None or not own.issuperset(found):
            return True
    return False
