"""How a story is told: its people, what each step does, and what may be true in the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.approve import approve, reject, retry
from rightful.core.conflicts.diagnosis.version import version_of
from rightful.core.conflicts.undoing.undo import undo
from rightful.core.conflicts.word import Word
from rightful.core.organizations.confirm import confirm_directory, confirm_policy, confirm_token, noting_who
from rightful.core.organizations.registry import change_directory, change_organization
from rightful.core.upkeep.due import end_reservations, send_due
from rightful.core.users.refuse import ClaimRefusedError
from rightful.domain.account import Account, AccountStatus, Flag, FormerLink
from rightful.domain.conflicts.conflict import Conflict, ConflictClass, Pointer, Resolution
from rightful.domain.conflicts.policy import Brakes, Policy, PolicyBase, Rule
from rightful.domain.conflicts.refused_request import Operation
from rightful.domain.key import Scope, Token
from rightful.domain.one_word import OneAdministrator, OneWord
from rightful.domain.organization import OnDelete
from rightful.domain.request_error import RequestError
from rightful.ports.writes.settings import DeleteToken, ListToken, PutToken, UnlistToken
from rightful.scim.errors import ScimError
from tests.scenarios.words import HOLDER_WORDS, create_key
from tests.scenarios.world import HERE, NOW, OURS, World
from tests.support.builders import a_token

DIGITS = "0123456789abcdef0123456789abcdef"


@dataclass
class Told:
    """A story being told."""

    world: World = field(default_factory=World)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Token] = field(default_factory=dict)
    read: dict[tuple[str, str], str] = field(default_factory=dict)

    def introduce(self, people: str) -> None:
        """The people, and the administrators' keys."""
        self.world.found_organizations()
        for name in ("Ines", "Jo", "Ines with another key"):
            holder = name.split()[0]
            key = a_token(f"hash of {name}", id=name, scope=Scope.ADMIN, owner=holder, organization_id=OURS)
            self.keys[name] = key
            self.world.commit(ListToken(key))
        for text in people.split(", "):
            name, _, words = text.partition(" ")
            account = self.world.user(name)
            for word, change in _PEOPLE_WORDS.items():
                if word in words:
                    account = change(self.world, account)
                    words = words.replace(word, "").strip()
            assert not words, f"nobody knows what {words!r} means"
            self.world.add(account)

    def take(self, step: str) -> None:
        """Take one step of the story."""
        refused = re.fullmatch(r"(.+) is refused: (\w+)", step)
        if refused:
            with pytest.raises(RequestError) as error:
                self.take(refused[1])
            assert error.value.code == refused[2]
            return
        for pattern, action in _STEPS.items():
            match = re.fullmatch(pattern, step)
            if match:
                action(self, *match.groups())
                return
        raise AssertionError(f"nobody knows how to do {step!r}")

    def check(self, end: str) -> None:
        """Check one sentence about the end."""
        for pattern, holds in _ENDS.items():
            match = re.fullmatch(pattern, end)
            if match:
                assert holds(self, *match.groups()), end
                return
        raise AssertionError(f"nobody knows how to check {end!r}")

    def pointer(self, name: str) -> Pointer:
        """Somebody's conflict."""
        return self.conflicts[name].pointer

    def account(self, name: str) -> Account:
        """Somebody's account; of who was created, the one that was made or linked."""
        return self.world.account(self.ids.get(name, name))


def _ask(told: Told, name: str, other: str, deactivating: str | None) -> None:
    active = False if deactivating else None
    told.conflicts[name] = told.world.ask(name, f"{other}@example.com", active=active)


def _create(told: Told, name: str, called: str | None, other: str, sent: str | None = None) -> None:
    """A new user is created, or refused and recorded."""
    external_id = None if sent == "without externalId" else _NOBODYS.get(sent or "", f"external-{name}")
    try:
        account = told.world.create(called or name, f"{other}@example.com", external_id)
    except ClaimRefusedError as refused:
        if refused.conflict is None:
            raise
        told.conflicts[name] = refused.conflict
    else:
        told.ids[name] = account.id


_NOBODYS = {"with the externalId N/A": "N/A", "with a blank externalId": " \u200b", "with the externalId 0": "0"}
"""What a directory sends for nobody in particular."""


def _formerly_as(external_id: str | None) -> Callable[[World, Account], Account]:
    def change(_: World, account: Account) -> Account:
        return replace(account, link=None, former_link=FormerLink(HERE, account.id, external_id, NOW))

    return change


def _push(told: Told, name: str, called: str, active: bool) -> None:
    """The directory says what somebody is called, by userName and email, and whether they are active."""
    address = f"{called}@example.com"
    emails = [{"value": address, "type": "work", "primary": True}]
    told.world.push(name, userName=address, emails=emails, active=active)


def _revoke_key(told: Told) -> None:
    """The directory's key is revoked; what it sends from now on comes with another one."""
    world = told.world
    old, new = (a_token(f"hash {n}", id=f"key {n}", organization_id=OURS, directory_id=HERE) for n in (1, 2))
    if world.key_id != "key 1":
        raise AssertionError("say first that the directory has a key")
    world.commit(UnlistToken(old), DeleteToken(old.sha256), ListToken(new))
    world.key_id = new.id


