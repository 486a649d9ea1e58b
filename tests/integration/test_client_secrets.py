"""Secrets of OpenID clients, on moto's Parameter Store."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rightful.aws.client_secrets import ParameterStoreSecrets

PREFIX = "/rightful/openid-client-secrets"


@pytest.fixture
def ssm() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1")


@pytest.fixture
def secrets(ssm: Any) -> ParameterStoreSecrets:
    return ParameterStoreSecrets(lambda: ssm, PREFIX)


@pytest.mark.parametrize("secret", ["s3cret", " with blanks ", "é&:%+=", "x" * 500])
def test_a_secret_is_encrypted_and_read_as_it_was_kept(ssm: Any, secrets: ParameterStoreSecrets, secret: str) -> None:
    for _ in range(2):  # a call whose answer was lost is repeated
        secrets.put("org", "one", secret)
    assert secrets.get("org", "one") == secret
    [stored] = ssm.describe_parameters()["Parameters"]
    assert (stored["Name"], stored["Type"]) == (f"{PREFIX}/org/one", "SecureString")
    assert ssm.get_parameter(Name=f"{PREFIX}/org/one")["Parameter"]["Value"] != secret


def test_what_was_read_is_remembered_and_another_function_reads_for_itself(ssm: Any) -> None:
    writer, reader = (ParameterStoreSecrets(lambda: ssm, PREFIX) for _ in range(2))
    writer.put("org", "one", "first")
    assert reader.get("org", "one") == "first"
    ssm.delete_parameter(Name=f"{PREFIX}/org/one")
    assert reader.get("org", "one") == "first"
    with pytest.raises(LookupError):
        writer.get("org", "one")


@pytest.mark.parametrize(("organization", "secret_id"), [("org", "two"), ("other", "one"), ("", ""), ("org", "")])
def test_a_secret_is_found_by_its_organization_and_its_id_alone(
    secrets: ParameterStoreSecrets, organization: str, secret_id: str
) -> None:
    secrets.put("org", "one", "s3cret")
    with pytest.raises(LookupError):
        secrets.get(organization, secret_id)


def test_what_was_forgotten_is_gone_and_may_be_forgotten_again(secrets: ParameterStoreSecrets) -> None:
    secrets.put("org", "one", "s3cret")
    secrets.put("org", "two", "other")
    assert secrets.get("org", "one") == "s3cret"
    for _ in range(2):
        secrets.forget("org", "one")
        with pytest.raises(LookupError):
            secrets.get("org", "one")
    secrets.forget("org", "never")
    assert secrets.get("org", "two") == "other"
