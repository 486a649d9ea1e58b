"""When a create is the same person again (docs/concepts.md, below "Invariants"), and when it is not."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.core.accounts.relinking import Creation, is_same_user
from rightful.domain.account import AccountStatus, Flag, FormerLink
from rightful.domain.conflicts.policy import STANDARD, Policy
from tests.support.builders import NOW, a_link, a_user, an_account, an_organization

FORMER = FormerLink("dir", "ada", "e1", NOW)
WITHOUT_EXTERNAL_ID = FormerLink("dir", "ada", None, NOW)
HOLDER = an_account(
    "abc",
    email="ada@example.com",
    organization_id="org",
    status=AccountStatus.DEACTIVATED,
    former_link=FORMER,
)


def _same(
    holder: dict[str, Any] | None = None,
    *,
    external_id: str | None = "e1",
    user_name: str = "ada",
    policy: Policy = STANDARD,
) -> bool:
    resource = a_user(user_name, "ada@example.com")
    if external_id is not None:
        resource["externalId"] = external_id
    creation = Creation(resource, "dir", an_organization("org", policy=policy), NOW)
    return is_same_user(replace(HOLDER, **holder or {}), creation)


def test_the_same_external_id_is_proof_whatever_the_user_name() -> None:
    assert _same()
    assert _same(user_name="lovelace")


def test_another_external_id_is_another_person_even_with_the_same_user_name() -> None:
    assert not _same(external_id="e2")
    assert not _same(external_id="E1")


def test_an_external_id_on_one_side_only_is_no_proof() -> None:
    assert not _same(external_id=None)
    assert not _same({"former_link": WITHOUT_EXTERNAL_ID}, external_id="e1")


def test_without_external_ids_on_both_sides_the_same_user_name_is_proof() -> None:
    assert _same({"former_link": WITHOUT_EXTERNAL_ID}, external_id=None)
    assert _same({"former_link": WITHOUT_EXTERNAL_ID}, external_id=None, user_name=" ADA ")
    assert not _same({"former_link": WITHOUT_EXTERNAL_ID}, external_id=None, user_name="ada2")


def test_the_policy_can_forbid_the_proof_by_user_name_but_not_the_one_by_external_id() -> None:
    forbidden = Policy(relink_by_user_name=False)
    assert not _same({"former_link": WITHOUT_EXTERNAL_ID}, external_id=None, policy=forbidden)
    assert _same(policy=forbidden)


@pytest.mark.parametrize(
    "holder",
    [
        {"link": a_link("abc", "dir")},
        {"former_link": None},
        {"former_link": replace(FORMER, directory_id="other")},
        {"organization_id": "other"},
        {"organization_id": None},
        {"status": AccountStatus.PENDING_DELETION},
        {"flags": frozenset({Flag.LEGAL_HOLD})},
        {"flags": frozenset({Flag.PRIVILEGED})},
        {"flags": frozenset({Flag.SERVICE})},
    ],
    ids=[
        "it is linked",
        "it never was linked",
        "its last link was elsewhere",
        "it is another organization's",
        "it is nobody's",
        "it is scheduled for deletion",
        "it is on legal hold",
        "it is privileged",
        "it is a service's",
    ],
)
def test_the_same_external_id_is_no_proof_where(holder: dict[str, Any]) -> None:
    assert not _same(holder)


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.DEACTIVATED])
def test_the_proof_holds_whether_or_not_the_account_is_active(status: AccountStatus) -> None:
    assert _same({"status": status})
