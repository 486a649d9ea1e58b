"""What happens in the machine: provisioning, sign-ups, facts, messages, decisions, settings, time."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.administration.accounts import Administration
from rightful.core.administration.facts import login_seen, set_flag
from rightful.core.administration.self_service import schedule_deletion
from rightful.core.administration.sign_up import SignUp, sign_up
from rightful.core.conflicts.approve import approve, reject, retry
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.lifecycle.fail import give_up
from rightful.core.conflicts.undoing.undo import undo
from rightful.core.conflicts.word import Word
from rightful.core.upkeep.due import end_reservations, send_due
from rightful.core.users.remove import remove_user
from rightful.core.users.request import read_state
from rightful.domain.account import Flag
from rightful.domain.address import parse_address
from rightful.domain.conflicts.conflict import Resolution
from rightful.domain.conflicts.policy import Brakes, Policy
from rightful.domain.conflicts.refused_request import ExplicitIntent, Operation
from rightful.domain.request_error import RequestError
from rightful.ports.context import Context
from rightful.ports.writes.settings import ClaimDomain, ReleaseDomain
from rightful.ports.writes.transaction import Write
from tests.properties.delivering import Delivering
from tests.properties.machine import DIRECTORIES, NAMES, POLICIES, Asked
from tests.properties.proofs import BLANKS, FILLERS
from tests.scenarios.world import HERE, OURS
from tests.support.builders import NOW

MEANWHILE = ["address", "state", "removal", "domain", "fact", "another delivery"]
indexes = st.integers(0, 30)
names = st.sampled_from(NAMES)
numbers = st.sampled_from(["1", "2", "her own", "her own", None, *FILLERS, *BLANKS])
whose = st.sampled_from(["one", "one", "one", "another", None, *BLANKS])
also = st.sampled_from([None, *NAMES])
"""Another address of a user: somebody's own, perhaps."""


def _emails(name: str, also: str | None) -> list[dict[str, object]]:
    further: list[dict[str, object]] = [{"value": f"{also}@example.com", "type": "other"}] if also else []
    return [{"value": f"{name}@example.com", "type": "work", "primary": True}, *further]


