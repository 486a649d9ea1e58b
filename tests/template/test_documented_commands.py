"""What the runbook and the README tell a person to type is there to be typed."""

import re
from typing import Any

import pytest

from local.paths import ROOT
from rightful.operations.command import main

DOCUMENTS = ("README.md", "docs/runbook.md", "docs/api.md")
COMMANDS = sorted(
    {
        command.strip()
        for document in DOCUMENTS
        for found in re.findall(r"`([^`\n]*)`|^\$ (.*)$", (ROOT / document).read_text(), re.MULTILINE)
        for text in found
        for command in re.findall(r"(?:^|/)rightful (?!\.\.\.)([^#]*)", text)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_is_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = re.sub(r"--stack \S+", "", command).replace("...", "").split()
    known = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)][:2]
    group = known[:2] if known and known[0] in {"organization", "directory", "domain", "token"} else known[:1]
    with pytest.raises(SystemExit) as ended:
        main([*group, "--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0, command
    for option in re.findall(r"--[a-z-]+", " ".join(words)):
        assert option in printed, command


def test_make_targets_in_the_documents_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for document in DOCUMENTS:
        for target in re.findall(r"(?:^\$ |`)make ([a-z-]+)", (ROOT / document).read_text(), re.MULTILINE):
            assert f"\n{target}:" in makefile, (document, target)


def test_every_index_of_the_table_is_asked_by_the_code(template: dict[str, Any]) -> None:
    table = template["Resources"]["IdentityTable"]["Properties"]
    code = "".join(path.read_text() for path in (ROOT / "layers/rightful/rightful/storage").glob("*.py"))
    for index in table["GlobalSecondaryIndexes"]:
        assert index["IndexName"] in code, index["IndexName"]
    keys = {entry["AttributeName"] for index in table["GlobalSecondaryIndexes"] for entry in index["KeySchema"]}
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == keys | {"pk", "sk"}
