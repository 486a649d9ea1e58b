"""Verifying a domain in DNS, over the admin API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rightful.api.request import Response
from rightful.core.organizations.domains import MOST_DOMAINS
from rightful.core.organizations.verify_domain import MOST_CHALLENGES, ProofUnavailableError
from rightful.ports.context import unlimited
from rightful.ports.writes.settings import PutOrganization
from tests.support.service import Service
from tests.unit.api.admin.settings import body_of, domains, error_of, on, operator_of, other_organization, rows

# Verifying a domain in DNS


class Dns:
    """A resolver that knows what it was told."""

    def __init__(self) -> None:
        self.records: set[tuple[str, str]] = set()
        self.down = False

    def has_txt(self, name: str, value: str) -> bool:
        if self.down:
            raise ProofUnavailableError("down")
        return (name, value) in self.records


def verifiable() -> tuple[Service, Dns]:
    dns = Dns()
    return Service(proof=dns), dns


def ask(service: Service, domain: str = "new.example") -> dict[str, Any]:
    answer = service.admin("POST", "/domains", {"domain": domain})
    assert answer.status == 201, answer.body
    return body_of(answer)


def verify(service: Service, domain: str = "new.example", **more: Any) -> Response:
    return service.admin("POST", "/domains/{domain}/verify", parameters={"domain": domain}, **more)


def test_a_domain_that_is_asked_for_is_pending_and_opens_nothing() -> None:
    service, _ = verifiable()
    asked = ask(service, "New.Example")
    assert (asked["domain"], asked["status"], asked["verifiedAt"]) == ("new.example", "pending", None)
    assert asked["record"]["type"] == "TXT"
    assert asked["record"]["name"] == "_rightful-challenge.new.example"
    assert asked["record"]["value"].startswith("rightful-verification=")
    assert body_of(service.admin("GET", "/domains"))["items"][1] == asked
    assert service.scim("POST", "/Users", on("new.example", "ada")).status == 400


def test_asking_again_gives_the_same_record_and_every_domain_has_its_own() -> None:
    service, _ = verifiable()
    assert ask(service) == ask(service)
    assert ask(service)["record"]["value"] != ask(service, "other.example")["record"]["value"]


def test_a_domain_whose_record_is_in_dns_is_verified() -> None:
    service, dns = verifiable()
    record = ask(service)["record"]
    assert error_of(verify(service)) == (409, "not_proven", "domain")
    dns.records.add((record["name"], record["value"]))
    verified = verify(service)
    assert (verified.status, body_of(verified)["status"], body_of(verified)["record"]) == (200, "verified", None)
    assert service.scim("POST", "/Users", on("new.example", "ada")).status == 201
    assert body_of(verify(service)) == body_of(verified), "doing so again changes nothing"
    assert ask(service)["status"] == "verified"


def test_the_record_of_another_organization_proves_nothing() -> None:
    service, dns = verifiable()
    other = Service(store=service.store, domain="other.example", proof=dns)
    record = ask(other)["record"]
    dns.records.add((record["name"], record["value"]))
    ask(service)
    assert error_of(verify(service))[1] == "not_proven"


def test_a_domain_that_another_organization_has_is_refused_only_to_who_proves_to_own_it() -> None:
    service, dns = verifiable()
    other_organization(service, "new.example")
    record = ask(service)["record"]
    assert error_of(verify(service))[1] == "not_proven"
    dns.records.add((record["name"], record["value"]))
    assert error_of(verify(service)) == (409, "conflict", "domain")


def test_dns_that_does_not_answer_is_503_and_changes_nothing() -> None:
    service, dns = verifiable()
    ask(service)
    dns.down = True
    answer = verify(service)
    assert error_of(answer)[:2] == (503, "unavailable")
    assert answer.headers == {"Retry-After": "10"}
    assert domains(service) == ["example.com", "new.example"]


def test_a_domain_that_nobody_asked_for_is_not_verified() -> None:
    service, _ = verifiable()
    assert error_of(verify(service, "never.example")) == (404, "not_found", "domain")
    assert error_of(verify(service, "x" * 3000)) == (400, "invalid_value", "domain")


def test_a_pending_domain_can_be_taken_back() -> None:
    service, dns = verifiable()
    record = ask(service)["record"]
    service.admin("DELETE", "/domains/{domain}", parameters={"domain": "new.example"})
    dns.records.add((record["name"], record["value"]))
    assert error_of(verify(service))[1] == "not_found"
    assert ask(service)["record"] != record


def test_only_so_many_domains_can_wait() -> None:
    service, _ = verifiable()
    for number in range(MOST_CHALLENGES):
        ask(service, f"d{number}.example")
    answer = service.admin("POST", "/domains", {"domain": "one.more.example"})
    assert error_of(answer) == (409, "conflict", "domain")


def test_a_record_is_good_for_thirty_days_and_asking_again_gives_a_new_one() -> None:
    service, dns = verifiable()
    asked = ask(service)
    dns.records.add((asked["record"]["name"], asked["record"]["value"]))
    assert asked["expiresAt"] == "2026-12-23T09:00:00.000Z"
    service.pass_time(timedelta(days=30))
    assert error_of(verify(service)) == (409, "not_proven", "domain")
    renewed = ask(service)
    assert renewed["record"] != asked["record"]
    assert error_of(verify(service))[1] == "not_proven", "the former record proves nothing"
    dns.records.add((renewed["record"]["name"], renewed["record"]["value"]))
    assert verify(service).status == 200


def test_expired_domains_make_room_for_others() -> None:
    service, _ = verifiable()
    for number in range(MOST_CHALLENGES):
        ask(service, f"d{number}.example")
    service.pass_time(timedelta(days=30))
    ask(service, "one.more.example")
    assert domains(service) == ["example.com", "one.more.example"]


def test_a_domain_too_long_for_its_record_is_refused_when_it_is_asked_for() -> None:
    service, _ = verifiable()
    too_long = ".".join(["a" * 59] * 4)
    assert error_of(service.admin("POST", "/domains", {"domain": too_long})) == (400, "invalid_value", "domain")
    ask(service, too_long[20:])


def test_an_organization_has_only_so_many_domains() -> None:
    service, dns = verifiable()
    held = {f"d{number}.example": service.now for number in range(MOST_DOMAINS)}
    full = replace(service.organization, domains=held, version=service.organization.version + 1)
    service.store.commit([PutOrganization(full, service.organization.version)], remaining=unlimited)
    record = ask(service)["record"]
    dns.records.add((record["name"], record["value"]))
    assert error_of(verify(service)) == (409, "conflict", "domain")
    assert error_of(service.admin("POST", "/domains", {"domain": "x.example"}, key=operator_of(service)))[0] == 409


def test_a_domain_is_verified_without_those_above_and_below_it() -> None:
    service, dns = verifiable()
    record = ask(service, "eu.corp.example")["record"]
    dns.records.add((record["name"], record["value"]))
    assert verify(service, "eu.corp.example").status == 200
    for domain in ("corp.example", "fr.corp.example", "a.eu.corp.example"):
        assert service.scim("POST", "/Users", on(domain, "ada")).status == 400


def test_an_operators_domain_needs_no_record_and_ends_the_waiting() -> None:
    service, _ = verifiable()
    ask(service)
    added = service.admin("POST", "/domains", {"domain": "new.example"}, key=operator_of(service))
    assert (body_of(added)["status"], body_of(added)["record"]) == ("verified", None)


def test_without_a_resolver_the_operator_verifies() -> None:
    assert error_of(verify(Service()))[:2] == (403, "forbidden")


def test_verifying_is_logged() -> None:
    service, dns = verifiable()
    record = ask(service)["record"]
    service.pass_time(timedelta(seconds=1))
    dns.records.add((record["name"], record["value"]))
    verify(service)
    assert [row[2] for row in rows(service)] == [
        "Verification of the domain new.example was begun.",
        "The domain new.example was verified.",
    ]
