"""template.yaml as CloudFormation gets to see it: the SAM transform, done here."""

import json
from collections.abc import Mapping

import pytest
from samtranslator.translator.transform import transform

from local.deployment import Json, read_template


class _NoManagedPolicies:
    """The roles of the template name no managed policies; the transform asks for the list all the same."""

    def load(self) -> Mapping[str, str]:
        return {}


@pytest.fixture(scope="session")
def template() -> dict[str, Json]:
    """The template as it is written."""
    return read_template()


@pytest.fixture(scope="session")
def expanded(template: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """The resources after the SAM transform, by logical id."""
    packaged = json.loads(json.dumps(template))
    for resource in packaged["Resources"].values():
        for uri in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][uri] = "s3://bucket/archive.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        document = transform(packaged, {}, _NoManagedPolicies())
    resources: dict[str, dict[str, Json]] = document["Resources"]
    return resources
