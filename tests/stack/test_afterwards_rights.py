"""After all other tests of the stack: which rights the functions used, against those that their roles name.

Runs last (tests/conftest.py); plays a story first, so that it says something when it is run alone.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.stack import Stack
from tests.support.template_roles import role_rights

pytestmark = pytest.mark.usefixtures("story")

_LAMBDAS_OWN = {
    "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
}  # fmt: skip
"""What the Lambda service needs to poll for a function, with the function's role."""


_ONE_OR_SEVERAL = {"dynamodb:GetItem": "dynamodb:BatchGetItem", "dynamodb:BatchGetItem": "dynamodb:GetItem"}
"""How many items there are to read decides which of the two is called: whoever uses one may need the other."""


def _recorded(folder: Path) -> dict[str, set[tuple[str, str]]]:
    """What each function needed: (IAM action, resource), by the name of its folder."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for file in folder.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            function, action, resource = json.loads(line)
            found[function].add((action, resource))
    return found


def _names_of(stack: Stack) -> dict[tuple[str, str], str]:
    """(service, name) of what roles name, to logical ids."""
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.aws_endpoint_url)
    resources = cloudformation.describe_stack_resources(StackName="rightful")["StackResources"]
    return {
        (resource["ResourceType"].split("::")[1].lower(), resource["PhysicalResourceId"].rpartition("/")[2]): resource[
            "LogicalResourceId"
        ]
        for resource in resources
    }


def _used(stack: Stack, folder: Path) -> dict[str, set[tuple[str, str]]]:
    names = _names_of(stack)

    def in_terms_of_the_template(action: str, resource: str) -> tuple[str, str]:
        place, *index = resource.split("/")
        return action, "/".join([names.get((action.partition(":")[0], place), place), *index])

    return {
        names["lambda", function]: {in_terms_of_the_template(*call) for call in calls}
        for function, calls in _recorded(folder).items()
    }


def test_the_recorder_sees_every_function(stack: Stack, recorded_calls: Path) -> None:
    used = _used(stack, recorded_calls)
    assert used.keys() >= {
        "AuthorizerFunction", "ScimFunction", "AdminFunction", "AccountsFunction", "RemediatorFunction",
        "PublisherFunction",
    }  # fmt: skip
    assert ("dynamodb:ConditionCheckItem", "IdentityTable") in used["RemediatorFunction"]


def test_no_function_makes_a_call_that_its_role_does_not_name(stack: Stack, recorded_calls: Path) -> None:
    rights = role_rights()
    for function, calls in _used(stack, recorded_calls).items():
        assert calls <= rights[function], function


def test_no_role_names_a_right_that_its_function_never_used(
    stack: Stack, recorded_calls: Path, request: pytest.FixtureRequest
) -> None:
    files = {item.path.name for item in request.session.items}
    if not files >= {path.name for path in Path(__file__).parent.glob("test_*.py")}:
        pytest.skip("says something only after all tests of the stack, which are not part of this run")
    rights = role_rights()
    unused = {
        function: {
            right
            for right in rights[function] - calls
            if right[0] not in _LAMBDAS_OWN and (_ONE_OR_SEVERAL.get(right[0]), right[1]) not in calls
        }
        for function, calls in _used(stack, recorded_calls).items()
    }
    assert {function: found for function, found in unused.items() if found} == {}


def test_rights_are_enforced_while_the_tests_run(stack: Stack) -> None:
    """Else the two tests above, and every other, would run with all rights."""
    iam = stack.session.client("iam", endpoint_url=stack.aws_endpoint_url)
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = stack.session.client(
        "dynamodb",
        endpoint_url=stack.aws_endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        nobody.get_item(TableName=stack.identity_table, Key={"pk": {"S": "x"}, "sk": {"S": "x"}})
