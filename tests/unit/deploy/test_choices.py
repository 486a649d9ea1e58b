"""What a deployment is told, and what it asks."""

import tomllib

import pytest

from deploy import choices
from deploy.choices import ALARMS, Stage
from deploy.problem import DeployError
from local.deployment import read_template
from local.paths import ROOT

SAMCONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
DEV, PROD = (choices.read_stage(SAMCONFIG, name) for name in ("dev", "prod"))
PATTERNS = {
    name: str(found.get("AllowedPattern", ""))
    for name, found in read_template()["Parameters"].items()  # type: ignore[union-attr]
}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"


def asked(stage: Stage, stored: dict[str, str] | None = None, **said: str) -> list[tuple[str, bool]]:
    values = choices.given(stage, stored, said)
    return [(question.parameter, question.required) for question in choices.questions(values, stored)]


def test_the_first_deployment_asks_only_what_people_know() -> None:
    assert asked(DEV) == [("AlarmEmail", False)]
    assert asked(PROD) == [("AlarmEmail", True), ("RunbookUrl", True)]
    assert asked(PROD, AlarmTopicArn=TOPIC, RunbookUrl="https://wiki.example.com/") == []


def test_a_stack_that_is_there_is_asked_nothing() -> None:
    assert asked(DEV, {"Stage": "dev"}) == asked(PROD, {"Stage": "prod", "AlarmEmail": "on-call@example.com"}) == []


@pytest.mark.parametrize("stage", ["", "nope", "default", "version"])
def test_a_stage_that_samconfig_does_not_have_is_refused_with_those_it_has(stage: str) -> None:
    with pytest.raises(DeployError, match=r"there are dev, prod\."):
        choices.read_stage(SAMCONFIG, stage)


@pytest.mark.parametrize("text", ["Stage", "=x", "a b", "Na-me=1", '"'])
def test_parameters_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(DeployError, match="PARAMETERS"):
        choices.split_parameters(text)


def test_a_parameter_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(DeployError, match=r"no parameter Stge: there are .*Stage"):
        choices.check_names(choices.split_parameters("Stge=dev"), list(PATTERNS))


def test_the_command_line_goes_before_samconfig() -> None:
    values = choices.given(
        DEV, None, choices.split_parameters('LogLevel=INFO DocumentationUrl="https://a.example/?b=c"')
    )
    assert values["LogLevel"] == "INFO"
    assert values["DocumentationUrl"] == "https://a.example/?b=c"
    assert values["ThrottlingRate"] == DEV.parameters["ThrottlingRate"]


@pytest.mark.parametrize(
    ("stored", "said", "expected"),
    [
        ({"AlarmEmail": "a@example.com"}, {"AlarmTopicArn": TOPIC}, {"AlarmEmail": "", "AlarmTopicArn": TOPIC}),
        (
            {"AlarmTopicArn": TOPIC},
            {"AlarmEmail": "a@example.com"},
            {"AlarmEmail": "a@example.com", "AlarmTopicArn": ""},
        ),
        ({"AlarmTopicArn": TOPIC}, {}, {}),
    ],
)
def test_alarms_go_to_the_new_one_instead(
    stored: dict[str, str], said: dict[str, str], expected: dict[str, str]
) -> None:
    values = choices.given(DEV, stored, said)
    assert {name: value for name, value in values.items() if name.startswith("Alarm")} == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", {}),
        ("  ", {}),
        ("on-call@example.com ", {"AlarmEmail": "on-call@example.com"}),
        (TOPIC, {"AlarmTopicArn": TOPIC}),
    ],
)
def test_who_hears_of_alarms_is_an_address_or_a_topic(answer: str, expected: dict[str, str]) -> None:
    (question,) = choices.questions({"Stage": "dev"}, None)
    assert question.text == ALARMS
    assert choices.answered(question, answer, PATTERNS) == expected


@pytest.mark.parametrize("answer", ["nobody", "a@b@c", "arn:aws:sqs:eu-central-1:1:x", "a b@example.com"])
def test_an_answer_that_cannot_be_is_refused_and_asked_again(answer: str) -> None:
    (question,) = choices.questions({"Stage": "dev"}, None)
    with pytest.raises(DeployError, match="has to match"):
        choices.answered(question, answer, PATTERNS)


def test_what_production_needs_is_not_left_out() -> None:
    for question in choices.questions({"Stage": "prod"}, None):
        with pytest.raises(DeployError):
            choices.answered(question, " ", PATTERNS)


def test_the_processor_is_what_is_said_else_the_stacks_own() -> None:
    assert choices.architecture({"Architecture": "x86_64"}, {"Architecture": "arm64"}, "arm64") == "x86_64"
    assert choices.architecture({}, {"Architecture": "x86_64"}, "arm64") == "x86_64"
    assert choices.architecture({}, None, "arm64") == "arm64"
