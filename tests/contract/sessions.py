"""Contract: attempts to sign in, sessions, and forms that are sent once, on the console's table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from rightful.aws.dynamodb.console import DynamoDBSessions
from rightful.domain.sign_in import (
    ATTEMPT_LIFETIME,
    KEY_SESSION_LIFETIME,
    SESSION_LIFETIME,
    ConsoleRole,
    Session,
    SignIn,
    SignInAttempt,
)
from rightful.ports.sign_in import Visit
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.settings import PutOrganization, RemoveOrganization
from tests.contract.committing import given
from tests.support.builders import NOW, an_organization
from tests.support.names import Names
from tests.support.patience import SECONDS

SECOND = NOW.replace(microsecond=0)


def a_session(organization_id: str, secret_hash: str, **more: Any) -> Session:
    """Somebody who has just come in."""
    session = Session(
        secret_hash=secret_hash,
        organization_id=organization_id,
        who="Olivia [olivia]",
        who_id="person-1",
        name="Olivia",
        role=ConsoleRole.OWNER,
        sign_in_id="settings-1",
        form_token="form",
        created_at=NOW,
        seen_at=NOW,
        shown_at=NOW,
    )
    return replace(session, **more)


def an_attempt(state_hash: str) -> SignInAttempt:
    """Somebody who was sent away."""
    return SignInAttempt(state_hash, "browser", "org", "settings-1", "nonce", "verifier", "/conflicts", True, NOW)


class SessionsContract:
    """`ports.sign_in.SessionStore` promises this; `item` reads what is stored, by its key's beginning."""

    def test_an_attempt_is_taken_once(self, sessions: DynamoDBSessions, names: Names) -> None:
        attempt = an_attempt(names.mine)
        sessions.put_attempt(attempt)
        assert sessions.take_attempt(names.other) is None
        assert sessions.take_attempt(names.mine) == attempt
        assert sessions.take_attempt(names.mine) is None

    def test_of_many_who_come_back_at_once_one_finds_the_attempt(
        self, sessions: DynamoDBSessions, names: Names
    ) -> None:
        attempt, together = an_attempt(names.mine), Barrier(8, timeout=SECONDS)
        sessions.put_attempt(attempt)

        def take(_: int) -> SignInAttempt | None:
            together.wait()
            return sessions.take_attempt(names.mine)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(take, range(8)))
        assert sorted(found, key=lambda each: each is None) == [attempt, *[None] * 7]

    def test_of_many_forms_with_one_nonce_one_is_the_first(self, sessions: DynamoDBSessions, names: Names) -> None:
        session, together = a_session(names.organization, names.mine), Barrier(8, timeout=SECONDS)

        def use(_: int) -> bool:
            together.wait()
            return sessions.first_use(session, "nonce")

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(use, range(8))) == [False] * 7 + [True]
        assert sessions.first_use(session, "another nonce")
        assert sessions.first_use(a_session(names.organization, names.other), "nonce")
        assert sessions.first_use(a_session(names.other_organization, names.mine), "nonce")

    @pytest.mark.parametrize("by_key", [False, True])
    def test_a_visit_has_all_of_session_and_organization_in_one_call(
        self, store: IdentityStore, sessions: DynamoDBSessions, names: Names, by_key: bool
    ) -> None:
        roles = {ConsoleRole.OWNER: ("a", "b"), ConsoleRole.VIEWER: ()}
        settings = SignIn("settings-1", "https://login.example.net", "client", "secret", "groups", roles)
        organization = replace(an_organization(names.organization), sign_in=settings)
        given(store, PutOrganization(organization, None))
        session = a_session(
            names.organization, names.mine, by_key=by_key, alone_until=NOW + timedelta(hours=1) if by_key else None
        )
        sessions.put_session(session)
        calls: Any = _Counted(sessions.client)
        found = replace(sessions, client=calls).visit(names.organization, names.mine)
        assert found == Visit(session, organization)
        assert calls.made == ["batch_get_item"]

    def test_without_session_or_organization_there_is_no_visit(
        self, store: IdentityStore, sessions: DynamoDBSessions, names: Names
    ) -> None:
        organization = an_organization(names.organization)
        session = a_session(names.organization, names.mine)
        assert sessions.visit(names.organization, names.mine) is None
        sessions.put_session(session)
        assert sessions.visit(names.organization, names.mine) is None
        given(store, PutOrganization(organization, None))
        assert sessions.visit(names.organization, names.mine) == Visit(session, organization)
        assert sessions.visit(names.organization, names.other) is None
        assert sessions.visit(names.other_organization, names.mine) is None
        given(store, RemoveOrganization(organization.id, organization.version))
        assert sessions.visit(names.organization, names.mine) is None

    @pytest.mark.parametrize("unprocessed", [{0}, {1}, {0, 1}])
    def test_what_a_batch_leaves_is_asked_for_alone(
        self, store: IdentityStore, sessions: DynamoDBSessions, names: Names, unprocessed: set[int]
    ) -> None:
        organization = an_organization(names.organization)
        session = a_session(names.organization, names.mine)
        given(store, PutOrganization(organization, None))
        sessions.put_session(session)
        left = {(sessions.console, sessions.identity)[each] for each in unprocessed}
        client: Any = _Counted(sessions.client, left)
        throttled = replace(sessions, client=client)
        assert throttled.visit(names.organization, names.mine) == Visit(session, organization)
        assert client.made == ["batch_get_item", *["get_item"] * len(left)]
        assert throttled.visit(names.organization, names.other) is None

    def test_being_seen_moves_nothing_else(
        self, store: IdentityStore, sessions: DynamoDBSessions, names: Names
    ) -> None:
        given(store, PutOrganization(an_organization(names.organization), None))
        session, later = a_session(names.organization, names.mine), NOW + timedelta(minutes=2)
        sessions.put_session(session)
        for _ in range(2):
            sessions.note_seen(session, later)
            visit = sessions.visit(names.organization, names.mine)
            assert visit is not None
            assert visit.session == replace(session, seen_at=later)

    def test_a_session_that_has_ended_is_not_brought_back(
        self, store: IdentityStore, sessions: DynamoDBSessions, names: Names
    ) -> None:
        given(store, PutOrganization(an_organization(names.organization), None))
        session = a_session(names.organization, names.mine)
        sessions.put_session(session)
        for _ in range(2):
            sessions.end_session(session)
            sessions.note_seen(session, NOW)
            assert sessions.visit(names.organization, names.mine) is None
            assert sessions.sessions(names.organization) == ()

    def test_sessions_are_listed_by_organization_without_forms_and_attempts(
        self, sessions: DynamoDBSessions, names: Names
    ) -> None:
        ours = [a_session(names.organization, f"{names.mine}{number}") for number in range(3)]
        theirs = a_session(names.other_organization, names.other)
        for session in (*ours, theirs):
            sessions.put_session(session)
            sessions.first_use(session, "nonce")
        sessions.put_attempt(an_attempt(names.mine))
        assert sorted(sessions.sessions(names.organization), key=lambda each: each.secret_hash) == ours
        assert sessions.sessions(names.other_organization) == (theirs,)
        sessions.end_session(ours[1])
        assert set(sessions.sessions(names.organization)) == {ours[0], ours[2]}

    def test_everything_goes_by_itself_when_it_counts_no_more(
        self, sessions: DynamoDBSessions, names: Names, item: Callable[[str], Any]
    ) -> None:
        sessions.put_attempt(an_attempt(names.mine))
        assert _gone(item(f"ATTEMPT#{names.mine}")) == SECOND + ATTEMPT_LIFETIME
        for by_key, lifetime in ((False, SESSION_LIFETIME), (True, KEY_SESSION_LIFETIME)):
            session = a_session(names.organization, names.mine, by_key=by_key)
            sessions.put_session(session)
            sessions.note_seen(session, NOW + timedelta(minutes=5))
            assert _gone(item(f"SESSION#{names.mine}")) == SECOND + lifetime
            assert sessions.first_use(session, f"{by_key}")
            assert _gone(item(f"FORM#{names.mine}#{by_key}")) == SECOND + lifetime


def _gone(stored: Any) -> datetime:
    """When DynamoDB may delete an item: epoch seconds, a number, under the name that template.yaml says."""
    return datetime.fromtimestamp(int(stored["expires_at"]["N"]), UTC)


class _Counted:
    """A client that notes its calls, and leaves keys of some tables unprocessed."""

    def __init__(self, client: Any, unprocessed: set[str] | None = None) -> None:
        self._client = client
        self._unprocessed = unprocessed or set()
        self.made: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.made.append(name)
        return getattr(self._client, name)

    def batch_get_item(self, **parameters: Any) -> Any:
        self.made.append("batch_get_item")
        answer = self._client.batch_get_item(**parameters)
        for table in self._unprocessed:
            answer["Responses"].pop(table, None)
        left = {table: parameters["RequestItems"][table] for table in self._unprocessed}
        return {**answer, "UnprocessedKeys": left}
