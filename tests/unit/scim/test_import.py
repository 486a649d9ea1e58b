"""The engine starts quickly and alone: every cold start pays for what it imports."""

import json
import pkgutil
import subprocess
import sys

import rightful.scim

HEAVY = ("boto3", "botocore", "pydantic", "aws_lambda_powertools", "idna", "asyncio", "http", "email", "xml", "logging")


def test_the_engine_brings_nothing_heavy_with_it() -> None:
    modules = [module.name for module in pkgutil.walk_packages(rightful.scim.__path__, "rightful.scim.")]
    assert len(modules) > 20
    program = f"import sys, json, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(json.loads(done.stdout))
