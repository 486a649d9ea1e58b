"""Foreseeing: from a list of changes and the facts to what becomes of each. Pure.

A change whose address is free goes through. One whose address is held by somebody who moves away, by the same list or
by a change that waits already, goes after that one (a chain), or together with it (a swap, a rotation). Every other is
judged by the very functions that judge a real conflict, and by the brakes: what is said here is what would happen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rightful.core.accounts.emails import is_tombstone, looks_like_one, names_of, names_wanted
from rightful.core.conflicts import explain
from rightful.core.conflicts.diagnosis.diagnose import diagnose
from rightful.core.conflicts.diagnosis.situation import situation
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.core.conflicts.diagnosis.still_wanted import is_requester, wants_still
from rightful.core.conflicts.plan import Blocked, Plan
from rightful.core.conflicts.planning.dispatch import judge
from rightful.core.preview.asked import AskedChange, Facts, Read
from rightful.core.preview.forecast import WELL, Forecast, Verdict
from rightful.core.preview.paths import Move, Path, paths_of
from rightful.core.preview.remaining_quota import RemainingQuota
from rightful.core.preview.snapshot import snapshot_of
from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN, Address
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.conflicts.next_step import NextStep, Role, StepCode
from rightful.domain.conflicts.next_step import step as next_step_of


def predict(pairs: Sequence[Read], facts: Facts) -> tuple[Forecast, ...]:
    """What becomes of each change, in the order of the list."""
    asked, found = _sorted_out(pairs, facts)
    moves = [*asked, *_waiting(facts, {move.account.id for move in asked})]
    holders = {move.wanted.canonical: facts.holder(move.wanted.canonical) for move in moves}
    quota = RemainingQuota(facts.organization, facts.now, facts.counts)
    for path in paths_of(moves, {canonical: account.id for canonical, account in holders.items() if account}):
        along = _circle(path, facts, quota) if path.cyclic else _chain(path, facts, quota)
        found.update((each.asked.number, each) for each in along)
    return tuple(found[pair.asked.number] for pair in pairs)


def _waiting(facts: Facts, asked_of: set[str]) -> Iterator[Move]:
    """The changes that wait and can still happen; where the list asks for another, that takes their place."""
    latest = {each.request.requester.account_id: each for each in facts.waiting if each.request.requester.account_id}
    for account_id, conflict in latest.items():
        account = facts.accounts.get(account_id or "")
        participant = Participant(conflict, account, None, None)
        if account is None or account_id in asked_of or facts.now >= conflict.expires_at:
            continue
        wanted = conflict.request.address
        moves_away = wanted is not None and wanted.canonical != account.holds and facts.may_claim_on(wanted.domain)
        if wanted is not None and moves_away and is_requester(participant) and wants_still(participant):
            yield Move(account, wanted, waiting=conflict)


def _sorted_out(pairs: Sequence[Read], facts: Facts) -> tuple[list[Move], dict[int, Forecast]]:
    """The changes that can be pushed at all; and what is to be said about the others."""
    listed = Counter(pair.old.canonical for pair in pairs if pair.old and not pair.problem)
    wanted = Counter(pair.new.canonical for pair in pairs if pair.new and not pair.problem)
    moves: list[Move] = []
    found: dict[int, Forecast] = {}
    for pair in pairs:
        said = _cannot_be_pushed(pair, facts, listed, wanted)
        account = facts.holder(pair.old.canonical) if pair.old else None
        if said is not None:
            found[pair.asked.number] = Forecast(pair.asked, *said, next_step=_first_step(pair, said[0]))
        elif account is not None and pair.new is not None:
            moves.append(Move(account, pair.new, pair.asked))
    return moves, found


def _first_step(pair: Read, verdict: Verdict) -> NextStep | None:
    """What has to be done before it can be pushed; None: it has to be written otherwise. Nobody can verify what
    remediation alone uses."""
    if verdict is not Verdict.UNVERIFIED_DOMAIN or pair.new is None or pair.new.domain == PLACEHOLDER_DOMAIN:
        return None
    return next_step_of(Role.ADMINISTRATOR, StepCode.VERIFY_DOMAIN)


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
    if _is_soft_delete(account, pair.new, facts):
        return (
            Verdict.UNCHANGED,
            "An identity provider's soft delete calls the person so: the account keeps the address it has.",
        )
    if pair.new.domain == PLACEHOLDER_DOMAIN or not facts.may_claim_on(pair.new.domain):
        return Verdict.UNVERIFIED_DOMAIN, f"The domain {pair.new.domain} is not verified by your organization."
    if wanted[pair.new.canonical] > 1:
        return Verdict.SAME_TARGET, "Another change of this list wants the same address: only one of them can have it."
    return None


def _is_soft_delete(account: Account, new: Address, facts: Facts) -> bool:
    if not looks_like_one(new.value):
        return False
    names = names_of(account)
    for conflict in facts.waiting:
        if conflict.request.requester.account_id == account.id:
            names |= names_wanted(conflict)
    return is_tombstone(new.value, names, account.link.external_id if account.link else None)


def _chain(path: Path, facts: Facts, quota: RemainingQuota) -> list[Forecast]:
    """A chain from its end: as far as it moves, each goes after the one before it."""
    numbers = [move.asked.number for move in path.moves if move.asked is not None]
    group = f"chain-{numbers[0]}" if len(numbers) > 1 else None
    found: list[Forecast] = []
    moving, step = False, 0
    for position, move in enumerate(path.moves):
        before = path.moves[position - 1] if position else None
        if move.asked is None:
            # Woken when its address becomes free, it goes by itself, unless a brake holds everything.
            moving = moving and not quota.stopped
            continue
        if before is None:
            said = _lost(move, path.lost) if path.lost else _alone(move, facts, quota)
        elif moving and (why := facts.waits_for_second(move.account)):
            said = _for_second(move.asked, why)
        elif moving:
            said = Forecast(
                move.asked, Verdict.GOES_THROUGH, f"Goes through once {_named(before)} has freed the address."
            )
        elif before.asked is None and all(each.asked is None for each in path.moves[:position]) and not path.lost:
            said = _judged(move, facts, snapshot_of(path.moves[position::-1], facts, cyclic=False), quota)
        else:
            explanation = f"The address is freed by {_named(before)}, which does not go through as things are."
            said = Forecast(move.asked, Verdict.BEHIND, explanation, holder=before.account)
        moving = said.verdict in WELL
        step += moving
        found.append(replace(said, step=step if moving else said.step, group=group))
    return found


def _named(move: Move) -> str:
    if move.asked is not None:
        return f"change {move.asked.number}"
    if move.waiting is None:
        return "a change that waits already"
    return f"the change of {move.waiting.request.requester.subject} that waits already (conflict {move.waiting.id})"


def _lost(move: Move, to: Move) -> Forecast:
    asked = move.asked
    if asked is None:
        raise ValueError("nothing is said about a change that is not in the list")
    explanation = f"The address goes to {_named(to)}, which wants it too: only one of them can have it."
    return Forecast(asked, Verdict.SAME_TARGET, explanation)


def _alone(move: Move, facts: Facts, quota: RemainingQuota) -> Forecast:
    """A move that nobody's moving away helps."""
    hold = facts.holds.get(move.wanted.canonical)
    if move.asked is not None and (hold is None or hold.is_free_for(f"account:{move.account.id}", facts.now)):
        if why := facts.waits_for_second(move.account):
            return _for_second(move.asked, why)
        return Forecast(move.asked, Verdict.GOES_THROUGH, "Nobody holds the address.", step=1)
    return _judged(move, facts, snapshot_of([move], facts, cyclic=False), quota)


