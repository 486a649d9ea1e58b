"""What the scim function imports before its first request has a budget."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.cold_start import BUDGET, FUNCTION, environment_with_bytecode, largest_modules, measure
from local.paths import ROOT

_ROUNDS = 3
_TRIES = 3


def test_a_cold_start_takes_at_most_twice_what_boto3_and_a_client_take() -> None:
    ratios = []
    for _ in range(_TRIES):
        ratios.append(measure(_ROUNDS).ratio)
        if ratios[-1] <= BUDGET:
            return
    listing = "\n".join(largest_modules())
    raise AssertionError(f"ratios {ratios}, budget {BUDGET}; the ten largest modules:\n{listing}")


def test_it_is_measured_with_bytecode_whatever_the_environment_says(tmp_path: Path) -> None:
    environment = environment_with_bytecode(str(tmp_path), {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    subprocess.run([sys.executable, "-c", FUNCTION], env=environment, check=True)
    compiled = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {"app", "dynamodb", "session"} <= compiled


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
