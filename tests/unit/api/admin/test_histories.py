"""The history of a person and of an address, and who has an address: all of one's own, and nothing of others."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_organization
from rightful.domain.address import Hold
from rightful.domain.conflicts.policy import STANDARD, Policy, PolicyBase
from tests.support.service import Service, user

MINUTE = timedelta(minutes=1)


def body_of(service: Service, route: str, account_id: str = "", **query: str) -> dict[str, Any]:
    answer = service.admin("GET", route, parameters={"id": account_id} if account_id else None, query=query)
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    return answer.body


def told() -> tuple[Service, str, str]:
    """The address of sales, who left, went to Ada, and back again."""
    service = Service(policy=STANDARD)
    sales, ada = service.create_user("sales"), service.create_user("ada")
    service.pass_time(MINUTE)
    service.scim("DELETE", f"/Users/{sales['id']}")
    service.pass_time(MINUTE)
    service.move(ada["id"], "sales")
    service.remediate_all()
    [conflict] = body_of(service, "/conflicts")["items"]
    given = {"id": conflict["id"]}
    for action, more in (("decision", {"decision": "approve"}), ("undo", {})):
        service.pass_time(MINUTE)
        body = {"reason": "so", "version": service.version(conflict["id"]), **more}
        assert service.admin("POST", f"/conflicts/{{id}}/{action}", body, parameters=given).status == 200
    return service, str(sales["id"]).rpartition("-")[0], str(ada["id"]).rpartition("-")[0]


def read_through(service: Service, route: str, limit: int, account_id: str = "", **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = body_of(service, route, account_id, limit=str(limit), **query, **cursor)
        assert page["items"]
        assert len(page["items"]) <= limit
        found += page["items"]
        if "nextCursor" not in page:
            return found
        cursor = {"cursor": page["nextCursor"]}


def kinds(items: list[dict[str, Any]]) -> list[str]:
    return [each["row"]["action"] if each["row"] else "conflict" for each in items]


def test_a_persons_history_has_conflicts_and_rows_in_the_order_of_time() -> None:
    service, sales, ada = told()
    of_sales = body_of(service, "/accounts/{id}/history", sales)["items"]
    assert sorted(kinds(of_sales)) == sorted(
        ["user.created", "user.unlinked", "conflict", "user.email_changed", "user.email_changed"]
    )
    assert kinds(of_sales)[-2:] == ["user.unlinked", "user.created"]
    assert [each["at"] for each in of_sales] == sorted((each["at"] for each in of_sales), reverse=True)
    of_ada = kinds(body_of(service, "/accounts/{id}/history", ada)["items"])
    assert {"conflict", "claim.refused", "conflict.applied", "conflict.undone"} <= set(of_ada)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_history_has_the_same_in_pages(limit: int) -> None:
    service, sales, ada = told()
    for account_id in (sales, ada):
        whole = body_of(service, "/accounts/{id}/history", account_id)["items"]
        assert read_through(service, "/accounts/{id}/history", limit, account_id) == whole
    about = {"address": "SALES@example.com"}
    whole = body_of(service, "/addresses/history", **about)["items"]
    assert read_through(service, "/addresses/history", limit, **about) == whole
    assert {"user.created", "user.email_changed", "conflict.applied", "conflict"} <= set(kinds(whole))


def test_an_address_says_who_has_it_who_waits_and_for_whom_it_is_kept() -> None:
    service = Service(policy=STANDARD)
    sales, ada = service.create_user("sales"), service.create_user("ada")
    service.scim("DELETE", f"/Users/{sales['id']}")
    service.move(ada["id"], "sales")
    service.remediate_all()
    held = body_of(service, "/addresses", address=" Sales@Example.com")
    assert (held["address"], held["domainVerified"], held["heldBy"]) == ("sales@example.com", True, None)
    assert held["account"]["id"] == str(sales["id"]).rpartition("-")[0]
    assert [each["wantedEmail"] for each in held["waiting"]] == ["sales@example.com"]
    free = body_of(service, "/addresses", address="nobody@example.com")
    assert (free["account"], free["heldBy"], free["reserved"], free["waiting"]) == (None, None, None, [])


def test_what_was_kept_until_now_is_kept_no_more() -> None:
    service = Service(policy=Policy(base=PolicyBase.CUSTOM, deactivated_after=timedelta(0)))
    sales = service.create_user("sales")
    service.scim("DELETE", f"/Users/{sales['id']}")
    newcomer = user("newcomer", emails=[{"value": "sales@example.com", "type": "work", "primary": True}])
    assert service.scim("POST", "/Users", newcomer).status == 409
    service.remediate_all()
    kept = body_of(service, "/addresses", address="sales@example.com")["reserved"]
    assert kept["userName"] == "newcomer@example.com"
    service.pass_time(timedelta(days=28))
    over = body_of(service, "/addresses", address="sales@example.com")
    assert (over["account"], over["heldBy"], over["reserved"]) == (None, None, None)


def test_of_an_address_on_a_domain_that_is_not_verified_nothing_is_told() -> None:
    service = Service(policy=STANDARD)
    other = create_organization(service.context(), "Other")
    add_domain(service.context(), other, "other.example")
    service.accounts("POST", "", {"email": "there@other.example", "emailVerified": True})
    service.accounts("POST", "", {"email": "personal@example.com", "emailVerified": True})
    there, nowhere = (body_of(service, "/addresses", address=f"{name}@other.example") for name in ("there", "nowhere"))
    assert {**there, "address": ""} == {**nowhere, "address": ""}
    assert (there["domainVerified"], there["heldBy"], there["account"]) == (False, None, None)
    outside = body_of(service, "/addresses", address="personal@example.com")
    assert (outside["heldBy"], outside["account"]) == ("an account outside your organization", None)


@pytest.mark.parametrize("query", [{}, {"address": ""}, {"address": "no address"}])
def test_an_address_has_to_be_one(query: dict[str, str]) -> None:
    for route in ("/addresses", "/addresses/history"):
        answer = Service().admin("GET", route, query=query)
        assert answer.status == 400
        assert isinstance(answer.body, dict)
        assert answer.body["error"]["field"] == "address"


def test_accounts_are_looked_up_by_names_and_ids() -> None:
    service = Service()
    ada = service.create_user("ada", displayName="Ada Straße", userName="Ada.L@example.com")
    grace = service.create_user("grace", displayName="Grace")
    ids = [str(each["id"]).rpartition("-")[0] for each in (ada, grace)]
    stranger: Any = service.accounts("POST", "", {"email": "x@elsewhere.example", "emailVerified": True}).body

    def found(**query: str) -> list[str]:
        return [each["id"] for each in body_of(service, "/accounts", **query)["items"]]

    assert found(userName="ada.l@EXAMPLE.com") == found(displayName="ADA straße") == ids[:1]
    assert found(userName="ada") == found(displayName="Ada") == []
    assert found(ids=f"{ids[1]},{ids[0]},nobody,{stranger['id']},{ids[1]}") == ids[::-1]
    many = ",".join(map(str, range(101)))
    for query in ({"ids": "a b"}, {"ids": ","}, {"ids": many}, {"ids": "a", "email": "b@c.de"}):
        assert service.admin("GET", "/accounts", query=query).status == 400


def test_an_account_that_has_given_the_address_up_meanwhile_is_not_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    ada = service.create_user("ada")
    account_id = str(ada["id"]).rpartition("-")[0]
    stale = {"old@example.com": Hold("old@example.com", account_id)}
    monkeypatch.setattr(service.store, "holds", lambda canonicals: {each: stale[each] for each in canonicals})
    assert body_of(service, "/accounts", email="old@example.com")["items"] == []
    held = body_of(service, "/addresses", address="old@example.com")
    assert (held["account"], held["heldBy"]) == (None, None)
    assert service.accounts("GET", "", query={"email": "old@example.com"}).body == {"items": []}


def test_no_first_page_is_empty_where_there_is_something() -> None:
    service = Service()
    users = [service.create_user(f"user{number}") for number in range(7)]
    service.scim("DELETE", f"/Users/{users[-1]['id']}")
    for view in ("held", "unlinked"):
        page = body_of(service, "/accounts", view=view, limit="1")
        assert [each["email"] for each in page["items"]] == ["user6@example.com"]
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    add_domain(service.context(), organization, "zzz.example")
    service.accounts("POST", "", {"email": "a@zzz.example", "emailVerified": True})
    assert len(body_of(service, "/accounts", view="claimable")["items"]) == 1
