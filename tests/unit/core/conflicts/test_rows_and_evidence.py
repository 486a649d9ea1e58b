"""What administrators read: one name for one person, and nothing about accounts that are not theirs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.support.service import Service, user


def _items(service: Service, route: str) -> list[dict[str, Any]]:
    body: Any = service.admin("GET", route).body
    items: list[dict[str, Any]] = body["items"]
    return items


def test_all_rows_about_a_person_name_her_alike() -> None:
    service = Service()
    service.create_user("grace", displayName="Grace Hopper")
    ada = service.create_user("ada", displayName="Ada Lovelace")
    service.move(ada["id"], "grace")
    service.remediate_all()

    subjects = {row["subject"] for row in _items(service, "/log") if row["scimId"] == ada["id"]}

    assert subjects == {"Ada Lovelace"}


def test_a_name_in_a_row_is_short_and_breaks_no_line() -> None:
    service = Service()
    service.create_user("ada", displayName="Ada\u2028\u202eLove\nlace" + "x" * 5000)

    [row] = _items(service, "/log")

    assert row["subject"].startswith("AdaLovelace")
    assert len(row["subject"]) <= 200


def test_the_evidence_says_of_a_personal_account_what_it_takes_to_decide_on_claiming_it() -> None:
    service = Service()
    service.accounts("POST", "", {"email": "ada@example.com", "emailVerified": True})
    refused = service.scim("POST", "/Users", user("ada"))
    service.remediate_all()

    [conflict] = _items(service, "/conflicts")

    assert refused.status == 409
    assert conflict["class"] == "claimable"
    assert conflict["holder"] is None
    assert conflict["evidence"] == {
        "holder": "a personal account on a domain of yours",
        "status": "active",
        "origin": "signup",
        "address confirmed": "yes",
        "last login": "never",
    }


def test_sixteen_equal_changes_at_once_are_one_conflict_and_all_get_409() -> None:
    service = Service()
    service.create_user("grace")
    ada = service.create_user("ada")

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: service.move(ada["id"], "grace").status, range(16)))

    assert statuses == [409] * 16
    [conflict] = _items(service, "/conflicts")
    assert conflict["occurrences"] == 16
