"""The index of docs/decisions lists every entry, and each entry says all that an entry says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.paths import ROOT

FOLDER = ROOT / "docs/decisions"
POINTS = ("Status", "Decision", "Why", "Price")
STATES = frozenset({"accepted", "superseded", "reversed"})


@dataclass(frozen=True)
class Entry:
    """A decision as it stands in the file of its topic."""

    title: str
    file: str
    text: str

    @property
    def status(self) -> str:
        """The first word of its status."""
        found = re.search(r"^- \*\*Status\*\*: (\w+)", self.text, re.MULTILINE)
        return found[1] if found else ""


def _entries() -> Iterator[Entry]:
    for path in sorted(FOLDER.glob("*.md")):
        if path.name != "README.md":
            for section in re.split(r"^## ", path.read_text(), flags=re.MULTILINE)[1:]:
                title, _, text = section.partition("\n")
                yield Entry(title, path.name, text)


ENTRIES = list(_entries())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_an_entry_says_status_decision_why_and_price(entry: Entry) -> None:
    assert re.findall(r"^- \*\*(\w+)\*\*: ", entry.text, re.MULTILINE) == list(POINTS)
    assert entry.status in STATES


def test_an_entry_that_does_not_hold_says_which_one_does() -> None:
    titles = {entry.title for entry in ENTRIES}
    for entry in ENTRIES:
        if entry.status == "superseded":
            named = re.search(r"\*\*Status\*\*: superseded by \*([^*]+)\*", " ".join(entry.text.split()))
            assert named, entry.title
            assert named[1] in titles, entry.title


def test_an_entry_that_is_cited_is_there() -> None:
    titles = {entry.title for entry in ENTRIES}
    for entry in ENTRIES:
        for cited in re.findall(r"\bsee \*([^*]+)\*", " ".join(entry.text.split())):
            assert cited in titles, (entry.title, cited)


def test_the_index_lists_every_entry() -> None:
    rows = re.findall(r"^\| (.+) \| (\w+) \| \[(.+)\]\(\3\) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted((entry.title, entry.status, entry.file) for entry in ENTRIES)


def test_no_file_of_a_topic_is_too_long_to_read() -> None:
    for path in FOLDER.glob("*.md"):
        assert len(path.read_text().splitlines()) <= 300, path.name
