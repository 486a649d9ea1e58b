"""An identity provider's soft delete, over HTTP: whatever it calls the person, no address is made of it, and nobody's
address or userName comes free; the person is deactivated, and a restore works. Each request comes twice."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from rightful.core.conflicts.lifecycle.fail import give_up
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from tests.support.service import Service, patch, user

DIGITS = "0123456789abcdef0123456789abcdef"
OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}


def work(value: str) -> dict[str, object]:
    return {"op": "replace", "path": 'emails[type eq "work"].value', "value": value}


def called(value: str) -> dict[str, object]:
    return {"op": "replace", "path": "userName", "value": value}


class Directory:
    """Ada and Sales are users. Ada's userPrincipalName is `upn`, and her mail `mail`."""

    def __init__(self, profile: str = "entra", *, upn: str = "ada@example.com", mail: str = "ada@example.com") -> None:
        self.service = Service(profile=profile)
        self.upn, self.mail = upn, mail
        emails = [{"value": mail, "type": "work", "primary": True}]
        self.ada_id = str(self.service.create_user("ada", userName=upn, emails=emails)["id"])
        self.sales_id = str(self.service.create_user("sales")["id"])

    def patch(self, *operations: dict[str, object], expected: tuple[int, ...] = (200, 204)) -> None:
        """Ada's directory patches her, twice, a minute after what was before."""
        self.service.pass_time(timedelta(minutes=1))
        for _ in range(2):
            answer = self.service.scim("PATCH", f"/Users/{self.ada_id}", patch(*operations))
            assert answer.status in expected, answer.body

    def renamed_in_vain(self, *, user_name: bool = True, state: str = "open") -> None:
        """Ada is to be called sales@example.com, which is refused, and the conflict is in that state."""
        operations = [work("sales@example.com"), *([called("new@example.com")] if user_name else [])]
        self.patch(*operations, expected=(409,))
        if state == "open":
            return
        if state == "failed":
            give_up(self.service.context(), self.conflict.pointer)
            return
        self.service.remediate_all()
        if state == "rejected":
            body = {"decision": "reject", "reason": "no"}
            self.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": self.conflict.id})
        assert self.conflict.status == state

    @property
    def conflict(self) -> Conflict:
        """Ada's last conflict."""
        mine = [each for each in self.service.store.all_of(Conflict) if each.request.requester.scim_id == self.ada_id]
        return max(mine, key=lambda each: each.id)

    @property
    def ada(self) -> Account:
        """Her account."""
        account = self.service.store.account(self.ada_id.rpartition("-")[0])
        assert account is not None
        return account

    def found(self, attribute: str, value: str) -> list[str]:
        """Whom a look-up finds."""
        body: Any = self.service.scim("GET", "/Users", query={"filter": f'{attribute} eq "{value}"'}).body
        return [each["id"] for each in body.get("Resources", [])]

    def check_deleted(self) -> None:
        """Ada is out, with her address; the other one has theirs; nothing is wanted for her any more."""
        self.service.remediate_all()
        assert not self.ada.active
        assert self.ada.email is not None
        assert self.ada.email.value == self.mail
        entries: Any = self.ada.attributes["emails"]
        assert [entry["value"] for entry in entries] == [self.mail]
        hold = self.service.store.holds([self.mail])[self.mail]
        assert hold.account_id == self.ada.id
        assert self.found("emails.value", self.mail) == [self.ada_id]
        assert self.found("userName", "sales@example.com") == [self.sales_id]
        assert self.found("emails.value", "sales@example.com") == [self.sales_id]
        live = [each for each in self.service.store.all_of(Conflict) if each.live]
        assert not live, "what was wanted for her is not wanted any more"
        assert not self.service.store.pending_conflicts([f"account:{self.ada.id}"])

    def check_restored(self) -> None:
        """Ada comes back as who she was; and what she was to be called is hers once it is free."""
        self.patch(called(self.upn), work(self.mail), ON)
        assert (self.ada.active, self.ada.holds) == (True, self.mail)
        assert self.found("userName", self.upn) == [self.ada_id]
        self.service.scim("PATCH", f"/Users/{self.sales_id}", patch(work("other@example.com")))
        self.service.remediate_all()
        assert self.ada.holds == self.mail, "nobody asks for it any more"
        self.patch(called("new@example.com"), work("sales@example.com"))
        assert self.ada.holds == "sales@example.com"


