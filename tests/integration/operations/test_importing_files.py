"""`rightful import` of files as people have them, on tables of moto."""

from pathlib import Path

import pytest

from rightful.operations import command
from tests.support.operator import ORGANIZATION, Run, value


def test_lines_that_meet_somebody_are_counted_and_written_down(run: Run, tmp_path: Path) -> None:
    organization_id = value(run(*ORGANIZATION)[1], "organization")
    file = tmp_path / "accounts.jsonl"
    file.write_text('{"email": "ada@example.com", "sourceId": 1}\n{"email": "ada@example.com", "sourceId": 2}\n')
    code, text, _ = run("import", str(file), "--organization", organization_id, "--at-once", "1")
    assert code == 1
    assert "1 address taken, 1 imported" in text
    assert (tmp_path / "accounts.jsonl.conflicts.csv").read_text().splitlines()[1].startswith("2,address_taken,")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("utf16.csv", "email\nada@example.com\n".encode("utf-16"), "UTF-8"),
        ("header.csv", b"mail\nada@example.com\n", "email"),
        ("header.csv", "mail\u00e9\n".encode("latin-1"), "UTF-8"),
        ("folder.csv", None, "folder.csv"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes | None, complaint: str
) -> None:
    file = tmp_path / name
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    code, printed, complained = run("import", str(file))
    assert (code, printed) == (command.FAILED, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1


def test_lines_that_cannot_be_read_are_reported_and_the_others_imported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "accounts.jsonl"
    good = b'{"email": "ada@example.com"}\n'
    bad = (
        b'{"email": "e@example.com", "lastLoginAt": "0001-01-01T00:00:00+14:00"}',
        b'{"email": "s@example.com", "givenName": "\\ud800"}',
        b'{"email": "l@example.com", "givenName": "Zo\xeb"}',
        b"[" * 100_000,
    )
    file.write_bytes(b"\n".join(bad) + b"\n" + good)
    code, text, _ = run("import", str(file), "--at-once", "1")
    assert (code, text.splitlines()[0]) == (1, "1 imported, 4 invalid")
    report = (tmp_path / "accounts.jsonl.conflicts.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in report[1:]] == ["1", "2", "3", "4"]
