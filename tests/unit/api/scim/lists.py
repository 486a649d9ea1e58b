"""A directory with some users and groups, and its lists."""

from datetime import timedelta
from typing import Any

from tests.support.service import Service

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def seven_users_and_three_groups() -> Service:
    """A second apart, in order."""
    service = Service()
    for number in range(7):
        service.create_user(
            f"u{number}", displayName=f"User {6 - number}", title="odd" if number % 2 else None, nickName="Same"
        )
        service.pass_time(timedelta(seconds=1))
    for number in range(3):
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": f"G{number}"}
        assert service.scim("POST", "/Groups", body).status == 201
        service.pass_time(timedelta(seconds=1))
    return service


def listed(service: Service, path: str = "/Users", **query: str) -> Any:
    response = service.scim("GET", path, query=query)
    assert response.status == 200, response.body
    return response.body


def searched(service: Service, path: str, **body: object) -> Any:
    response = service.scim("POST", path, {"schemas": [SEARCH], **body})
    assert response.status == 200, response.body
    return response.body


def names(body: Any) -> list[str]:
    return [each.get("userName", each.get("displayName", "")).partition("@")[0] for each in body["Resources"]]


def refused(service: Service, path: str = "/Users", **query: str) -> tuple[int, str]:
    response: Any = service.scim("GET", path, query=query)
    return response.status, response.body["scimType"]
