"""A module that a docstring or a comment names is there: names of an older tree lead nowhere."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

PACKAGE = ROOT / "layers/rightful/rightful"
MODULES = [path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")]
PACKAGES = [path.relative_to(PACKAGE).parts for path in PACKAGE.rglob("*") if path.is_dir()]
FOLDERS = {part for path in PACKAGES for part in path}


def _is_there(name: str) -> bool:
    """Whether some module's path ends with the name, or with all but its last word, which then stands in the module."""
    words = tuple(name.split("."))
    if any(path[-len(words) :] == words for path in (*MODULES, *PACKAGES)):
        return True
    holding = [path for path in MODULES if path[-len(words) + 1 :] == words[:-1]]
    return any(
        re.search(rf"\b{words[-1]}\b", (PACKAGE / "/".join(path)).with_suffix(".py").read_text()) for path in holding
    )


def test_a_module_that_is_named_in_backticks_is_there() -> None:
    missing = []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        for name in re.findall(r"`(?:rightful\.)?([a-z_]+(?:\.\w+)+)`", text):
            first = name.split(".")[0]
            if (first in FOLDERS or first in {"storage", "accounts", "listing"}) and not _is_there(name):
                missing.append((str(path.relative_to(PACKAGE)), name))
    assert not missing