def _give_key(told: Told) -> None:
    key = a_token("hash 1", id="key 1", organization_id=OURS, directory_id=HERE)
    told.world.commit(ListToken(key))
    told.world.key_id = key.id


def _issue_own_key(told: Told, who: str) -> None:
    """An administrator issues a key of the directory, and sends with it from now on."""
    key = a_token(
        "own hash", id="own key", organization_id=OURS, directory_id=HERE, issued=OneWord(who, told.world.now)
    )
    told.keys["own key"] = key
    told.world.commit(PutToken(key), ListToken(key))
    told.world.key_id, told.world.alone_until = key.id, key.alone_until()


def _confirm_key(told: Told, who: str) -> None:
    world = told.world
    key = confirm_token(world.context(), told.keys["own key"], by=who, reason="We agreed.")
    world.alone_until = key.alone_until()


def _let_erase(told: Told, who: str) -> None:
    world = told.world
    state = world.store.directory_state(OURS, HERE)
    assert state is not None
    changed = replace(state.directory, on_delete=OnDelete.ERASE, erasing=OneWord(who, world.now))
    change_directory(world.context(), changed)


def _confirm_rule(told: Told, who: str) -> None:
    world = told.world
    state = world.store.directory_state(OURS, HERE)
    assert state is not None
    confirm_directory(world.context(), state.directory, by=who, reason="We agreed.")


def _demand_two(told: Told, name: str) -> None:
    rules = {ConflictClass(name): Rule.TWO_APPROVALS}
    told.world.change_organization(policy=Policy(base=PolicyBase.CUSTOM, rules=rules))


def _loosen(told: Told, who: str, rule: str, name: str) -> None:
    world, before = told.world, told.world.organization
    rules = {**before.policy.rules, ConflictClass(name): Rule(rule)}
    after = replace(before, policy=Policy(base=PolicyBase.CUSTOM, rules=rules))
    change_organization(world.context(), noting_who(before, after, OneAdministrator(who), world.now))


def _confirm_policy(told: Told, who: str) -> None:
    world = told.world
    confirm_policy(world.context(), world.organization, by=who, reason="We agreed.")


def _move(told: Told, name: str, to: str, in_vain: str | None) -> None:
    """The directory gives somebody another address; in vain, where that takes two people."""
    address = f"{to.removesuffix(chr(39) + 's')}@example.com"
    emails = [{"value": address, "type": "work", "primary": True}]
    if in_vain is None:
        told.world.push(name, Operation.PATCH, emails=emails)
        return
    with pytest.raises(ScimError) as error:
        told.world.push(name, Operation.PATCH, emails=emails)
    assert error.value.status == 403
    key = f"account:{name}"
    found = told.world.store.conflict(Pointer(OURS, told.world.store.pending_conflicts([key])[key]))
    assert found is not None
    told.conflicts[name] = found


def _janitor(told: Told) -> None:
    world = told.world
    end_reservations(world.context())
    send_due(world.context())
    world.deliver()


def _rename(told: Told, name: str, to: str) -> None:
    told.world.rename(name, f"{to.removesuffix(chr(39) + 's')}@example.com")


_RESOLUTIONS = {"linking ": Resolution.RELINK, "releasing ": Resolution.RELEASE, None: None}


def _read(told: Told, who: str, name: str) -> None:
    told.read[who, name] = version_of(told.world.conflict(told.conflicts[name]))


def _approve(told: Told, who: str, way: str | None, name: str, read_before: str | None) -> None:
    world = told.world
    if not read_before:
        _read(told, who, name)
    approve(
        world.context(),
        told.pointer(name),
        Word(told.keys[who], "I know them.", told.read[who, name], _RESOLUTIONS[way]),
    )


def _decide(decision: Callable[..., object], **more: object) -> Callable[..., None]:
    def step(told: Told, who: str, name: str) -> None:
        world = told.world
        decision(world.context(), told.pointer(name), Word(told.keys[who], **more))

    return step


def _undo(told: Told, who: str, name: str, read_before: str | None) -> None:
    if not read_before:
        _read(told, who, name)
    _decide(undo, reason="A mistake.", version=told.read[who, name])(told, who, name)


def _lose_key(told: Told, who: str) -> None:
    told.world.commit(UnlistToken(told.keys[who]), DeleteToken(told.keys[who].sha256))


def _pass(told: Told, days: str) -> None:
    told.world.now += timedelta(days=int(days))


def _deliver(told: Told) -> None:
    told.world.deliver()


_PEOPLE_WORDS = {
    word: HOLDER_WORDS[word]
    for word in ("privileged", "of another organization", "unlinked", "deactivated 30 days ago")
} | {
    "elsewhere": HOLDER_WORDS["linked elsewhere"],
    **{f"gone from here {words}": _formerly_as(external_id) for words, external_id in _NOBODYS.items()},
    "gone from here without externalId": _formerly_as(None),
    "deactivated 3 days ago": lambda _, account: replace(
        account, status=AccountStatus.DEACTIVATED, deactivated_at=NOW - timedelta(days=3)
    ),
}