def _for_second(asked: AskedChange, why: str) -> Forecast:
    """Nobody stands in the way of a change that nevertheless takes two people."""
    explanation = (
        f"Refused with 403: this account {why}, and every live key of its directory was issued by one administrator."
    )
    confirm = next_step_of(Role.ADMINISTRATOR, StepCode.CONFIRM_KEY_OR_PUSH)
    return Forecast(asked, Verdict.APPROVAL, explanation, step=1, next_step=confirm)


def _circle(path: Path, facts: Facts, quota: RemainingQuota) -> list[Forecast]:
    """A swap or rotation: one fate for all. Nothing is said of one that waits as a whole."""
    first = next((position for position, move in enumerate(path.moves) if move.asked is not None), None)
    if first is None:
        return []
    moves = [*path.moves[first:], *path.moves[:first]]
    judged = _judged(moves[0], facts, snapshot_of(moves, facts, cyclic=True), quota)
    if judged.verdict is Verdict.AUTOMATIC:
        together = "Refused at first, then applied together with the others of its group, by itself."
        judged = replace(judged, verdict=Verdict.SWAP, explanation=together)
    group = f"swap-{path.number}"
    return [
        replace(
            judged,
            asked=move.asked,
            group=group,
            holder=facts.holder(move.wanted.canonical),
            taken=judged.taken if position == 0 else 0,
        )
        for position, move in enumerate(moves)
        if move.asked is not None
    ]


def _judged(move: Move, facts: Facts, snapshot: Snapshot, quota: RemainingQuota) -> Forecast:
    """What the remediator would say about a conflict of this change."""
    if move.asked is None:
        raise ValueError("nothing is said about a change that is not in the list")
    diagnosis = diagnose(snapshot)
    decision, planned, held_back = judge(snapshot, diagnosis, quota.over_limit)
    own = snapshot.holder if snapshot.holder and snapshot.holder.organization_id == facts.organization.id else None
    said = Forecast(move.asked, Verdict.AUTOMATIC, "", conflict_class=diagnosis.conflict_class, holder=own)
    if isinstance(planned, Plan):
        explanation = f"{situation(diagnosis).sentence} Refused at first, then resolved by itself."
        return replace(said, step=1, explanation=explanation, taken=planned.taken)
    if isinstance(planned, Blocked):
        verdict = Verdict.BEHIND if planned.status is ConflictStatus.OPEN else Verdict.REFUSED
        return replace(said, verdict=verdict, explanation=planned.explanation.sentence, next_step=planned.next_step)
    told, next_step = explain.decided(snapshot.conflict, diagnosis, decision)
    return replace(
        said,
        verdict=Verdict.APPROVAL if decision.missing else Verdict.REFUSED,
        explanation=told.sentence,
        next_step=next_step,
        step=1 if decision.missing else None,
        held_back=held_back,
    )
