"""When a directory creates a user it had before: the proof that it is the same person. Pure.

DOMAIN "A POST is not a conflict but a relink": the account is unlinked, its last link was in this directory, and the
externalId is the same; or neither side ever sent an externalId and the userName is the same, which the policy can
forbid. A different externalId is a different person, whatever the address says.
"""

from collections.abc import Mapping

from rightful.accounts.account import Account, AccountStatus, canonical_user_name
from rightful.conflicts.policy import Policy


def is_same_user(
    holder: Account, resource: Mapping[str, object], organization_id: str, directory_id: str, policy: Policy
) -> bool:
    """Whether the holder of the wanted address is the very user that the directory creates now."""
    former = holder.former_link
    if holder.link is not None or former is None or former.directory_id != directory_id:
        return False
    if holder.organization_id != organization_id or holder.status is AccountStatus.PENDING_DELETION or holder.flags:
        return False
    external_id = resource.get("externalId")
    if external_id is not None or former.external_id is not None:
        return external_id == former.external_id
    user_name = canonical_user_name(str(resource.get("userName", "")))
    return policy.relink_by_user_name and user_name == canonical_user_name(former.user_name)