_STEPS: dict[str, Callable[..., None]] = {
    r"(\w+) asks for (\w+)'s( while deactivating)?": _ask,
    r"(\w+) is created(?: as (\w+))? with (\w+)'s(?: (with.* externalId.*))?": _create,
    r"the directory has a key": _give_key,
    r"the directory's key is revoked": _revoke_key,
    r"the janitor comes": _janitor,
    r"policy: a userName links nobody again": lambda told: told.world.change_organization(
        policy=Policy(relink_by_user_name=False)
    ),
    r"(\w+) is marked": lambda told, name: told.world.write(name, flags=frozenset({Flag.PRIVILEGED})),
    r"(\w+) is renamed to (\w+(?:'s)?)": _rename,
    r"(\w+) is reactivated": lambda told, name: told.world.write(
        name, status=AccountStatus.ACTIVE, deactivated_at=None
    ),
    r"(\w+) loses the flag": lambda told, name: told.world.write(name, flags=frozenset()),
    r"(\w+) is deleted softly as (\w+)'s": lambda told, name, of: _push(told, name, DIGITS + of, False),
    r"(\w+) is restored as (\w+)'s": lambda told, name, of: _push(told, name, of, True),
    r"(\w+) issues a key of the directory": _issue_own_key,
    r"(\w+) confirms the key": _confirm_key,
    r"(\w+) lets the directory erase": _let_erase,
    r"(\w+) confirms the delete rule": _confirm_rule,
    r"policy: two approvals for (\w+)": _demand_two,
    r"(\w+) has the policy say (\w+) for (\w+)": _loosen,
    r"(\w+) confirms the policy": _confirm_policy,
    r"the directory moves (\w+) to (\w+(?:'s)?)( in vain)?": _move,
    r"the directory deletes (\w+)": lambda told, name: told.world.delete(name),
    r"deliver": _deliver,
    r"(\w+) reads (\w+)'s": _read,
    r"(.+) approves (linking |releasing )?(\w+)'s( as it was read)?": _approve,
    r"(\w+) rejects (\w+)'s": _decide(reject, reason="Not theirs."),
    r"(\w+) retries (\w+)'s": _decide(retry),
    r"(\w+) undoes (\w+)'s( as it was read)?": _undo,
    r"(\w+) loses her key": _lose_key,
    r"(\d+) days pass": _pass,
    r"policy strict": lambda told: told.world.change_organization(policy=Policy(base=PolicyBase.STRICT)),
    r"paused": lambda told: told.world.change_organization(brakes=Brakes(paused=True)),
    r"not paused": lambda told: told.world.change_organization(brakes=Brakes()),
    r"the domain is lost": lambda told: told.world.change_organization(domains={}),
}


def _has(told: Told, name: str, whose: str) -> bool:
    return told.account(name).holds == f"{whose.removesuffix(chr(39) + 's')}@example.com"


def _placeholder(told: Told, name: str) -> bool:
    email = told.account(name).email
    return email is not None and email.is_placeholder


def _kept_for(told: Told, whose: str, name: str) -> bool:
    canonical = f"{whose}@example.com"
    reservation = told.world.store.holds([canonical])[canonical].reservation
    return reservation is not None and reservation.requester_key == create_key(name)


def _is_free(told: Told, whose: str) -> bool:
    return not told.world.store.holds([f"{whose}@example.com"])


def _relinkable(told: Told, name: str, other: str) -> bool:
    awaited = told.account(name).awaited
    return awaited is not None and awaited.requester_key == create_key(other) and told.world.now < awaited.until


_ENDS: dict[str, Callable[..., bool]] = {
    r"(\w+) has a placeholder": _placeholder,
    r"(\w+) has asked (\d+) times": lambda told, name, times: (
        told.world.conflict(told.conflicts[name]).occurrences == int(times)
    ),
    r"(\w+) has (\w+(?:'s)?)": _has,
    r"(\w+)'s conflict is (\w+)": lambda told, name, status: told.world.conflict(told.conflicts[name]).status == status,
    r"(\w+) is deactivated": lambda told, name: not told.account(name).active,
    r"(\w+) is active": lambda told, name: told.account(name).active,
    r"(\w+) is linked": lambda told, name: told.account(name).link is not None,
    r"(\w+)'s is kept for (\w+)": _kept_for,
    r"(\w+)'s is free": _is_free,
    r"(\w+) is gone": lambda told, name: told.world.store.account(told.ids.get(name, name)) is None,
    r"(\w+) is (\w+) again": lambda told, name, former: told.ids.get(name) == former,
    r"(\w+) awaits nobody": lambda told, name: told.account(name).awaited is None,
    r"nobody is to do anything about (\w+)'s": lambda told, name: (
        told.world.conflict(told.conflicts[name]).next_step is None
    ),
    r"(\w+) may be linked again by (\w+)": _relinkable,
}
