"""The process dies at every single call of the recording, remediation and decision paths; what is delivered again then
brings the same final state as if nothing had happened: nothing lost, nothing twice."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import pytest

from rightful.core.conflicts.approve import approve, reject, retry
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.remediate import remediate
from rightful.core.conflicts.undoing.undo import undo
from rightful.core.conflicts.word import Word
from rightful.domain.account import Account, BeforeImage
from rightful.domain.conflicts.conflict import Conflict, Resolution
from rightful.domain.conflicts.policy import read_policy
from rightful.domain.events.event_log import LogEntry
from rightful.domain.key import Scope
from rightful.domain.request_error import RequestError
from rightful.ports.writes.settings import ListToken
from rightful.ports.writes.transaction import RefusedError
from tests.properties.crashes import Died, Fate, Fated, When
from tests.scenarios.invariants import check_invariants
from tests.scenarios.words import HOLDER_WORDS
from tests.scenarios.world import OURS, World
from tests.support.builders import a_token
from tests.support.dynamodb.store import Items, TestedStore
from tests.support.queue import ListedQueue

Asking = Callable[[World], object]
INES = a_token("ines", id="ines", scope=Scope.ADMIN, owner="Ines", organization_id=OURS)


@dataclass(frozen=True, eq=False)
class Path:
    """A case: what there is, what directories ask for, and what an administrator then decides."""

    name: str
    people: dict[str, list[str]]
    asking: tuple[Asking, ...]
    deciding: Callable[[World], object] | None = None
    rules: tuple[tuple[str, str], ...] = ()
    staged: bool = False
    """Each request is remediated before the next one comes."""

    def __str__(self) -> str:
        return self.name


def _asks(name: str, other: str, **more: object) -> Asking:
    return lambda world: world.ask(name, f"{other}@example.com", **more)  # type: ignore[arg-type]


def _creates(name: str, other: str) -> Asking:
    return lambda world: world.ask_to_create(name, f"{other}@example.com")


def _first(world: World) -> Conflict:
    return min(world.store.all_of(Conflict), key=lambda conflict: conflict.id)


def _approves(world: World, resolution: Resolution | None = None) -> object:
    return approve(world.context(), _first(world).pointer, Word(INES, "Yes.", version_of(_first(world)), resolution))


def _links(world: World) -> object:
    return _approves(world, Resolution.RELINK)


def _loses_the_domain(world: World) -> object:
    if world.organization.domains:
        with suppress(RefusedError):  # its answer was lost
            world.change_organization(domains={})
    return remediate(world.context(), _first(world).pointer)


def _rejects(world: World) -> object:
    return reject(world.context(), _first(world).pointer, Word(INES, "No."))


def _undoes(world: World) -> object:
    first = _first(world)
    return undo(world.context(), first.pointer, Word(INES, "Back.", version_of(first)))


def _retries(world: World) -> object:
    return retry(world.context(), _first(world).pointer, Word(INES))


ROTATION = [f"p{number}" for number in range(17)]
"""With userNames: 17 x 4 writes and a domain leave no room for 17 x 3 that tidy up."""

PATHS = [
    Path("a deactivated holder", {"ada": [], "bob": ["deactivated 30 days ago"]}, (_asks("ada", "bob"),)),
    Path(
        "a deactivated holder, the requester is deactivated too",
        {"ada": [], "bob": ["deactivated 30 days ago"]},
        (_asks("ada", "bob", active=False),),
    ),
    Path("an active holder", {"ada": [], "bob": []}, (_asks("ada", "bob"),)),
    Path("a swap", {"ada": [], "bob": []}, (_asks("ada", "bob"), _asks("bob", "ada"))),
    Path(
        "a chain",
        {"ada": [], "bob": [], "cy": ["deactivated 30 days ago"]},
        (_asks("ada", "bob"), _asks("bob", "cy")),
    ),
    Path(
        "a rotation whose log rows do not fit into its transaction",
        {name: [] for name in ROTATION},
        tuple(
            _asks(name, following, user_name=following)
            for name, following in zip(ROTATION, ROTATION[1:] + ROTATION[:1], strict=True)
        ),
    ),
    Path(
        "a chain whose first leg waits until the second is applied",
        {"ada": [], "bob": [], "cy": ["deactivated 30 days ago"]},
        (_asks("ada", "bob"), _asks("bob", "cy")),
        staged=True,
    ),
    Path(
        "a create",
        {"bob": ["unlinked", "deactivated 30 days ago"]},
        (_creates("eve", "bob"),),
    ),
    Path(
        "a create that asks for another address once the first is kept for it",
        {"bob": ["unlinked", "deactivated 30 days ago"], "cy": []},
        (_creates("eve", "bob"), _creates("eve", "cy")),
        staged=True,
    ),
    Path("an approved link", {"bob": ["unlinked"]}, (_creates("eve", "bob"),), _links),
    Path(
        "an undone create",
        {"bob": ["unlinked", "deactivated 30 days ago"]},
        (_creates("eve", "bob"),),
        _undoes,
    ),
    Path(
        "a create whose address is kept until its domain is lost",
        {"bob": ["unlinked", "deactivated 30 days ago"]},
        (_creates("eve", "bob"),),
        _loses_the_domain,
    ),
    Path(
        "a claim that is automatic",
        {"ada": [], "bob": ["personal", "signed up"]},
        (_asks("ada", "bob"),),
        rules=(("claimable", "auto"), ("unlinked", "auto")),
    ),
    Path(
        "another directory",
        {"ada": [], "bob": ["linked elsewhere"]},
        (_asks("ada", "bob"),),
        rules=(("other_directory", "auto"),),
    ),
    Path("a change of mind", {"ada": [], "bob": [], "cy": []}, (_asks("ada", "bob"), _asks("ada", "cy"))),
    Path("an approval", {"ada": [], "bob": ["unlinked"]}, (_asks("ada", "bob"),), _approves),
    Path("a rejection", {"ada": [], "bob": ["unlinked"]}, (_asks("ada", "bob"),), _rejects),
    Path("an undo", {"ada": [], "bob": ["deactivated 30 days ago"]}, (_asks("ada", "bob"),), _undoes),
    Path("an undone swap", {"ada": [], "bob": []}, (_asks("ada", "bob"), _asks("bob", "ada")), _undoes),
    Path("a retry", {"ada": [], "bob": ["unlinked"]}, (_asks("ada", "bob"),), _retries),
]


def _world(path: Path) -> World:
    world = World()
    if path.rules:
        world.policy = read_policy({"base": "custom", "rules": dict(path.rules)})
    world.found_organizations()
    world.commit(ListToken(INES))
    for name, words in path.people.items():
        account = world.user(name)
        for word in words:
            account = HOLDER_WORDS[word](world, account)
        world.add(account)
    return world


class Run:
    """A case on its way; whoever is cut short tries again: the identity provider, SQS, the administrator, the
    janitor."""

    def __init__(self, path: Path, world: World, fate: Fate, place: int = 0) -> None:
        self.world, self.fate, self.place, self.steps = world, fate, place, _steps(path)
        self.store, self.queue = world.store, world.queue
        world.store, world.queue = Fated(self.store, fate), Fated(self.queue, fate)  # type: ignore[assignment]
        # Ids that a death does not use up, so that final states can be compared.
        world.new_id = lambda: f"{len(self.store.all_of(Conflict)) + 1:032x}"  # type: ignore[method-assign]
        self.taken = 0

    def is_over(self) -> bool:
        return self.place == len(self.steps)

    def advance(self) -> None:
        """Do a step; of delivering, one message."""
        self.taken += 1
        assert self.taken < 5000, "the queue does not get empty"
        self.place += self.steps[self.place](self)


Step = Callable[[Run], bool]
"""Returns whether the next one is to be done."""


def _steps(path: Path) -> list[Step]:
    steps: list[Step] = []
    for asking in path.asking:
        steps += [_doing(asking), _send_unsent, _deliver] if path.staged else [_doing(asking)]
    steps += [_send_unsent, _deliver]
    return [*steps, _doing(path.deciding), _send_unsent, _deliver] if path.deciding else steps


def _doing(act: Asking) -> Step:
    def done(run: Run) -> bool:
        _until_done(lambda: act(run.world))
        return True

    return done


def _send_unsent(run: Run) -> bool:
    """The janitor's part: what is recorded and, for all it knows, was never sent."""
    for conflict in sorted(run.store.all_of(Conflict), key=lambda conflict: conflict.id):
        if not conflict.sent:
            run.queue.messages.append(conflict.pointer)
    return True


