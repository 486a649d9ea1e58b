"""One write, looked at before it is done: its condition, and what DynamoDB does not store."""

from collections.abc import Mapping
from typing import Any

from tests.support.dynamodb import requests
from tests.support.dynamodb.expressions import Item, condition, update
from tests.support.dynamodb.faults import check_placeholders, invalid, key_of
from tests.support.dynamodb.tables import Table

_ITEM_OCTETS, _PARTITION_KEY_OCTETS, _SORT_KEY_OCTETS = 400 * 1024, 2048, 1024
_TYPES: Mapping[str, type | tuple[type, ...]] = {"S": str, "N": str, "BOOL": bool, "SS": (list, tuple)}


class PreparedWrite:
    """A write on a table as it is."""

    def __init__(self, table: Table, verb: str, operation: str, request: requests.Write) -> None:
        if (verb == "Put") != (request.Item is not None) or (verb == "Update") != (
            request.UpdateExpression is not None
        ):
            raise NotImplementedError(f"{verb} of an item, a key or an update")
        self._table, self._verb, self._operation, self._request = table, verb, operation, request
        source = request.Item or request.Key or {}
        self.key = (source["pk"]["S"], source["sk"]["S"]) if verb == "Put" else key_of(operation, source)
        self.before = table.items.get(self.key)
        self.allowed, used = True, frozenset[str]()
        if request.ConditionExpression is not None:
            wanted = condition(request.ConditionExpression, tuple(request.ExpressionAttributeNames.items()))
            self.allowed = wanted.holds(self.before or {}, request.ExpressionAttributeValues)
            used = wanted.placeholders
        change = update(request.UpdateExpression) if request.UpdateExpression is not None else None
        if change is not None:
            used = used | change.placeholders if used else change.placeholders
        check_placeholders(operation, used, request.ExpressionAttributeValues, request.ExpressionAttributeNames)
        self.after: Item | None = dict(request.Item) if request.Item is not None else None
        if change is not None and self.allowed:
            self.after = dict(self.before or source)
            change.change(self.after, request.ExpressionAttributeValues)
        if self.after is not None:
            self._check(self.after)

    def found(self) -> dict[str, Any]:
        """The item that stood in the way, if that was asked for and there is one."""
        tells = self._request.ReturnValuesOnConditionCheckFailure == "ALL_OLD"
        return {"Item": dict(self.before)} if tells and self.before is not None else {}

    def reason(self) -> dict[str, Any]:
        """Why a transaction was cancelled, as far as this write is concerned."""
        if self.allowed:
            return {"Code": "None"}
        return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **self.found()}

    def do(self) -> None:
        """Do it: its condition holds."""
        if self._verb != "ConditionCheck":
            self._table.put(self.key, self.after)

    def _check(self, item: Item) -> None:
        characters, keys, before = 0, self._table.keys, self.before or {}
        for name, value in item.items():
            [(kind, raw)] = value.items()
            # What is stored was looked at when it came; a value is never changed, only replaced.
            if before.get(name) is value:
                characters += len(raw) if kind == "S" else 0
                continue
            if not isinstance(raw, _TYPES[kind]) or (kind == "SS" and not raw):
                invalid(self._operation, f"{name} is no {kind}")
            if kind == "S":
                characters += len(raw)
                if name in keys:
                    self._check_key(name, raw)
        if characters > _ITEM_OCTETS // 4 and _octets(item) > _ITEM_OCTETS:
            invalid(self._operation, "Item size has exceeded the maximum allowed size")

    def _check_key(self, name: str, text: str) -> None:
        most = _PARTITION_KEY_OCTETS if name in self._table.partitions else _SORT_KEY_OCTETS
        if not text or len(text) > most or len(text.encode("utf-8", "replace")) > most:
            invalid(self._operation, f"{name} is empty or too long for a key")


def _octets(item: Item) -> int:
    texts = [text for value in item.values() for text in (value["SS"] if "SS" in value else [str(*value.values())])]
    return sum(len(text.encode("utf-8", "replace")) for text in (*item, *texts))
