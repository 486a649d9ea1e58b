"""Settings over the admin API: policy and brakes, domains and the domain policy, and who changed what."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.domain.events.event_log import LogEntry
from rightful.domain.organization import DomainPolicy
from tests.support.service import Service, email_patch
from tests.unit.api.admin.settings import body_of, domains, error_of, on, operator_of, other_organization, rows

# Policy and brakes


def test_a_brake_that_is_left_out_stays_as_it_is() -> None:
    service = Service()
    service.admin("PUT", "/policy", {"brakes": {"paused": True, "perAccountDay": 1}})
    changed = body_of(service.admin("PUT", "/policy", {"brakes": {"dryRun": True}}))["brakes"]
    assert changed == {"paused": True, "dryRun": True, "perOrganizationHour": 200, "perAccountDay": 1}
    assert body_of(service.admin("GET", "/policy"))["brakes"] == changed


def test_what_is_left_out_of_a_policy_stays_as_it_is_rules_included() -> None:
    service = Service()
    rules = {"unlinked": "refuse", "rehire": "two_approvals"}
    sent = {"base": "custom", "rules": rules, "deactivatedAfterDays": 5, "relinkByUserName": False}
    service.admin("PUT", "/policy", {"policy": sent})
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"rules": {"rehire": "approval"}}}))["policy"]
    assert changed == {**sent, "rules": {"unlinked": "refuse", "rehire": "approval"}}
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"deactivatedAfterDays": 6}}))["policy"]
    assert changed == {**sent, "rules": {"unlinked": "refuse", "rehire": "approval"}, "deactivatedAfterDays": 6}


def test_a_base_with_fixed_rules_ends_the_rules_of_ones_own() -> None:
    service = Service()
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"unlinked": "auto"}}})
    changed = body_of(service.admin("PUT", "/policy", {"policy": {"base": "strict"}}))["policy"]
    assert (changed["base"], changed["rules"]) == ("strict", {})
    again = body_of(service.admin("PUT", "/policy", {"policy": {"base": "custom"}}))["policy"]
    assert again["rules"] == {}


def test_the_operator_adds_a_domain_to_any_organization() -> None:
    service = Service()
    added = service.admin("POST", "/domains", {"domain": "New.Example"}, key=operator_of(service))
    assert added.status == 201
    assert domains(service) == ["example.com", "new.example"]


def test_an_administrator_gives_a_domain_up() -> None:
    service = Service()
    assert service.admin("DELETE", "/domains/{domain}", parameters={"domain": "example.com"}).status == 204
    assert domains(service) == []


def test_an_administrator_cannot_let_the_organization_use_every_domain() -> None:
    service = Service()
    assert error_of(service.admin("PUT", "/policy", {"domainPolicy": "any"})) == (403, "forbidden", "domainPolicy")
    assert body_of(service.admin("GET", "/policy"))["domainPolicy"] == "verified_only"


def test_the_operator_widens_the_domain_policy_and_an_administrator_narrows_it() -> None:
    service = Service()
    service.admin("PUT", "/policy", {"domainPolicy": "any"}, key=operator_of(service))
    whole = body_of(service.admin("GET", "/policy"))
    assert whole["domainPolicy"] == "any"
    assert service.admin("PUT", "/policy", whole).status == 200, "what was read can be sent again"
    assert (
        body_of(service.admin("PUT", "/policy", {"domainPolicy": "verified_only"}))["domainPolicy"] == "verified_only"
    )


def test_the_operator_keeps_directories_and_keys_of_any_organization() -> None:
    service = Service()
    operator = operator_of(service)
    made = body_of(service.admin("POST", "/directories", {"name": "Second"}, key=operator))
    parameters = {"id": made["id"]}
    key = service.admin("POST", "/directories/{id}/tokens", {}, parameters=parameters, key=operator)
    assert body_of(key)["token"].startswith("rightful_")
    assert len(body_of(service.admin("GET", "/directories"))["items"]) == 2


@pytest.mark.parametrize("route", ["/policy", "/domains", "/directories"])
def test_an_operators_key_on_an_organization_that_is_not_there_is_404(route: str) -> None:
    service = Service()
    answer = service.admin("GET", route, key=operator_of(service), organization_id="gone")
    assert error_of(answer)[:2] == (404, "not_found")
    made = service.admin("POST", "/directories", {"name": "x"}, key=operator_of(service), organization_id="gone")
    assert error_of(made)[:2] == (404, "not_found")


@pytest.mark.parametrize("route", ["/accounts", "/conflicts", "/log", "/summary"])
def test_an_operators_key_opens_settings_only(route: str) -> None:
    service = Service()
    assert error_of(service.admin("GET", route, key=operator_of(service)))[:2] == (403, "forbidden")


# "any" ends where another organization has verified


def anywhere() -> Service:
    service = Service(domain_policy=DomainPolicy.ANY)
    other_organization(service, "theirs.example")
    return service


def test_any_domain_is_any_but_those_of_others() -> None:
    service = anywhere()
    assert service.scim("POST", "/Users", on("nobodys.example", "ada")).status == 201
    refused: Any = service.scim("POST", "/Users", on("theirs.example", "ada"))
    assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")
    narrow: Any = Service().scim("POST", "/Users", on("theirs.example", "ada"))
    assert refused.body == narrow.body, "the answer is that of every domain that is not verified"


@pytest.mark.parametrize("domain", ["example.com", "example.net", "example.org"])
def test_domains_for_examples_are_nobodys_whoever_has_them_added(domain: str) -> None:
    service = Service(domain_policy=DomainPolicy.ANY, domain="ours.example")
    other_organization(service, domain)
    leaver, ada = (service.scim("POST", "/Users", on(domain, name)) for name in ("sales", "ada"))
    service.scim("DELETE", f"/Users/{body_of(leaver)['id']}")
    service.scim("PATCH", f"/Users/{body_of(ada)['id']}", email_patch(f"sales@{domain}"))
    service.remediate_all()
    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert conflict["status"] == "applied"
    assert Service().scim("POST", "/Users", on("example.net", "ada")).status == 400, (
        "under verified_only nothing changes"
    )


def test_any_does_not_let_a_user_or_an_account_move_to_a_domain_of_others() -> None:
    service = anywhere()
    ada = service.create_user("ada")
    assert service.scim("PATCH", f"/Users/{ada['id']}", email_patch("ada@theirs.example")).status == 400
    service.scim("DELETE", f"/Users/{ada['id']}")
    [account] = body_of(service.admin("GET", "/accounts", query={"email": "ada@example.com"}))["items"]
    body = {"action": "set-email", "reason": "x", "email": "ada@theirs.example"}
    answer = service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account["id"]})
    assert error_of(answer) == (400, "invalid_value", "email")


def test_a_preview_under_any_says_so_too() -> None:
    service = anywhere()
    service.create_user("ada")
    changes = [{"from": "ada@example.com", "to": "ada@theirs.example"}]
    found = body_of(service.admin("POST", "/email-changes/preview", {"changes": changes}))
    assert found["byVerdict"] == {"unverified_domain": 1}


def test_an_address_is_not_moved_once_its_domain_is_anothers() -> None:
    service = Service(domain_policy=DomainPolicy.ANY)
    leaver, ada = (service.scim("POST", "/Users", on("nobodys.example", name)) for name in ("sales", "ada"))
    service.scim("DELETE", f"/Users/{body_of(leaver)['id']}")
    service.scim("PATCH", f"/Users/{body_of(ada)['id']}", email_patch("sales@nobodys.example"))
    other_organization(service, "nobodys.example")
    service.remediate_all()
    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert (conflict["class"], conflict["status"]) == ("unverified_domain", "refused")
    ada_id = conflict["requester"]["accountId"]
    assert service.store.holds(["sales@nobodys.example"])["sales@nobodys.example"].account_id != ada_id


def test_a_swap_does_not_happen_where_one_legs_domain_is_anothers() -> None:
    service = Service(domain_policy=DomainPolicy.ANY)
    ada = service.create_user("ada")
    bob: Any = service.scim("POST", "/Users", on("nobodys.example", "bob")).body
    service.scim("PATCH", f"/Users/{ada['id']}", email_patch("bob@nobodys.example"))
    service.queue.messages.clear()
    service.scim("PATCH", f"/Users/{bob['id']}", email_patch("ada@example.com"))
    other_organization(service, "nobodys.example")
    service.remediate_all()
    classes = {each["class"] for each in body_of(service.admin("GET", "/conflicts"))["items"]}
    assert "leaving" not in classes
    assert all(each["status"] != "applied" for each in body_of(service.admin("GET", "/conflicts"))["items"])


def later(service: Service, *asked: Any, **more: Any) -> Response:
    service.pass_time(timedelta(seconds=1))
    return service.admin(*asked, **more)


def test_changes_of_policy_and_brakes_are_logged_with_who_and_what() -> None:
    service = Service()
    later(service, "PUT", "/policy", {"brakes": {"paused": True}})
    later(service, "PUT", "/policy", {"policy": {"rules": {"unlinked": "auto"}}})
    later(service, "PUT", "/policy", {"domainPolicy": "any"}, key=operator_of(service))
    assert rows(service) == [
        ("Ines", "Example", "brakes.paused: false -> true.", None),
        ("Ines", "Example", "policy.rules.unlinked: approval -> auto.", None),
        ("Oda (operator)", "Example", "domainPolicy: verified_only -> any.", None),
    ]


def test_changes_of_domains_are_logged() -> None:
    service = Service()
    later(service, "POST", "/domains", {"domain": "new.example"}, key=operator_of(service))
    later(service, "DELETE", "/domains/{domain}", parameters={"domain": "new.example"})
    assert [row[:3] for row in rows(service)] == [
        ("Oda (operator)", "new.example", "The domain new.example was verified."),
        ("Ines", "new.example", "The domain new.example was given up: no more addresses are claimed on it."),
    ]


def test_changes_of_directories_and_keys_are_logged() -> None:
    service = Service()
    made = body_of(later(service, "POST", "/directories", {"name": "Second", "profile": "okta"}))["id"]
    later(service, "PATCH", "/directories/{id}", {"name": "Third", "onDelete": "erase"}, parameters={"id": made})
    key = body_of(later(service, "POST", "/directories/{id}/tokens", {"lifetimeDays": 2}, parameters={"id": made}))
    later(service, "DELETE", "/directories/{id}/tokens/{tokenId}", parameters={"id": made, "tokenId": key["id"]})
    assert rows(service) == [
        ("Ines", "Second", "The directory was made, for the profile okta.", made),
        ("Ines", "Third", "name: Second -> Third; onDelete: deactivate -> erase.", made),
        ("Ines", "identity provider", f"A key was issued to identity provider: {key['id']}, until 2026-11-25.", made),
        ("Ines", "identity provider", f"The key {key['id']} of identity provider was revoked.", made),
    ]
    assert key["token"] not in str(rows(service))


def test_what_changes_nothing_writes_nothing() -> None:
    service = Service()
    before = service.store.snapshot()
    service.admin("PUT", "/policy", body_of(service.admin("GET", "/policy")))
    service.admin("PATCH", "/directories/{id}", {"name": "IdP"}, parameters={"id": service.directory.id})
    assert service.store.snapshot() == before


def test_why_a_policy_was_changed_is_kept_with_its_row() -> None:
    service = Service()
    changed = service.admin("PUT", "/policy", {"brakes": {"dryRun": True}, "reason": "  The first week.  "})
    assert changed.status == 200
    [row] = [
        row for row in service.store.all_of(LogEntry) if row.action == "settings.changed" and "week" in row.explanation
    ]
    assert row.explanation.endswith(" The first week.")
    assert row.approver == "Ines"
    for wrong in ("", "  ", "x" * 501, "a\u202eb"):
        assert service.admin("PUT", "/policy", {"brakes": {"dryRun": False}, "reason": wrong}).status == 400
