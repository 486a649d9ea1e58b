"""What each SCIM request costs in calls of DynamoDB, counted where they leave botocore."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from rightful.core.lists import start_index
from rightful.domain.organization import DomainPolicy, OnDelete
from tests.support.faults import counting
from tests.support.names import Names
from tests.support.service import Service, email_patch, patch
from tests.support.tables import store_on_moto

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def store() -> Iterator[DynamoDBStore]:
    """Tables of each test's own: moto copies them with every transaction."""
    with store_on_moto() as store:
        yield store


@pytest.fixture
def service(store: DynamoDBStore, names: Names) -> Service:
    """A service on DynamoDB, whose process is warm: it has listed users before."""
    service = Service(
        store=store,  # type: ignore[arg-type]  # the tests' service is made for both stores
        domain_policy=DomainPolicy.ANY,
        on_delete=OnDelete.ERASE,
    )
    service.scim("GET", "/Users")
    return service


def calls(service: Service, method: str, path: str, body: object = None, *, status: int = 200, **query: str) -> Any:
    """The calls that a request makes."""
    with counting(service.store.client) as counted:  # type: ignore[attr-defined]
        response = service.scim(method, path, body, query=query)
    assert response.status == status, response.body
    return counted


def answer(service: Service, method: str, path: str, body: object = None, **query: str) -> Any:
    return service.scim(method, path, body, query=query).body


def a_group(service: Service, name: str, *members: object) -> Any:
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}
    response = service.scim("POST", "/Groups", body)
    assert response.status == 201, response.body
    return response.body


def test_a_user_is_read_with_its_groups_in_one_call(service: Service, names: Names) -> None:
    ada = service.create_user(names.mine)
    a_group(service, "Staff", ada["id"])
    assert calls(service, "GET", f"/Users/{ada['id']}") == {"BatchGetItem": 1}
    assert len(answer(service, "GET", f"/Users/{ada['id']}")["groups"]) == 1


def test_a_change_is_two_calls_with_or_without_a_new_address(service: Service, names: Names) -> None:
    ada = service.create_user(names.mine)
    path = f"/Users/{ada['id']}"
    title = patch({"op": "replace", "path": "title", "value": "Dr"})
    assert calls(service, "PATCH", path, title) == {"BatchGetItem": 1, "PutItem": 1}
    assert calls(service, "PATCH", path, title) == {"BatchGetItem": 1}
    assert calls(service, "PUT", path, ada | {"nickName": "A"}) == {"BatchGetItem": 1, "PutItem": 1}
    moved = email_patch(f"{names.other}@example.com")
    assert calls(service, "PATCH", path, moved) == {"BatchGetItem": 1, "TransactWriteItems": 1}
    again = ada | {"emails": [{"value": f"{names.third}@example.com", "type": "work", "primary": True}]}
    assert calls(service, "PUT", path, again) == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_a_secondary_email_of_ones_own_costs_no_call_more_and_a_shared_one_one(service: Service, names: Names) -> None:
    add = patch({"op": "add", "path": "emails", "value": [{"value": f"desk-{names.mine}@example.org"}]})
    remove = patch({"op": "remove", "path": f'emails[value eq "desk-{names.mine}@example.org"]'})
    ada, bob = service.create_user(names.mine), service.create_user(names.other)
    assert calls(service, "PATCH", f"/Users/{ada['id']}", add) == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert calls(service, "PATCH", f"/Users/{bob['id']}", add) == {"BatchGetItem": 1, "TransactWriteItems": 2}
    assert calls(service, "PATCH", f"/Users/{ada['id']}", remove) == {"BatchGetItem": 1, "TransactWriteItems": 2}
    assert calls(service, "PATCH", f"/Users/{bob['id']}", remove) == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_an_address_on_a_domain_of_nobody_costs_one_look_up_more(service: Service, names: Names) -> None:
    ada = service.create_user(names.mine)
    moved = email_patch(f"{names.mine}@nobodys.example")
    counted = calls(service, "PATCH", f"/Users/{ada['id']}", moved)
    assert counted == {"BatchGetItem": 1, "GetItem": 1, "TransactWriteItems": 1}


