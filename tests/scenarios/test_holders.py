"""Runs holders.md: every row through recording and remediation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rightful.core.simulation.compare import decided_again
from rightful.core.simulation.simulation import Settings
from rightful.domain.account import Account, AccountStatus
from rightful.domain.address import Address, parse_address, shown
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.evidence import NO_EVIDENCE, Evidence
from rightful.domain.conflicts.refused_request import Requester
from rightful.domain.events.event_log import LogFilter
from rightful.domain.organization import DomainPolicy
from rightful.ports.writes.accounts import (
    ClaimAddress,
    DeleteAccount,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    TransferAddress,
)
from rightful.ports.writes.settings import ListToken
from tests.scenarios.invariants import check_invariants
from tests.scenarios.words import HOLDER_WORDS, NUMBERS, SHARED_IDS, create_key, numbered, policy_of, reservation
from tests.scenarios.world import DAY, HERE, NOW, OURS, THEIRS, WANTED, World, attributes
from tests.support.builders import a_token
from tests.support.dynamodb.store import Items

TOMBSTONE = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    number: str
    holder: list[str]
    requester: list[str]
    policy: list[str]
    conflict_class: str
    decision: str
    outcome: str
    afterwards: list[str]
    by_hand: str

    def __str__(self) -> str:
        return f"{self.number}: {', '.join(self.holder)} / {', '.join(self.requester + self.policy)}"


def rows() -> list[Row]:
    """The table's lines."""
    text = (Path(__file__).parent / "holders.md").read_text()
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [
        Row(no, _words(holder), _words(requester), _words(policy), kind, decision, outcome, _words(after), by)
        for no, holder, requester, policy, kind, decision, outcome, after, by in cells
    ]


REQUESTER_WORDS = {
    "a new user",
    "asked 28 days ago",
    "asks for a third user's userName too",
    "asks for a tombstone",
    "asks for the holder's userName too",
    "asked with a key that is live",
    "asked with a key that was revoked",
    "asks only for a taken userName",
    "was unlinked meanwhile",
    "deactivates too",
    "has another address meanwhile",
    "on a domain that is only tolerated",
    "on a domain we lost",
    "privileged",
    "was deactivated meanwhile",
    "was removed meanwhile",
}


def _words(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(",") if word.strip()]


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_conflict_is_resolved_or_handed_over_as_the_table_says(row: Row) -> None:
    """Class, decision, outcome, next step and final state; then the same once more, which changes nothing."""
    world = _world(row)
    conflict = _ask(world, row)
    _meanwhile(world, row)
    before = world.store.snapshot()
    world.deliver()
    after = world.conflict(conflict)
    assert (after.finding.conflict_class or "") == row.conflict_class
    assert (after.finding.rule or "") == row.decision
    assert after.status == row.outcome
    assert (after.next_step.who if after.next_step else "") == row.by_hand
    assert after.explanation.sentence.endswith(".")
    assert row.afterwards, "every row says what has become of the accounts"
    for expected in row.afterwards:
        AFTERWARDS[expected](Afterwards(world, row, after, before))
    _is_decided_again(world, after)
    _everybody_reads_it(world, conflict, before)
    if not _starts_broken(row) or after.status == "applied":
        check_invariants(world.store)
    settled = _without_counters(world.store.snapshot())
    world.remediate(conflict)
    world.deliver()
    assert _without_counters(world.store.snapshot()) == settled


def _is_decided_again(world: World, conflict: Conflict) -> None:
    """What the finding kept is enough to decide it once more."""
    organization = world.organization
    settings = Settings(organization.policy_at(world.now), organization.brakes)
    decision = decided_again(conflict, settings, world.now)
    if conflict.finding.evidence is None:
        assert decision is None
        return
    assert decision is not None
    assert (decision.rule.value, decision.reason) == (conflict.finding.rule, conflict.finding.held_back_by)


def _everybody_reads_it(world: World, conflict: Conflict, before: Items) -> None:
    """Whoever was touched has a row with the conflict's id in their own history."""
    for account in world.store.all_of(Account):
        was = before.get(("ACCOUNT", account.id))
        organization_id = account.organization_id
        if not isinstance(was, Account) or organization_id is None or _seen(was) == _seen(account):
            continue
        rows = world.store.log(organization_id, limit=20, wanted=LogFilter(account_id=account.id)).entries
        assert conflict.id in {row.conflict_id for row in rows}, account.id
        assert all("released.invalid" not in f"{row.old_email} {row.requested_email}" for row in rows)


def _seen(account: Account) -> tuple[object, ...]:
    """What somebody would miss, or be surprised by."""
    return shown(account.email), account.active, account.link, account.organization_id, account.awaited


def test_the_table_has_a_row_for_every_class() -> None:
    """But for `leaving`, which takes more than two people: stories.md."""
    from rightful.domain.conflicts.conflict import ConflictClass

    assert {row.conflict_class for row in rows()} - {""} == set(ConflictClass) - {ConflictClass.LEAVING}
    assert len(rows()) >= 60


