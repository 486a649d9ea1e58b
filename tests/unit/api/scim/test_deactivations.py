"""A deactivation is not blocked by the address that comes with it, in the shapes that identity providers send; what is
no address is a mistake of the request, which then changes nothing."""

from collections.abc import Mapping

import pytest

from rightful.core.conflicts.remediate import remediate
from rightful.domain.account import Account
from tests.support.service import AT_ONCE, Service, patch, user

OFF = {"op": "replace", "path": "active", "value": False}


def _work(value: object) -> dict[str, object]:
    return {"op": "replace", "path": 'emails[type eq "work"].value', "value": value}


def _put(emails: object) -> dict[str, object]:
    return user("ada", active=False, emails=emails)


ADDRESSES = {
    "a placeholder of the identity provider's": "ada@placeholder.invalid",
    "a domain that is not verified": "ada@elsewhere.example",
    "what a colleague holds": "ben@example.com",
    "a soft delete's": "0123456789abcdef0123456789abcdefada@example.com",
    "her own": "ada@example.com",
    "none at all": "",
}


def _state(service: Service, scim_id: str) -> Account:
    account = service.store.account(scim_id.rpartition("-")[0])
    assert account is not None
    return account


@pytest.mark.parametrize("profile", ["generic", "entra", "okta"])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("value", ADDRESSES.values(), ids=ADDRESSES)
def test_a_deactivation_goes_through_whatever_address_comes_with_it(value: str, method: str, profile: str) -> None:
    service = Service(profile=profile)
    scim_id = str(service.create_user("ada")["id"])
    service.create_user("ben")
    body = patch(OFF, _work(value)) if method == "PATCH" else _put([{"value": value, "type": "work", "primary": True}])
    service.scim(method, f"/Users/{scim_id}", body)
    service.remediate_all()
    assert not _state(service, scim_id).active
    assert not service.failures


@pytest.mark.parametrize("emails", [None, [], [{"value": None, "type": "work"}], [{"type": "work"}]])
def test_a_deactivation_goes_through_without_an_address(emails: object) -> None:
    service = Service(profile="entra")
    scim_id = str(service.create_user("ada")["id"])
    assert service.scim("PUT", f"/Users/{scim_id}", _put(emails)).status == 200
    assert not _state(service, scim_id).active


@pytest.mark.parametrize("value", ["n/a", "ada", "ada@", "a b@example.com", "ada@released.invalid"])
def test_an_address_that_is_none_is_refused_whole_and_by_name(value: str) -> None:
    service = Service()
    scim_id = str(service.create_user("ada")["id"])
    before = _state(service, scim_id)
    answer = service.scim("PATCH", f"/Users/{scim_id}", patch(OFF, _work(value)))
    assert isinstance(answer.body, Mapping)
    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    assert "emails" in str(answer.body["detail"])
    service.remediate_all()
    assert _state(service, scim_id) == before


def test_a_deactivation_that_a_swap_found_waiting_outlives_the_undo_of_the_swap() -> None:
    service = Service(policy=AT_ONCE)
    ada, ben = (str(service.create_user(name)["id"]) for name in ("ada", "ben"))
    service.move(ada, "ben")
    service.scim("PATCH", f"/Users/{ben}", patch(OFF, _work("ada@example.com")))
    adas, bens = service.queue.messages
    service.queue.messages.clear()
    remediate(service.context(), adas)
    assert _state(service, ben).holds == "ada@example.com", "the swap was made before Ben's own message came"
    body = {"reason": "back", "version": service.version(bens.conflict_id)}
    answer = service.admin("POST", "/conflicts/{id}/undo", body, parameters={"id": bens.conflict_id})
    assert answer.status == 200
    assert _state(service, ben).holds == "ben@example.com"
    assert not _state(service, ben).active
