"""What `sam build` makes, run as Lambda runs it: every handler gets every example event that is for it, with only the
built layers on its path, against the tables of the stack."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.events import EVENTS, EXAMPLES, example, function_of, key_id_of, names
from local.seed import SeededOrganization
from local.stack import Stack
from rightful.domain.key import digest
from tests.artifact.conftest import SESSION_TOKEN, BuiltFunctions, Launcher
from tests.support.patience import SECONDS
from tests.support.service import user

pytestmark = pytest.mark.slow

EXPECTED: Mapping[str, object] = {
    "authorizer_key": "Allow",
    "scim_create_user": 201,
    "scim_list_users": 200,
    "scim_get_user": 200,
    "scim_change_email": 409,
    "scim_bulk": 200,
    "scim_create_group": 201,
    "scim_schemas": 200,
    "remediator_conflict": {"batchItemFailures": []},
    "remediator_forged": {"batchItemFailures": []},
    "publisher": {"batchItemFailures": []},
    "janitor": None,
    "accounts_sign_up": 201,
    "accounts_login_seen": 204,
    "console_sign_in": 200,
    "admin_list_conflicts": 200,
    "admin_log": 200,
    "admin_preview": 200,
    "scim_delete_user": 204,
    "admin_account_action": 200,
}
"""What each example is answered with, in the order in which they are sent: a status, or the answer itself."""


@pytest.fixture(scope="module")
def ids(stack: Stack, demo: SeededOrganization) -> dict[str, dict[str, str]]:
    """Real ids for the examples, by function: the demo organization, and an account that was made for this."""
    directory = demo.directories["generic"]
    headers = {"Authorization": f"Bearer {directory.scim_token}"}
    users = f"{stack.scim_url(directory.id)}/Users"
    made = httpx.post(users, json=user("artifact-example"), headers=headers, timeout=SECONDS).json()["id"]
    httpx.post(users, json=user("grace"), headers=headers, timeout=SECONDS)
    dynamodb = stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
    secrets = {"admin": demo.admin_token, "accounts": stack.seeded.app_token}
    found = {}
    for function in stack.functions:
        secret = secrets.get(function, directory.scim_token)
        found[function] = {
            "organization_id": demo.id,
            "directory_id": directory.id,
            "account_id": made.rpartition("-")[0],
            "key_id": key_id_of(dynamodb, stack.identity_table, secret),
            "key": secret,
        }
    return found


def test_there_is_an_expectation_for_every_example_and_an_example_for_every_function(stack: Stack) -> None:
    assert sorted(EXPECTED) == names()
    assert {function_of(name) for name in names()} == set(stack.functions)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_built_function_answers_its_example(
    name: str, functions: BuiltFunctions, ids: dict[str, dict[str, str]]
) -> None:
    function = function_of(name)
    answer = functions.invoke(function, example(name, **ids[function]))
    assert answer.error is None, (answer.error, functions.log(function).read_text()[-3000:])
    assert outcome(answer.payload) == EXPECTED[name], answer.payload


def outcome(payload: Any) -> object:
    """A proxy response's status, an authorizer's verdict, or the answer as it is."""
    if isinstance(payload, dict) and "statusCode" in payload:
        assert isinstance(payload["body"], str)
        return payload["statusCode"]
    if isinstance(payload, dict) and "policyDocument" in payload:
        return payload["policyDocument"]["Statement"][0]["Effect"]
    return payload


def test_a_refused_key_is_the_error_that_api_gateway_turns_into_401(functions: BuiltFunctions) -> None:
    answer = functions.invoke("authorizer", example("authorizer_key"))
    assert answer.error is not None
    assert answer.error["errorMessage"] == "Unauthorized"


def test_the_built_functions_log_json_at_debug_and_neither_addresses_nor_keys_nor_tokens(
    functions: BuiltFunctions, ids: dict[str, dict[str, str]], stack: Stack
) -> None:
    keys = {found["key"] for found in ids.values()}
    secrets = {"@example", SESSION_TOKEN, *keys, *map(digest, keys)}
    for function in stack.functions:
        if function not in functions.apis:  # the other tests were not asked for
            functions.invoke(function, example(next(n for n in names() if function_of(n) == function), **ids[function]))
        log = functions.log(function).read_text()
        assert not [secret for secret in secrets if secret in log], function
        lines = [line for line in log.splitlines() if line.startswith("{")]
        assert lines, function
        assert all(map(json.loads, lines))


def test_the_layers_hold_the_package_with_its_bytecode_and_neither_boto3_nor_test_tools(built: Path) -> None:
    package = built / "RightfulLayer" / "python" / "rightful"
    sources = {path.relative_to(package).with_suffix("") for path in package.rglob("*.py")}
    compiled = {
        path.parent.parent.relative_to(package) / path.name.partition(".")[0]
        for path in package.rglob("*.cpython-313.pyc")
    }
    assert len(sources) > 80
    assert sources == compiled
    installed = {path.name for path in (built / "DependenciesLayer" / "python").iterdir()}
    assert {"aws_lambda_powertools", "pydantic", "idna"} <= installed
    assert installed.isdisjoint({"boto3", "botocore", "pytest", "moto", "mypy"})


def test_functions_and_layers_stay_far_below_lambdas_limit(built: Path, tmp_path: Path) -> None:
    """250 MB unpacked, function and layers together; a cold start fetches all of it. Only the console has its layer."""
    unpacked = {
        folder.name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        for folder in built.iterdir()
        if folder.is_dir()
    }
    consoles = unpacked.pop("ConsoleDependenciesLayer")
    assert sum(unpacked.values()) < 40_000_000
    assert sum(unpacked.values()) + consoles < 60_000_000
    archive = tmp_path / "scim.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in (built / "ScimFunction").rglob("*"):
            target.write(path)
    assert archive.stat().st_size < 20_000


def test_a_cold_start_answers_its_first_request(
    built: Path, launcher: Launcher, functions: BuiltFunctions, tmp_path: Path
) -> None:
    api = launcher.start(built / "ScimFunction", functions.environments["scim"], tmp_path / "log")
    answer = api.invoke({"httpMethod": "GET", "resource": "/", "requestContext": {}})
    assert answer.payload["statusCode"] == 404


def test_examples_have_nothing_of_anybody_in_them() -> None:
    for path in EVENTS.glob("*.json"):
        text = path.read_text()
        assert EXAMPLES["key"] in text or "rightful_" not in text, path.name
        assert "127.0.0.1" not in text