def _without_counters(items: Items) -> Items:
    """What a cap counts may be counted again: a brake that errs stops too early, never too late."""
    return {key: item for key, item in items.items() if key[0] != "TALLY"}


def _starts_broken(row: Row) -> bool:
    return row.holder[0] in {"does not exist any more", "has another address in truth"}


def _world(row: Row) -> World:
    policy, brakes = policy_of(row.policy)
    world = World(policy=policy, brakes=brakes)
    if "on a domain that is only tolerated" in row.requester:
        world.domain_policy, world.domains = DomainPolicy.ANY, frozenset()
    world.found_organizations()
    world.add(world.user("third"))
    if "a new user" not in row.requester:
        requester = world.user("requester", wanted_by_itself(row))
        if "privileged" in row.requester:
            requester = HOLDER_WORDS["privileged"](world, requester)
        world.add(_like_the_holder(row, requester))
    if "asks for a tombstone" in row.requester:
        world.wanted = parse_address(f"{TOMBSTONE}requester@example.com")
    _place_holder(world, row)
    if "on a domain we lost" in row.requester:
        world.change_organization(domains={})
    return world


def _like_the_holder(row: Row, requester: Account) -> Account:
    """The requester with the identifiers that the row gives both."""
    for word in row.holder:
        if word in NUMBERS:
            requester = numbered(requester, NUMBERS[word])
        if word in SHARED_IDS and requester.link is not None:
            link = replace(requester.link, external_id=SHARED_IDS[word])
            requester = replace(
                requester, link=link, attributes={**requester.attributes, "externalId": SHARED_IDS[word]}
            )
    return requester


def wanted_by_itself(row: Row) -> str | None:
    """The requester holds the address already where the row says so."""
    return WANTED.value if row.holder == ["is the requester"] else None


def _place_holder(world: World, row: Row) -> None:
    first = row.holder[0]
    if first == "is the requester" or first.startswith("is nobody"):
        return
    if first.startswith("is a reservation"):
        until = NOW - DAY if first.endswith("ended") else NOW + 9 * DAY
        key = create_key("requester" if first.endswith("the requester") else "somebody")
        reservation(world, key, THEIRS if first.endswith("organization") else OURS, until)
        return
    holder = world.user("holder", world.wanted.value)
    for word in row.holder:
        if word not in {"does not exist any more", "has another address in truth"}:
            holder = HOLDER_WORDS[word](world, holder)
    world.add(holder)
    if first == "does not exist any more":
        world.commit(DeleteAccount("holder", 1))
    if first == "has another address in truth":
        true = parse_address("true@example.com")
        moved = replace(holder, version=2, email=true, attributes=attributes("holder", true.value))
        world.commit(PutAccount(moved, 1), ClaimAddress(true.canonical, "holder", NOW))


def _ask(world: World, row: Row) -> Conflict:
    words = set(row.requester)
    assert words <= REQUESTER_WORDS, "nobody knows what that means"
    if "a new user" in words:
        like = _like_the_holder(row, world.user("requester")).attributes
        more = {key: value for key, value in like.items() if key not in {"userName", "emails"}}
        return world.ask_to_create("requester", world.wanted.value, **more)
    if "asks only for a taken userName" in words:
        return world.ask_for_user_name("requester", "third")
    user_name = None
    if "asks for the holder's userName too" in words:
        user_name = "holder"
    if "asks for a third user's userName too" in words:
        user_name = "third"
    deactivates = bool({"deactivates too", "asks for a tombstone"} & words)
    if "asked 28 days ago" in words:
        world.now = NOW - 28 * DAY
    if "asked with a key that is live" in words:
        world.commit(ListToken(a_token("hash", id="key", organization_id=OURS, directory_id=HERE)))
    world.key_id = "key" if any(word.startswith("asked with a key") for word in words) else ""
    conflict = world.ask("requester", world.wanted.value, user_name=user_name, active=False if deactivates else None)
    world.now = NOW
    return conflict


def _meanwhile(world: World, row: Row) -> None:
    if not row.requester:
        return
    requester = world.store.account("requester")
    if requester is None:
        return
    if "was removed meanwhile" in row.requester:
        world.commit(DeleteAccount("requester", 1), ReleaseAddress("requester@example.com", "requester"))
    if "has another address meanwhile" in row.requester:
        other = parse_address("other@example.com")
        world.add(replace(requester, id="helper", link=None, email=other))
        moved = replace(requester, version=2, email=other, attributes=attributes("requester", other.value))
        world.commit(
            PutAccount(moved, 1),
            DeleteAccount("helper", 1),
            TransferAddress(other.canonical, "helper", "requester"),
            ReleaseAddress("requester@example.com", "requester"),
        )
    if "was unlinked meanwhile" in row.requester:
        gone = replace(requester, version=2, link=None)
        world.commit(PutAccount(gone, 1), ReleaseUserName(HERE, "requester", "requester"))
    if "was deactivated meanwhile" in row.requester:
        world.now += DAY
        gone = replace(requester, version=2, status=AccountStatus.DEACTIVATED, deactivated_at=world.now)
        world.commit(PutAccount(gone, 1))


