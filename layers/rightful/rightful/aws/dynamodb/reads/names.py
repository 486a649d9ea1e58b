"""What ids are called, from the identity table."""

from contextlib import suppress
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.items.accounts import read_account
from rightful.aws.dynamodb.items.settings import read_directory
from rightful.aws.dynamodb.keys import base as keys

if TYPE_CHECKING:
    from rightful.aws.dynamodb.table import Table
    from rightful.domain.account import Account
    from rightful.domain.conflicts.conflict import Conflict
    from rightful.ports.store.names import Asked, Named


class NameReads:
    """`ports.store.names.NamesStore` on the identity table."""

    identities: "Table"

    def named(self, asked: "Asked") -> "Named":
        from rightful.aws.dynamodb.items.conflicts import read_conflict
        from rightful.ports.store.names import Named
        from rightful.ports.store.upkeep import UNREADABLE

        account_keys = {keys.account(account_id): account_id for account_id in asked.accounts}
        directory_keys = {keys.directory(*pair): pair[1] for pair in asked.directories}
        conflict_keys = {
            keys.conflict(pointer.organization_id, pointer.conflict_id): pointer.conflict_id
            for pointer in asked.conflicts
        }
        found = self.identities.get_items([*account_keys, *directory_keys, *conflict_keys])
        accounts: dict[str, Account] = {}
        directories: dict[str, str] = {}
        conflicts: dict[str, Conflict] = {}
        for key, item in found.items():
            with suppress(*UNREADABLE):
                if key in account_keys:
                    accounts[account_keys[key]] = read_account(item)
                elif key in directory_keys:
                    directories[directory_keys[key]] = read_directory(item).name
                else:
                    conflicts[conflict_keys[key]] = read_conflict(item)
        return Named(accounts, directories, conflicts)
