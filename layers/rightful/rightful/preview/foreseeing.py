"""Foreseeing: from a list of changes and the facts to what becomes of each. Pure.

A change whose address is free goes through. One whose address is held by somebody who moves away by the same list goes
after that one (a chain), or together with it (a swap, a rotation). Every other is judged by the very functions that
judge a real conflict: what is said here is what would happen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rightful.accounts.account import Account
from rightful.accounts.address import PLACEHOLDER_DOMAIN, Address
from rightful.conflicts import explain
from rightful.conflicts.conflict import (
    PENDING_CHANGE_LIFETIME,
    Conflict,
    ConflictStatus,
    Operation,
    PendingChange,
    Requester,
)
from rightful.conflicts.decision import decide
from rightful.conflicts.diagnosis import diagnose
from rightful.conflicts.merging import with_address
from rightful.conflicts.plan import Blocked
from rightful.conflicts.planning import plan
from rightful.conflicts.snapshot import Leg, Snapshot
from rightful.preview.asked import AskedChange, Facts, Read
from rightful.preview.foreseen import WELL, Foreseen, Verdict


@dataclass(frozen=True, slots=True)
class _Move:
    """A change that can be pushed: an account of a directory, and the address it is to get."""

    asked: AskedChange
    account: Account
    wanted: Address


def foresee(pairs: Sequence[Read], facts: Facts) -> tuple[Foreseen, ...]:
    """What becomes of each change, in the order of the list."""
    moves, found = _sorted_out(pairs, facts)
    by_account = {move.account.id: move for move in moves}
    for path, cyclic in _paths(moves, by_account, facts):
        found.update((each.asked.number, each) for each in (_cycle(path, facts) if cyclic else _chain(path, facts)))
    return tuple(found[pair.asked.number] for pair in pairs)


def _sorted_out(pairs: Sequence[Read], facts: Facts) -> tuple[list[_Move], dict[int, Foreseen]]:
    """The changes that can be pushed at all; and what is to be said about the others."""
    listed = Counter(pair.old.canonical for pair in pairs if pair.old and not pair.problem)
    wanted = Counter(pair.new.canonical for pair in pairs if pair.new and not pair.problem)
    moves: list[_Move] = []
    found: dict[int, Foreseen] = {}
    for pair in pairs:
        said = _cannot_be_pushed(pair, facts, listed, wanted)
        account = facts.holder(pair.old.canonical) if pair.old else None
        if said is not None:
            found[pair.asked.number] = Foreseen(pair.asked, *said)
        elif account is not None and pair.new is not None:
            moves.append(_Move(pair.asked, account, pair.new))
    return moves, found


def _cannot_be_pushed(
    pair: Read, facts: Facts, listed: Mapping[str, int], wanted: Mapping[str, int]
) -> tuple[Verdict, str] | None:
    if pair.old is None or pair.new is None:
        return Verdict.INVALID, pair.problem
    if listed[pair.old.canonical] > 1:
        return Verdict.LISTED_TWICE, "The old address stands in this list more than once: say which change is meant."
    account = facts.holder(pair.old.canonical)
    if account is None or account.organization_id != facts.organization.id:
        return Verdict.NOT_FOUND, "No account of your organization holds the old address."
    if account.link is None:
        return (
            Verdict.NOT_LINKED,
            "No directory provisions this account, so no push will reach it. An administrator can change its address.",
        )
    if pair.new.canonical == account.holds:
        return Verdict.UNCHANGED, "The account has this address already."
    if pair.new.domain == PLACEHOLDER_DOMAIN or not facts.may_claim_on(pair.new.domain):
        return Verdict.UNVERIFIED_DOMAIN, f"The domain {pair.new.domain} is not verified by your organization."
    if wanted[pair.new.canonical] > 1:
        return Verdict.SAME_TARGET, "Another change of this list wants the same address: only one of them can have it."
    return None


def _paths(moves: Sequence[_Move], by_account: Mapping[str, _Move], facts: Facts) -> list[tuple[list[_Move], bool]]:
    """Each move in exactly one path: a chain with its free end first, or a cycle. No address is wanted twice, so no two
    paths meet."""
    after = {move.asked.number: _in_the_way(move, by_account, facts) for move in moves}
    waited_for = {nxt.asked.number for nxt in after.values() if nxt is not None}
    paths: list[tuple[list[_Move], bool]] = []
    seen: set[int] = set()
    heads = [move for move in moves if move.asked.number not in waited_for]
    for first in [*heads, *moves]:
        path: list[_Move] = []
        move: _Move | None = first
        while move is not None and move.asked.number not in seen:
            seen.add(move.asked.number)
            path.append(move)
            move = after[move.asked.number]
        if path:
            cyclic = move is not None
            paths.append((path if cyclic else path[::-1], cyclic))
    return paths


def _in_the_way(move: _Move, by_account: Mapping[str, _Move], facts: Facts) -> _Move | None:
    """The move of the account that holds the wanted address."""
    holder = facts.holder(move.wanted.canonical)
    return by_account.get(holder.id) if holder is not None else None


def _chain(path: Sequence[_Move], facts: Facts) -> list[Foreseen]:
    """A chain from its end: if that one goes through, all do, one after the other."""
    group = f"chain-{path[0].asked.number}" if len(path) > 1 else None
    first = replace(_alone(path[0], facts), group=group)
    found = [first]
    for before, move in pairwise(path):
        number = before.asked.number
        if first.verdict in WELL:
            explanation = f"Goes through once change {number} has freed the address."
            found.append(Foreseen(move.asked, Verdict.GOES_THROUGH, explanation, step=len(found) + 1, group=group))
        else:
            explanation = f"The address is freed by change {number}, which does not go through as things are."
            found.append(Foreseen(move.asked, Verdict.BEHIND, explanation, group=group, holder=before.account))
    return found


def _alone(move: _Move, facts: Facts) -> Foreseen:
    """A move that nobody's moving away helps."""
    hold = facts.holds.get(move.wanted.canonical)
    if hold is None or hold.is_free_for(f"account:{move.account.id}", facts.now):
        return Foreseen(move.asked, Verdict.GOES_THROUGH, "Nobody holds the address.", step=1)
    return _judged(move, facts, _snapshot([move], facts, cyclic=False), Verdict.AUTOMATIC)


