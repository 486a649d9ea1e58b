"""What DynamoDB refuses, as botocore raises it."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn

import botocore.session
from botocore.errorfactory import ClientExceptionsFactory

from tests.support.dynamodb.expressions import Item, Values

Key = tuple[str, str]


@cache
def exceptions() -> Any:
    """The exceptions of a client of boto3."""
    return ClientExceptionsFactory().create_client_exceptions(
        botocore.session.get_session().get_service_model("dynamodb")
    )


def fail(code: str, operation: str, message: str, **more: object) -> NoReturn:
    """Answer with that error."""
    error = {"Code": code, "Message": message}
    response = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    raise exceptions().from_code(code)(response, operation)


def invalid(operation: str, message: str) -> NoReturn:
    """The request is a mistake."""
    fail("ValidationException", operation, message)


def key_of(operation: str, key: Item) -> Key:
    """The key of an item: two texts."""
    if key.keys() != {"pk", "sk"}:
        invalid(operation, "The provided key element does not match the schema")
    return key["pk"]["S"], key["sk"]["S"]


def check_placeholders(operation: str, used: frozenset[str], values: Values, names: Mapping[str, str]) -> None:
    """Each that is used is given, and the other way round."""
    given = values.keys() | names.keys() if names else values.keys()
    if used != given:
        invalid(operation, f"placeholders used and given differ: {sorted(used ^ given)}")
