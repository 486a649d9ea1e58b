"""What keeps pages readable whatever directories and people are called, and what is said before it matters."""

import re
from pathlib import Path

import pytest

from rightful.api.console import static_files
from rightful.api.console.pages.directories.labels import labels_of
from rightful.core.organizations.registry import create_directory
from tests.support.console import OWNER, Console

CSS = (Path(static_files.__file__).parent / "static/console.css").read_text("utf-8")


def directory(directory_id: str, name: str, profile: str = "entra") -> dict[str, object]:
    return {"id": directory_id, "name": name, "profile": profile}


def test_directories_of_one_name_are_told_apart() -> None:
    found = labels_of(
        [directory("d-1111", "Staff"), directory("d-2222", "staff ", "okta"), directory("d-3333", "Staff"),
         directory("d-4444", "Other")]
    )  # fmt: skip
    assert len({each.casefold() for each in found.values()}) == 4
    assert found["d-4444"] == "Other"
    assert found["d-1111"].endswith("(1111)")
    assert "Okta" in found["d-2222"]
    assert "2222" not in found["d-2222"]


@pytest.mark.parametrize("path", ["/", "/connect", "/conflicts", "/log"])
def test_lists_and_filters_tell_them_apart_too(path: str) -> None:
    console = Console()
    ids = [create_directory(console.service.context(), console.service.organization.id, "Twin").id for _ in range(2)]
    text = console.browser(OWNER).get(path).text
    for each in ids:
        assert re.search(rf"Twin \([^·<]{{1,60}}\) \({each[-4:]}\)", text)


def test_removing_the_last_domain_says_who_cannot_sign_in_then() -> None:
    told = "nobody can sign in here by an address any more then"
    console = Console()
    domains = sorted(console.service.organization.domains)
    assert len(domains) == 1
    assert told in console.browser(OWNER).get("/domains").text


def test_names_break_anywhere_and_words_keep_room() -> None:
    assert "main, .me { overflow-wrap: anywhere; }" in CSS
    assert "td[data-name], tbody th { min-width: 7rem; }" in CSS
    assert "opacity: .6; }" not in re.sub(r"\.sending button \{[^}]*\}", "", CSS), "what is read keeps its contrast"
    assert ".sides dl.facts dd + dt { margin-top: 0; }" in CSS
