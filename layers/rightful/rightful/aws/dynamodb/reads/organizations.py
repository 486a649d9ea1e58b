"""An organization's accounts, from the identity table."""

from typing import TYPE_CHECKING, Any

from rightful.aws.dynamodb.attributes import key_of
from rightful.aws.dynamodb.items.accounts import read_account
from rightful.aws.dynamodb.items.settings import read_organization
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys.base import ORGANIZATIONS, account_start, of_domain, of_organization, organization_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from rightful.aws.dynamodb.table import Table
    from rightful.ports.store.lists import AccountPage, OrganizationPage

    StoredItem = Mapping[str, AttributeValueTypeDef]


class ManagedReads:
    """The accounts and organizations of `ports.store.lists.ManagedStore`, on the identity table."""

    client: "DynamoDBClient"
    identities: "Table"

    def managed_accounts(
        self, organization_id: str, *, limit: int, position: str | None = None, linked: bool | None = None
    ) -> "AccountPage":
        """The position is the last account's place."""
        prefix = {True: keys.LINKED, False: keys.UNLINKED, None: ""}[linked]
        return self._page(of_organization(organization_id), prefix, limit, position)

    def unmanaged_accounts(self, domain: str, *, limit: int, position: str | None = None) -> "AccountPage":
        """The position is the last account's place."""
        return self._page(of_domain(domain), "", limit, position)

    def _page(self, partition: str, prefix: str, limit: int, position: str | None) -> "AccountPage":
        from rightful.ports.store.lists import AccountPage

        query = self._in_partition(partition, prefix) | {"Limit": limit}
        if position:
            query["ExclusiveStartKey"] = account_start(partition, position)
        answer = self.client.query(**query)
        wanted = list(map(key_of, answer["Items"]))
        found = self.identities.get_items(wanted)
        last = answer.get("LastEvaluatedKey")
        return AccountPage(
            tuple(read_account(found[key]) for key in wanted if key in found),
            last["organization_sort"]["S"] if last else None,
        )

    def number_of_unlinked(self, organization_id: str, *, most: int) -> int:
        """A page holds about 8,000 entries: 128 read units."""
        query = self._in_partition(of_organization(organization_id), keys.UNLINKED)
        number = 0
        while True:
            answer = self.client.query(**query, Select="COUNT")
            number += answer["Count"]
            if "LastEvaluatedKey" not in answer or number >= most:
                return number
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _in_partition(self, partition: str, prefix: str) -> dict[str, Any]:
        condition, values = "organization_key = :key", {":key": {"S": partition}}
        if prefix:
            condition += " AND begins_with(organization_sort, :prefix)"
            values[":prefix"] = {"S": prefix}
        return {
            "TableName": self.identities.name,
            "IndexName": "by_organization",
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }

    def organizations(self, *, limit: int, position: str | None = None) -> "OrganizationPage":
        """The position is the last organization's id."""
        from rightful.ports.store.lists import OrganizationPage

        query = self._in_partition(ORGANIZATIONS, "") | {"Limit": limit}
        if position:
            query["ExclusiveStartKey"] = organization_start(position)
        answer = self.client.query(**query)
        wanted = list(map(key_of, answer["Items"]))
        found = self.identities.get_items(wanted)
        last = answer.get("LastEvaluatedKey")
        return OrganizationPage(
            tuple(read_organization(found[key]) for key in wanted if key in found),
            last["organization_sort"]["S"] if last else None,
        )
