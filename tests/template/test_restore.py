"""What the runbook says about stopping and starting the writers, held against the template."""

import re
from typing import Any

from local.paths import ROOT
from tests.template.resources import as_list, of_type

RESTORE = (ROOT / "docs/runbook.md").read_text().partition("## Restore")[2].partition("\n## ")[0]
LOOPS = [found.split() for found in re.findall(r"for function in (.*); do", RESTORE)]
WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
HARMLESS = {"pk", "sk", "last_used_on"}
"""The day of a key's last use: nothing rests on it, and the runbook says what a restore does to it."""


def _writes_identities(statement: dict[str, Any]) -> bool:
    on_table = {"Fn::GetAtt": ["IdentityTable", "Arn"]} in as_list(statement["Resource"])
    condition = statement.get("Condition", {}).get("ForAllValues:StringEquals", {})
    attributes = set(condition.get("dynamodb:Attributes", ["*"]))
    return on_table and bool(WRITES & set(as_list(statement["Action"]))) and not attributes <= HARMLESS


def test_exactly_the_functions_that_write_are_stopped_and_started(expanded_template: dict[str, Any]) -> None:
    roles = of_type(expanded_template["Resources"], "AWS::IAM::Role")
    writing = {
        function
        for function, properties in of_type(expanded_template["Resources"], "AWS::Lambda::Function").items()
        for policy in roles[properties["Role"]["Fn::GetAtt"][0]].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if _writes_identities(statement)
    }
    stopped, started = LOOPS
    assert {expanded_template["Outputs"][output]["Value"]["Ref"] for output in stopped} == writing
    assert started == stopped[::-1]


def test_no_function_has_a_reserved_concurrency_that_starting_again_would_lose(
    expanded_template: dict[str, Any],
) -> None:
    for name, properties in of_type(expanded_template["Resources"], "AWS::Lambda::Function").items():
        assert "ReservedConcurrentExecutions" not in properties, name


def test_the_longest_time_out_is_waited_for(expanded_template: dict[str, Any]) -> None:
    functions = of_type(expanded_template["Resources"], "AWS::Lambda::Function").values()
    assert max(properties["Timeout"] for properties in functions) == 4 * 60
    assert "wait four minutes" in RESTORE


def test_the_outputs_that_are_named_are_there(expanded_template: dict[str, Any]) -> None:
    named = set(re.findall(r"\(output (\w+)\)", RESTORE))
    assert named
    assert named <= set(expanded_template["Outputs"])
