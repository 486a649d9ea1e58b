"""From a write to the one conditional DynamoDB action that does it.

    write             action          condition
    PutAccount        Put             version unchanged, or no item
    ClaimAddress      Put             free, ours, reserved for us, or a reservation that ended
    TransferAddress   Put             held by the account it is taken from
    ...               see the modules, one function or case per write

Every action asks for ALL_OLD where its condition fails, so that one round trip tells who holds what.
"""

from rightful.aws.dynamodb.actions import accounts, groups, organizations
from rightful.aws.dynamodb.table import action_of

__all__ = ["accounts", "action_of", "groups", "organizations"]
