"""What documents and code cite is in the repository: documents, their headings and numbers, files and folders."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from local.paths import ROOT

PACKAGE = ROOT / "layers/rightful/rightful"
CODE_ENDINGS = frozenset({".py", ".yaml", ".toml", ""})


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, and what is about to be one."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for line in listed.splitlines() if (path := ROOT / line).is_file())


DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
CODE = [path for path in tracked() if path.suffix in CODE_ENDINGS and path != Path(__file__)]


def named(path: Path) -> str:
    """A file by its place in the repository."""
    return str(path.relative_to(ROOT))


@cache
def headings(document: Path) -> frozenset[str]:
    """The headings of a document, without their marks."""
    return frozenset(re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE))


def anchor(heading: str) -> str:
    """A heading as a link names it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_link_leads_to_a_file_and_its_heading(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("https://"):
            continue
        place, _, fragment = target.partition("#")
        led = (document.parent / place).resolve() if place else document
        assert led.exists(), target
        if fragment:
            assert fragment in {anchor(heading) for heading in headings(led)}, target


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_path_that_a_document_names_is_there(document: Path) -> None:
    for span in re.findall(r"`([\w./*-]+)`", document.read_text()):
        if not re.fullmatch(r"[\w.-]+(/[\w.*-]+)*/?", span) or not re.search(r"/.*\.(py|md|yaml|json)$|\w/$", span):
            continue
        found = [top for top in (ROOT, PACKAGE, document.parent) if list(top.glob(span.rstrip("/")))]
        assert found or span.startswith((".local/", ".aws-sam/")), span


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_tests_that_a_document_names_are_there(document: Path) -> None:
    for cited in re.findall(r"\btests/[\w/]+(?:\.\w+)?", document.read_text()):
        assert (ROOT / cited).exists(), cited


def test_code_cites_no_document_that_is_not_in_the_repository() -> None:
    for path in CODE:
        text = path.read_text(errors="ignore")
        assert not re.search(
            r"\b(DOMAIN|DESIGN|FACTS|HOUSE)(\.md\b| \\?\"[A-Z])|\((DOMAIN|DESIGN|FACTS|HOUSE)\b", text
        ), path
        for cited in re.findall(r"[\w./-]*\w\.md\b", text):
            assert any(str(each).endswith(f"/{cited.removeprefix('./')}") for each in DOCUMENTS), (path, cited)


def test_what_code_cites_of_the_concepts_is_there() -> None:
    concepts = ROOT / "docs/concepts.md"
    numbers = set(re.findall(r"^(\d+)\. ", concepts.read_text().partition("## Invariants")[2], re.MULTILINE))
    for path in CODE:
        text = " ".join(path.read_text(errors="ignore").split())
        for heading in re.findall(r'concepts\.md, \\?"([^"\\]+)\\?"', text):
            assert heading in headings(concepts), (path, heading)
        for one, other in re.findall(r"concepts\.md, invariants? (\d+)(?: and (\d+))?", text):
            assert {one, other} - {""} <= numbers, (path, one, other)
