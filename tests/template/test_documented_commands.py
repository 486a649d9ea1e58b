"""What the runbook, the README, CONTRIBUTING and the API's description tell a person to type is there to be typed."""

import re
import shlex
from typing import Any

import pytest

from local.paths import ROOT
from rightful.operations.command import main, parser
from tests.template.documents import DOCUMENTS, code_of

GROUPS = frozenset({"account", "conflict", "directory", "domain", "organization", "token"})
COMMANDS = sorted(
    {
        re.sub(r"\s+#.*", "", command).strip()
        for document in DOCUMENTS
        for text in code_of(document)
        for command in re.findall(r"(?:^|/| )rightful (?!\.\.\.)(.*)", text)
    }
)


def _words(command: str) -> list[str]:
    """The words of a command, its placeholders as one word each."""
    return shlex.split(re.sub(r"<[^>]+>", "x", command).replace("...", ""))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_is_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in re.sub(r"--stack \S+", "", command).replace("...", "").split() if word]
    known = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)][:2]
    group = known[:2] if known and known[0] in GROUPS else known[:1]
    with pytest.raises(SystemExit) as ended:
        main([*group, "--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0, command
    for option in re.findall(r"--[a-z-]+", " ".join(words)):
        assert option in printed, command


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_can_be_typed_as_it_is_printed(command: str) -> None:
    words = _words(command)
    named = words[:2] if words[:1] and words[0] in GROUPS else words[:1]
    if words in (named, ["--help"], ["--stack", "x"]):
        return  # a mention of the command, which the other test knows
    try:
        parsed = parser().parse_args(words)
    except SystemExit:
        pytest.fail(f"rightful {command}")
    assert callable(parsed.task)


def test_commands_that_the_runbook_needs_are_in_it() -> None:
    text = " ".join(code_of("docs/runbook.md"))
    for command in (
        "organization delete", "organization list", "directory delete", "token list", "token revoke", "token issue",
        "account deactivate", "pause", "resume", "conflict show", "conflict retry", "redrive", "check",
    ):  # fmt: skip
        assert f"rightful {command}" in text, command


def test_make_targets_in_the_documents_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for document in DOCUMENTS:
        for text in code_of(document):
            for target in re.findall(r"^make ([a-z-]+)", text):
                assert f"\n{target}:" in makefile, (document, target)


def test_every_index_of_the_table_is_asked_by_the_code(template: dict[str, Any]) -> None:
    table = template["Resources"]["IdentityTable"]["Properties"]
    code = "".join(path.read_text() for path in (ROOT / "layers/rightful/rightful/aws").rglob("*.py"))
    for index in table["GlobalSecondaryIndexes"]:
        assert index["IndexName"] in code, index["IndexName"]
    keys = {entry["AttributeName"] for index in table["GlobalSecondaryIndexes"] for entry in index["KeySchema"]}
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == keys | {"pk", "sk"}
