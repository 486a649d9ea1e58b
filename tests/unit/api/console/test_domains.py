"""Domains in the console: added, looked up in DNS, removed."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_organization
from rightful.core.organizations.verify_domain import ProofUnavailableError
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Console
from tests.support.openid import Person
from tests.support.service import Service


@dataclass
class Dns:
    """TXT records that there are; `down`: nobody answers."""

    records: set[tuple[str, str]] = field(default_factory=set)
    down: bool = False

    def has_txt(self, name: str, value: str) -> bool:
        if self.down:
            raise ProofUnavailableError("no answer")
        return (name, value) in self.records


@pytest.fixture
def dns() -> Dns:
    return Dns()


@pytest.fixture
def console(dns: Dns) -> Console:
    return Console(Service(proof=dns))


def _record(console: Console, domain: str) -> tuple[str, str]:
    listed = console.service.admin("GET", "/domains").body
    assert isinstance(listed, dict)
    record = next(each["record"] for each in listed["items"] if each["domain"] == domain)
    return record["name"], record["value"]


def test_a_domain_is_added_shown_with_its_record_and_verified(console: Console, dns: Dns) -> None:
    browser = console.browser(OWNER)
    page = browser.send("/domains", {"domain": " Corp.Example "})
    assert "waits to be verified" in page.text
    name, value = _record(console, "corp.example")
    assert f"<code>{name}</code>" in page.html
    assert f"<code>{value}</code>" in page.html
    refused = browser.send("/domains/check", {"domain": "corp.example"})
    assert refused.status == 409
    assert "DNS has no TXT record" in refused.text
    dns.records.add((name, value))
    assert "The domain is verified." in browser.send("/domains/check", {"domain": "corp.example"}).text
    # again: nothing changes
    assert browser.send("/domains/check", {"domain": "corp.example"}).status == 200
    assert "it is so already" in browser.send("/domains", {"domain": "corp.example"}).text


def test_adding_again_keeps_the_record(console: Console) -> None:
    browser = console.browser(OWNER)
    browser.send("/domains", {"domain": "corp.example"})
    before = _record(console, "corp.example")
    browser.send("/domains", {"domain": "CORP.example"})
    assert _record(console, "corp.example") == before


def test_a_record_that_is_too_old_says_so_and_is_made_anew(console: Console) -> None:
    console.browser(OWNER).send("/domains", {"domain": "corp.example"})
    before = _record(console, "corp.example")
    console.service.pass_time(timedelta(days=31))
    browser = console.browser(OWNER)
    page = browser.get("/domains")
    assert "Its record was good until" in page.text
    assert "Check now" not in page.text
    assert browser.send("/domains/check", {"domain": "corp.example"}).status == 409
    browser.send("/domains", {"domain": "corp.example"})
    assert _record(console, "corp.example") != before


@pytest.mark.parametrize(
    "domain", ["", " ", "localhost", "a b.example", "<script>alert(1)</script>.example", "a@b.example", "x" * 254]
)
def test_what_is_no_domain_is_refused_and_kept(console: Console, domain: str) -> None:
    page = console.browser(OWNER).send("/domains", {"domain": domain})
    assert page.status == 400
    assert "<script>alert" not in page.html
    assert next(value for name, value in page.fields() if name == "domain" and value == domain) == domain


def test_letters_of_any_language_can_be_checked_and_removed(console: Console, dns: Dns) -> None:
    browser = console.browser(OWNER)
    browser.send("/domains", {"domain": "Bücher.example"})
    (name,) = console.service.store.organization(console.service.organization.id).challenges  # type: ignore[union-attr]
    dns.records.add(_record(console, name))
    shown = browser.get("/domains")
    assert name in [value for field_name, value in shown.fields() if field_name == "domain"]
    assert browser.send("/domains/check", {"domain": name}).status == 200
    assert "The domain is removed." in browser.send("/domains/remove", {"domain": name}).text


def test_dns_that_does_not_answer_changes_nothing(console: Console, dns: Dns) -> None:
    browser = console.browser(OWNER)
    browser.send("/domains", {"domain": "corp.example"})
    dns.down = True
    page = browser.send("/domains/check", {"domain": "corp.example"})
    assert page.status == 503
    assert "try again" in page.text
    assert console.service.failures == ["dns"]


def test_removing_says_what_it_does_and_is_done_once(console: Console) -> None:
    browser = console.browser(OWNER)
    assert "No more addresses are claimed on it; accounts keep those that they have" in browser.get("/domains").text
    console.service.create_user("ada")
    assert "The domain is removed." in browser.send("/domains/remove", {"domain": "example.com"}).text
    assert browser.send("/domains/remove", {"domain": "example.com"}).status == 404
    assert console.service.store.organization_of_domain("example.com") is None
    assert "No domain yet" in browser.get("/domains").text


def test_another_organization_s_domain_is_not_touched(console: Console, dns: Dns) -> None:
    context = console.service.context()
    foreign = create_organization(context, "Foreign")
    add_domain(context, foreign, "foreign.example")
    browser = console.browser(OWNER)
    for form in ("check", "remove"):
        assert browser.send(f"/domains/{form}", {"domain": "foreign.example"}).status == 404
    browser.send("/domains", {"domain": "foreign.example"})
    dns.records.add(_record(console, "foreign.example"))
    page = browser.send("/domains/check", {"domain": "foreign.example"})
    assert page.status == 409
    assert "Another organization has verified" in page.text
    assert console.service.store.organization_of_domain("foreign.example") == foreign.id


@pytest.mark.parametrize("person", [VIEWER, OPERATOR, APPROVER])
def test_only_owners_change_domains(console: Console, person: Person) -> None:
    browser = console.browser(person)
    page = browser.get("/domains")
    assert page.status == 200
    assert "Add a domain" not in page.text
    assert "Remove" not in page.text
    for form in ("", "/check", "/remove"):
        assert browser.send(f"/domains{form}", {"domain": "example.com"}).status == 403
    assert console.service.store.organization_of_domain("example.com") is not None


def test_where_the_operator_adds_domains_it_says_so() -> None:
    browser = Console().browser(OWNER)
    page = browser.get("/domains")
    assert "Add a domain" not in page.text
    assert "The operator of the service adds domains" in page.text
    assert browser.send("/domains", {"domain": "corp.example"}).status == 403


def test_the_page_costs_one_call_however_many_domains_there_are(console: Console) -> None:
    browser = console.browser(OWNER)
    for number in range(40):
        browser.send("/domains", {"domain": f"d{number}.example"}, follow=False)
    console.service.store.dynamodb_calls.clear()
    assert browser.get("/domains").text.count("Check now") == 40
    assert console.service.store.dynamodb_calls == {"batch_get_item": 1}