def _deliver(run: Run) -> bool:
    """SQS: a message is deleted only when the remediator has come to its end."""
    if not run.queue.messages:
        return True
    message = run.queue.messages[0]
    with suppress(Died):
        remediate(run.world.context(), message)
        run.queue.messages.remove(message)
    return False


@dataclass(frozen=True)
class Moment:
    """A case before one of its steps."""

    place: int
    calls: int
    world: World


@dataclass(frozen=True)
class Undisturbed:
    """A case in which nobody dies: what it comes to, and on which way."""

    store: TestedStore
    calls: int
    moments: list[Moment]

    def before_call(self, number: int) -> Moment:
        return [moment for moment in self.moments if moment.calls < number][-1]

    def comes_by(self, run: Run) -> bool:
        """Whether it was at one time where that run is now: what follows is the same then, to the end."""
        return any(
            moment.place == run.place
            and moment.world.queue.messages == run.queue.messages
            and moment.world.store.has_the_same_as(run.store)
            for moment in self.moments
        )


@cache
def _undisturbed(path: Path) -> Undisturbed:
    run, moments = Run(path, _world(path), Fate()), list[Moment]()
    while not run.is_over():
        moments.append(Moment(run.place, run.fate.calls, _copy(run.world, run.store, run.queue)))
        run.advance()
    return Undisturbed(run.store, run.fate.calls, moments)


