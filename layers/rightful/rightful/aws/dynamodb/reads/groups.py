"""Groups and their members, read from the identity table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from rightful.aws.dynamodb.attributes import Reader
from rightful.aws.dynamodb.items.accounts import read_account
from rightful.aws.dynamodb.items.groups import listed_group, read_group, read_member
from rightful.aws.dynamodb.items.settings import read_directory
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.aws.dynamodb.reads.lists import counted_in, counters, listed_entries, place_of, total_of
from rightful.domain.group import Group, is_user_id
from rightful.ports.key import ItemKey
from rightful.ports.store.groups import MOST_FOUND, GroupPage, GroupState, MemberPage, Membership, account_ids_among
from rightful.ports.store.lists import Listing

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.scim.patch.members import Member

    StoredItem = Mapping[str, AttributeValueTypeDef]


class GroupReads:
    """`ports.store.groups.GroupStore` on the identity table."""

    identities: "Table"

    def group_state(
        self, organization_id: str, directory_id: str, *, group_id: str | None = None, member_ids: Iterable[str] = ()
    ) -> GroupState | None:
        ids = frozenset(member_ids)
        directory_key = keys.directory(organization_id, directory_id)
        wanted = [directory_key, *_membership_keys(group_id, ids)]
        if group_id is not None and group_keys.group(group_id) not in wanted:
            wanted.append(group_keys.group(group_id))
        items = self.identities.get_items(wanted)
        directory = items.get(directory_key)
        if directory is None:
            return None
        head = items.get(group_keys.group(group_id)) if group_id is not None else None
        return GroupState(
            read_directory(directory), read_group(head) if head else None, _membership(group_id, ids, items)
        )

    def membership(self, group_id: str | None, member_ids: Iterable[str]) -> Membership:
        ids = frozenset(member_ids)
        return _membership(group_id, ids, self.identities.get_items(_membership_keys(group_id, ids)))

    def group(self, group_id: str) -> Group | None:
        item = self.identities.get_item(group_keys.group(group_id))
        return read_group(item) if item else None

    def groups(self, group_ids: Iterable[str]) -> Mapping[str, Group]:
        items = self.identities.get_items([group_keys.group(group_id) for group_id in dict.fromkeys(group_ids)])
        groups = [read_group(item) for item in items.values()]
        return {group.id: group for group in groups}

    def group_with_members(self, group_id: str, *, limit: int) -> tuple[Group | None, MemberPage]:
        """The head sorts before the members of its partition."""
        items, last = self._partition(group_id, limit + 1, None)
        head = next((read_group(item) for item in items if item["sk"]["S"] == group_keys.HEAD), None)
        return head, _member_page(items, last)

    def members(self, group_id: str, *, limit: int, position: str | None = None) -> MemberPage:
        """The position is the last member's id."""
        after = group_keys.member(group_id, position).sk if position is not None else group_keys.HEAD
        return _member_page(*self._partition(group_id, limit, after))

    def group_id_of_name(self, directory_id: str, canonical_name: str) -> str | None:
        item = self.identities.get_item(group_keys.group_name(directory_id, canonical_name))
        return Reader(item).text("group_id") if item else None

    def group_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        key = group_keys.groups_of_external_id(directory_id, external_id)
        entries, _ = self.identities.index("by_external_id", "external_id_key", key, limit=MOST_FOUND + 1)
        return tuple(sorted(map(listed_group, entries))) if len(entries) <= MOST_FOUND else None

    def listed_groups(
        self, directory_id: str, *, limit: int, position: str | None = None, skip: int = 0, counted: bool = False
    ) -> GroupPage:
        """The position is the listed item's place in the index."""
        listing = Listing("groups", directory_id)
        entries, last = listed_entries(self.identities, listing, limit=limit, position=position, skip=skip)
        places = {group_keys.group(listed_group(entry)): place_of(entry) for entry in entries}
        items = self.identities.get_items([*places, *(counters(listing) if counted else ())])
        groups = {place: read_group(items[key]) for key, place in places.items() if key in items}
        shown = {place: group for place, group in groups.items() if not group.deleted}
        total = total_of(listing, items) if counted else None
        return GroupPage(tuple(shown.values()), last, total, tuple(shown))

    def number_of_groups(self, directory_id: str) -> int:
        return counted_in(self.identities, Listing("groups", directory_id))

    def deleted_groups(self, *, limit: int) -> tuple[str, ...]:
        answer = self.identities.client.query(
            TableName=self.identities.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": group_keys.DELETED}},
            ConsistentRead=True,
            Limit=limit,
        )
        return tuple(Reader(item).text("group_id") for item in answer["Items"])

    def _partition(self, group_id: str, limit: int, after: str | None) -> "tuple[list[StoredItem], str | None]":
        """Items of a group's partition in the order of their sort keys, and the last one's if there may be more."""
        values: dict[str, AttributeValueTypeDef] = {":pk": {"S": group_keys.group(group_id).pk}}
        condition = "pk = :pk"
        if after is not None:
            condition += " AND sk > :after"
            values[":after"] = {"S": after}
        answer = self.identities.client.query(
            TableName=self.identities.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            Limit=limit,
        )
        last = answer.get("LastEvaluatedKey")
        return cast("list[StoredItem]", answer["Items"]), last["sk"]["S"] if last else None


def _membership_keys(group_id: str | None, ids: frozenset[str]) -> list[ItemKey]:
    wanted = [group_keys.member(group_id, value) for value in sorted(ids)] if group_id is not None else []
    wanted += [keys.account(account_id) for account_id in account_ids_among(ids)]
    return wanted + [group_keys.group(value) for value in sorted(ids) if not is_user_id(value)]


def _membership(group_id: str | None, ids: frozenset[str], items: "Mapping[ItemKey, StoredItem]") -> Membership:
    members: dict[str, Member] = {}
    for value in ids:
        item = items.get(group_keys.member(group_id, value)) if group_id is not None else None
        if item:
            members[value] = read_member(item)
    accounts = [read_account(items[key]) for key in map(keys.account, account_ids_among(ids)) if key in items]
    groups = [read_group(items[key]) for key in map(group_keys.group, ids) if key in items]
    return Membership(
        ids,
        members,
        {account.id: account for account in accounts},
        {group.id: group for group in groups if group.id in ids},
    )


def _member_page(items: "list[StoredItem]", last: str | None) -> MemberPage:
    members = tuple(read_member(item) for item in items if item["sk"]["S"].startswith(group_keys.MEMBER_PREFIX))
    return MemberPage(members, group_keys.member_id_of(last) if last else None)
