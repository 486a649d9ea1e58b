"""`python -m deploy --stage dev`: look what is there, ask what only people know, build, and hand over to AWS SAM."""

import argparse
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence

from deploy import choices
from deploy.account import Target, find
from deploy.built import check_architecture
from deploy.choices import Question, Stage
from deploy.problem import DeployError
from local.deployment import read_template
from local.paths import ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy. Returns the exit code: 2 where something is missing that is to be said first."""
    parser = argparse.ArgumentParser(prog="make deploy", description="Build and deploy to your AWS account.")
    parser.add_argument("--stage", required=True, help="a section of samconfig.toml")
    parser.add_argument(
        "--parameters", default=os.environ.get("PARAMETERS", ""), help='of the template: "Name=value Other=value"'
    )
    parser.add_argument("--sam", required=True, help="how AWS SAM is called")
    asked = parser.parse_args(arguments)
    try:
        return _deploy(asked.stage, asked.parameters, shlex.split(asked.sam))
    except DeployError as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("\nNothing was deployed.", file=sys.stderr)
        return 130


def _deploy(name: str, parameters: str, sam: Sequence[str]) -> int:
    stage = choices.read_stage(tomllib.loads((ROOT / "samconfig.toml").read_text()), name)
    declared = _declared()
    said = choices.split_parameters(parameters)
    choices.check_names(said, list(declared))
    target = find(stage.stack)
    values = choices.given(stage, target.stored, said)
    if target.stored is None and target.logs_role:
        values.setdefault("ApiGatewayLogsRole", "existing")
    _announce(stage, target)
    patterns = {parameter: str(found.get("AllowedPattern", "")) for parameter, found in declared.items()}
    for question in choices.questions(values, target.stored):
        values.update(_ask(question, patterns))
    processor = choices.architecture(values, target.stored, str(declared["Architecture"]["Default"]))
    values["Architecture"] = processor
    done = subprocess.run(
        ["make", "--no-print-directory", "build", f"SAM_BUILD_ARGS=--parameter-overrides Architecture={processor}"],
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        return done.returncode
    check_architecture(ROOT / ".aws-sam" / "build" / "DependenciesLayer", processor)
    command = [*sam, "deploy", "--config-env", stage.name, "--region", target.region, "--no-confirm-changeset"]
    overrides = [f'{parameter}="{value}"' for parameter, value in values.items()]
    # Nobody is asked anything from here on, whatever is or is not a terminal.
    done = subprocess.run(
        [*command, "--parameter-overrides", *overrides],
        cwd=ROOT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode == 0:
        _say_what_next(stage, first=target.stored is None)
    return done.returncode


def _declared() -> Mapping[str, Mapping[str, object]]:
    """The template's parameters."""
    found = read_template()["Parameters"]
    assert isinstance(found, dict)
    return {name: body for name, body in found.items() if isinstance(body, dict)}


def _announce(stage: Stage, target: Target) -> None:
    verb = "Makes" if target.stored is None else "Updates"
    print(f"{verb} the stack {stage.stack} in the account {target.account}, region {target.region}.", flush=True)
    if target.stored is not None:
        print("What samconfig.toml and PARAMETERS do not say stays as it is.", flush=True)


def _ask(question: Question, patterns: Mapping[str, str]) -> dict[str, str]:
    """Ask on the terminal, until there is an answer.

    Raises:
        DeployError: it is required, and there is no terminal to ask on.
    """
    if not sys.stdin.isatty() or os.environ.get("CI"):
        if question.required:
            raise DeployError(
                f"Stage prod is not deployed without {question.parameter}. There is nobody to ask here: "
                f'say PARAMETERS="{question.parameter}=..." once, or set it in samconfig.toml.'
            )
        return {}
    none = "" if question.required else " (Enter: nobody)"
    while True:
        answer = input(f"{question.text}{none}: ")
        try:
            return choices.answered(question, answer, patterns)
        except DeployError as error:
            print(error, flush=True)


def _say_what_next(stage: Stage, *, first: bool) -> None:
    if first:
        create = 'organization create "Example" --domain example.com --admin "Ines"'
        print(
            f"\nDeployed. The first organization, with these credentials:\n\n"
            f"  .venv/bin/rightful --stack {stage.stack} {create}\n"
        )
    else:
        print(f"\nDeployed. `.venv/bin/rightful --stack {stage.stack} check` looks whether all of it agrees.")


if __name__ == "__main__":
    sys.exit(main())
