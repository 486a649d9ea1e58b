"""Random provisioning, sign-ups, conflicts, decisions, deliveries twice and out of order, clocks that move: after every
step the invariants of the product hold, and in the end nothing is left waiting for an address that is free."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rightful.accounts.account import Account, AccountStatus, Flag
from rightful.accounts.account_error import AccountError
from rightful.accounts.address import parse_address
from rightful.accounts.facts import login_seen, set_flag
from rightful.accounts.provisioning import Provisioning
from rightful.accounts.refusals import ClaimRefusedError, RefusalRecorder
from rightful.accounts.resource import UnverifiedDomainError
from rightful.accounts.self_service import schedule_deletion
from rightful.accounts.sign_up import SignUp, sign_up
from rightful.accounts.statement import NOTHING, Statement
from rightful.conflicts.conflict import Collision, Conflict, ConflictStatus, Operation, Requester, Resolution
from rightful.conflicts.decisions import DecisionError, approve, reject, retry, undo
from rightful.conflicts.policy import Brakes, Policy, PolicyBase, read_policy
from rightful.conflicts.proof import ENTERPRISE_USER
from rightful.conflicts.recording import pointer_of
from rightful.conflicts.remediation import Effect, remediate
from rightful.conflicts.waking import wake
from rightful.organizations.organization import DomainPolicy, OnDelete
from rightful.organizations.tokens import Scope, Token
from rightful.scim.errors import ScimError
from rightful.storage.contract import Pointer
from rightful.storage.memory_writes import Items
from rightful.storage.settings_writes import ClaimDomain, ListToken, PutDirectory, PutOrganization, ReleaseDomain
from rightful.storage.writes import Hold, Write
from rightful.upkeep.reservations import end_reservations
from rightful.upkeep.waiting import send_due
from tests.scenarios.world import ELSEWHERE, HERE, OURS, THEIRS, World, check_invariants
from tests.support.builders import NOW, a_directory, a_token

NAMES = [f"n{number}" for number in range(6)]
DIRECTORIES = {HERE: OURS, ELSEWHERE: OURS, "erasing": OURS, "there": THEIRS}
POLICIES = [
    Policy(),
    Policy(base=PolicyBase.STRICT),
    read_policy(
        {
            "base": "custom",
            "rules": {
                "unlinked": "auto",
                "claimable": "auto",
                "rehire": "auto",
                "other_directory": "auto",
                "pending_deletion": "auto",
                "active_in_directory": "approval",
            },
            "deactivatedAfterDays": 0,
        }
    ),
]
MEANWHILE = ["address", "state", "removal", "domain", "fact", "another delivery"]
indexes = st.integers(0, 30)
names = st.sampled_from(NAMES)
also = st.sampled_from([None, *NAMES])
"""Another address of a user: somebody's own, perhaps."""


def _emails(name: str, also: str | None) -> list[dict[str, object]]:
    further: list[dict[str, object]] = [{"value": f"{also}@example.com", "type": "other"}] if also else []
    return [{"value": f"{name}@example.com", "type": "work", "primary": True}, *further]


@dataclass(frozen=True)
class Asked:
    """A request as its identity provider would send it again."""

    directory_id: str
    scim_id: str | None
    change: Callable[[Mapping[str, object]], Mapping[str, object]]
    statement: Statement = NOTHING


