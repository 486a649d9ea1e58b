"""Keys in the table: one that expired is told from one that was revoked."""

from datetime import UTC, datetime, timedelta

from rightful.aws.dynamodb.items.settings import token_item
from rightful.aws.dynamodb.keys import base as keys
from rightful.domain.conflicts.conflict import PENDING_CHANGE_LIFETIME
from rightful.domain.key import Scope, Token

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_an_expired_key_stays_for_longer_than_any_change_that_came_with_it_is_wanted() -> None:
    token = Token("t", "sha", Scope.SCIM, "IdP", NOW, NOW + timedelta(days=2), "org", "dir")
    last_wanted = NOW + timedelta(days=2) + PENDING_CHANGE_LIFETIME
    removed = token_item(token, keys.token("sha"))["expires_at"]["N"]
    assert int(removed) > last_wanted.timestamp()
