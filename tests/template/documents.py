"""The documents that tell people what to do, and the code in them."""

import re

from local.paths import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/runbook.md", "docs/api.md")


def paragraphs(document: str) -> list[str]:
    """The document without its blocks of code: each paragraph, list item and table row in one line."""
    text = re.sub(r"^( *)```.*?^ *```$", "", (ROOT / document).read_text(), flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"\n\s*\n|\n(?=\s*(?:[-|]|\d+\.) )|\n(?=\|)", text)
    return [" ".join(part.split()) for part in parts if part.strip()]


def code_of(document: str) -> list[str]:
    """What stands between backticks, and the lines that are to be typed, with their continuations."""
    spans = [span for part in paragraphs(document) for span in re.findall(r"`([^`]+)`", part)]
    text = (ROOT / document).read_text().replace("\\\n", " ")
    return [*spans, *(" ".join(line.split()) for line in re.findall(r"^ *\$ (.*)$", text, re.MULTILINE))]
