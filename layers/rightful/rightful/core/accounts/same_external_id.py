"""Whether an externalId is one account's alone in its directory. Where several have it, it is not who somebody is.

RFC 7643 does not make it unique, and some directories map it to what a department or a company shares.
"""

from collections.abc import Iterable

from rightful.ports.store.contract import IdentityStore
from rightful.text.identity import identifier


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