@dataclass(frozen=True)
class Afterwards:
    """What the column "afterwards" looks at."""

    world: World
    row: Row
    conflict: Conflict
    before: Items

    @property
    def holder(self) -> Account:
        return self.world.account("holder")

    @property
    def requester(self) -> Account:
        return self.world.account("requester")

    def was(self, name: str) -> object:
        """An account before the remediation."""
        return self.before[("ACCOUNT", name)]

    def email_of(self, account: Account) -> Address:
        assert account.email is not None
        return account.email


def _has_address(a: Afterwards) -> None:
    assert a.requester.email == a.world.wanted
    assert a.world.store.holds([a.world.wanted.canonical])[a.world.wanted.canonical].account_id == "requester"
    assert {"value": a.world.wanted.value, "type": "work", "primary": True} in a.requester.attributes["emails"]  # type: ignore[operator]


def _reserved(a: Afterwards) -> None:
    hold = a.world.store.holds([a.world.wanted.canonical])[a.world.wanted.canonical]
    assert hold.account_id is None
    assert hold.reservation is not None
    shared = any(word in SHARED_IDS for word in a.row.holder)
    key = Requester(None, None, "requester", None).key(HERE) if shared else create_key("requester")
    assert hold.reservation.requester_key == key
    assert hold.reservation.until > NOW


def _placeholder(a: Afterwards) -> None:
    assert a.email_of(a.holder).is_placeholder
    assert a.conflict.outcome.placeholder == a.holder.email
    assert not a.holder.email_verified
    emails = a.holder.attributes.get("emails")
    assert emails is None or a.email_of(a.holder).value in str(emails)


def _may_be_linked_again(a: Afterwards) -> None:
    awaited = a.holder.awaited
    assert awaited is not None
    assert (awaited.requester_key, awaited.until) == (create_key("requester"), NOW + 28 * DAY)


def _nothing_changed(a: Afterwards) -> None:
    def kept(items: Items) -> Items:
        return {key: item for key, item in items.items() if key[0] in {"ACCOUNT", "EMAIL", "USERNAME", "COUNT"}}

    assert kept(a.world.store.snapshot()) == kept(a.before)


def _not_named(a: Afterwards) -> None:
    assert a.conflict.finding.holder_account_id is None
    assert a.conflict.finding.evidence in {None, NO_EVIDENCE}
    assert "holder" not in str(a.world.store.log(OURS, limit=9).entries).replace("holder=", "")


def _not_told(a: Afterwards) -> None:
    assert a.conflict.finding.holder_account_id is None
    assert a.conflict.finding.evidence == Evidence(domain="example.com")


AFTERWARDS: dict[str, Callable[[Afterwards], None]] = {}


def _expect(words: str, holds: Callable[[Afterwards], object]) -> None:
    def check(a: Afterwards) -> None:
        assert holds(a), words

    AFTERWARDS[words] = check


AFTERWARDS |= {
    "the requester has the address": _has_address,
    "the address is reserved for the requester": _reserved,
    "the holder has a placeholder": _placeholder,
    "the holder may be linked again by the requester": _may_be_linked_again,
    "nothing has changed": _nothing_changed,
    "the holder is not named": _not_named,
    "the holder is not told": _not_told,
}
_expect("the holder is unchanged", lambda a: a.holder == a.was("holder"))
_expect("the requester is unchanged", lambda a: a.requester == a.was("requester"))
_expect("the requester keeps the address", lambda a: a.email_of(a.requester).value == "requester@example.com")
_expect("the requester is deactivated", lambda a: a.requester.status is AccountStatus.DEACTIVATED)
_expect("the holder keeps the address", lambda a: a.holder.email == a.world.wanted)
_expect("the holder is deactivated", lambda a: a.holder.status is AccountStatus.DEACTIVATED)
_expect("the holder is active", lambda a: a.holder.active)
_expect("the holder is unlinked", lambda a: a.holder.link is None)
_expect("the holder stays linked", lambda a: a.holder.link is not None)
_expect("the holder is managed by us", lambda a: a.holder.organization_id == OURS and a.holder.claimed)
_expect("the sessions of the holder end", lambda a: a.conflict.outcome.sessions_revoked_of == ("holder",))
_expect(
    "the holder is still to be deleted",
    lambda a: a.holder.status is AccountStatus.PENDING_DELETION and a.holder.deletion_date == NOW + 5 * DAY,
)
_expect(
    "the requester has the holder's userName",
    lambda a: a.world.store.account_id_of_user_name(HERE, "holder") == "requester",
)
