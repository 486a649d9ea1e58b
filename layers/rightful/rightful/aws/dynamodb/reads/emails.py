"""Look-ups of secondary emails."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.items.accounts import read_hold
from rightful.aws.dynamodb.keys import base as keys

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.ports.store.emails import SecondaryEmailList

    StoredItem = Mapping[str, AttributeValueTypeDef]
from rightful.aws.dynamodb.items.emails import list_key, read_list


class SecondaryEmailReads:
    """`ports.store.emails.SecondaryEmailStore` on the identity table."""

    identities: "Table"

    def account_ids_of_address(
        self, directory_id: str, wanted: Iterable[str], canonical: str | None
    ) -> tuple[str, ...] | None:
        places = [list_key(directory_id, key) for key in dict.fromkeys(wanted)]
        hold_key = keys.hold(canonical) if canonical is not None else None
        items = self.identities.get_items([*places, hold_key] if hold_key else places)
        lists = [read_list(items[place]) for place in places if place in items]
        if any(each.unnamed for each in lists):
            return None
        holder = read_hold(items[hold_key]).account_id if hold_key in items else None
        return tuple(sorted({*([holder] if holder else []), *(name for each in lists for name in each.account_ids)}))

    def secondary_email_lists(self, pairs: Iterable[tuple[str, str]]) -> "Mapping[tuple[str, str], SecondaryEmailList]":
        items = self.identities.get_items([list_key(*pair) for pair in dict.fromkeys(pairs)])
        found = [read_list(item) for item in items.values()]
        return {(each.directory_id, each.key): each for each in found}
