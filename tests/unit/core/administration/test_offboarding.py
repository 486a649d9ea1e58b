"""A customer leaves: what becomes of everything, and that it can be stopped and started again anywhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Never

import pytest

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.administration import offboarding
from rightful.core.administration.belongings import belongings
from rightful.core.groups.leave import finish_deletions
from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_organization, issue_token
from rightful.domain.account import Account, AccountStatus, Flag, Origin
from rightful.domain.address import parse_address
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.key import Grant, Scope
from rightful.domain.organization import AccountsAtEnd
from rightful.domain.request_error import RequestError
from rightful.operations.imports.line import Target, import_account
from rightful.operations.imports.rows import ImportRow
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.store.contract import Remaining
from rightful.ports.writes.accounts import PutAccount
from rightful.ports.writes.transaction import Write
from tests.scenarios.invariants import check_invariants
from tests.support.console import OWNER, Console
from tests.support.dynamodb.store import TestedStore
from tests.support.service import Service, user

ERASE, RELEASE = AccountsAtEnd.ERASE, AccountsAtEnd.RELEASE
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
THEIRS_ALONE = {"ORGANIZATION", "DIRECTORY", "TOKENS", "DOMAIN", "CONFLICT", "PENDING", "WAITER", "USERNAME", "SOURCE"}


def customer(store: TestedStore | None = None) -> Service:
    """People of every kind, a group, and conflicts; and somebody who has nothing to do with it."""
    service = Service(store=store or TestedStore())
    number = {ENTERPRISE_USER: {"employeeNumber": "4711"}}
    ada = service.create_user("ada", displayName="Ada", title="Countess", **number)
    bob = service.create_user("bob", active=False)
    gone = service.create_user("gone")
    assert service.scim("DELETE", f"/Users/{gone['id']}").status == 204
    members = [{"value": each["id"]} for each in (ada, bob)]
    assert service.scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "All", "members": members}).status == 201
    assert service.move(bob["id"], "ada").status == 409
    assert service.scim("POST", "/Users", user("new", emails=user("ada")["emails"])).status == 409
    service.remediate_all()
    imported = ImportRow(1, parse_address("old@example.com"), "old@example.com", source_id="source-1")
    import_account(service.store, service.invocation(), Target(service.organization, None), imported)
    assert service.accounts("POST", "", {"email": "private@elsewhere.example"}).status == 201
    return service


def account(service: Service, address: str) -> Account:
    hold = service.store.holds([address]).get(address)
    found = service.store.account(hold.account_id) if hold and hold.account_id else None
    assert found is not None, address
    return found


def offboard(service: Service, accounts: AccountsAtEnd, at_once: int = 1) -> offboarding.Left:
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    marked = offboarding.begin(service.context(), organization, accounts, by="Operator")
    return offboarding.offboard(service.context(), marked, by="Operator", at_once=at_once)


def kinds_left(service: Service) -> set[str]:
    finish_deletions(service.context())
    return {key[0] for key in service.store.snapshot() if not (key[0] == "TOKENS" and key[1] == "")}


@pytest.mark.parametrize("at_once", [1, 4])
def test_erased_nothing_of_it_is_left_but_its_log(at_once: int) -> None:
    service = customer()
    left = offboard(service, ERASE, at_once)
    assert left.gone
    assert kinds_left(service).isdisjoint({*THEIRS_ALONE, "GROUP", "GROUPNAME", "MEMBER", "SECONDARY"})
    [private] = service.store.all_of(Account)
    assert private.email is not None
    assert private.email.value == "private@elsewhere.example"
    assert {key[1] for key in service.store.snapshot() if key[0] == "EMAIL"} == {"private@elsewhere.example"}
    assert service.store.token(service.admin_key.sha256) is None
    assert service.store.token(service.scim_key.sha256) is None
    assert service.store.token(service.app_key.sha256) == service.app_key
    rows = service.store.log(service.organization.id, limit=100).entries
    assert {row.approver for row in rows if row.action == "user.erased"} == {"Operator"}
    assert "The organization was deleted." in {row.explanation for row in rows}
    check_invariants(service.store)


def test_released_people_keep_login_address_and_name_and_nothing_that_the_organization_wrote() -> None:
    service = customer()
    before = {name: account(service, f"{name}@example.com") for name in ("ada", "bob", "gone", "old")}
    assert offboard(service, RELEASE).gone
    assert kinds_left(service).isdisjoint({*THEIRS_ALONE, "GROUP", "GROUPNAME", "MEMBER", "SECONDARY"})
    for name, was in before.items():
        now = account(service, f"{name}@example.com")
        assert now.id == was.id
        assert (now.status, now.email, now.last_login_at) == (was.status, was.email, was.last_login_at)
        assert (now.organization_id, now.claimed, now.link, now.former_link) == (None, False, None, None)
        assert (now.before_image, now.group_ids) == (None, frozenset())
        assert now.attributes.keys() <= {"displayName", "name"}
    assert account(service, "ada@example.com").attributes == {"displayName": "Ada"}
    assert account(service, "ada@example.com").status is AccountStatus.ACTIVE
    assert account(service, "bob@example.com").status is AccountStatus.DEACTIVATED
    assert account(service, "old@example.com").origin is Origin.IMPORT
    check_invariants(service.store)


@pytest.mark.parametrize("accounts", [ERASE, RELEASE])
def test_another_organization_can_verify_the_domain_and_have_the_addresses(accounts: AccountsAtEnd) -> None:
    service = customer()
    assert offboard(service, accounts).gone
    successor = create_organization(service.context(), "Successor")
    successor = add_domain(service.context(), successor, "example.com")
    assert set(successor.domains) == {"example.com"}
    claimable = service.store.unmanaged_accounts("example.com", limit=10).accounts
    assert len(claimable) == (0 if accounts is ERASE else 4)


def mark(service: Service, address: str, *flags: Flag) -> None:
    found = account(service, address)
    marked = replace(found, version=found.version + 1, flags=frozenset(flags))
    service.store.commit([PutAccount(marked, found.version)], remaining=float)


def test_a_legal_hold_keeps_its_account_and_the_organization_until_it_is_lifted() -> None:
    service = customer()
    mark(service, "ada@example.com", Flag.LEGAL_HOLD)
    mark(service, "bob@example.com", Flag.PRIVILEGED)
    held = account(service, "ada@example.com").id
    left = offboard(service, ERASE)
    assert (left.gone, left.on_legal_hold) == (False, [held])
    assert [each.holds for each in service.store.all_of(Account) if each.organization_id] == ["ada@example.com"]
    assert service.store.organization(service.organization.id) is not None
    assert service.store.token(service.admin_key.sha256) is None
    mark(service, "ada@example.com")
    assert offboard(service, ERASE).gone
    assert not [each for each in service.store.all_of(Account) if each.organization_id]


def test_a_legal_hold_does_not_keep_an_account_from_becoming_its_persons_own() -> None:
    service = customer()
    mark(service, "ada@example.com", Flag.LEGAL_HOLD)
    assert offboard(service, RELEASE).gone
    assert account(service, "ada@example.com").flags == {Flag.LEGAL_HOLD}


def test_what_began_with_one_word_on_the_accounts_does_not_go_on_with_another() -> None:
    service = customer()
    mark(service, "ada@example.com", Flag.LEGAL_HOLD)
    offboard(service, ERASE)
    with pytest.raises(RequestError, match="--accounts erase"):
        offboard(service, RELEASE)


def test_what_is_counted_before_is_what_there_is() -> None:
    service = customer()
    mark(service, "ada@example.com", Flag.LEGAL_HOLD)
    before = service.store.snapshot()
    has = belongings(service.store, service.organization)
    assert (has.keys, has.domains, has.users, has.groups) == (2, 1, {service.directory.id: 2}, 1)
    assert (has.accounts, has.conflicts) == (4, len(service.store.all_of(Conflict)))
    assert has.on_legal_hold == (account(service, "ada@example.com").id,)
    assert service.store.snapshot() == before


class Killed(BaseException):
    """The process is gone."""


class Mortal(TestedStore):
    """Ends the process at a commit: before it, or right after it."""

    left: int | None = None
    after: bool = False

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:
        if self.left is None:
            super().commit(writes, remaining=remaining)
            return
        self.left -= 1
        if self.left >= 0:
            super().commit(writes, remaining=remaining)
            return
        if self.after:
            super().commit(writes, remaining=remaining)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("accounts", [ERASE, RELEASE])
def test_killed_anywhere_and_run_again_it_comes_to_the_same_end(accounts: AccountsAtEnd, after: bool) -> None:
    commits = 0
    while True:
        store = Mortal()
        service = customer(store)
        store.left, store.after = commits, after
        try:
            assert offboard(service, accounts).gone
        except Killed:
            store.left = None
            check_invariants(store)
            if store.organization(service.organization.id) is not None:
                assert offboard(service, accounts).gone
            assert kinds_left(service).isdisjoint({*THEIRS_ALONE, "GROUP", "GROUPNAME", "MEMBER", "SECONDARY"}), commits
            people = [each for each in store.all_of(Account) if each.holds != "private@elsewhere.example"]
            assert len(people) == (0 if accounts is ERASE else 4)
            assert not [each for each in people if each.organization_id or each.link]
            check_invariants(store)
            commits += 1
            continue
        break
    assert commits > 15


def test_a_key_that_the_gateway_still_remembers_changes_nothing_after_it_was_revoked() -> None:
    service = customer()
    assert offboard(service, ERASE).gone
    for method, route, body in [
        ("POST", "/directories", {"name": "again"}),
        ("POST", "/domains", {"domain": "again.example"}),
        ("PUT", "/policy", {"brakes": {"paused": True}}),
        ("PATCH", "", {"name": "again"}),
    ]:
        assert service.admin(method, route, body).status == 403, route
    assert kinds_left(service).isdisjoint(THEIRS_ALONE)


def test_the_time_it_takes_does_not_matter() -> None:
    """`now` is the beginning's; nothing depends on it but rows."""
    service = customer()
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    marked = offboarding.begin(service.context(), organization, ERASE, by="Operator")
    assert offboarding.begin(service.context(), marked, ERASE, by="Operator") is marked
    left = offboarding.offboard(QueueContext(service.store, Invocation(), service.queue), marked, by="Operator")
    assert left.gone
    assert left.done["accounts erased"] == 4


