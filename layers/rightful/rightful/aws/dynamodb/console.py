"""Sessions of the console, in a table of their own: no other function can read it, and nothing of it is kept after
its end."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rightful.aws.dynamodb.attributes import write_item, write_key
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.items.settings import read_organization
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.table import Table, values_of
from rightful.domain.sign_in import ATTEMPT_LIFETIME, Session, SignInAttempt
from rightful.ports.key import ItemKey
from rightful.ports.sign_in import Visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_ATTEMPT = Codec(SignInAttempt)
_SESSION = Codec(Session)
_SESSION_PREFIX = "SESSION#"
_FORM_PREFIX = "FORM#"


@dataclass(frozen=True, slots=True)
class DynamoDBSessions:
    """`ports.sign_in.SessionStore`: `console` and `identity` are names of tables."""

    client: "DynamoDBClient"
    console: str
    identity: str

    def put_attempt(self, attempt: SignInAttempt) -> None:
        gone = int((attempt.started_at + ATTEMPT_LIFETIME).timestamp())
        values = {**_ATTEMPT.values(attempt), "expires_at": gone}
        self.client.put_item(TableName=self.console, Item=write_item(_attempt(attempt.state_hash), values))

    def take_attempt(self, state_hash: str) -> SignInAttempt | None:
        answer = self.client.delete_item(
            TableName=self.console, Key=write_key(_attempt(state_hash)), ReturnValues="ALL_OLD"
        )
        found = answer.get("Attributes")
        return _ATTEMPT.read(found) if found else None

    def put_session(self, session: Session) -> None:
        values = {**_SESSION.values(session), "expires_at": int(session.ends_at.timestamp())}
        item = write_item(_session(session.organization_id, session.secret_hash), values)
        self.client.put_item(TableName=self.console, Item=item)

    def visit(self, organization_id: str, secret_hash: str) -> Visit | None:
        tables = {
            self.console: _session(organization_id, secret_hash),
            self.identity: keys.organization(organization_id),
        }
        answer = self.client.batch_get_item(
            RequestItems={name: {"Keys": [write_key(key)], "ConsistentRead": True} for name, key in tables.items()}
        )
        found: dict[str, Mapping[str, AttributeValueTypeDef]] = {
            name: items[0] for name, items in answer.get("Responses", {}).items() if items
        }
        for name in answer.get("UnprocessedKeys", {}):
            # Throttled: asked for alone, the client waits and repeats it.
            item = Table(self.client, name).get_item(tables[name])
            if item is not None:
                found[name] = item
        if found.keys() != tables.keys():
            return None
        return Visit(_SESSION.read(found[self.console]), read_organization(found[self.identity]))

    def note_seen(self, session: Session, now: datetime) -> None:
        key = _session(session.organization_id, session.secret_hash)
        try:
            self.client.update_item(
                TableName=self.console,
                Key=write_key(key),
                UpdateExpression="SET seen_at = :now",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=values_of(now=now),
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return  # it was ended at this moment

    def end_session(self, session: Session) -> None:
        key = _session(session.organization_id, session.secret_hash)
        self.client.delete_item(TableName=self.console, Key=write_key(key))

    def first_use(self, session: Session, nonce: str) -> bool:
        item = write_item(_form(session, nonce), {"expires_at": int(session.ends_at.timestamp())})
        try:
            self.client.put_item(TableName=self.console, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def sessions(self, organization_id: str) -> tuple[Session, ...]:
        table = Table(self.client, self.console)
        return tuple(map(_SESSION.read, table.query_prefix(f"ORG#{organization_id}", _SESSION_PREFIX)))


def _attempt(state_hash: str) -> ItemKey:
    return ItemKey(f"ATTEMPT#{state_hash}", "ATTEMPT")


def _session(organization_id: str, secret_hash: str) -> ItemKey:
    """In its organization's partition: a cookie opens no other one."""
    return ItemKey(f"ORG#{organization_id}", f"{_SESSION_PREFIX}{secret_hash}")


def _form(session: Session, nonce: str) -> ItemKey:
    """A form that was sent. It goes when its session does, and no list of sessions has it."""
    return ItemKey(f"ORG#{session.organization_id}", f"{_FORM_PREFIX}{session.secret_hash}#{nonce}")