@pytest.mark.parametrize(
    ("attribute", "wanted"),
    [
        ("userName", "{}@example.com"),
        ("externalId", "ext-{}"),
        ("emails.value", "{}@example.com"),
        ("emails.value", "third-{}@example.org"),
        ("emails", "no address {}"),
        ("displayName", "the name of {}"),
        ("id", None),
    ],
)
def test_an_equality_on_users_is_at_most_two_calls(
    service: Service, names: Names, attribute: str, wanted: str | None
) -> None:
    emails = [f"{names.mine}@example.com", f"second-{names.mine}@example.org", f"Third-{names.mine}@example.org"]
    ada = service.create_user(
        names.mine,
        displayName=f"The Name of {names.mine}",
        emails=[*({"value": value} for value in emails), {"value": f"No Address {names.mine}"}],
    )
    query = {"filter": f'{attribute} eq "{wanted.format(names.mine) if wanted else ada["id"]}"'}
    assert [each["id"] for each in answer(service, "GET", "/Users", **query)["Resources"]] == [ada["id"]]
    counted = calls(service, "GET", "/Users", **query)
    assert sum(counted.values()) <= 2, counted
    assert sum(calls(service, "GET", "/Users", filter=f'{attribute} eq "{names.other}-9"').values()) <= 2


@pytest.mark.parametrize("attribute", ["displayName", "id", "members.value", "members", "externalId"])
@pytest.mark.parametrize("excluded", ["", "members"])
def test_an_equality_on_groups_is_at_most_two_calls(
    service: Service, names: Names, attribute: str, excluded: str
) -> None:
    ada = service.create_user(names.mine)
    group = a_group(service, "Staff", ada["id"])
    service.scim("PATCH", f"/Groups/{group['id']}", patch({"op": "add", "path": "externalId", "value": "ext"}))
    wanted = {"displayName": "staff", "id": group["id"], "externalId": "ext"}.get(attribute, ada["id"])
    query = {"filter": f'{attribute} eq "{wanted}"'} | ({"excludedAttributes": excluded} if excluded else {})
    found = answer(service, "GET", "/Groups", **query)
    assert [each["id"] for each in found["Resources"]] == [group["id"]]
    counted = calls(service, "GET", "/Groups", **query)
    assert sum(counted.values()) <= 2, counted


def test_a_page_is_two_calls_anywhere_in_the_directory(service: Service, names: Names) -> None:
    for number in range(12):
        service.create_user(f"{names.mine}-{number:02d}")
    counted = [calls(service, "GET", "/Users", startIndex=start, count="3") for start in ("1", "4", "7", "10")]
    assert counted == [{"Query": 1, "BatchGetItem": 1}] * 4
    body = answer(service, "GET", "/Users", startIndex="10", count="3")
    assert [each["userName"][-14:-12] for each in body["Resources"]] == ["09", "10", "11"]
    assert body["totalResults"] == 12
    cursor = answer(service, "GET", "/Users", cursor="", count="3")["nextCursor"]
    assert calls(service, "GET", "/Users", cursor=cursor, count="3") == {"Query": 1, "BatchGetItem": 1}


