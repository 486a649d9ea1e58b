"""What stands in the index of secondary emails: by it and the email index, every user with an address is found."""
# ruff: noqa: RUF001 - letters that look alike are what is tested here

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rightful.core.accounts.index_writes import (
    ENTERPRISE_USER,
    MANY,
    MOST_KEYS,
    address_key,
    held_as,
    number_key,
    secondary_keys,
    secondary_writes,
)
from rightful.domain.account import Account
from rightful.ports.writes.accounts import ListSecondaryEmail
from rightful.text.identity import trimmed
from rightful.text.mailboxes import comparable
from tests.support.builders import a_link, an_account


def somebody(*values: str, own: str | None = "ada@example.com", account_id: str = "ada") -> Account:
    emails = [{"value": value} for value in values]
    return an_account(account_id, email=own, link=a_link(account_id, "dir"), attributes={"emails": emails})


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ((), set()),
        (("ada@example.com", "ADA@Example.com"), set()),
        (("ada@example.com", "Home@Example.org", "third@example.org"), {"home@example.org", "third@example.org"}),
        (("ada@example.com", "home@example.org", "HOME@example.org"), {"home@example.org"}),
        (("ada@example.com", "No Address"), {"no address"}),
        (("ada@example.com", "x" * 500), {"x" * 400}),
        (("ada@example.com.", "ADA@example.com"), set()),
        (("ada@example.com", "x@bücher.example.", "x@xn--bcher-kva.example"), {"x@xn--bcher-kva.example"}),
        (("ada@example.com", "", " \t"), set()),
        (("ada@example.com", "\u00a0", "\u200b", "\ufeff \u2800", "\u3164"), set()),
    ],
)
def test_the_keys_are_what_the_email_index_does_not_lead_to(values: tuple[str, ...], keys: set[str]) -> None:
    assert secondary_keys(somebody(*values)) == {("dir", key) for key in keys}


def test_an_account_without_an_address_of_its_own_or_without_a_directory() -> None:
    assert secondary_keys(somebody("x", own=None)) == {("dir", "x")}
    assert secondary_keys(an_account("ada", attributes={"emails": [{"value": "x"}]})) == frozenset()


def test_whoever_has_an_employee_number_is_listed_in_the_organization_linked_or_not() -> None:
    numbered = {ENTERPRISE_USER: {"employeeNumber": " E-42 "}}
    for link in (a_link("ada", "dir"), None):
        account = an_account("ada", organization_id="org", link=link, attributes=numbered)
        assert secondary_keys(account) == {("org", "employeeNumber#e-42")} == {number_key("org", "E-42")}
    assert secondary_keys(an_account("ada", attributes=numbered)) == frozenset(), (
        "a personal account is nobody's employee"
    )
    for nothing in ("N/A", "0000", " ", "", None, 4711):
        unnumbered = {ENTERPRISE_USER: {"employeeNumber": nothing}}
        assert secondary_keys(an_account("ada", organization_id="org", attributes=unnumbered)) == frozenset()


def test_more_addresses_than_a_transaction_takes_are_one_key() -> None:
    many = [f"{number}@example.org" for number in range(MOST_KEYS + 1)]
    assert secondary_keys(somebody(*many)) == {("dir", MANY)}
    assert len(secondary_keys(somebody(*many[1:]))) == MOST_KEYS


def test_the_writes_of_several_accounts_meet_on_no_list_twice() -> None:
    ada, bob = somebody("b@x.example"), somebody("a@x.example", account_id="bob")
    after = [(ada, somebody("a@x.example")), (bob, somebody("b@x.example", account_id="bob"))]
    assert secondary_writes(after) == [
        ListSecondaryEmail("dir", "a@x.example", frozenset({"ada"}), frozenset({"bob"})),
        ListSecondaryEmail("dir", "b@x.example", frozenset({"bob"}), frozenset({"ada"})),
    ]
    assert secondary_writes([(ada, ada)]) == []


letters = st.sampled_from("abKſßẞsıİi\u212aÅå\u030aéＡ@.- ")
texts = st.text(letters, max_size=12) | st.text(max_size=12)
addresses = st.builds("{}@{}.example".format, texts, texts)


@given(st.lists(addresses | texts, max_size=4), addresses | texts)
@example(["x@straße.example"], "x@strasse.example")
@example(["x@strasse.example"], "x@straße.example")
@example(["x@K.example"], "x@\u212a.example")
@example(["\x1b"], "\x1b")
def test_whatever_a_filter_takes_for_equal_is_found(values: list[str], wanted: str) -> None:
    holds = next((canonical for canonical in map(held_as, values) if canonical), None)
    account = somebody(*values, own=holds)
    # What shows nothing is nobody's, and in no list.
    if trimmed(comparable(wanted)) and any(comparable(value) == comparable(wanted) for value in values):
        key = address_key(wanted)
        listed = {listed_as for _, listed_as in secondary_keys(account)}
        assert {key, MANY} & listed or (account.holds is not None and held_as(key) == account.holds)
