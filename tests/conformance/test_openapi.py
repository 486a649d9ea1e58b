"""docs/openapi.yaml says what the service has, and the service answers what one sends to it as the document says."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rightful.api.admin import service as admin
from rightful.api.admin.conflicts.preview import MOST_CHANGES
from rightful.api.host import service as accounts
from rightful.api.scim import service as scim
from rightful.api.scim.bulk import MAX_OPERATIONS
from rightful.api.scim.lists import MAX_PAGE
from rightful.core.preview.forecast import Verdict
from tests.conformance.conftest import Lab
from tests.support.patience import SECONDS

if TYPE_CHECKING:
    from local.stack import Stack

ROOT = Path(__file__).parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (!Ref and the like) as None."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    return loaded


def documented() -> set[tuple[str, str]]:
    return {
        (path, method.upper()) for path, item in document()["paths"].items() for method in item if method in METHODS
    }


def served() -> set[tuple[str, str]]:
    by_base: tuple[tuple[str, Mapping[str, Iterable[str]]], ...] = (
        (scim.BASE, scim.ROUTES),
        (admin.BASE, admin.ROUTES),
        (admin.ABOUT_KEYS, admin.ROUTES_ABOUT_KEYS),
        (accounts.BASE, accounts.ROUTES),
    )
    return {
        (base + route, method) for base, routes in by_base for route, methods in routes.items() for method in methods
    }


def test_the_document_lists_exactly_what_is_served() -> None:
    assert documented() == served()


def test_the_gateway_lets_through_what_is_documented() -> None:
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)
    paths = template["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]
    routed = {(path, method.upper()) for path, item in paths.items() for method in item}
    assert documented() <= routed
    # The gateway sends every method of a SCIM path on, so that a wrong one is 405 with Allow.
    assert {path for path, _ in routed if path.startswith(("/scim", "/admin", "/accounts"))} == {
        path for path, _ in documented()
    }


def test_limits_in_the_document_are_the_enforced_ones() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["ListResponse"]["properties"]["itemsPerPage"]["maximum"] == MAX_PAGE
    assert schemas["BulkRequest"]["properties"]["Operations"]["maxItems"] == MAX_OPERATIONS
    preview = document()["paths"]["/admin/v1/orgs/{orgId}/email-changes/preview"]["post"]["requestBody"]["content"]
    assert preview["application/json"]["schema"]["properties"]["changes"]["maxItems"] == MOST_CHANGES
    verdicts = schemas["Preview"]["properties"]["items"]["items"]["properties"]["verdict"]["enum"]
    assert verdicts == [verdict.value for verdict in Verdict]


# Not that what the document does not know is refused: RFC 7643 and 7644 want much of it passed over.
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def ids(generic: Lab) -> Iterator[dict[str, str]]:
    """A user and a group that the requests may hit."""
    with generic.client() as client:
        user = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "schemathesis",
            "emails": [{"value": "schemathesis@fuzz.example", "type": "work", "primary": True}],
        }
        group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "schemathesis"}
        yield {
            "Users": _made(client, "Users", user),
            "Groups": _made(client, "Groups", group),
        }


def _made(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    response = client.post(path, json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


@schema.include(path_regex="^/scim/").parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_has_an_answer_that_the_document_knows(case: Any, generic: Lab, ids: dict[str, str]) -> None:
    base, _, directory_id = generic.url.rpartition("/scim/directory/")
    case.path_parameters["directoryId"] = directory_id
    kind = case.path.split("/")[4]
    if "id" in case.path_parameters and kind in ids and len(case.path_parameters["id"]) % 2:
        case.path_parameters["id"] = ids[kind]  # half of the requests find something
    case.headers["Authorization"] = f"Bearer {generic.token}"
    response = case.call(base_url=base, timeout=SECONDS)
    assert response.status_code < 500 or kind == "Me", response.text
    case.validate_response(response, checks=CHECKS)


@schema.include(path_regex="^/accounts/").parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_host_application_gets_an_answer_that_the_document_knows(case: Any, stack: "Stack", reported: str) -> None:
    if "id" in case.path_parameters and len(case.path_parameters["id"]) % 2:
        case.path_parameters["id"] = reported
    _answered(case, stack.base_url, stack.seeded.app_token)


@schema.include(path_regex="^/admin/.*/(accounts|email-changes|log|summary|statistics|conflicts)").parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_an_administrator_gets_an_answer_that_the_document_knows(case: Any, stack: "Stack", reported: str) -> None:
    case.path_parameters["orgId"] = stack.seeded.lab.id
    if "id" in case.path_parameters and len(case.path_parameters["id"]) % 2:
        case.path_parameters["id"] = reported
    _answered(case, stack.base_url, stack.seeded.lab.admin_token)


@pytest.fixture(scope="module")
def reported(stack: "Stack") -> str:
    """An account that the requests may hit."""
    response = httpx.post(
        f"{stack.base_url}/accounts/v1/accounts",
        json={"email": "schemathesis@host.example"},
        headers={"Authorization": f"Bearer {stack.seeded.app_token}"},
        timeout=SECONDS,
    )
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def _answered(case: Any, base_url: str, key: str) -> None:
    case.headers["Authorization"] = f"Bearer {key}"
    response = case.call(base_url=base_url, timeout=SECONDS)
    assert response.status_code < 500, response.text
    case.validate_response(response, checks=CHECKS)
