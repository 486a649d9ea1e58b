"""What the scim function imports before its first request has a budget."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.cold_start import BARE, FUNCTION, environment_with_bytecode, largest_modules, measure
from local.paths import ROOT

_COUNTED = """
import sys
from tests.support.work import lines_run

statement = compile({statement!r}, "start", "exec")
before = set(sys.modules)
lines = lines_run(lambda: exec(statement, {{}}))
print(lines, len(set(sys.modules) - before))
"""


def test_a_cold_start_runs_and_loads_at_most_half_as_much_again_as_boto3_and_a_client(tmp_path: Path) -> None:
    """What that takes in time is measured by benchmarks/cold_start.py."""
    lines, modules = work(FUNCTION, tmp_path)
    least_lines, least_modules = work(BARE, tmp_path)
    fits = lines < 1.5 * least_lines and modules < 1.5 * least_modules
    assert fits, "\n".join([f"{lines} lines, {modules} modules; the ten largest:", *largest_modules()])


def work(statement: str, bytecode: Path, function: str = "scim") -> tuple[int, int]:
    """How many lines a statement runs in a fresh interpreter of a function, and how many modules it loads."""
    environment = environment_with_bytecode(str(bytecode), function=function)
    done = subprocess.run(
        [sys.executable, "-c", _COUNTED.format(statement=statement)],
        env={**environment, "PYTHONPATH": f"{ROOT}:{environment['PYTHONPATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines, modules = done.stdout.split()
    return int(lines), int(modules)


def test_the_benchmark_compares_runs_side_by_side() -> None:
    found = measure(2)
    assert len(found.function) == len(found.bare) == 2
    assert found.ratio > 0


def test_it_is_measured_with_bytecode_whatever_the_environment_says(tmp_path: Path) -> None:
    environment = environment_with_bytecode(str(tmp_path), {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    subprocess.run([sys.executable, "-c", FUNCTION], env=environment, check=True)
    compiled = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {"app", "store", "session"} <= compiled


def test_the_scim_function_starts_without_what_it_does_not_need() -> None:
    program = f"import sys; {FUNCTION}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "PYTHONPATH": f"{ROOT}/functions/scim:{ROOT}/layers/rightful",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "IDENTITY_TABLE": "identities",
            "EVENT_LOG_TABLE": "log",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "botocore.client" in loaded
    assert loaded.isdisjoint(
        {"boto3", "s3transfer", "pydantic", "aws_xray_sdk", "aws_lambda_powertools.utilities.batch", "jsonschema"}
    )
