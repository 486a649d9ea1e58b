"""What is asked of an account and how: bad bodies, other organizations, views."""

import pytest

from rightful.core.organizations.registry import create_organization
from rightful.domain.account import Account
from tests.support.service import Service
from tests.support.stream import StreamingStore
from tests.unit.api.admin.accounts import LEAVER, act, body_of, error_of, provisioned, stored, unlinked

# What is asked


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "erase", "reason": "x"}, "action"),
        ({"action": "deactivate"}, "reason"),
        ({"action": "deactivate", "reason": " "}, "reason"),
        ({"action": "deactivate", "reason": "x", "email": "a@example.com"}, "email"),
        ({"action": "deactivate", "reason": "x", "flag": "service"}, "flag"),
        ({"action": "set-email", "reason": "x"}, "email"),
        ({"action": "set-email", "reason": "x", "email": "nonsense"}, "email"),
        ({"action": "protect", "reason": "x", "flag": "holy"}, "flag"),
        ({"action": "protect", "reason": "x", "organizationId": "other"}, "organizationId"),
    ],
)
def test_an_action_that_cannot_be_read_names_what_is_wrong(body: dict[str, object], field: str) -> None:
    service = Service()
    account = unlinked(service, LEAVER)
    answer = service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account.id})
    assert error_of(answer) == (400, "invalid_value")
    assert body_of(answer)["error"]["field"] == field
    assert stored(service, account.id) == account


def test_a_revoked_key_does_nothing_although_the_gateway_still_lets_it_in() -> None:
    from rightful.core.organizations.registry import revoke_token

    service = Service()
    account = unlinked(service, LEAVER)
    revoke_token(service.context(), service.admin_key)
    assert act(service, account.id, "reactivate").status == 403


# Other organizations


@pytest.mark.parametrize(
    "action",
    ["deactivate", "reactivate", "schedule-deletion", "cancel-deletion", "unlink", "claim", "protect", "set-email"],
)
def test_an_account_of_another_organization_is_not_there_whatever_is_tried(action: str) -> None:
    store = StreamingStore()
    theirs = Service(store=store, domain="theirs.example")
    account = provisioned_on(theirs, "ada", "theirs.example")
    ours = Service(store=store)
    before = store.snapshot()

    more = {"email": "ada@example.com"} if action == "set-email" else {}
    assert error_of(act(ours, account.id, action, **more)) == (404, "not_found")
    assert ours.admin("GET", "/accounts/{id}", parameters={"id": account.id}).status == 404
    for view in ("all", "unlinked", "held", "claimable"):
        assert body_of(ours.admin("GET", "/accounts", query={"view": view}))["items"] == []
    assert body_of(ours.admin("GET", "/accounts", query={"email": "ada@theirs.example"}))["items"] == []
    assert store.snapshot() == before


def provisioned_on(service: Service, name: str, domain: str) -> Account:
    email = f"{name}@{domain}"
    created = service.scim(
        "POST",
        "/Users",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": email,
            "emails": [{"value": email, "primary": True}],
        },
    )
    assert created.status == 201, created.body
    return stored(service, service.store.holds([email])[email].account_id or "")


# Views


def test_the_views_show_who_is_unlinked_and_who_keeps_an_address_unused() -> None:
    service = Service()
    linked = provisioned(service, "ada")
    left = unlinked(service, "grace")
    active = unlinked(service, "alan")
    act(service, active.id, "reactivate")
    freed = unlinked(service, "kurt")
    act(service, freed.id, "set-email", email=None)

    def ids(view: str) -> set[str]:
        items = body_of(service.admin("GET", "/accounts", query={"view": view}))["items"]
        return {item["id"] for item in items}

    assert ids("all") == {linked.id, left.id, active.id, freed.id}
    assert ids("unlinked") == {left.id, active.id, freed.id}
    assert ids("held") == {left.id}


def test_a_list_of_accounts_goes_on_where_it_stopped_and_only_with_its_own_cursor() -> None:
    service = Service()
    for number in range(5):
        unlinked(service, f"user{number}")
    provisioned(service, "ada")
    first = body_of(service.admin("GET", "/accounts", query={"view": "all", "limit": "1"}))
    rest = body_of(service.admin("GET", "/accounts", query={"view": "all", "cursor": first["nextCursor"]}))
    assert len(first["items"]) + len(rest["items"]) == 6

    wrong = service.admin("GET", "/accounts", query={"view": "unlinked", "cursor": first["nextCursor"]})
    assert error_of(wrong) == (400, "invalid_value")
    for cursor in ("!", "QQ==", "YQ" * 400):
        for view in ("all", "unlinked"):
            answer = service.admin("GET", "/accounts", query={"view": view, "cursor": cursor})
            assert error_of(answer) == (400, "invalid_value")
    assert error_of(service.admin("GET", "/accounts", query={"view": "everybody"})) == (400, "invalid_value")


def test_the_organization_is_the_keys_and_not_the_paths() -> None:
    service = Service()
    other = create_organization(service.context(), "Other")
    answer = service.admin("GET", "/accounts", query={"view": "all"}, organization_id=other.id)
    assert error_of(answer) == (403, "forbidden")
