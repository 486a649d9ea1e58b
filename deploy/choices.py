"""What a deployment is told: by samconfig.toml of its stage, by the command line, and by who is asked. Pure.

A stack remembers its own parameters: what nobody mentions stays as it is. So only the first deployment has anything to
ask, and every later one, from whichever machine, has not.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deploy.problem import DeployError


@dataclass(frozen=True, slots=True)
class Stage:
    """A section of samconfig.toml: the stack's name and the parameters it sets."""

    name: str
    stack: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only people know. `parameter` takes the answer; where that is the ARN of a topic, `topic` does."""

    parameter: str
    text: str
    required: bool
    topic: str = ""


ALARMS = "Who gets a mail for each alarm? An address, or the ARN of an SNS topic of yours"
RUNBOOK = "Under which address do your people find docs/runbook.md? Alarms link to it"


def read_stage(samconfig: Mapping[str, object], name: str) -> Stage:
    """A stage as samconfig.toml, read as a document, describes it.

    Raises:
        DeployError: it has no such section.
    """
    section = _member(_member(_member(samconfig, name), "deploy"), "parameters")
    stack = section.get("stack_name")
    if not isinstance(stack, str):
        known = [key for key in samconfig if _member(_member(_member(samconfig, key), "deploy"), "parameters")]
        raise DeployError(
            f"samconfig.toml has no stage {name!r}: there are {', '.join(known)}. For one of your own, copy the "
            f"section [{known[0]}.deploy.parameters] as [{name}.deploy.parameters] and change its names."
        )
    overrides = section.get("parameter_overrides", [])
    return Stage(name, stack, read_parameters(overrides if isinstance(overrides, list) else [str(overrides)]))


def read_parameters(words: Sequence[object]) -> dict[str, str]:
    """Parameters from words of the form Name=value.

    Raises:
        DeployError: a word of another form.
    """
    found = {}
    for word in words:
        name, sign, value = str(word).partition("=")
        if not sign or not re.fullmatch(r"[A-Za-z0-9]+", name):
            raise DeployError(f'{str(word)!r} is no parameter: write PARAMETERS="Name=value Other=value".')
        found[name] = value
    return found


def split_parameters(text: str) -> dict[str, str]:
    """The same from one text, as a shell would take it apart.

    Raises:
        DeployError: a word of another form, or a quotation that does not end.
    """
    try:
        return read_parameters(shlex.split(text))
    except ValueError as error:
        raise DeployError(f"PARAMETERS cannot be read: {error}.") from error


def check_names(said: Iterable[str], declared: Sequence[str]) -> None:
    """Whether the template has each of these parameters.

    Raises:
        DeployError: it has not.
    """
    for name in said:
        if name not in declared:
            raise DeployError(f"template.yaml has no parameter {name}: there are {', '.join(declared)}.")


def given(stage: Stage, stored: Mapping[str, str] | None, said: Mapping[str, str]) -> dict[str, str]:
    """What is known without a question: what the command line says, else samconfig.toml.

    Args:
        stored: the stack's own parameters; None: there is no stack yet.
        said: by the command line.
    """
    values = {**stage.parameters, **said}
    for one, other in (("AlarmEmail", "AlarmTopicArn"), ("AlarmTopicArn", "AlarmEmail")):
        if values.get(one) and not values.get(other) and (stored or {}).get(other):
            values[other] = ""  # the template takes one of the two: the new one instead of the stack's
    return values


def questions(values: Mapping[str, str], stored: Mapping[str, str] | None) -> list[Question]:
    """What has to be asked: nothing of a stack that is there."""
    if stored is not None:
        return []
    production = values.get("Stage") == "prod"
    asked = []
    if not values.get("AlarmEmail") and not values.get("AlarmTopicArn"):
        asked.append(Question("AlarmEmail", ALARMS, required=production, topic="AlarmTopicArn"))
    if production and "RunbookUrl" not in values:
        asked.append(Question("RunbookUrl", RUNBOOK, required=True))
    return asked


def answered(question: Question, answer: str, allowed: Mapping[str, str]) -> dict[str, str]:
    """The parameter that an answer sets; empty: none.

    Args:
        allowed: a parameter of the template -> the pattern of its values.

    Raises:
        DeployError: an answer that cannot be, and why.
    """
    text = answer.strip()
    if not text:
        if question.required:
            raise DeployError("This stage is not deployed without it.")
        return {}
    name = question.topic if question.topic and text.startswith("arn:") else question.parameter
    if not re.search(allowed.get(name, ""), text):
        raise DeployError(f"{text!r} is none: {name} has to match {allowed[name]}")
    return {name: text}


def architecture(values: Mapping[str, str], stored: Mapping[str, str] | None, default: str) -> str:
    """The processor to build for: what is said, what the stack has, else the template's default."""
    return values.get("Architecture") or (stored or {}).get("Architecture") or default


def _member(document: object, name: str) -> Mapping[str, object]:
    member = document.get(name) if isinstance(document, Mapping) else None
    return member if isinstance(member, Mapping) else {}
