"""Directories over the admin API: what extensions they may have."""

from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.organizations.extensions import MOST_EXTENSIONS_OCTETS
from tests.support.service import Service

BADGES = {"id": "urn:example:badges:1.0", "attributes": [{"name": "badge", "type": "string"}]}


def put(service: Service, method: str, *extensions: dict[str, Any]) -> Response:
    if method == "POST":
        return service.admin("POST", "/directories", {"name": "Second", "extensions": list(extensions)})
    parameters = {"id": service.directory.id}
    return service.admin("PATCH", "/directories/{id}", {"extensions": list(extensions)}, parameters=parameters)


def field_of(response: Response) -> str:
    assert isinstance(response.body, dict)
    assert response.status == 400, response.body
    error = response.body["error"]
    assert error["message"].startswith(error["field"])
    return str(error["field"])


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "urn",
    [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "URN:IETF:params:scim:schemas:core:2.0:user",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        "urn:ietf:params:scim:schemas:core:2.0:Schema",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:api:messages:2.0:PatchOp",
    ],
)
def test_an_extension_cannot_be_a_standard_schema(method: str, urn: str) -> None:
    assert field_of(put(Service(), method, BADGES, {**BADGES, "id": urn})) == "extensions.1"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_extension_may_stand_where_entra_puts_them(method: str) -> None:
    urn = "urn:ietf:params:scim:schemas:extension:Badges:2.0:User"
    assert put(Service(), method, {**BADGES, "id": urn}).status in {200, 201}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_extension_cannot_occur_twice(method: str) -> None:
    again = {**BADGES, "id": "urn:EXAMPLE:badges:1.0"}
    assert field_of(put(Service(), method, BADGES, again)) == "extensions.1"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("broken", [{}, {"id": "nope"}, {"id": "urn:a:b"}, {**BADGES, "attributes": [{"name": "a b"}]}])
def test_an_extension_that_is_none_is_named(method: str, broken: dict[str, Any]) -> None:
    assert field_of(put(Service(), method, BADGES, broken)) == "extensions.1"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_extensions_that_are_too_large_together_are_refused(method: str) -> None:
    half = "ü" * (MOST_EXTENSIONS_OCTETS // 4)
    first = {**BADGES, "description": half}
    assert put(Service(), method, first).status in {200, 201}
    assert field_of(put(Service(), method, first, {**first, "id": "urn:example:more:1.0"})) == "extensions"


# Names

DECEIVING = ["Id\x00P", "I\ndP", "\x7f", "\x85", "abc\u202egnp", "\u2066x\u2069"]


@pytest.mark.parametrize("name", [*DECEIVING, "   "])
def test_a_directorys_name_is_plain_text(name: str) -> None:
    service = Service()
    assert field_of(service.admin("POST", "/directories", {"name": name})) == "name"
    parameters = {"id": service.directory.id}
    assert field_of(service.admin("PATCH", "/directories/{id}", {"name": name}, parameters=parameters)) == "name"


@pytest.mark.parametrize("name", DECEIVING)
def test_a_key_holders_name_is_plain_text(name: str) -> None:
    service = Service()
    parameters = {"id": service.directory.id}
    answer = service.admin("POST", "/directories/{id}/tokens", {"owner": name}, parameters=parameters)
    assert field_of(answer) == "owner"


@pytest.mark.parametrize("name", ["Zürich", "日本", "می‌خواهم", "O'Hara & Söhne (2)", "👩‍👩‍👧"])
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert Service().admin("POST", "/directories", {"name": name}).status == 201


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("uniqueness", ["server", "global"])
def test_a_uniqueness_that_nobody_would_enforce_is_refused_by_name(method: str, uniqueness: str) -> None:
    badge = {"name": "badge", "type": "complex", "subAttributes": [{"name": "number", "uniqueness": uniqueness}]}
    refused: Any = put(Service(), method, BADGES, {"id": "urn:example:more:1.0", "attributes": [badge]})
    assert field_of(refused) == "extensions.1"
    assert "badge.number" in refused.body["error"]["message"]
    assert put(Service(), method, {**BADGES, "attributes": [{"name": "badge", "uniqueness": "none"}]}).status < 300


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_extension_of_groups_is_refused_and_one_of_users_may_say_so(method: str) -> None:
    refused: Any = put(Service(), method, {**BADGES, "resourceType": "Group"})
    assert field_of(refused) == "extensions.0"
    assert "only User" in refused.body["error"]["message"]
    assert put(Service(), method, {**BADGES, "resourceType": "User"}).status < 300
