"""What `import rightful.scim` costs, against `from pydantic import BaseModel`.

Each is imported in fresh interpreters, in turns; printed are the medians of the import alone,
and their ratio. `rightful.scim` means every module of the package, not the empty package file.
The exit code is 1 when it costs more than pydantic's BaseModel, or brings boto3 or pydantic with it.

    python benchmarks/import_cost.py
"""

import argparse
import json
import pkgutil
import statistics
import subprocess
import sys

import rightful.scim

MEASURE = """
import sys, time
started = time.perf_counter()
{statement}
took = time.perf_counter() - started
import json
print(json.dumps([took * 1000, sorted(m for m in sys.modules if m in ("boto3", "botocore", "pydantic", "jinja2"))]))
"""


def modules() -> list[str]:
    """Return every module of the SCIM engine."""
    found = pkgutil.walk_packages(rightful.scim.__path__, "rightful.scim.")
    return ["rightful.scim", *(module.name for module in found)]


def milliseconds(statement: str) -> tuple[float, list[str]]:
    """Import in a fresh interpreter; return the time and which heavy packages came along."""
    program = [sys.executable, "-c", MEASURE.format(statement=statement)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    took, heavy = json.loads(done.stdout)
    return took, heavy


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    statements = {
        "rightful.scim": "import " + ", ".join(modules()),
        "pydantic BaseModel": "from pydantic import BaseModel",
    }
    samples: dict[str, list[float]] = {name: [] for name in statements}
    brought: list[str] = []
    for _ in range(rounds):
        for name, statement in statements.items():
            took, heavy = milliseconds(statement)
            samples[name].append(took)
            if name == "rightful.scim":
                brought = heavy
    medians = {name: statistics.median(values) for name, values in samples.items()}
    for name, median in medians.items():
        print(f"  {name:20} {median:7.1f} ms")
    ratio = medians["rightful.scim"] / medians["pydantic BaseModel"]
    print(f"ratio {ratio:.2f} (at most 1); {len(modules())} modules; heavy packages: {', '.join(brought) or 'none'}")
    return 0 if ratio <= 1 and not brought else 1


if __name__ == "__main__":
    sys.exit(main())
