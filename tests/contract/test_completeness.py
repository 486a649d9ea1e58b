"""The contract grows with what it is about."""

import sys
from typing import get_args

from rightful.ports.writes import transaction as writes
from rightful.ports.writes.groups import GroupWrite
from tests.contract.identity_store import IdentityStoreContract
from tests.support import strategies


def test_every_kind_of_write_is_used_by_the_contract() -> None:
    modules = {each.__module__ for each in IdentityStoreContract.__mro__}
    used = {name for module in modules for name in vars(sys.modules[module])}
    kinds = {kind.__name__ for kind in get_args(writes.Write) if kind is not GroupWrite}
    kinds |= {kind.__name__ for kind in GroupWrite.__subclasses__()}
    assert len(kinds) > 40
    assert kinds - used == set()


def test_every_field_of_what_is_stored_is_part_of_its_round_trip() -> None:
    strategies.accounts("id")
    strategies.conflicts("organization", "id")
    strategies.rows("organization", "id")
    strategies.organizations("id")
    strategies.directories("organization", "id")
    strategies.tokens("hash")
    assert set(strategies.FORGOTTEN) == set()
