"""Committing writes: one transaction, every cancellation reason read, contention waited out."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from rightful.aws.dynamodb.actions import action_of
from rightful.aws.dynamodb.attributes import Reader
from rightful.aws.dynamodb.items.accounts import read_account, read_hold
from rightful.aws.dynamodb.items.conflicts import read_conflict
from rightful.aws.dynamodb.items.emails import fitting_action
from rightful.aws.dynamodb.items.groups import read_group
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.aws.dynamodb.table import Action, Tables
from rightful.aws.errors import FIRST_PAUSE, LONGEST_PAUSE, is_refused_for_now
from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.group import Group
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import ListSecondaryEmail
from rightful.ports.writes.transaction import ContendedError, Refusal, RefusedError, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    StoredItem = Mapping[str, AttributeValueTypeDef]
    _Failed = tuple[Write, StoredItem | None]

_Step = tuple[Write, Action]


class Commits:
    """Does writes: all of them or none."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: Tables,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Args: the low-level client; the tables; how to wait and where randomness comes from, for tests."""
        self.client = client
        self.tables = tables
        self._sleep = sleep
        self._jitter = jitter

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        """One write is a plain conditional write (half the capacity of a transaction)."""
        steps: list[_Step] = [(write, action_of(write, self.tables)) for write in writes]
        pause = FIRST_PAUSE
        while steps:
            failed = self._attempt(steps)
            if failed is not None:
                refusals = tuple(
                    Refusal(write, _found(item)) for write, item in failed if not isinstance(write, ListSecondaryEmail)
                )
                if refusals:
                    raise RefusedError(refusals)
                if not failed:
                    return
                steps = self._fitting(steps, failed)
            # Full jitter, as the AWS Builders' Library has it: contenders spread out instead of meeting again. A list
            # that was not as it mostly is has been read with the refusal: nothing to wait for.
            wait = pause * self._jitter() if failed is None else 0
            if remaining() < wait + LONGEST_PAUSE:
                raise ContendedError
            self._sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _fitting(self, steps: "list[_Step]", failed: "Sequence[_Failed]") -> "list[_Step]":
        """The same writes, with the changes of lists made for the lists that were found."""
        found = {write: item for write, item in failed if isinstance(write, ListSecondaryEmail)}
        fitting: list[_Step] = []
        for write, action in steps:
            instead: Action | None = action
            if isinstance(write, ListSecondaryEmail) and write in found:
                instead = fitting_action(write, self.tables.identity, found[write])
            if instead is not None:
                fitting.append((write, instead))
        return fitting

    def _attempt(self, steps: "Sequence[_Step]") -> "Sequence[_Failed] | None":
        """Try once: () when it is done, what was refused with the items that are there, None when it met contention."""
        actions = [action for _, action in steps]
        try:
            if len(actions) == 1:
                self.write_one(actions[0])
            else:
                self._write_all(actions)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            return ((steps[0][0], cast("StoredItem | None", error.response.get("Item"))),)
        except self.client.exceptions.TransactionCanceledException as error:
            reasons = cast("Sequence[Mapping[str, object]]", error.response["CancellationReasons"])
            return _read_reasons([write for write, _ in steps], reasons, error)
        except ClientError as error:
            if is_refused_for_now(error.response["Error"]["Code"]):
                return None
            raise
        return ()

    def write_one(self, action: Action) -> None:
        """One action on its own: half the capacity of a transaction of one."""
        request = action.request(single=True)
        if action.verb == "Put":
            self.client.put_item(**request)  # type: ignore[arg-type]
        elif action.verb == "Update":
            self.client.update_item(**request)  # type: ignore[arg-type]
        elif action.verb == "Delete":
            self.client.delete_item(**request)  # type: ignore[arg-type]
        else:
            self._write_all([action])

    def _write_all(self, actions: Sequence[Action]) -> None:
        items = [action.request() for action in actions]
        self.client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]  # Action.request says the shape


def _read_reasons(
    writes: Sequence[Write], reasons: Sequence[Mapping[str, object]], error: ClientError
) -> "Sequence[_Failed] | None":
    """Cancellation reasons come in the order of the request; "None" (a string) is a write that was fine.

    A failed condition outweighs contention: it will not go away by waiting.
    """
    failed: list[_Failed] = []
    contended = False
    for write, reason in zip(writes, reasons, strict=True):
        code = reason.get("Code")
        if code == "ConditionalCheckFailed":
            failed.append((write, cast("StoredItem | None", reason.get("Item"))))
        elif is_refused_for_now(code):
            contended = True
        elif code != "None":
            raise error
    if failed:
        return failed
    if contended:
        return None
    raise error


def _found(item: "StoredItem | None") -> Account | Hold | Conflict | Group | str | None:
    """What stood in the way of a write, read from the item that DynamoDB returned with the refusal: the thing itself,
    or its most particular id."""
    if not item:
        return None
    sort_key = item["sk"]["S"]
    if sort_key == "ACCOUNT":
        return read_account(item)
    if sort_key == "EMAIL":
        return read_hold(item)
    if sort_key == group_keys.HEAD:
        return read_group(item)
    if sort_key.startswith(keys.CONFLICT_PREFIX):
        return read_conflict(item)
    for name in ("account_id", "conflict_id", "group_id", "token_id", "directory_id", "organization_id"):
        if name in item:
            return Reader(item).text(name)
    return None
