"""People of a directory who may be one, and what becomes of a create that is refused."""

from collections.abc import Mapping

from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.domain.account import account_id_of
from rightful.domain.conflicts.conflict import Conflict
from tests.support.service import Service, user

JS = {"emails": [{"value": "js@example.com", "type": "work", "primary": True}]}


def person(name: str, number: str | None = None, **more: object) -> dict[str, object]:
    """A user with the address js@example.com and a userName of their own; without an externalId unless it is given."""
    enterprise = {ENTERPRISE_USER: {"employeeNumber": number}} if number is not None else {}
    made = user(name) | JS | {"userName": name} | enterprise
    del made["externalId"]
    return made | more


def account_of(resource: object) -> str:
    assert isinstance(resource, dict)
    return account_id_of(str(resource["id"]))


def conflicts(service: Service) -> list[Conflict]:
    return list(service.store.conflicts(service.organization.id, limit=50).conflicts)


def refused(service: Service, resource: Mapping[str, object]) -> Conflict:
    """A create that is refused for the first time, and its conflict once the remediator has looked at it."""
    known = {conflict.id for conflict in conflicts(service)}
    answer = service.scim("POST", "/Users", resource)
    assert answer.status == 409, answer.body
    service.remediate_all()
    [conflict] = [conflict for conflict in conflicts(service) if conflict.id not in known]
    return conflict


def left(service: Service, resource: Mapping[str, object]) -> str:
    """Somebody who was a user of the directory and was removed: the account."""
    created = service.scim("POST", "/Users", resource)
    assert created.status == 201, created.body
    assert isinstance(created.body, dict)
    assert service.scim("DELETE", f"/Users/{created.body['id']}").status == 204
    return account_of(created.body)
