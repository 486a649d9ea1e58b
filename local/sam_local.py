"""`make sam-local`: what `sam local` needs to run the functions in Docker against what `make run` started.

`sam local` overwrites only variables that a template declares, and knows nothing of the running stack's tables and
queues. So this writes a copy of the built template that declares what leads to the stand-in, the values of each
function's variables, and the example events with the demo organization's ids.
"""

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.deployment import Json, read_template
from local.events import example_for, names
from local.ministack import REGION
from local.paths import ROOT, STATE
from local.problem import LocalProblemError
from local.running import Running, running

if TYPE_CHECKING:
    from types_boto3_lambda.client import LambdaClient

FOLDER = STATE / "sam"
HOST = "host.docker.internal"
"""What a container calls this machine."""

API_URL = "http://127.0.0.1:3000"
"""Where `sam local start-api` listens."""


def architecture() -> str:
    """This machine's processor, as Lambda calls it."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def for_sam_local(template: Mapping[str, Json], folder: Path, processor: str) -> dict[str, Json]:
    """The built template, to be used from another folder and on this machine.

    Args:
        template: as `sam build` wrote it.
        folder: where it wrote it; code and layers are named from there.
        processor: what it was built for.
    """
    copy: dict[str, Json] = json.loads(json.dumps(template))
    resources, parameters = _member(copy, "Resources"), _member(copy, "Parameters")
    for resource in resources.values():
        assert isinstance(resource, dict)
        properties = resource.get("Properties")
        for name in ("CodeUri", "ContentUri"):
            uri = properties.get(name) if isinstance(properties, dict) else None
            if isinstance(properties, dict) and isinstance(uri, str):
                properties[name] = str((folder / uri).resolve())
    _member(parameters, "Architecture")["Default"] = processor
    _member(parameters, "Stage")["Default"] = "local"
    variables = _member(_member(_member(_member(copy, "Globals"), "Function"), "Environment"), "Variables")
    variables["AWS_ENDPOINT_URL"] = ""
    return copy


def variables_of(configured: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """A function's variables as it has them on the running stack, as a container needs them.

    Args:
        configured: those of the function on the stack.
        endpoint: where the stand-in is, from this machine.
    """
    place = urlsplit(endpoint).netloc
    inside = f"{HOST}:{urlsplit(endpoint).port}"
    found = {name: value.replace(place, inside) for name, value in configured.items()}
    return {**found, "AWS_ENDPOINT_URL": f"http://{inside}", "BASE_URL": API_URL}


def write(built: Path, stack: Running, target: Path = FOLDER) -> None:
    """Write template.json, env.json and events/ for a running stack.

    Args:
        built: the template that `sam build` wrote.

    Raises:
        LocalProblemError: the template cannot be read.
    """
    functions = stack.session.client("lambda", endpoint_url=stack.endpoint)
    template = for_sam_local(read_template(built), built.parent, architecture())
    variables = {
        name: variables_of(_configured(functions, value), stack.endpoint)
        for name, value in stack.outputs.items()
        if name.endswith("Function")
    }
    (target / "events").mkdir(parents=True, exist_ok=True)
    _write(target / "template.json", template)
    _write(target / "env.json", variables)
    for name in names():
        _write(target / "events" / f"{name}.json", example_for(name, stack))


def _configured(functions: "LambdaClient", name: str) -> Mapping[str, str]:
    return functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})


def _member(document: Mapping[str, Json], name: str) -> dict[str, Json]:
    member = document.get(name)
    if not isinstance(member, dict):
        raise LocalProblemError(f"The built template has no {name}: build it anew with `make build`.")
    return member


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    path.chmod(0o600)  # keys are in it


def main(port: int | None = None) -> int:
    """Build for this machine, write, and say what to type. Returns the exit code."""
    try:
        stack = running(port)
        done = subprocess.run(
            [
                "make",
                "--no-print-directory",
                "build",
                f"SAM_BUILD_ARGS=--parameter-overrides Architecture={architecture()}",
            ],
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            return done.returncode
        write(ROOT / ".aws-sam" / "build" / "template.yaml", stack)
    except LocalProblemError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    folder = FOLDER.relative_to(ROOT)
    options = f"--template {folder}/template.json --env-vars {folder}/env.json --region {REGION}"
    print(f"""
Written to {folder}: template.json, env.json and events/. With Docker:

  sam local start-api {options} --add-host {HOST}:host-gateway
  sam local invoke ScimFunction {options} --add-host {HOST}:host-gateway \\
    --event {folder}/events/scim_create_user.json

The stand-in listens on 127.0.0.1 alone. Docker Desktop leads there, Docker on Linux does not: CONTRIBUTING.md.""")
    return 0
