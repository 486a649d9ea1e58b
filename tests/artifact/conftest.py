"""What `sam build` makes, and an interpreter that has what Lambda's python3.13 has: awslambdaric and boto3."""

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local import leftovers
from local.environment import ministack_python, run_uv
from local.guarded import Guarded
from local.ministack import CREDENTIALS, REGION, MiniStack
from local.paths import ROOT, TOOLS
from tests.artifact.runtime_api import Answer, RuntimeApi
from tests.support.patience import eventually

_PROJECT = Path(__file__).parent / "runtime"
_ENVIRONMENT = TOOLS / "lambda-runtime"

SESSION_TOKEN = "session-token-of-the-role"
AT_DEBUG = {
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
    "AWS_SESSION_TOKEN": SESSION_TOKEN,
}
"""What Lambda sets where the template's LogLevel is DEBUG, when most is logged."""


def _python313() -> Path | None:
    """An interpreter like Lambda's, wherever it is; pyenv's shims answer only for versions that are switched on."""
    found = [Path(folder) / "python3.13" for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found += sorted(pyenv.glob("versions/3.13*/bin/python3.13"))
    for python in found:
        if python.exists() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return python
    return None


def sam_version() -> str:
    """The AWS SAM CLI that the Makefile pins."""
    (version,) = re.findall(r"^SAM_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return str(version)


@pytest.fixture(scope="session")
def python313() -> Path:
    """python3.13."""
    python = _python313()
    if python is None:
        pytest.skip("there is no python3.13 here, with which `sam build` builds for Lambda's python3.13")
    return python


@pytest.fixture(scope="session")
def built(python313: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `sam deploy` would package, built for this machine's processor."""
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    folder = tmp_path_factory.mktemp("sam") / "build"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        [
            "make",
            "build",
            f"BUILD_DIR={folder}",
            f"SAM_BUILD_ARGS=--parameter-overrides Architecture={architecture} --build-dir {folder} --no-cached",
        ],
        cwd=ROOT,
        env={**environment, "PATH": f"{python313.parent}{os.pathsep}{environment['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def lambda_python(python313: Path) -> Path:
    """The interpreter of the locked runtime environment."""
    python = _ENVIRONMENT / "bin" / "python"
    stamp = _ENVIRONMENT / ".locked"
    lock = hashlib.sha256((_PROJECT / "uv.lock").read_bytes()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == lock):
        run_uv(
            *("sync", "--quiet", "--locked", "--project", str(_PROJECT), "--python", str(python313)),
            purpose="install the Lambda runtime",
            environment={"UV_PROJECT_ENVIRONMENT": str(_ENVIRONMENT)},
        )
        stamp.write_text(lock)
    return python


@dataclass
class Launcher:
    """Starts handlers as Lambda does: awslambdaric, the function's folder and the layers, nothing else of ours. `own`:
    layers that one function alone has, by its folder."""

    python: Path
    layers: list[Path]
    own: dict[str, list[Path]]
    running: list[tuple[Guarded, RuntimeApi]] = field(default_factory=list)

    def start(self, folder: Path, environment: dict[str, str], log: Path) -> RuntimeApi:
        """Start a function, and wait until it asks for work."""
        api = RuntimeApi(f"arn:aws:lambda:eu-central-1:000000000000:function:{folder.name}")
        path = os.pathsep.join(str(place) for place in [folder, *self.layers, *self.own.get(folder.name, ())])
        own = {
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": folder.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "LAMBDA_TASK_ROOT": str(folder),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": path,
            # Lambda's disk is read-only: what is not compiled is compiled each time.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with log.open("wb") as output:
            process = Guarded(
                [str(self.python), "-m", "awslambdaric", "app.handler"],
                leftovers.new_folder(),
                environment={**environment, **own},
                log=output,
            )
        self.running.append((process, api))

        def asked() -> bool:
            failure = api.failed_to_start()
            assert failure is None, failure
            assert process.is_running(), log.read_text()
            return api.asked.is_set()

        eventually(asked, what=f"{folder.name} to ask for work", every=0.02)
        return api

    def stop(self) -> None:
        """End every process that was started."""
        for process, api in self.running:
            process.end()
            api.close()


@pytest.fixture(scope="session")
def launcher(built: Path, lambda_python: Path) -> Iterator[Launcher]:
    """Starts the built functions."""
    own, *layers = (
        built / name / "python" for name in ("ConsoleDependenciesLayer", "RightfulLayer", "DependenciesLayer")
    )
    made = Launcher(lambda_python, layers, {"ConsoleFunction": [own]})
    yield made
    made.stop()


@dataclass
class BuiltFunctions:
    """The built functions, each started when it is first needed, on the stack's tables and queues."""

    built: Path
    launcher: Launcher
    environments: dict[str, dict[str, str]]
    logs: Path
    apis: dict[str, RuntimeApi] = field(default_factory=dict)

    def invoke(self, function: str, event: dict[str, Any]) -> Answer:
        """Send an event to a function, by the name of its folder."""
        if function not in self.apis:
            folder = self.built / f"{function.title()}Function"
            environment = self.environments[function] | AT_DEBUG
            self.apis[function] = self.launcher.start(folder, environment, self.log(function))
        return self.apis[function].invoke(event)

    def log(self, function: str) -> Path:
        """Where a function's output is."""
        return self.logs / f"{function}.log"


@pytest.fixture(scope="session")
def functions(built: Path, launcher: Launcher, stack: Any, tmp_path_factory: pytest.TempPathFactory) -> BuiltFunctions:
    """The built functions, with the environment that the stack gave to its own."""
    client = stack.session.client("lambda", endpoint_url=stack.aws_endpoint_url)
    environments = {
        name: client.get_function_configuration(FunctionName=physical)["Environment"]["Variables"] | _reaching(stack)
        for name, physical in stack.functions.items()
    }
    return BuiltFunctions(built, launcher, environments, tmp_path_factory.mktemp("logs"))


def _reaching(stack: Any) -> dict[str, str]:
    return {
        name: stack.environment[name]
        for name in (
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_DEFAULT_REGION",
            "AWS_REGION",
            "AWS_ENDPOINT_URL",
        )
    }


@pytest.fixture(scope="module")
def aws() -> Iterator[dict[str, str]]:
    """An empty AWS, and the environment that leads to it."""
    ministack = MiniStack(ministack_python(), 0)
    yield {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": ministack.url,
        "NO_PROXY": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
    }
    ministack.stop()
