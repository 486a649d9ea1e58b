"""samconfig.toml deploys what template.yaml offers."""

import re
import tomllib
from typing import Any

import pytest

from local.paths import ROOT

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_each_stage_sets_parameters_that_exist_to_values_that_are_allowed(stage: str, template: dict[str, Any]) -> None:
    deploy = CONFIG[stage]["deploy"]["parameters"]
    values = dict(override.split("=", 1) for override in deploy["parameter_overrides"])
    assert values["Stage"] == stage
    for name, value in values.items():
        parameter = template["Parameters"][name]
        if "AllowedValues" in parameter:
            assert value in [str(allowed) for allowed in parameter["AllowedValues"]], name
        if "AllowedPattern" in parameter:
            assert re.search(parameter["AllowedPattern"], value), name
        if parameter["Type"] == "Number":
            assert parameter.get("MinValue", 0) <= int(value) <= parameter.get("MaxValue", int(value)), name


def test_production_takes_new_code_over_gradually_and_asks_first(template: dict[str, Any]) -> None:
    deploy = CONFIG["prod"]["deploy"]["parameters"]
    values = dict(override.split("=", 1) for override in deploy["parameter_overrides"])
    assert template["Mappings"]["Deployments"][values["CanaryType"]]["Enabled"] == "true"
    assert values["CanaryType"] != "AllAtOnce"
    assert deploy["confirm_changeset"] is True


def test_the_two_stages_are_two_stacks() -> None:
    assert CONFIG["dev"]["deploy"]["parameters"]["stack_name"] != CONFIG["prod"]["deploy"]["parameters"]["stack_name"]