@pytest.mark.parametrize("mail", ["ada@example.com", "ada.lovelace@example.com"], ids=["mail is UPN", "another mail"])
@pytest.mark.parametrize("state", ["open", "refused", "rejected", "failed"])
@pytest.mark.parametrize("prefix", [DIGITS, DIGITS.upper(), "01234567-89ab-cdef-0123-456789abcdef"])
@pytest.mark.parametrize("of", ["ada@example.com", "sales@example.com", "new@example.com"])
def test_a_soft_delete_after_a_refused_rename_keeps_the_address(of: str, prefix: str, state: str, mail: str) -> None:
    directory = Directory(mail=mail)
    directory.renamed_in_vain(state=state)
    directory.patch(called(prefix + of), work(prefix + of), OFF)
    directory.check_deleted()
    assert directory.found("userName", prefix + of) == [directory.ada_id]
    assert directory.found("userName", "ada@example.com") == []
    directory.check_restored()


@pytest.mark.parametrize("order", [*permutations(range(3))])
@pytest.mark.parametrize("of", ["ada@example.com", "sales@example.com"])
def test_the_order_of_its_operations_does_not_count(of: str, order: tuple[int, ...]) -> None:
    directory = Directory(mail="ada.lovelace@example.com")
    directory.renamed_in_vain()
    operations = [called(DIGITS + of), work(DIGITS + of), OFF]
    directory.patch(*(operations[index] for index in order))
    directory.check_deleted()


@pytest.mark.parametrize("user_name", [True, False], ids=["the userName too", "the email alone"])
@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_nor_does_it_count_whether_they_come_one_by_one(order: tuple[int, ...], user_name: bool) -> None:
    directory = Directory(mail="ada.lovelace@example.com")
    directory.renamed_in_vain(user_name=user_name)
    operations = [called(f"{DIGITS}sales@example.com"), work(f"{DIGITS}sales@example.com"), OFF]
    for index in order:
        if index or user_name:
            directory.patch(operations[index])
            directory.service.remediate_all()
    directory.check_deleted()


@pytest.mark.parametrize("profile", ["generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping"])
@pytest.mark.parametrize("way", ["PATCH", "PATCH without paths", "PUT", "bulk"])
def test_every_way_and_dialect_is_the_same(way: str, profile: str) -> None:
    directory = Directory(profile, mail="ada.lovelace@example.com")
    directory.renamed_in_vain()
    dead = f"{DIGITS}sales@example.com"
    emails = [{"value": dead, "type": "work", "primary": True}]
    body: dict[str, object] = patch(called(dead), work(dead), OFF)
    if way == "PATCH without paths":
        body = patch({"op": "replace", "value": {"userName": dead, "emails": emails, "active": False}})
    if way == "PUT":
        body = user("ada", userName=dead, emails=emails, active=False)
    method, path = ("PUT" if way == "PUT" else "PATCH"), f"/Users/{directory.ada_id}"
    if way == "bulk":
        operation = {"method": "PATCH", "path": path, "data": body}
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
        method, path = "POST", "/Bulk"
    for _ in range(2):
        assert directory.service.scim(method, path, body).status in {200, 204}
    directory.check_deleted()
    directory.check_restored()


@pytest.mark.parametrize("before", ["deactivated", "deactivated by an administrator", "expired"])
def test_it_is_known_however_long_ago_the_rename_was_refused(before: str) -> None:
    directory = Directory(mail="ada.lovelace@example.com")
    directory.renamed_in_vain(user_name=False, state="refused")
    if before == "deactivated":
        directory.patch(OFF)
    elif before == "expired":
        directory.service.pass_time(timedelta(days=29))
        directory.service.queue.messages.append(directory.conflict.pointer)
        directory.service.remediate_all()
        assert directory.conflict.status is ConflictStatus.EXPIRED
    else:
        body = {"action": "deactivate", "reason": "gone"}
        directory.service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": directory.ada.id})
    directory.patch(work(f"{DIGITS}sales@example.com"), OFF)
    directory.check_deleted()