def _cycle(path: Sequence[_Move], facts: Facts) -> list[Foreseen]:
    """A swap or rotation: one fate for all."""
    snapshot = _snapshot(path, facts, cyclic=True)
    group = f"swap-{min(move.asked.number for move in path)}"
    judged = _judged(path[0], facts, snapshot, Verdict.SWAP)
    return [replace(judged, asked=move.asked, group=group, holder=facts.holder(move.wanted.canonical)) for move in path]


def _judged(move: _Move, facts: Facts, snapshot: Snapshot, if_resolved: Verdict) -> Foreseen:
    """What the remediator would say about a conflict of this change."""
    diagnosis = diagnose(snapshot)
    organization = facts.organization
    decision = decide(diagnosis, organization.policy, organization.brakes)
    planned = plan(snapshot, diagnosis, decision) if decision.act else None
    own = snapshot.holder if snapshot.holder and snapshot.holder.organization_id == organization.id else None
    if planned is not None and not isinstance(planned, Blocked):
        together = "Refused at first, then applied together with the others of its group, by itself."
        alone = f"{explain.situation(diagnosis)} Refused at first, then resolved by itself."
        explanation = together if if_resolved is Verdict.SWAP else alone
        return Foreseen(
            move.asked, if_resolved, explanation, step=1, conflict_class=diagnosis.conflict_class, holder=own
        )
    explanation, next_step = (
        (planned.explanation, planned.next_step)
        if isinstance(planned, Blocked)
        else explain.decided(snapshot.conflict, diagnosis, decision)
    )
    return Foreseen(
        move.asked,
        Verdict.APPROVAL if decision.missing else Verdict.REFUSED,
        explanation,
        step=1 if decision.missing else None,
        conflict_class=diagnosis.conflict_class,
        holder=own,
        next_step=next_step,
    )


def _snapshot(path: Sequence[_Move], facts: Facts, *, cyclic: bool) -> Snapshot:
    """The facts as the remediator would find them had each of these changes just been refused."""
    legs = [_leg(move, facts) for move in path]
    return Snapshot(
        now=facts.now,
        leg=legs[0],
        organization=facts.organization,
        directory_exists=True,
        pending_id=legs[0].conflict.id,
        following=tuple(legs[1:]),
        cyclic=cyclic,
    )


def _leg(move: _Move, facts: Facts) -> Leg:
    hold = facts.holds.get(move.wanted.canonical)
    named = facts.accounts.get(hold.account_id) if hold and hold.account_id else None
    return Leg(_refused(move, facts), move.account, hold, named)


def _refused(move: _Move, facts: Facts) -> Conflict:
    """The conflict that pushing this change would record."""
    link = move.account.link
    if link is None:
        raise ValueError("only a linked account can be pushed")
    emails = move.account.attributes.get("emails")
    return Conflict(
        id=f"preview-{move.asked.number}",
        version=1,
        organization_id=facts.organization.id,
        directory_id=link.directory_id,
        status=ConflictStatus.OPEN,
        operation=Operation.PATCH,
        requester=Requester(move.account.id, link.scim_id, link.user_name, link.external_id),
        wanted=move.wanted,
        old_email=move.account.email,
        change=PendingChange({"emails": emails}, {"emails": with_address(emails, move.wanted)}),
        created_at=facts.now,
        updated_at=facts.now,
        expires_at=facts.now + PENDING_CHANGE_LIFETIME,
        correlation_id="preview",
    )
