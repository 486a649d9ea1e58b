"""What administrators do with accounts, through the admin API, in memory."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.events.publish import publish
from rightful.domain.account import Account
from tests.support.service import Service
from tests.support.stream import RecordingBus, StreamingStore
from tests.unit.api.admin.accounts import LEAVER, act, body_of, error_of, provisioned, stored, unlinked


def signed_up(service: Service, email: str) -> Account:
    return stored(service, body_of(service.accounts("POST", body={"email": email}))["id"])


def rows(service: Service, account_id: str) -> list[dict[str, Any]]:
    """What administrators did with it."""
    items: list[dict[str, Any]] = body_of(service.admin("GET", "/log", query={"accountId": account_id}))["items"]
    return [row for row in items if row["approver"]]


# set-email


def test_an_unlinked_account_gets_another_address_and_the_old_one_is_free() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    changed = act(service, account.id, "set-email", email="Former@example.com")

    assert (changed.status, body_of(changed)["email"]) == (200, "Former@example.com")
    holds = service.store.holds(["leaver@example.com", "former@example.com"])
    assert {canonical: hold.account_id for canonical, hold in holds.items()} == {"former@example.com": account.id}
    row = rows(service, account.id)[0]
    assert (row["action"], row["approver"], row["explanation"]) == ("user.email_changed", "Ines", "Because.")


def test_an_address_is_freed_without_another_one_in_its_place() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    freed = act(service, account.id, "set-email", email=None)
    again = act(service, account.id, "set-email", email=None)

    assert body_of(freed)["email"] is None
    assert again.body == freed.body
    assert service.store.holds(["leaver@example.com"]) == {}


def test_a_freed_address_goes_to_who_waits_for_it() -> None:
    store = StreamingStore()
    service = Service(store=store)
    account = unlinked(service, LEAVER)
    act(service, account.id, "reactivate")
    colleague = service.create_user("ada")
    service.move(colleague["id"], LEAVER)
    service.remediate_all()
    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert conflict["status"] == "waiting_approval"
    store.take()

    act(service, account.id, "set-email", email=None)
    publish(store, service.queue, RecordingBus(), store.take())
    service.remediate_all()

    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert conflict["status"] == "applied"
    assert service.move(colleague["id"], LEAVER).status == 200


def test_an_address_on_a_domain_that_is_not_verified_is_refused() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    refused = act(service, account.id, "set-email", email="leaver@elsewhere.example")
    assert error_of(refused) == (400, "invalid_value")
    assert body_of(refused)["error"]["field"] == "email"
    assert stored(service, account.id) == account


def test_a_taken_address_names_the_holder_only_if_it_is_the_organizations_own() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    colleague = provisioned(service, "ada")
    stranger = signed_up(service, "stranger@example.com")

    own = act(service, account.id, "set-email", email="ada@example.com")
    foreign = act(service, account.id, "set-email", email="stranger@example.com")

    assert error_of(own) == error_of(foreign) == (409, "email_taken")
    assert colleague.id in body_of(own)["error"]["message"]
    assert stranger.id not in body_of(foreign)["error"]["message"]


def test_a_linked_accounts_address_is_its_directorys() -> None:
    service = Service()
    account = provisioned(service, "ada")
    assert error_of(act(service, account.id, "set-email", email="king@example.com")) == (409, "linked")
    assert error_of(act(service, account.id, "set-email", email=None)) == (409, "linked")
    assert error_of(act(service, account.id, "schedule-deletion")) == (409, "linked")
    assert stored(service, account.id) == account


# active, deletion


def test_an_account_is_deactivated_and_reactivated() -> None:
    service = Service()
    account = provisioned(service, "ada")
    off = act(service, account.id, "deactivate")
    still_off = act(service, account.id, "deactivate")
    on = act(service, account.id, "reactivate")

    assert [body_of(answer)["status"] for answer in (off, on)] == ["deactivated", "active"]
    assert still_off.body == off.body
    assert {row["action"] for row in rows(service, account.id)} == {"user.reactivated", "user.deactivated"}


def test_a_deletion_is_scheduled_and_cancelled_and_the_account_stays_deactivated() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    act(service, account.id, "reactivate")
    scheduled = act(service, account.id, "schedule-deletion")
    service.pass_time(timedelta(days=2))

    assert (body_of(scheduled)["status"], body_of(scheduled)["deletionDate"]) == (
        "pending_deletion",
        "2026-12-07T09:00:00.000Z",
    )
    assert error_of(act(service, account.id, "reactivate")) == (409, "pending_deletion")
    assert body_of(act(service, account.id, "schedule-deletion"))["deletionDate"] == "2026-12-07T09:00:00.000Z"
    cancelled = act(service, account.id, "cancel-deletion")
    assert (body_of(cancelled)["status"], body_of(cancelled)["deletionDate"]) == ("deactivated", None)
    assert error_of(act(service, account.id, "cancel-deletion")) == (409, "not_scheduled")


# unlink


def test_unlinking_leaves_the_person_active_with_their_address() -> None:
    service = Service()
    account = provisioned(service, "ada")
    assert account.link is not None
    result = act(service, account.id, "unlink")

    assert (body_of(result)["status"], body_of(result)["link"]) == ("active", None)
    assert body_of(result)["email"] == "ada@example.com"
    assert service.scim("GET", f"/Users/{account.link.scim_id}").status == 404
    assert rows(service, account.id)[0]["action"] == "user.unlinked"
    assert act(service, account.id, "unlink").body == result.body
    again = service.scim("POST", "/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com", "externalId": "ext-ada",
        "emails": [{"value": "ada@example.com", "primary": True}]})  # fmt: skip
    assert again.status == 201, "its directory can link it again"


def test_unlinking_takes_a_person_out_of_the_directorys_groups() -> None:
    service = Service()
    account = provisioned(service, "ada")
    assert account.link is not None
    group: Any = service.scim(
        "POST",
        "/Groups",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Engine",
            "members": [{"value": account.link.scim_id}],
        },
    ).body
    act(service, account.id, "unlink")
    after: Any = service.scim("GET", f"/Groups/{group['id']}").body
    assert after.get("members", []) == []
    assert stored(service, account.id).group_ids == frozenset()


def test_unlinking_ends_the_change_that_the_directory_wanted() -> None:
    service = Service()
    provisioned(service, "grace")
    account = provisioned(service, "ada")
    assert account.link is not None
    service.move(account.link.scim_id, "grace")
    service.remediate_all()
    act(service, account.id, "unlink")
    [conflict] = body_of(service.admin("GET", "/conflicts"))["items"]
    assert conflict["status"] == "superseded"


# claim


def test_an_account_on_a_verified_domain_is_listed_as_claimable_and_claimed() -> None:
    service = Service()
    account = signed_up(service, "grace@example.com")
    signed_up(service, "grace@elsewhere.example")
    assert service.admin("GET", "/accounts/{id}", parameters={"id": account.id}).status == 404

    listed = body_of(service.admin("GET", "/accounts", query={"view": "claimable"}))["items"]
    claimed = act(service, account.id, "claim")

    assert [(item["id"], item["email"]) for item in listed] == [(account.id, "grace@example.com")]
    assert (body_of(claimed)["organizationId"], body_of(claimed)["claimed"]) == (service.organization.id, True)
    assert act(service, account.id, "claim").body == claimed.body
    assert body_of(service.admin("GET", "/accounts", query={"view": "claimable"}))["items"] == []
    assert rows(service, account.id)[0]["approver"] == "Ines"


def test_claimable_accounts_of_several_domains_come_page_by_page() -> None:
    from rightful.core.organizations.domains import add_domain

    service = Service()
    for domain in ("a.example", "b.example", "c.example"):
        service.organization = add_domain(service.context(), service.organization, domain)
    wanted = {signed_up(service, f"{name}@{domain}").id for name in "xyz" for domain in ("a.example", "c.example")}

    found: list[str] = []
    query = {"view": "claimable", "limit": "2"}
    for _ in range(20):
        page = body_of(service.admin("GET", "/accounts", query=query))
        found += [item["id"] for item in page["items"]]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    assert len(found) == len(wanted)
    assert set(found) == wanted


@pytest.mark.parametrize("kind", ["elsewhere", "nobody", "no address"])
def test_an_account_that_may_not_be_claimed_is_not_there(kind: str) -> None:
    service = Service()
    account_id = {
        "elsewhere": lambda: signed_up(service, "grace@elsewhere.example").id,
        "nobody": lambda: "nobody",
        "no address": lambda: "x" * 3000,
    }[kind]()
    assert error_of(act(service, account_id, "claim")) == (404, "not_found")


# protect


def test_a_protected_accounts_address_does_not_move_by_one_administrators_hand() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    marked = act(service, account.id, "protect", flag="privileged")

    assert body_of(marked)["flags"] == ["privileged"]
    for action, more in (("set-email", {"email": None}), ("schedule-deletion", {})):
        assert error_of(act(service, account.id, action, **more)) == (409, "protected")
    assert body_of(act(service, account.id, "deactivate"))["status"] == "deactivated"


def test_an_account_on_legal_hold_is_not_scheduled_for_deletion() -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    act(service, account.id, "protect", flag="legal_hold")
    assert error_of(act(service, account.id, "schedule-deletion")) == (409, "legal_hold")


def test_a_protected_sign_up_is_not_claimed_by_one_administrators_hand() -> None:
    service = Service()
    account = signed_up(service, "robot@example.com")
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": account.id, "flag": "service"})
    assert error_of(act(service, account.id, "claim")) == (409, "protected")


def test_an_action_on_what_was_read_is_not_done_to_something_else() -> None:
    service = Service()
    leaver = unlinked(service, LEAVER)
    read, other = leaver.version, "other@example.com"
    assert act(service, leaver.id, "set-email", email=other, version=read).status == 200
    # Who says so again changes nothing, and is told no error.
    once = stored(service, leaver.id)
    assert act(service, leaver.id, "set-email", email=other, version=read).status == 200
    for action, more in (("set-email", {"email": None}), ("protect", {"flag": "service"}), ("unclaim", {})):
        assert error_of(act(service, leaver.id, action, version=read, **more))[0] == 409
    assert error_of(act(service, leaver.id, "schedule-deletion", version=read)) == (409, "changed")
    assert error_of(act(service, leaver.id, "schedule-deletion", version=0)) == (400, "invalid_value")
    assert stored(service, leaver.id) == once
    assert act(service, leaver.id, "schedule-deletion", version=once.version).status == 200


def test_the_linked_accounts_are_a_view() -> None:
    service = Service()
    ids = {provisioned(service, f"u{number}").id for number in range(5)}
    unlinked(service, LEAVER)
    found: list[str] = []
    query = {"view": "linked", "limit": "2"}
    while True:
        page = body_of(service.admin("GET", "/accounts", query=query))
        found += [item["id"] for item in page["items"]]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    assert sorted(found) == sorted(ids)
    query["cursor"] = "dW5saW5rZWQjYQ=="  # of the other view
    assert error_of(service.admin("GET", "/accounts", query=query)) == (400, "invalid_value")
