"""Runs stories.md: every story step by step, with the invariants checked after each step."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import Told


@dataclass(frozen=True)
class Story:
    """One line of the table."""

    number: str
    people: str
    steps: list[str]
    ends: list[str]

    def __str__(self) -> str:
        return f"{self.number}: {'; '.join(self.steps)}"


def stories() -> list[Story]:
    """The table's lines."""
    text = (Path(__file__).parent / "stories.md").read_text()
    lines = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| \d", line)]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [Story(no, people, steps.split("; "), ends.split(", ")) for no, people, steps, ends in cells]


@pytest.mark.parametrize("story", stories(), ids=str)
def test_a_story_ends_as_the_table_says(story: Story) -> None:
    """Every step does what it says or is refused as it says; the invariants hold after each; then the end is checked,
    and delivering everything once more changes nothing."""
    told = Told()
    told.introduce(story.people)
    for step in story.steps:
        told.take(step)
        check_invariants(told.world.store)
    for end in story.ends:
        told.check(end)
    for conflict in told.conflicts.values():
        told.world.remediate(conflict)
    told.world.deliver()
    for end in story.ends:
        told.check(end)
