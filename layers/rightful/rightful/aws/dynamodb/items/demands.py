"""Demands as DynamoDB items, and back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import Item, write_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.demand import Demand

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_DEMAND = Codec(Demand, spread={"asked_by": "asking_"})


def demand_item(demand: Demand) -> Item:
    """A demand, which DynamoDB removes when nobody wants the address any more."""
    values = {**_DEMAND.values(demand), "expires_at": int(demand.until.timestamp())}
    return write_item(keys.demand(demand.organization_id, demand.id), values)


def read_demand(item: Mapping[str, "AttributeValueTypeDef"]) -> Demand:
    """The inverse of `demand_item`."""
    return _DEMAND.read(item)
