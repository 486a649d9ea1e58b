"""A function's cold start (the scim function's, unless another is named), against the least that any function with a
DynamoDB client can have.

Measured is what happens before the first request is looked at: importing the handler and making the first client; and
for comparison `import boto3` and one DynamoDB client. Each in fresh interpreters, in turns. The ratio is the median of
the rounds', each of two runs side by side: a machine that is busy, or fast, for a while is so for both. The exit code
is 1 above the budget.

Both have their bytecode, as on Lambda, where layers are built with it: it is written to a folder of this run by the
round that is not counted, whatever the environment says about writing bytecode.

    python benchmarks/cold_start.py [--function scim] [--rounds 9] [--modules]
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 2.0
AIM = 1.5

BARE = "import boto3; boto3.client('dynamodb')"
FUNCTION = "import app; from rightful.runtime.clients import identity_store; identity_store()"

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
        """What the function's run took against the bare one's of the same round: the median."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.function, self.bare, strict=True))


def environment_with_bytecode(
    folder: str, inherited: Mapping[str, str] = os.environ, *, function: str = "scim"
) -> dict[str, str]:
    """The environment of a run of that function whose bytecode is in that folder."""
    return {
        **{name: value for name, value in inherited.items() if name != "PYTHONDONTWRITEBYTECODE"},
        **_ENVIRONMENT,
        "PYTHONPATH": f"{ROOT}/functions/{function}:{ROOT}/layers/rightful",
        "PYTHONPYCACHEPREFIX": folder,
    }


def _run(bytecode: str, function: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment_with_bytecode(bytecode, function=function),
        capture_output=True,
        text=True,
        check=True,
    )


def measure(rounds: int, function: str = "scim") -> ColdStart:
    """Run both in turns. The first round only compiles and warms the disk, and is not counted."""
    found = ColdStart([], [])
    with TemporaryDirectory() as bytecode:
        for number in range(rounds + 1):
            for statement, times in ((FUNCTION, found.function), (BARE, found.bare)):
                took = float(_run(bytecode, function, "-c", _TIMED.format(statement=statement)).stdout)
                if number:
                    times.append(took)
    return found


def largest_modules(number: int = 10, function: str = "scim") -> list[str]:
    """The modules whose own code takes longest to import, as lines to read."""
    own: list[tuple[int, str]] = []
    with TemporaryDirectory() as bytecode:
        _run(bytecode, function, "-c", FUNCTION)
        timed = _run(bytecode, function, "-X", "importtime", "-c", FUNCTION)
    for line in timed.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            own.append((int(parts[0]), parts[2].strip()))
    return [f"{microseconds / 1000:7.1f} ms  {name}" for microseconds, name in sorted(own, reverse=True)[:number]]


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--function", default="scim", help="the folder of a function; the budget is the scim function's"
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--modules", action="store_true", help="list the ten largest modules, too")
    arguments = parser.parse_args()
    found = measure(arguments.rounds, arguments.function)
    for name, times in ((f"{arguments.function} function", found.function), ("boto3 and client", found.bare)):
        print(f"  {name:18} fastest {min(times):7.1f} ms   median {statistics.median(times):7.1f} ms")
    print(f"ratio {found.ratio:.2f} (at most {BUDGET}; aim {AIM})")
    if arguments.modules:
        print("\n".join(largest_modules(function=arguments.function)))
    return 0 if found.ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
