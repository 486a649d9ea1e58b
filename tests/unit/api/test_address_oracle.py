"""Whether somebody has an address is told only to who may use its domain: whatever is asked about an address on another
organization's domain, the answers, what is recorded and how often the store is asked are the same, held or free."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.core.organizations.domains import add_domain, remove_domain
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import DomainPolicy
from tests.support.dynamodb.store import TestedStore
from tests.support.service import AT_ONCE, Service, patch, user

WANTED = "x@theirs.example"
OFF = {"op": "replace", "path": "active", "value": False}
WORK = {"op": "replace", "path": 'emails[type eq "work"].value', "value": WANTED}


class Watched(TestedStore):
    """A store that notes what it is asked, less what it asks itself."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.busy = False
        for name in [name for name in dir(DynamoDBStore) if not name.startswith("_")]:
            setattr(self, name, self._noted(name, getattr(self, name)))

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **more: Any) -> Any:
            if self.busy:
                return call(*arguments, **more)
            self.calls.append(name)
            self.busy = True
            try:
                return call(*arguments, **more)
            finally:
                self.busy = False

        return noted


@dataclass
class Two:
    """Our organization, where Ada is, and theirs, which has verified theirs.example; and what we get to see."""

    held: str
    profile: str = "generic"
    policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY
    seen: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        store = self.store = Watched()
        self.theirs = Service(store=store, domain="theirs.example")
        self.ours = Service(store=store, profile=self.profile, domain_policy=self.policy, policy=AT_ONCE)
        self.ada = str(self.ours.create_user("ada")["id"])
        self.hold()
        store.calls.clear()

    def hold(self) -> None:
        """Somebody has the address, or nobody."""
        emails = {"emails": [{"value": WANTED, "type": "work", "primary": True}]}
        if self.held in {"linked", "deactivated", "unlinked"}:
            scim_id = str(self.theirs.create_user("x", **emails)["id"])
            if self.held == "deactivated":
                self.theirs.scim("PATCH", f"/Users/{scim_id}", patch(OFF))
            if self.held == "unlinked":
                self.theirs.scim("DELETE", f"/Users/{scim_id}")
        if self.held == "personal":
            assert self.ours.accounts("POST", "", {"email": WANTED}).status == 201
        if self.held == "reserved":
            gone = str(self.theirs.create_user("x", **emails)["id"])
            self.theirs.scim("PATCH", f"/Users/{gone}", patch(OFF))
            assert self.theirs.scim("POST", "/Users", user("y", **emails)).status == 409
            self.theirs.remediate_all()
            assert self.theirs.store.holds([WANTED])[WANTED].reservation

    def see(self, what: object) -> None:
        """Something that an administrator of ours can see; ids and moments are random."""
        text = json.dumps(what, default=str, sort_keys=True)
        self.seen.append(re.sub(r"[0-9a-f]{20,}", "id", text))

    def admin(self, method: str, route: str, body: object = None, **more: Any) -> Any:
        """A request of our administrator's, whose answer is seen."""
        answer = self.ours.admin(method, route, body, **more)
        self.see((answer.status, answer.body))
        return answer.body

    def everything(self) -> list[object]:
        """All that there is to see in the end: conflicts, log, the calls that it took."""
        self.ours.remediate_all()
        mine = [
            each
            for each in self.ours.store.all_of(Conflict)
            if each.request.organization_id == self.ours.organization.id
        ]
        for conflict in mine:
            for body in ({"decision": "approve", "reason": "yes"}, {"decision": "reject", "reason": "no"}):
                read = self.admin("GET", "/conflicts/{id}", parameters={"id": conflict.id})
                said = {**body, "version": read["version"]}
                self.admin("POST", "/conflicts/{id}/decision", said, parameters={"id": conflict.id})
            self.admin("POST", "/conflicts/{id}/retry", parameters={"id": conflict.id})
            back = {"reason": "back", "version": self.ours.version(conflict.id)}
            self.admin("POST", "/conflicts/{id}/undo", back, parameters={"id": conflict.id})
        self.ours.remediate_all()
        log: Any = self.ours.admin("GET", "/log").body
        for row in sorted(re.sub(r"[0-9a-f]{20,}", "id", json.dumps(row, sort_keys=True)) for row in log["items"]):
            self.see(row)
        rows = [each for each in self.ours.store.all_of(LogEntry) if each.organization_id == self.ours.organization.id]
        self.see(sorted((each.action, each.conflict_class or "", each.explanation or "") for each in rows))
        self.see([each.finding.evidence for each in mine])
        self.see(self.store.calls)
        return self.seen


def pushes(method: str) -> Callable[[Two], None]:
    """The directory deactivates Ada with the address."""

    def push(two: Two) -> None:
        body = patch(OFF, WORK)
        if method == "PUT":
            emails = [{"value": WANTED, "type": "work", "primary": True}]
            body = user("ada", active=False, emails=emails)
        for _ in range(2):
            answer = two.ours.scim(method, f"/Users/{two.ada}", body)
            assert answer.status == 400
            two.see((answer.status, answer.body))

    return push


def creates(two: Two) -> None:
    """The directory creates a user with the address."""
    emails = {"emails": [{"value": WANTED, "type": "work", "primary": True}]}
    answer = two.ours.scim("POST", "/Users", user("bea", **emails))
    assert answer.status == 400
    two.see((answer.status, answer.body))