class Life(RuleBasedStateMachine):
    """Two organizations that use the same domain (one verified it, the other tolerates any), and everybody in them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(policy=POLICIES[2])
        self.world.found_organizations()
        self.world.commit(PutDirectory(a_directory(OURS, "erasing", on_delete=OnDelete.ERASE), None))
        theirs = self.world.store.organization(THEIRS)
        assert theirs is not None
        self.world.commit(PutOrganization(replace(theirs, version=2, domain_policy=DomainPolicy.ANY), 1))
        self.keys = [self._key(holder) for holder in ("Ines", "Jo")]
        self.asked: dict[str, Asked] = {}
        self.refusals: set[str] = set()
        self.said: dict[str, bool] = {}
        """SCIM id -> what its directory said last of the person's activity, if that holds whatever else was refused."""
        for name in NAMES[:4]:
            self.a_directory_creates_a_user(HERE, name, None)

    def _key(self, holder: str) -> Token:
        key = a_token(f"hash of {holder}", id=holder, scope=Scope.ADMIN, holder=holder, organization_id=OURS)
        self.world.commit(ListToken(key))
        return key

    # What happens

    @rule(
        directory_id=st.sampled_from([HERE, HERE, HERE, *DIRECTORIES]),
        name=names,
        number=st.sampled_from(["1", "2", None]),
        also=also,
        called=st.one_of(st.none(), names),
        person=st.sampled_from(["one", "one", "one", "another", None]),
    )
    def a_directory_creates_a_user(
        self,
        directory_id: str,
        name: str,
        number: str | None,
        also: str | None = None,
        called: str | None = None,
        person: str | None = "one",
    ) -> None:
        """Its address may be another's, its userName may have changed or be used by two people, and not every directory
        sends externalIds."""
        resource: dict[str, object] = {
            "userName": called or name,
            "emails": _emails(name, also),
            "active": True,
        }
        if number:
            resource[ENTERPRISE_USER] = {"employeeNumber": number}
        if person:
            resource["externalId"] = f"{name} {person}"
        self._provision(Asked(directory_id, None, lambda _: resource))

    @precondition(lambda self: self._linked())
    @rule(who=indexes, name=names, active=st.sampled_from([None, None, False, True]), renames=st.booleans(), also=also)
    def a_directory_changes_an_address(
        self, who: int, name: str, active: bool | None, renames: bool, also: str | None = None
    ) -> None:
        account = self._pick(self._linked(), who)
        wanted: dict[str, object] = {"emails": _emails(name, also)}
        if active is not None:
            wanted["active"] = active
        if renames:
            wanted["userName"] = name
        assert account.link is not None
        statement = Statement(address=True, active=active)
        asked = Asked(account.link.directory_id, account.link.scim_id, lambda now: {**now, **wanted}, statement)
        if self._provision(asked):
            self._nothing_else_is_wanted(account.id, f"{name}@example.com")

    @precondition(lambda self: self._linked())
    @rule(who=indexes, active=st.booleans())
    def a_directory_changes_somebody_s_state(self, who: int, active: bool) -> None:
        account = self._pick(self._linked(), who)
        assert account.link is not None
        self._provision(
            Asked(
                account.link.directory_id,
                account.link.scim_id,
                lambda now: {**now, "active": active, "title": "x"},
                Statement(active=active),
            )
        )

    @precondition(lambda self: self._linked())
    @rule(who=indexes)
    def a_directory_removes_a_user(self, who: int) -> None:
        account = self._pick(self._linked(), who)
        assert account.link is not None
        provisioning = self._provisioning(account.link.directory_id)
        before = provisioning.remove(
            account.link.scim_id, provisioning.state(account.link.scim_id), self.world.invocation()
        )
        self._wake(before)

    @rule(name=names, verified=st.booleans())
    def somebody_signs_up(self, name: str, verified: bool) -> None:
        asked = SignUp(parse_address(f"{name}@example.com"), verified)
        with suppress(AccountError):
            sign_up(self.world.store, self.world.invocation(), asked)

    @precondition(lambda self: self._accounts())
    @rule(who=indexes, what=st.sampled_from(["login", "flag", "no flag", "deletion"]))
    def the_host_application_reports_a_fact(self, who: int, what: str) -> None:
        account = self._pick(self._accounts(), who)
        store, invocation = self.world.store, self.world.invocation()
        try:
            if what == "login":
                login_seen(store, invocation, account.id)
            elif what == "deletion":
                schedule_deletion(store, invocation, account.id)
            else:
                set_flag(store, invocation, account.id, Flag.PRIVILEGED, on=what == "flag")
        except AccountError:
            pass

    @precondition(lambda self: self.world.queue.messages)
    @rule(which=indexes, again=st.booleans())
    def a_message_is_delivered(self, which: int, again: bool) -> None:
        messages = self.world.queue.messages
        pointer = messages[which % len(messages)]
        if not again:
            messages.remove(pointer)
        self._remediate(pointer)

    @precondition(lambda self: self.world.queue.messages and self._linked())
    @rule(which=indexes, who=indexes, name=names, what=st.sampled_from(MEANWHILE))
    def something_happens_while_a_message_is_worked_on(self, which: int, who: int, name: str, what: str) -> None:
        """Between the remediator's reading and its transaction."""
        messages = self.world.queue.messages
        pointer = messages.pop(which % len(messages))
        store = self.world.store
        commit, happened = store.commit, False

        def interrupted(writes: Sequence[Write], **more: object) -> None:
            nonlocal happened
            if not happened:
                happened = True
                self._meanwhile(what, who, name)
            commit(writes, **more)  # type: ignore[arg-type]

        store.commit = interrupted  # type: ignore[method-assign, assignment]
        try:
            self._remediate(pointer, interrupted=True)
        finally:
            del store.commit  # the class's own is back

    def _meanwhile(self, what: str, who: int, name: str) -> None:
        if what == "address":
            self.a_directory_changes_an_address(who, name, None, False)
        elif what == "state":
            self.a_directory_changes_somebody_s_state(who, bool(who % 2))
        elif what == "removal":
            self.a_directory_removes_a_user(who)
        elif what == "domain":
            self.the_settings_change(POLICIES[2], False, not self.world.organization.domains)
        elif what == "fact":
            self.the_host_application_reports_a_fact(who, ["login", "flag"][who % 2])
        elif self.world.queue.messages:
            self.a_message_is_delivered(who, False)

    @rule()
    def the_change_stream_is_read(self) -> None:
        self.world.publish()

    @rule()
    def the_janitor_comes(self) -> None:
        end_reservations(self.world.store, self.world.invocation())
        send_due(self.world.store, self.world.queue, self.world.invocation())

    @precondition(lambda self: self._conflicts())
    @rule(which=indexes, who=st.integers(0, 1), what=st.sampled_from(["approve", "link", "reject", "retry", "undo"]))
    def an_administrator_decides(self, which: int, who: int, what: str) -> None:
        pointer = pointer_of(self._pick_conflict(which))
        before = self.world.store.snapshot()
        store, queue, invocation, key = self.world.store, self.world.queue, self.world.invocation(), self.keys[who]
        try:
            if what == "approve":
                approve(store, queue, invocation, pointer, key=key, reason="yes")
            elif what == "link":
                approve(store, queue, invocation, pointer, key=key, reason="it is her", resolution=Resolution.RELINK)
            elif what == "reject":
                reject(store, queue, invocation, pointer, key=key, reason="no")
            elif what == "retry":
                retry(store, queue, invocation, pointer, key=key)
            else:
                undo(store, queue, invocation, pointer, key=key, reason="back")
        except DecisionError:
            pass
        self._check_isolation(before, OURS)

    @precondition(lambda self: self._undoable())
    @rule(which=indexes)
    def an_administrator_has_it_undone_and_tried_again(self, which: int) -> None:
        """It takes the other one, too, where somebody is marked; and whoever came in between may have it by then."""
        pointer = pointer_of(self._undoable()[which % len(self._undoable())])
        store, queue, invocation = self.world.store, self.world.queue, self.world.invocation()
        with suppress(DecisionError):
            for key in self.keys:
                undo(store, queue, invocation, pointer, key=key, reason="back")
            retry(store, queue, invocation, pointer, key=self.keys[0])

    @rule(days=st.sampled_from([0, 1, 8, 15, 29]))
    def time_passes(self, days: int) -> None:
        self.world.now += timedelta(days=days, minutes=1)

    @rule(
        policy=st.sampled_from(POLICIES),
        paused=st.sampled_from([False, False, True]),
        ours=st.sampled_from([True, True, False]),
    )
    def the_settings_change(self, policy: Policy, paused: bool, ours: bool) -> None:
        self.world.change_organization(policy=policy, brakes=Brakes(paused=paused))
        if ours == bool(self.world.organization.domains):
            return
        self.world.change_organization(domains={"example.com": NOW} if ours else {})
        change = ClaimDomain("example.com", OURS, NOW) if ours else ReleaseDomain("example.com", OURS)
        self.world.commit(change)

    # What must hold

    @invariant()
    def every_address_has_one_holder(self) -> None:
        check_invariants(self.world.store)

    @invariant()
    def every_promise_is_its_user_s_pending_change(self) -> None:
        """So that whatever ends the wish finds what is kept for it."""
        store = self.world.store
        promised = [(hold.reservation.requester_key, hold.canonical) for hold in store.all_of(Hold) if hold.reservation]
        promised += [(each.awaited.requester_key, "") for each in self._accounts() if each.awaited]
        for key, canonical in promised:
            pending = store.pending_conflicts([key])
            conflict = next((each for each in self._conflicts() if each.id == pending.get(key)), None)
            assert conflict is not None, f"{canonical} is kept for nobody"
            assert conflict.prepared
            assert canonical in {conflict.wanted.canonical, ""}

    @invariant()
    def the_last_word_on_somebody_s_state_holds(self) -> None:
        owed = {each.requester.scim_id for each in self._conflicts() if each.deactivation_pending}
        for account in self._linked():
            scim_id = account.link.scim_id if account.link else ""
            if self.said.get(scim_id) is False:
                assert not account.active or scim_id in owed, f"{scim_id} is in again"
            elif self.said.get(scim_id):
                assert account.status is not AccountStatus.DEACTIVATED, f"{scim_id} was put out"

    @invariant()
    def the_answer_is_the_same_for_every_holder(self) -> None:
        assert len(self.refusals) <= len(NAMES)

    def teardown(self) -> None:
        """Nothing waits for ever: once everything is allowed again, the queue gets empty, and no conflict is left
        whose address nobody holds."""
        self.the_settings_change(POLICIES[2], False, True)
        self.world.queue.messages += [pointer_of(conflict) for conflict in self._conflicts()]
        self._drain()
        self.world.queue.messages += [pointer_of(conflict) for conflict in self._conflicts()]
        self._drain()
        for conflict in self._conflicts():
            if conflict.live and conflict.collision == "email":
                hold = self.world.store.holds([conflict.wanted.canonical])
                taken = conflict.conflict_class == "other_key"
                assert hold or taken or conflict.decision == "approval", f"{conflict.id} waits for nobody"
        check_invariants(self.world.store)
        self._deliver_again()

    # Parts

    def _deliver_again(self) -> None:
        """Once all is quiet, another delivery changes nothing, and no conflict sends its own pointer."""
        store, queue = self.world.store, self.world.queue
        quiet = store.snapshot()
        for conflict in self._conflicts():
            remediate(store, queue, self.world.invocation(), pointer_of(conflict))
            assert pointer_of(conflict) not in queue.messages, f"{conflict.id} wakes itself"
            self._drain()
            assert store.snapshot() == quiet

    def _provisioning(self, directory_id: str, asked: Asked | None = None) -> Provisioning:
        def remember(conflict: Conflict) -> None:
            if asked is not None:
                self.asked[conflict.id] = asked

        recorder = RefusalRecorder(self.world.store, self.world.queue, on_recorded=remember)
        return Provisioning(self.world.store, recorder, DIRECTORIES[directory_id], directory_id)

    def _provision(self, asked: Asked) -> bool:
        """Send a request; what is refused with a 409 must be in the table from then on.

        Returns:
            Whether it was carried out or recorded, and not refused as wrong in itself.
        """
        provisioning = self._provisioning(asked.directory_id, asked)
        before = self._account_of(asked)
        try:
            after = self._send(provisioning, asked)
        except ScimError as error:
            if error.status != 409 or "with email[" not in error.detail:
                return False
            self.refusals.add(error.detail)
            self._check_recorded(error)
            return True
        if before is not None and (before.holds != after.holds or before.active != after.active):
            self._wake(before)
        return True

    def _nothing_else_is_wanted(self, account_id: str, canonical: str) -> None:
        """What a directory says last about an address is all that can still be wanted."""
        account = self.world.store.account(account_id)
        key = f"account:{account_id}"
        conflict_id = self.world.store.pending_conflicts([key]).get(key)
        if account is None or conflict_id is None or account.organization_id is None:
            return
        conflict = self.world.store.conflict(Pointer(account.organization_id, conflict_id))
        if conflict is not None and conflict.live and conflict.collision is Collision.EMAIL:
            assert conflict.wanted.canonical == canonical, "an older wish outlived a later word on the address"

    def _check_recorded(self, refusal: ScimError) -> None:
        """The conflict of a 409 is in the table, as the requester's pending change."""
        assert isinstance(refusal, ClaimRefusedError)
        conflict = refusal.conflict
        assert conflict is not None
        pending = self.world.store.pending_conflicts([conflict.requester_key])
        assert pending == {conflict.requester_key: conflict.id}
        stored = self.world.store.conflict(pointer_of(conflict))
        assert stored is not None
        assert stored.wanted.canonical in refusal.detail

    def _send(self, provisioning: Provisioning, asked: Asked) -> Account:
        """Send a request, and remember what it says of the person's activity. A refused deactivation is owed, be it
        refused because of a domain; whether a refused reactivation comes is open."""
        active = asked.statement.active
        try:
            after = self._sent(provisioning, asked)
        except ScimError as error:
            recorded = error.status == 409 or isinstance(error, UnverifiedDomainError)
            if recorded and asked.scim_id is not None and active is not None:
                self.said.pop(asked.scim_id, None)
                if not active:
                    self.said[asked.scim_id] = False
            raise
        if after.link is not None and (active is not None or asked.scim_id is None):
            self.said[after.link.scim_id] = active is not False
        return after

    def _sent(self, provisioning: Provisioning, asked: Asked) -> Account:
        invocation = self.world.invocation()
        if asked.scim_id is None:
            resource = asked.change({})
            external_id = resource.get("externalId")
            requester = Requester(None, None, str(resource["userName"]), str(external_id) if external_id else None)
            state = provisioning.state(requester_key=requester.key(asked.directory_id))
            return provisioning.create(resource, state, invocation)
        state = provisioning.state(asked.scim_id)
        return provisioning.change(
            asked.scim_id, asked.change, Operation.PATCH, state, invocation, statement=asked.statement
        )

    def _account_of(self, asked: Asked) -> Account | None:
        if asked.scim_id is None:
            return None
        return self._provisioning(asked.directory_id).state(asked.scim_id).account

    def _remediate(self, pointer: Pointer, *, interrupted: bool = False) -> None:
        store, queue = self.world.store, self.world.queue
        before = store.snapshot()
        paused = self.world.organization.brakes.paused
        outcome = remediate(store, queue, self.world.invocation(), pointer)
        after = store.snapshot()
        if interrupted:
            return  # what it did cannot be told from what happened meanwhile; the invariants hold for both
        self._check_isolation(before, pointer.organization_id)
        if outcome.conflict is not None:
            assert not outcome.conflict.deactivation_pending, "a deactivation waits for an address"
        if paused and pointer.organization_id == OURS and outcome.conflict is not None:
            # What was kept for a user whom nobody wants any more was nobody's: that it ends moves nothing.
            moved = [key for key in _changed(before, after, "EMAIL") if _holder(before, key) or _holder(after, key)]
            assert not moved or outcome.conflict.approvals or outcome.conflict.conflict_class in {"self", "tombstone"}
        if outcome.effect in {Effect.APPLIED, Effect.ENDED}:
            remediate(store, queue, self.world.invocation(), pointer)
            assert store.snapshot() == after, "the second delivery did something"
        if outcome.effect is Effect.APPLIED and outcome.conflict is not None:
            self._try_again(outcome.conflict)

    def _try_again(self, conflict: Conflict) -> None:
        """Once applied, the identity provider's retry goes through: nothing to do, or the create that was prepared."""
        asked = self.asked[conflict.id]
        before = self.world.store.snapshot()
        if asked.scim_id is not None:
            self._send(self._provisioning(asked.directory_id), asked)
            assert _changed(before, self.world.store.snapshot(), "EMAIL") == set()
            for key in _changed(before, self.world.store.snapshot(), "ACCOUNT"):
                # A request that deactivates, overtaken within seconds by one that does not say so, deactivates all the
                # same; the retry of the latter then says who is right.
                assert _stateless(before[key]) == _stateless(self.world.store.snapshot()[key])
            return
        try:
            self._send(self._provisioning(asked.directory_id), asked)
        except ScimError as error:
            # A user of that name exists by now: the create has nothing to do with the address any more.
            if "with userName[" not in error.detail:
                raise

    def _check_isolation(self, before: Items, organization_id: str) -> None:
        """No write ever touches an account of another organization."""
        for key in _changed(before, self.world.store.snapshot(), "ACCOUNT"):
            account = before.get(key)
            assert isinstance(account, Account)
            assert account.organization_id in {None, organization_id}
            after = self.world.store.account(account.id)
            assert after is not None
            assert after.organization_id in {None, organization_id}

    def _wake(self, before: Account) -> None:
        wake(self.world.store, self.world.queue, [before.holds] if before.holds else [])

    def _drain(self) -> None:
        for _ in range(3000):
            if not self.world.queue.messages:
                return
            self._remediate(self.world.queue.messages.pop(0))
        raise AssertionError("the conflicts wake each other for ever")

    def _accounts(self) -> list[Account]:
        return sorted(self.world.store.all_of(Account), key=lambda account: account.id)

    def _linked(self) -> list[Account]:
        return [account for account in self._accounts() if account.link]

    def _undoable(self) -> list[Conflict]:
        return [each for each in self._conflicts() if each.status is ConflictStatus.APPLIED]

    def _conflicts(self) -> list[Conflict]:
        return sorted(self.world.store.all_of(Conflict), key=lambda conflict: conflict.id)

    def _pick(self, accounts: list[Account], index: int) -> Account:
        return accounts[index % len(accounts)]

    def _pick_conflict(self, index: int) -> Conflict:
        conflicts = [conflict for conflict in self._conflicts() if conflict.organization_id == OURS]
        conflicts = [each for each in conflicts if each.live] or conflicts or self._conflicts()
        if index % 3 == 0:
            conflicts = self._undoable() or conflicts
        return conflicts[index % len(conflicts)]


def _stateless(item: object) -> Account:
    assert isinstance(item, Account)
    return replace(item, version=0, updated_at=NOW, status=AccountStatus.ACTIVE, deactivated_at=None)


def _holder(items: Items, key: tuple[str, ...]) -> str | None:
    hold = items.get(key)
    return hold.account_id if isinstance(hold, Hold) else None


def _changed(before: Items, after: Items, kind: str) -> set[tuple[str, ...]]:
    keys = {key for key in (*before, *after) if key[0] == kind}
    return {key for key in keys if before.get(key) is not after.get(key) and before.get(key) != after.get(key)}


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
