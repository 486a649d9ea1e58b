"""Who has this address? As somebody who is signed in sees it."""

from datetime import timedelta

import pytest

from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_organization
from rightful.domain.conflicts.policy import STANDARD, Policy, PolicyBase
from tests.support.console import VIEWER, Browser, Console
from tests.support.service import Service, user

UGLY = '<b>Bob</b> & "Co" <script>alert(1)</script>'
AT_ONCE = Policy(base=PolicyBase.CUSTOM, deactivated_after=timedelta(0))


def opened(policy: Policy = STANDARD) -> tuple[Service, Browser]:
    console = Console(Service(policy=policy))
    return console.service, console.browser(VIEWER)


def calls_of(service: Service, browser: Browser, path: str) -> int:
    """What a page costs beyond its session's one."""
    service.store.dynamodb_calls.clear()
    assert browser.get(path).status == 200
    return sum(service.store.dynamodb_calls.values()) - 1


def test_nothing_is_asked_for_and_what_can_be_is_said() -> None:
    service, browser = opened()
    for path in ("/addresses", "/addresses?address="):
        page = browser.get(path)
        assert page.status == 200
        assert "One address at a time" in page.text
    assert calls_of(service, browser, "/addresses") == 0
    assert 'action="/dev/console/addresses"' in page.html  # the box in the header leads there


@pytest.mark.parametrize("typed", ["nothing", " ", "a b@example.com", "<i>@</i>", "x" * 400 + "@example.com", "a@b@c"])
def test_what_is_no_address_is_told_and_kept(typed: str) -> None:
    _, browser = opened()
    page = browser.request("GET", f"/addresses?{_query(typed)}")
    assert page.status == 400
    assert "address:" in page.text
    assert page.fields().count(("address", typed)) == 1
    assert "<i>" not in page.html


def test_who_has_it_who_waits_for_it_and_what_was() -> None:
    service, browser = opened()
    bob, ada = service.create_user("bob", displayName=UGLY), service.create_user("ada", displayName="Сергей Королёв")
    service.move(ada["id"], "bob")
    service.remediate_all()
    page = browser.get("/addresses?address=%20BOB@Example.com")
    account_id = str(bob["id"]).rpartition("-")[0]
    assert page.status == 200
    assert UGLY in page.text
    assert "<script>alert" not in page.html
    assert f'href="/dev/console/accounts/{account_id}"' in page.html
    assert "IdP" in page.text
    [conflict] = service.admin("GET", "/conflicts").body["items"]  # type: ignore[index]
    assert f'href="/dev/console/conflicts/{conflict["id"]}"' in page.html
    assert conflict["explanation"] in page.text
    history = browser.get("/addresses/history?address=bob@example.com")
    assert "ada@example.com wanted bob@example.com" in history.text
    assert "user created" in history.text
    assert "<script>alert" not in history.html


def test_it_is_kept_for_somebody() -> None:
    service, browser = opened(AT_ONCE)
    sales = service.create_user("sales")
    service.scim("DELETE", f"/Users/{sales['id']}")
    newcomer = user("newcomer", emails=[{"value": "sales@example.com", "type": "work", "primary": True}])
    assert service.scim("POST", "/Users", newcomer).status == 409
    service.remediate_all()
    page = browser.get("/addresses?address=sales@example.com")
    assert "For newcomer@example.com , who is about to be created, until" in page.text
    assert "Nobody has it: it is kept." in page.text


def test_of_others_as_much_is_told_as_the_api_tells() -> None:
    service, browser = opened()
    other = create_organization(service.context(), "Other")
    add_domain(service.context(), other, "other.example")
    service.accounts("POST", "", {"email": "there@other.example", "emailVerified": True})
    service.accounts("POST", "", {"email": "personal@example.com", "emailVerified": True})
    outside = browser.get("/addresses?address=personal@example.com").text
    assert "An account outside your organization has it, or it is kept for one." in outside
    free = browser.get("/addresses?address=free@example.com").text
    assert "Nobody has it, and it is kept for nobody." in free
    there, nowhere = (browser.get(f"/addresses?address={name}@other.example") for name in ("there", "nowhere"))
    assert "whether somebody outside has the address is not told" in there.text
    assert there.text.replace("there@", "nowhere@") == nowhere.text


def test_the_past_goes_page_by_page() -> None:
    service, browser = opened()
    ada = service.create_user("ada")
    for number in range(60):
        service.pass_time(timedelta(seconds=1))
        service.move(ada["id"], "ada" if number % 2 else "ada.king")
    first = browser.get("/addresses/history?address=ada@example.com")
    older = first.html.partition('href="/dev/console/addresses/history?')[2].partition('"')[0].replace("&amp;", "&")
    assert "cursor=" in older
    second = browser.get(f"/addresses/history?{older}")
    assert first.html.count("<li>") - second.html.count("<li>") > 0
    assert "user created" in second.text
    assert browser.get("/addresses/history?address=ada@example.com&cursor=x").status == 400
    assert "One address at a time" in browser.get("/addresses/history").text


def test_a_page_costs_what_the_api_costs_among_few_and_many() -> None:
    """The admin API's own documents take 4 to 6; the name of the directory is one more."""
    for number in (2, 120):
        service, browser = opened()
        bob = service.create_user("bob")
        for each in range(number):
            waiting = service.create_user(f"u{each}")
            service.move(waiting["id"], "bob")
        assert bob["id"]
        for path in ("/addresses?address=bob@example.com", "/addresses/history?address=bob@example.com"):
            assert calls_of(service, browser, path) <= 6


def _query(typed: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"address": typed})
