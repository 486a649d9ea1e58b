"""A holder in another directory of the organization: unlinked there with an approval, and out of its groups."""

from typing import Any

from rightful.core.organizations.registry import create_directory
from tests.support.service import Service, user

GROUP = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"}


def test_an_approved_move_takes_the_holder_out_of_the_other_directory_and_its_groups() -> None:
    service = Service()
    first = service.directory
    holder: Any = service.create_user("sales")
    group: Any = service.scim("POST", "/Groups", {**GROUP, "members": [{"value": holder["id"]}]}).body
    service.enter(create_directory(service.context(), service.organization.id, "second IdP"))
    ada = service.create_user("ada")

    assert service.move(ada["id"], "sales").status == 409
    service.remediate_all()
    [waiting] = _conflicts(service)
    assert (waiting["status"], waiting["class"]) == ("waiting_approval", "other_directory")
    service.admin(
        "POST",
        "/conflicts/{id}/decision",
        {"decision": "approve", "reason": "She moved to the second directory.", "version": waiting["version"]},
        parameters={"id": waiting["id"]},
    )

    assert service.move(ada["id"], "sales").status == 200
    service.enter(first)
    assert service.scim("GET", f"/Users/{holder['id']}").status == 404
    after: Any = service.scim("GET", f"/Groups/{group['id']}").body
    assert after.get("members", []) == []


def test_nothing_moves_between_directories_without_an_approval() -> None:
    service = Service()
    service.create_user("sales")
    service.enter(create_directory(service.context(), service.organization.id, "second IdP"))
    newcomer = service.scim("POST", "/Users", user("sales"))
    service.remediate_all()

    assert newcomer.status == 409
    assert [conflict["status"] for conflict in _conflicts(service)] == ["waiting_approval"]


def _conflicts(service: Service) -> list[dict[str, Any]]:
    body: Any = service.admin("GET", "/conflicts").body
    items: list[dict[str, Any]] = body["items"]
    return items
