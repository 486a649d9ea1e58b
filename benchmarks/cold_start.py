"""The scim function's cold start, against the least that any function with a DynamoDB client can have.

Measured is what happens before the first request is looked at: importing the handler and making the first client; and
for comparison `import boto3` and one DynamoDB client. Each in fresh interpreters, in turns. The ratio is that of the
fastest runs: what a busy machine adds only ever makes a run slower. The exit code is 1 above the budget.

    python benchmarks/cold_start.py [--rounds 9] [--modules]
"""

import argparse
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 2.0
AIM = 1.5

BARE = "import boto3; boto3.client('dynamodb')"
FUNCTION = "import app; from rightful.storage.clients import identity_store; identity_store()"

_TIMED = "import time; t = time.perf_counter(); {statement}; print((time.perf_counter() - t) * 1000)"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "IDENTITY_TABLE": "identities",
    "EVENT_LOG_TABLE": "log",
    "POWERTOOLS_SERVICE_NAME": "scim",
}


@dataclass(frozen=True)
class ColdStart:
    """Milliseconds of every run."""

    function: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """The function's fastest run against the fastest bare one."""
        return min(self.function) / min(self.bare)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": f"{ROOT}/functions/scim:{ROOT}/layers/rightful"},
        capture_output=True,
        text=True,
        check=True,
    )


def measure(rounds: int) -> ColdStart:
    """Run both in turns. The first round only warms the disk and is not counted."""
    found = ColdStart([], [])
    for number in range(rounds + 1):
        for statement, times in ((FUNCTION, found.function), (BARE, found.bare)):
            took = float(_run("-c", _TIMED.format(statement=statement)).stdout)
            if number:
                times.append(took)
    return found


def largest_modules(number: int = 10) -> list[str]:
    """The modules whose own code takes longest to import, as lines to read."""
    own: list[tuple[int, str]] = []
    for line in _run("-X", "importtime", "-c", FUNCTION).stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            own.append((int(parts[0]), parts[2].strip()))
    return [f"{microseconds / 1000:7.1f} ms  {name}" for microseconds, name in sorted(own, reverse=True)[:number]]


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--modules", action="store_true", help="list the ten largest modules, too")
    arguments = parser.parse_args()
    found = measure(arguments.rounds)
    for name, times in (("scim function", found.function), ("boto3 and client", found.bare)):
        print(f"  {name:18} fastest {min(times):7.1f} ms   median {statistics.median(times):7.1f} ms")
    print(f"ratio {found.ratio:.2f} (at most {BUDGET}; aim {AIM})")
    if arguments.modules:
        print("\n".join(largest_modules()))
    return 0 if found.ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
