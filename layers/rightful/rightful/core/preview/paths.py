"""Paths: in which order the moves of a list and those that wait already free addresses for each other. Pure.

Each move waits for the one whose account holds what it wants. So they form circles (swaps, rotations) and trees. Where
several want one address the circle has it, else who has waited longest, else the list's: the others lose it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rightful.core.preview.asked import AskedChange
from rightful.domain.account import Account
from rightful.domain.address import Address
from rightful.domain.conflicts.conflict import Conflict


@dataclass(frozen=True, slots=True)
class Move:
    """An account that is to get an address: by a change of the list (`asked`), or by one that waits (`waiting`)."""

    account: Account
    wanted: Address
    asked: AskedChange | None = None
    waiting: Conflict | None = None

    @property
    def age(self) -> tuple[bool, str]:
        """Sorts those that wait first, the longest first."""
        return self.waiting is None, self.waiting.id if self.waiting else ""


@dataclass(frozen=True, slots=True)
class Path:
    """Moves of one fate. A circle, each followed by the one that holds what it wants; or a chain from its free end.

    `lost`: the first of a chain loses what it wants to this other move.
    """

    moves: tuple[Move, ...]
    cyclic: bool = False
    lost: Move | None = None

    @property
    def number(self) -> int:
        """The first change of the list that it has; what has none comes last."""
        return min((move.asked.number for move in self.moves if move.asked), default=1 << 30)


def paths_of(moves: Sequence[Move], holder_ids: Mapping[str, str]) -> list[Path]:
    """Each move in exactly one path, in the order of the list.

    Args:
        moves: one for each account at most.
        holder_ids: canonical address -> the account that holds it.
    """
    by_account = {move.account.id: move for move in moves}
    ahead = {move.account.id: by_account.get(holder_ids.get(move.wanted.canonical, "")) for move in moves}
    circles = _circles(moves, ahead)
    circling = {move.account.id: circle for circle in circles for move in circle}
    behind: dict[str, list[Move]] = {}
    paths = [Path(tuple(circle), cyclic=True) for circle in circles]
    roots: list[Path] = []
    for move in moves:
        leader = ahead[move.account.id]
        if move.account.id in circling:
            continue
        if leader is None:
            roots.append(Path((move,)))
        elif leader.account.id in circling:
            winner = next(each for each in circling[leader.account.id] if ahead[each.account.id] is leader)
            roots.append(Path((move,), lost=winner))
        else:
            behind.setdefault(leader.account.id, []).append(move)
    for rivals in behind.values():
        rivals.sort(key=lambda each: each.age)
        roots += [Path((loser,), lost=rivals[0]) for loser in rivals[1:]]
    for root in roots:
        chain = list(root.moves)
        while followers := behind.get(chain[-1].account.id):
            chain.append(followers[0])
        paths.append(Path(tuple(chain), lost=root.lost))
    return sorted(paths, key=lambda path: path.number)


def _circles(moves: Sequence[Move], ahead: Mapping[str, Move | None]) -> list[list[Move]]:
    circles: list[list[Move]] = []
    seen: set[str] = set()
    for first in moves:
        walked: dict[str, int] = {}
        path: list[Move] = []
        move: Move | None = first
        while move is not None and move.account.id not in seen and move.account.id not in walked:
            walked[move.account.id] = len(path)
            path.append(move)
            move = ahead[move.account.id]
        if move is not None and move.account.id in walked:
            circles.append(path[walked[move.account.id] :])
        seen.update(walked)
    return circles
