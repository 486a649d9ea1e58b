"""What the API gateway answers by itself, and that it hands everything else to the functions."""

from datetime import UTC, datetime

import httpx
import pytest

from local.seed import SeededOrganization
from local.stack import Stack
from tests.support.patience import SECONDS

SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def test_the_demo_directory_lists_its_users(scim: httpx.Client) -> None:
    answer = scim.get("/Users")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/scim+json")
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]


def test_a_key_that_opened_something_says_on_which_day_and_the_list_too(admin: httpx.Client) -> None:
    before = datetime.now(UTC).date().isoformat()
    own = [key for key in admin.get("/tokens").json()["items"] if key["own"]]
    assert [before <= key["lastUsedOn"] <= datetime.now(UTC).date().isoformat() for key in own] == [True]


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer rightful_unknown", "Basic YWRhOnNlY3JldA==", "Bearer"],
    ids=["no key", "an unknown key", "basic", "an empty key"],
)
def test_a_request_without_a_valid_key_gets_401_with_a_challenge_and_a_scim_error(
    stack: Stack, demo: SeededOrganization, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = httpx.get(f"{stack.scim_url(demo.directories['generic'].id)}/Users", headers=headers, timeout=SECONDS)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="rightful"'
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.json()["schemas"] == [SCIM_ERROR]
    assert answer.json()["status"] == "401"


@pytest.mark.parametrize("path", ["/Nothing", "/Users/1/2", "/../../nothing"])
def test_an_unknown_path_gets_404_with_a_scim_error(scim: httpx.Client, path: str) -> None:
    answer = scim.get(path)
    assert answer.status_code == 404
    assert answer.json()["schemas"] == [SCIM_ERROR]
    assert answer.json()["status"] == "404"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/Users", {"GET", "HEAD", "POST"}),
        ("/Users/0", {"GET", "HEAD", "PUT", "PATCH", "DELETE"}),
        ("/Users/.search", {"POST"}),
        ("/ServiceProviderConfig", {"GET", "HEAD"}),
        ("/ResourceTypes", {"GET", "HEAD"}),
        ("/ResourceTypes/User", {"GET", "HEAD"}),
        ("/Schemas", {"GET", "HEAD"}),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", {"GET", "HEAD"}),
    ],
)
def test_a_method_that_a_scim_path_does_not_have_gets_405_with_allow(
    scim: httpx.Client, path: str, allowed: set[str]
) -> None:
    for method in set(METHODS) - allowed:
        answer = scim.request(method, path)
        assert answer.status_code == 405, (method, path, answer.text)
        assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed
        assert method == "HEAD" or answer.json()["schemas"] == [SCIM_ERROR]


def test_head_is_get_without_the_content(scim: httpx.Client) -> None:
    answer = scim.head("/ServiceProviderConfig")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["content-type"].startswith("application/scim+json")


def test_the_location_of_a_user_is_below_the_url_that_clients_use(scim: httpx.Client) -> None:
    created = scim.post(
        "/Users",
        json={
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "location@example.com",
            "emails": [{"value": "location@example.com", "type": "work", "primary": True}],
        },
    )
    assert created.status_code == 201, created.text
    location = created.headers["location"]
    assert location == created.json()["meta"]["location"]
    assert location == f"{str(scim.base_url).rstrip('/')}/Users/{created.json()['id']}"
    assert scim.get(location).json()["id"] == created.json()["id"]


def test_a_key_does_not_open_another_directory_of_its_organization(stack: Stack, lab: SeededOrganization) -> None:
    okta, entra = lab.directories["okta"], lab.directories["entra"]
    answer = httpx.get(
        f"{stack.scim_url(entra.id)}/Users", headers={"Authorization": f"Bearer {okta.scim_token}"}, timeout=SECONDS
    )
    assert answer.status_code == 403
    assert answer.json()["schemas"] == [SCIM_ERROR]


def test_a_directory_of_another_organization_is_as_unknown_as_one_that_does_not_exist(
    stack: Stack, scim: httpx.Client, lab: SeededOrganization
) -> None:
    foreign, missing = lab.directories["okta"].id, "0" * 32
    answers = [scim.get(f"{stack.scim_url(directory)}/Users") for directory in (foreign, missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(foreign, missing) == answers[1].text


def test_an_identity_providers_key_does_not_open_the_administration(
    stack: Stack, demo: SeededOrganization, scim: httpx.Client
) -> None:
    answer = scim.get(f"{stack.admin_url(demo.id)}/conflicts")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"