def test_a_page_is_two_calls_and_beyond_5000_users_three(
    service: Service, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost(start: int) -> Counter[str]:
        return calls(service, "GET", "/Users", startIndex=str(start), count="1")

    users = [service.create_user(f"{names.mine}-{number:02d}") for number in range(8)]
    assert cost(4) == {"Query": 1, "BatchGetItem": 1}
    monkeypatch.setattr(start_index, "_EVERY", 2)
    with_landmarks_made = {"BatchGetItem": 2, "Query": 4, "PutItem": 1}
    assert cost(8) == with_landmarks_made
    for start in (8, 7, 4, 3):
        assert cost(start) == {"Query": 1, "BatchGetItem": 2}
    service.scim("DELETE", f"/Users/{users[0]['id']}")
    assert cost(7) == with_landmarks_made
    assert cost(99) == {"Query": 1, "BatchGetItem": 2}


def test_a_default_page_with_its_total_is_two_calls(service: Service, names: Names) -> None:
    service.create_user(names.mine)
    size = answer(service, "GET", "/ServiceProviderConfig")["pagination"]["defaultPageSize"]
    assert sum(calls(service, "GET", "/Users", count=str(size)).values()) == 2


@pytest.mark.parametrize("size", [0, 3, 30])
def test_a_member_comes_and_goes_with_three_calls_whatever_the_size_of_the_group(
    service: Service, names: Names, size: int
) -> None:
    everybody = [service.create_user(f"{names.mine}-{number}")["id"] for number in range(size)]
    ada = service.create_user(names.other)
    group = a_group(service, "Staff", *everybody)
    add = patch({"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    remove = patch({"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    expected = {"BatchGetItem": 1, "TransactWriteItems": 1, "Query": 1}
    assert calls(service, "PATCH", f"/Groups/{group['id']}", add) == expected
    assert calls(service, "PATCH", f"/Groups/{group['id']}", add) == {"BatchGetItem": 1, "Query": 1}
    assert calls(service, "PATCH", f"/Groups/{group['id']}", remove) == expected
    without = Counter(expected) - Counter({"Query": 1})
    assert calls(service, "PATCH", f"/Groups/{group['id']}", add, excludedAttributes="members") == without


@pytest.mark.parametrize(("parents", "heads"), [(0, 0), (1, 1), (3, 1)])
def test_a_group_is_deleted_with_a_look_at_the_groups_that_it_is_in_and_no_commit_more(
    service: Service, names: Names, parents: int, heads: int
) -> None:
    alone, group = a_group(service, "Alone"), a_group(service, names.mine)
    for number in range(parents):
        a_group(service, f"{names.other}-{number}", group["id"])
    plain = calls(service, "DELETE", f"/Groups/{alone['id']}", status=204)
    counted = calls(service, "DELETE", f"/Groups/{group['id']}", status=204)
    read = "GetItem" if parents == 1 else "BatchGetItem"
    assert counted == plain + Counter({read: heads} if heads else {})
    assert plain == {"BatchGetItem": 1, "TransactWriteItems": 2, "Query": 1}


def test_a_group_is_read_in_one_call_and_without_members_as_one_item(service: Service, names: Names) -> None:
    group = a_group(service, "Staff", service.create_user(names.mine)["id"])
    assert calls(service, "GET", f"/Groups/{group['id']}") == {"Query": 1}
    assert calls(service, "GET", f"/Groups/{group['id']}", excludedAttributes="members") == {"GetItem": 1}


def test_a_group_is_created_with_members_in_two_calls_and_replaced_in_three(service: Service, names: Names) -> None:
    ada, bob = service.create_user(names.mine), service.create_user(names.other)
    body = {"schemas": [GROUP], "displayName": "Staff", "members": [{"value": ada["id"]}]}
    assert calls(service, "POST", "/Groups", body, status=201) == {"BatchGetItem": 1, "TransactWriteItems": 1}
    group = answer(service, "GET", "/Groups")["Resources"][0]
    counted = calls(service, "PUT", f"/Groups/{group['id']}", body | {"members": [{"value": bob["id"]}]})
    assert counted == {"BatchGetItem": 1, "Query": 1, "TransactWriteItems": 1}


def test_what_a_group_goes_through_on_dynamodb_leaves_both_sides_agreed(service: Service, names: Names) -> None:
    everybody = [service.create_user(f"{names.mine}-{number:03d}")["id"] for number in range(50)]
    group = a_group(service, "Staff", *everybody)
    child = a_group(service, "Child", everybody[0], group["id"])
    read = answer(service, "GET", f"/Groups/{group['id']}")
    assert sorted(member["value"] for member in read["members"]) == sorted(everybody)  # type: ignore[type-var]
    assert service.scim("DELETE", f"/Users/{everybody[0]}").status == 204
    assert len(answer(service, "GET", f"/Groups/{group['id']}")["members"]) == 49
    assert [member["value"] for member in answer(service, "GET", f"/Groups/{child['id']}")["members"]] == [group["id"]]
    assert service.scim("DELETE", f"/Groups/{group['id']}").status == 204
    assert "members" not in answer(service, "GET", f"/Groups/{child['id']}")
    assert "groups" not in answer(service, "GET", f"/Users/{everybody[-1]}")
    assert answer(service, "GET", "/Groups")["totalResults"] == 1
    assert service.store.deleted_groups(limit=10) == ()