class Happenings(Delivering):
    """Everything that anybody can do, in any order."""

    def __init__(self) -> None:
        super().__init__()
        for name, person in zip(NAMES, ("one", "one", " ", None), strict=False):
            self.a_directory_creates_a_user(HERE, name, None, person=person)
        self.a_directory_creates_a_user(HERE, NAMES[-1], "her own", person=" ")
        self.a_directory_removes_a_user(len(self._linked()) - 1)

    @rule(
        directory_id=st.sampled_from([HERE, HERE, HERE, *DIRECTORIES]),
        name=names,
        number=numbers,
        also=also,
        called=st.one_of(st.none(), names),
        person=whose,
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
        sends externalIds, or such as say anything."""
        resource: dict[str, object] = {
            "userName": called or name,
            "emails": _emails(name, also),
            "active": True,
        }
        if number is not None:
            resource[ENTERPRISE_USER] = {"employeeNumber": f"of {name}" if number == "her own" else number}
        if person is not None:
            resource["externalId"] = person if person in BLANKS else f"{name} {person}"
        self._provision(Asked(directory_id, None, lambda _: resource))

    @precondition(lambda self: self._left())
    @rule(
        who=indexes,
        directory_id=st.sampled_from([None, None, None, *DIRECTORIES]),
        person=whose,
        number=numbers,
        called=names,
    )
    def a_directory_creates_somebody_who_left(
        self, who: int, directory_id: str | None, person: str | None, number: str | None, called: str
    ) -> None:
        """By the address, so that it meets the account; it may be a new person, by anything that identifies one."""
        account = self._pick(self._left(), who)
        assert account.former_link is not None
        assert account.holds is not None
        name = account.holds.partition("@")[0]
        self.a_directory_creates_a_user(
            directory_id or account.former_link.directory_id, name, number, None, called, person
        )

    @precondition(lambda self: self._linked())
    @rule(
        who=indexes,
        name=names,
        active=st.sampled_from([None, None, False, True]),
        renames=st.booleans(),
        also=also,
        puts=st.booleans(),
    )
    def a_directory_changes_an_address(
        self,
        who: int,
        name: str,
        active: bool | None,
        renames: bool,
        also: str | None = None,
        puts: bool = False,
    ) -> None:
        account = self._pick(self._linked(), who)
        wanted: dict[str, object] = {"emails": _emails(name, also)}
        if active is not None:
            wanted["active"] = active
        if renames:
            wanted["userName"] = name
        assert account.link is not None
        intent = ExplicitIntent(address=True, active=active)
        operation = Operation.PUT if puts else Operation.PATCH
        link = account.link
        asked = Asked(link.directory_id, link.scim_id, lambda now: {**now, **wanted}, intent, operation)
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
                ExplicitIntent(active=active),
            )
        )

    @precondition(lambda self: self._linked())
    @rule(who=indexes)
    def a_directory_removes_a_user(self, who: int) -> None:
        account = self._pick(self._linked(), who)
        assert account.link is not None
        request = self._request(account.link.directory_id)
        before = remove_user(request, account.link.scim_id, read_state(request, account.link.scim_id))
        self.said[account.id] = False
        self._requeue(before)

    @precondition(lambda self: self._of_ours())
    @rule(who=indexes, active=st.booleans())
    def an_administrator_lets_somebody_in_or_not(self, who: int, active: bool) -> None:
        account = self._pick(self._of_ours(), who)
        administration = Administration(self.world.context(), self.world.organization, "Ines", "because")
        with suppress(RequestError):
            (administration.reactivate if active else administration.deactivate)(account.id)
            self.said[account.id] = active

    @rule(name=names, verified=st.booleans())
    def somebody_signs_up(self, name: str, verified: bool) -> None:
        asked = SignUp(parse_address(f"{name}@example.com"), verified)
        with suppress(RequestError):
            sign_up(self.world.context(), asked)

    @precondition(lambda self: self._accounts())
    @rule(who=indexes, what=st.sampled_from(["login", "flag", "no flag", "deletion"]))
    def the_host_application_reports_a_fact(self, who: int, what: str) -> None:
        account = self._pick(self._accounts(), who)
        store, invocation = self.world.store, self.world.invocation()
        try:
            if what == "login":
                login_seen(Context(store, invocation), account.id)
            elif what == "deletion":
                schedule_deletion(Context(store, invocation), account.id)
            else:
                set_flag(Context(store, invocation), account.id, Flag.PRIVILEGED, on=what == "flag")
        except RequestError:
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

    @precondition(lambda self: self._conflicts())
    @rule(which=indexes)
    def the_service_gives_an_examination_up(self, which: int) -> None:
        give_up(self.world.context(), self._pick_conflict(which).pointer)

    @rule()
    def the_change_stream_is_read(self) -> None:
        self.world.publish()

    @rule()
    def the_janitor_comes(self) -> None:
        end_reservations(self.world.context())
        send_due(self.world.context())

    @precondition(lambda self: self._conflicts())
    @rule(which=indexes, who=st.integers(0, 1), what=st.sampled_from(["approve", "link", "reject", "retry", "undo"]))
    def an_administrator_decides(self, which: int, who: int, what: str) -> None:
        conflict = self._pick_conflict(which)
        pointer, version = conflict.pointer, version_of(conflict)
        before = self.world.store.snapshot()
        context, key = self.world.context(), self.keys[who]
        try:
            if what == "approve":
                approve(context, pointer, Word(key, "yes", version))
            elif what == "link":
                link = Resolution.RELINK
                approve(context, pointer, Word(key, "hers", version, link))
            elif what == "reject":
                reject(context, pointer, Word(key, "no"))
            elif what == "retry":
                retry(context, pointer, Word(key))
            else:
                undo(context, pointer, Word(key, "back", version))
        except RequestError:
            pass
        self._check_isolation(before, OURS)

    @precondition(lambda self: self._undoable())
    @rule(which=indexes)
    def an_administrator_has_it_undone_and_tried_again(self, which: int) -> None:
        """It takes the other one, too, where somebody is marked; and whoever came in between may have it by then."""
        conflict = self._undoable()[which % len(self._undoable())]
        pointer, version = conflict.pointer, version_of(conflict)
        context = self.world.context()
        with suppress(RequestError):
            for key in self.keys:
                undo(context, pointer, Word(key, "back", version))
            retry(context, pointer, Word(self.keys[0]))

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
