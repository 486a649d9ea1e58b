"""The picture of a conflict's life in docs/concepts.md: every step that a story takes is drawn there."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from local.paths import ROOT
from rightful.domain.conflicts.conflict import LIVE
from rightful.ports.writes.conflicts import PutConflict
from tests.scenarios.telling import Told
from tests.scenarios.test_stories import stories
from tests.scenarios.world import World

Steps = set[tuple[str, str]]


def drawn() -> Steps:
    """The arrows, each that leaves `live` as one from each live status."""
    picture = (ROOT / "docs/concepts.md").read_text().partition("stateDiagram-v2")[2].partition("```")[0]
    arrows = re.findall(r"^ *(\w+) --> (\w+)", picture, re.MULTILINE)
    live = sorted(each.value for each in LIVE)
    return {(one, after) for before, after in arrows for one in (live if before == "live" else [before])}


def noting(commit: Callable[..., None], taken: Steps) -> Callable[..., None]:
    """The same, noting which status of a conflict follows which."""
    statuses: dict[str, str] = {}

    def noted(store: Any, writes: Sequence[object], **options: Any) -> None:
        commit(store, writes, **options)
        for write in writes:
            if isinstance(write, PutConflict):
                conflict, status = write.conflict, write.conflict.status.value
                before = statuses.get(conflict.id) if write.expected_version is not None else None
                if before not in {None, status}:
                    taken.add((str(before), status))
                statuses[conflict.id] = status

    return noted


def test_every_step_that_a_story_takes_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    store, taken = type(World().store), Steps()
    original = store.commit
    for story in stories():
        monkeypatch.setattr(store, "commit", noting(original, taken))
        told = Told(World())
        told.introduce(story.people)
        for step in story.steps:
            told.take(step)
    assert taken <= drawn(), taken - drawn()
    # What fails, expires or is over before it was looked at is played elsewhere (tests/unit/core/conflicts), and an
    # undo of what was prepared and dropped in tests/unit/api/admin/test_what_was_read_changes.py.
    elsewhere = {("open", "rejected"), ("refused", "open"), ("superseded", "undone")}
    untaken = {arrow for arrow in drawn() - taken if not {"failed", "expired"} & set(arrow)}
    assert untaken <= elsewhere, untaken
