"""In which region a command works: AWS' own order, and it says so."""

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import NoRegionError

from rightful.operations.deployment import Deployment, region_of
from rightful.runtime.settings import Settings

BOTH = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}


@pytest.mark.parametrize(
    ("asked", "environment", "region"),
    [
        ("eu-north-1", BOTH, "eu-north-1"),
        (None, BOTH, "eu-west-1"),
        (None, {"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        (None, {"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        (None, {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        (None, {}, None),
    ],
)
def test_the_command_line_counts_before_the_variables(
    asked: str | None, environment: dict[str, str], region: str | None
) -> None:
    assert region_of(asked, environment) == region


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile work]\nregion = ap-south-1\n[profile none]\n")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "work")


def where(region: str | None) -> str:
    return Deployment(Settings("table", "log"), region=region, stack="rightful-dev", account="123").where


@pytest.mark.usefixtures("profile")
def test_the_profiles_region_counts_last_and_is_said() -> None:
    assert where(region_of(None)) == "Working on stack rightful-dev in ap-south-1 of account 123."


@pytest.mark.usefixtures("profile")
def test_a_variable_counts_before_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert where(region_of(None)) == "Working on stack rightful-dev in eu-west-1 of account 123."
    at = Deployment(Settings("table", "log"), region=region_of(None))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert at.session.client("sqs").meta.region_name == "eu-west-1"
    assert boto3.Session().region_name == "ap-south-1"  # what botocore alone would do


@pytest.mark.usefixtures("profile")
def test_without_any_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none")
    with pytest.raises(NoRegionError):
        where(region_of(None))
