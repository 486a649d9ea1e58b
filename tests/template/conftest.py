"""template.yaml as CloudFormation gets to see it: the SAM transform, done here."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from local.deployment import Json, read_template


class _NoManagedPolicies:
    """The functions' roles name no managed policies; the transform asks for the list all the same."""

    def load(self) -> Mapping[str, str]:
        return {}


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The template as it is written."""
    return read_template()


def expand(template: Mapping[str, Json], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template after the SAM transform."""
    packaged = json.loads(json.dumps(template))
    for resource in packaged["Resources"].values():
        for uri in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][uri] = "s3://bucket/archive.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        document: dict[str, Any] = transform(packaged, dict(parameters), _NoManagedPolicies())
    for written_for_sam in ("Transform", "Globals"):
        document.pop(written_for_sam, None)
    return document


@pytest.fixture(scope="session")
def expanded_template(template: dict[str, Any]) -> dict[str, Any]:
    """The template after the SAM transform, with the parameters' defaults."""
    return expand(template, {})


@pytest.fixture(scope="session")
def expanded(expanded_template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The resources after the SAM transform, by logical id."""
    resources: dict[str, dict[str, Any]] = expanded_template["Resources"]
    return resources


@pytest.fixture(scope="session")
def with_canary(template: dict[str, Any]) -> dict[str, Any]:
    """The template after the SAM transform, where new code takes over gradually."""
    return expand(template, {"CanaryType": "Canary10Percent5Minutes"})