def test_a_deactivation_that_was_refused_with_the_rename_is_carried_out_with_the_soft_delete() -> None:
    directory = Directory()
    directory.patch(work("sales@example.com"), OFF, expected=(409,))
    directory.patch(called(f"{DIGITS}sales@example.com"))
    directory.check_deleted()


def test_a_name_that_is_too_long_for_an_address_with_the_digits_before_it_is_known() -> None:
    long = f"{'ada-' * 14}@example.com"
    directory = Directory(upn=long, mail=long)
    directory.patch(called(DIGITS + long), work(DIGITS + long), OFF)
    directory.check_deleted()


def test_a_upn_on_a_domain_that_is_nobody_s_is_known() -> None:
    upn = "ada@contoso.onmicrosoft.example"
    directory = Directory(upn=upn)
    directory.patch(called(DIGITS + upn), work(DIGITS + upn), OFF)
    directory.check_deleted()


def test_another_email_than_the_account_s_stays_too() -> None:
    directory = Directory()
    home = {"value": "a@home.example", "type": "home"}
    emails = [{"value": "ada@example.com", "type": "work", "primary": True}, home]
    directory.patch({"op": "replace", "path": "emails", "value": emails})
    directory.patch({"op": "replace", "path": 'emails[type eq "home"].value', "value": f"{DIGITS}a@home.example"}, OFF)
    assert directory.ada.attributes["emails"] == emails


def test_who_lost_the_address_to_a_conflict_is_known_by_it() -> None:
    directory = Directory(upn="ada")
    directory.patch(OFF)
    directory.service.pass_time(timedelta(days=30))
    directory.service.move(directory.sales_id, "ada")
    directory.service.remediate_all()
    assert directory.ada.email is not None
    assert directory.ada.email.is_placeholder
    directory.patch(work(f"{DIGITS}ada@example.com"), OFF)
    assert directory.ada.email.is_placeholder


@pytest.mark.parametrize("known", ["a user", "what a user waits for", "nobody"])
def test_what_is_made_of_somebody_else_s_name_is_an_address_like_any_other(known: str) -> None:
    directory = Directory()
    victim = "sales@example.com" if known == "a user" else "victim@example.com"
    if known == "what a user waits for":
        directory.service.create_user("victim")
        directory.service.move(directory.sales_id, "victim")
        directory.service.remediate_all()
    directory.patch(work(DIGITS + victim), OFF)
    assert directory.ada.holds == DIGITS + victim
    assert directory.found("emails.value", "sales@example.com") == [directory.sales_id]


def test_a_user_who_is_created_under_such_a_name_has_it() -> None:
    directory = Directory()
    dead = f"{DIGITS}ada@example.com"
    emails = [{"value": dead, "type": "work", "primary": True}]
    assert directory.service.scim("POST", "/Users", user("dead", userName=dead, emails=emails)).status == 201
    assert directory.found("emails.value", dead) != [directory.ada_id]
    assert directory.ada.holds == "ada@example.com"


def test_a_swap_whose_part_is_deleted_softly_is_no_swap_any_more() -> None:
    directory = Directory()
    directory.patch(work("sales@example.com"), expected=(409,))
    directory.patch(called(f"{DIGITS}sales@example.com"), work(f"{DIGITS}sales@example.com"), OFF)
    assert directory.service.move(directory.sales_id, "ada").status == 409
    directory.service.remediate_all()
    assert not directory.ada.active
    assert directory.ada.holds != "sales@example.com"
    assert directory.conflict.status is ConflictStatus.SUPERSEDED


@pytest.mark.parametrize("of", ["ada@example.com", "sales@example.com", "victim@example.com"])
def test_a_preview_says_what_a_push_would_do(of: str) -> None:
    directory = Directory()
    directory.renamed_in_vain(state="refused")
    changes = [{"from": "ada@example.com", "to": DIGITS + of}]
    answer: Any = directory.service.admin("POST", "/email-changes/preview", {"changes": changes}).body
    [item] = answer["items"]
    directory.patch(work(DIGITS + of))
    kept = directory.ada.holds == "ada@example.com"
    assert kept is (of != "victim@example.com")
    assert item["verdict"] == ("unchanged" if kept else "goes_through")
