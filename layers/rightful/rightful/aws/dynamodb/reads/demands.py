"""Demands for the addresses of an organization's accounts, from the identity table."""

from typing import TYPE_CHECKING, Any

from rightful.aws.dynamodb.attributes import write_key
from rightful.aws.dynamodb.keys import base as keys

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from rightful.aws.dynamodb.table import Table
    from rightful.ports.store.demands import DemandPage


class DemandReads:
    """`ports.store.demands.DemandStore` on the identity table."""

    client: "DynamoDBClient"
    identities: "Table"

    def demands(self, organization_id: str, *, limit: int, position: str | None = None) -> "DemandPage":
        """The position is the last demand's id."""
        from rightful.aws.dynamodb.items.demands import read_demand
        from rightful.ports.store.demands import DemandPage

        prefix = keys.demand(organization_id, "")
        query: dict[str, Any] = {
            "TableName": self.identities.name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":pk": {"S": prefix.pk}, ":prefix": {"S": prefix.sk}},
            "ConsistentRead": True,
            "Limit": limit,
        }
        if position:
            query["ExclusiveStartKey"] = write_key(keys.demand(organization_id, position))
        answer = self.client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return DemandPage(
            tuple(map(read_demand, answer["Items"])),
            last["sk"]["S"].removeprefix(keys.DEMAND_PREFIX) if last else None,
        )