def previews(two: Two) -> None:
    """The administrator asks what would become of it, from Ada's address and from theirs."""
    changes = [{"from": "ada@example.com", "to": WANTED}]
    two.admin("POST", "/email-changes/preview", {"changes": changes})
    two.admin("POST", "/email-changes/preview", {"changes": [{"from": WANTED, "to": "new@example.com"}]})


def looks_up(two: Two) -> None:
    """The administrator looks for an account with the address."""
    two.admin("GET", "/accounts", query={"email": WANTED})


def sets_it(two: Two) -> None:
    """The administrator gives it to an account of our own."""
    two.ours.admin(
        "POST",
        "/accounts/{id}/actions",
        {"action": "unlink", "reason": "so"},
        parameters={"id": two.ada.rpartition("-")[0]},
    )
    body = {"action": "set-email", "email": WANTED, "reason": "because"}
    answer = two.admin("POST", "/accounts/{id}/actions", body, parameters={"id": two.ada.rpartition("-")[0]})
    assert answer["error"]["code"] == "invalid_value"


WAYS = {"PATCH": pushes("PATCH"), "PUT": pushes("PUT"), "POST": creates}
WAYS |= {"preview": previews, "look-up": looks_up, "set-email": sets_it}
HELD = ["linked", "deactivated", "unlinked", "personal", "reserved"]


@pytest.mark.parametrize("policy", DomainPolicy)
@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_tells_whether_an_address_on_another_organization_s_domain_is_held(
    way: Callable[[Two], None], held: str, policy: DomainPolicy
) -> None:
    told = []
    for state in ("free", held):
        two = Two(state, policy=policy)
        way(two)
        told.append(two.everything())
    assert told[0] == told[1]
    assert "other_organization" not in str(told)


@pytest.mark.parametrize("profile", ["entra", "okta", "onelogin", "jumpcloud", "google", "ping"])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_nor_does_it_under_any_dialect(method: str, profile: str) -> None:
    told = []
    for state in ("free", "linked"):
        two = Two(state, profile=profile)
        pushes(method)(two)
        told.append(two.everything())
    assert told[0] == told[1]
    assert "unverified_domain" in str(told)


def lost(two: Two) -> None:
    """Our organization loses example.com, and theirs verifies it."""
    two.ours.pass_time(timedelta(minutes=1))
    two.ours.organization = remove_domain(two.ours.context(), two.ours.organization, "example.com")
    add_domain(two.ours.context(), two.theirs.organization, "example.com")


@pytest.mark.parametrize("gone_to", ["nobody", "their user"])
def test_a_conflict_that_waits_while_its_domain_is_lost_does_not_tell_who_comes_to_have_the_address(
    gone_to: str,
) -> None:
    told = []
    for taken in (False, True):
        two = Two("free")
        ben = str(two.ours.create_user("ben")["id"])
        assert two.ours.move(two.ada, "ben").status == 409
        two.ours.remediate_all()
        lost(two)
        two.ours.scim("PATCH", f"/Users/{ben}", patch({**WORK, "value": ""}))
        if taken and gone_to == "their user":
            two.theirs.create_user("ben")
        two.store.calls.clear()
        two.seen.clear()
        told.append(two.everything())
    assert told[0] == told[1]
    assert "unverified_domain" in str(told)


def test_an_undo_on_a_domain_that_is_lost_does_not_tell_who_has_the_address_now() -> None:
    told = []
    for taken in (False, True):
        two = Two("free")
        sales = str(two.ours.create_user("sales")["id"])
        two.ours.scim("PATCH", f"/Users/{sales}", patch(OFF))
        assert two.ours.move(two.ada, "sales").status == 409
        two.ours.remediate_all()
        [conflict] = two.ours.store.all_of(Conflict)
        lost(two)
        if taken:  # Ada's old address
            two.theirs.create_user("ada")
        body = {"reason": "back", "version": two.ours.version(conflict.id)}
        answer = two.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": conflict.id})
        assert answer["error"]["code"] == "not_undoable"
        told.append(two.seen)
    assert told[0] == told[1]


@pytest.mark.parametrize("held", ["linked", "reserved"])
def test_on_a_domain_that_everybody_may_use_it_is_still_told_that_another_organization_has_it(held: str) -> None:
    two = Two(held, policy=DomainPolicy.ANY)
    remove_domain(two.ours.context(), two.theirs.organization, "theirs.example")
    assert two.ours.scim("PATCH", f"/Users/{two.ada}", patch(WORK)).status == 409
    two.ours.remediate_all()
    [conflict] = [each for each in two.ours.store.all_of(Conflict) if each.request.requester.scim_id == two.ada]
    assert conflict.finding.conflict_class == "other_organization"


def test_an_address_that_is_set_while_its_domain_is_lost_does_not_tell_who_has_it_now() -> None:
    told = []
    for taken in (False, True):
        two = Two("free")
        account_id = two.ada.rpartition("-")[0]
        actions = {"parameters": {"id": account_id}}
        two.ours.admin("POST", "/accounts/{id}/actions", {"action": "unlink", "reason": "so"}, **actions)
        commit = two.store.commit

        def meanwhile(*arguments: Any, two: Two = two, taken: bool = taken, commit: Any = commit, **more: Any) -> Any:
            two.store.commit = commit  # type: ignore[method-assign]
            lost(two)
            if taken:
                two.theirs.create_user("king")
            return commit(*arguments, **more)

        two.store.commit = meanwhile  # type: ignore[method-assign]
        body = {"action": "set-email", "email": "king@example.com", "reason": "because"}
        assert two.admin("POST", "/accounts/{id}/actions", body, **actions)["error"]["code"] == "invalid_value"
        told.append(two.seen)
    assert told[0] == told[1]