def _copy(world: World, store: TestedStore, queue: ListedQueue) -> World:
    messages = ListedQueue()
    messages.messages += queue.messages
    return replace(world, store=store.copy(), queue=messages)


def _until_done(act: Callable[[], object]) -> None:
    for _ in range(3):
        try:
            act()
        except Died:
            continue
        except RequestError as error:
            # The first try had gone through: the administrator is told that it is done.
            if error.code not in {"ended", "not_undoable", "same_approver", "not_approvable"}:
                raise
        return
    raise AssertionError("it never gets done")


def _state(store: TestedStore) -> tuple[Items, dict[str, object]]:
    """What must come out the same: everything but counters, versions and how often something was asked."""
    kinds = {"ACCOUNT", "EMAIL", "USERNAME", "COUNT", "PENDING", "WAITER"}
    items = {key: _plain(item) for key, item in store.snapshot().items() if key[0] in kinds}
    conflicts = {
        (conflict.request.requester_key, conflict.request.wanted.canonical): (
            conflict.status,
            conflict.finding.conflict_class,
        )
        for conflict in store.all_of(Conflict)
    }
    return items, conflicts  # type: ignore[return-value]


def _plain(item: object) -> object:
    if isinstance(item, Account):
        image = _unversioned(item.before_image) if item.before_image else None
        earlier = tuple(map(_unversioned, item.earlier_images))
        return replace(item, version=0, before_image=image, earlier_images=earlier)
    return item


def _unversioned(image: BeforeImage) -> BeforeImage:
    return replace(image, version=0, account=replace(image.account, version=0))


def _rows(store: TestedStore) -> set[tuple[str, str, str | None]]:
    ends = {"conflict.applied", "conflict.undone", "conflict.rejected", "user.deactivated"}
    rows = [row for row in store.all_of(LogEntry) if row.action in ends]
    kept = [(row.action.value, row.subject, row.requested_email) for row in rows]
    assert len(kept) == len(set(kept)), "an end is told twice"
    return set(kept)


def _cases() -> Iterator[tuple[Path, When]]:
    for path in PATHS:
        for when in When:
            yield path, when


@pytest.mark.parametrize(("path", "when"), list(_cases()), ids=lambda value: str(getattr(value, "value", value)))
def test_dying_at_any_call_changes_nothing_in_the_end(path: Path, when: When) -> None:
    undisturbed = _undisturbed(path)
    check_invariants(undisturbed.store)
    state, rows = _state(undisturbed.store), _rows(undisturbed.store)
    for at in range(1, undisturbed.calls + 1):
        before = undisturbed.before_call(at)
        world = _copy(before.world, before.world.store, before.world.queue)
        run = Run(path, world, Fate(at, when, before.calls), before.place)
        while not run.is_over():
            run.advance()
            if run.fate.struck and undisturbed.comes_by(run):
                break
        else:
            check_invariants(run.store)
            assert _state(run.store) == state, f"call {at}"
            assert _rows(run.store) == rows, f"call {at}"
        assert run.fate.struck