def test_its_sign_in_ends_first_with_its_secret_and_every_session() -> None:
    console = Console()
    service, sessions = console.service, console.doors.sessions
    console.browser(OWNER)
    [session] = sessions.sessions(service.organization.id)
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    for _ in range(2):
        ended = offboarding.end_sign_in(service.context(), lambda: service.client_secrets, organization, by="Operator")
        assert ended.sign_in is None
        assert service.client_secrets.kept == {}
        organization = ended
    visit = sessions.visit(organization.id, session.secret_hash)
    assert visit is not None
    assert visit.organization.sign_in is None
    assert offboard(service, ERASE).gone
    assert sessions.visit(organization.id, session.secret_hash) is None


def test_a_secret_that_could_not_be_forgotten_is_forgotten_the_next_time() -> None:
    console = Console()
    service = console.service
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    assert len(service.client_secrets.kept) == 1

    def away() -> Never:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        offboarding.end_sign_in(service.context(), away, organization, by="Operator")
    assert service.store.organization(organization.id) == organization
    offboarding.end_sign_in(service.context(), lambda: service.client_secrets, organization, by="Operator")
    assert service.client_secrets.kept == {}


def test_a_session_of_an_organization_that_is_gone_opens_nothing() -> None:
    console = Console()
    browsers = [console.browser(OWNER), console.browser()]
    secret, _ = issue_token(console.service.context(), Grant(Scope.ADMIN, console.service.organization.id), "Ines")
    browsers[1].send("/sign-in/key", {"key": secret})
    for browser in browsers:
        assert browser.get("/conflicts").path == "/conflicts"
    assert offboard(console.service, ERASE).gone
    for browser in browsers:
        assert browser.session_secret
        page = browser.get("/conflicts")
        assert page.path.startswith("/sign-in")
