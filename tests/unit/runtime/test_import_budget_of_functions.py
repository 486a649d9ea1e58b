"""What each function imports: nothing of the console but the console, and the console nothing before it needs it."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.cold_start import FUNCTION, environment_with_bytecode
from local.paths import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
OTHERS = [name for name in FUNCTIONS if name != "console"]

THE_CONSOLES = {"jinja2", "markupsafe", "joserfc", "cryptography", "rightful.api.console"}
"""The packages of its own layer, which no other function has, and its pages."""
NOBODYS = {"boto3", "s3transfer", "jsonschema", "aws_xray_sdk", "moto", "yaml"}

CONSOLE_LINES, CONSOLE_MODULES = 1_850_000, 710
"""What the console's start takes as it is; the scim function's is measured against boto3 (test_import_budget)."""


@cache
def loaded(function: str) -> frozenset[str]:
    """The modules that there are when a function's first event comes."""
    environment = {**environment_with_bytecode("", {}), "PYTHONDONTWRITEBYTECODE": "1"}
    del environment["PYTHONPYCACHEPREFIX"]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {FUNCTION}; print('\\n'.join(sys.modules))"],
        env={**environment, "PYTHONPATH": f"{ROOT}/functions/{function}:{ROOT}/layers/rightful"},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("function", OTHERS)
def test_no_other_function_imports_what_is_the_consoles(function: str) -> None:
    assert "rightful.runtime.clients" in loaded(function)
    assert loaded(function).isdisjoint(THE_CONSOLES)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_imports_what_none_needs(function: str) -> None:
    assert loaded(function).isdisjoint(NOBODYS)


def test_the_console_loads_templates_tokens_and_connections_when_they_are_needed() -> None:
    later = THE_CONSOLES - {"rightful.api.console"}
    assert "rightful.api.console" in loaded("console")
    assert loaded("console").isdisjoint(later)


def test_the_consoles_cold_start_stays_as_it_is(tmp_path: Path) -> None:
    from tests.unit.runtime.test_import_budget import work

    lines, modules = work(FUNCTION, tmp_path, "console")
    assert (lines <= CONSOLE_LINES, modules <= CONSOLE_MODULES) == (True, True), (lines, modules)
