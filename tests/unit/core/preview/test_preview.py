"""The preview of many changes, through the admin API, in memory: what it says is what then happens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightful.api.admin.conflicts.preview import MOST_CHANGES
from rightful.api.request import Response
from rightful.core.accounts.index_writes import ENTERPRISE_USER
from rightful.core.organizations.registry import change_organization, create_directory
from rightful.domain.conflicts.policy import STANDARD, Brakes, read_policy
from tests.support.service import AT_ONCE, Service
from tests.support.work import lines_run

WELL = {"goes_through", "swap", "automatic", "unchanged"}


def address(name: str) -> str:
    return name if "@" in name else f"{name}@example.com"


def ask(service: Service, *pairs: tuple[str, str]) -> Response:
    changes = [{"from": address(old), "to": address(new)} for old, new in pairs]
    return service.admin("POST", "/email-changes/preview", {"changes": changes})


def forecast(service: Service, *pairs: tuple[str, str]) -> list[dict[str, Any]]:
    answer = ask(service, *pairs)
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def verdicts(service: Service, *pairs: tuple[str, str]) -> list[str]:
    return [item["verdict"] for item in forecast(service, *pairs)]


def staffed(*names: str, **options: Any) -> Service:
    service = Service(**options)
    for name in names:
        service.create_user(name)
    return service


# One by one


def test_a_free_address_goes_through_at_once() -> None:
    [item] = forecast(staffed("ada"), ("ada", "king"))
    assert (item["verdict"], item["step"], item["group"], item["holder"]) == ("goes_through", 1, None, None)
    assert item["explanation"]


def test_a_held_address_names_its_own_holder_the_class_and_who_must_act() -> None:
    service = staffed("ada", "grace")
    [item] = forecast(service, ("ada", "grace"))
    assert (item["verdict"], item["class"], item["step"]) == ("refused", "active_in_directory", None)
    assert item["holder"]["email"] == "grace@example.com"
    assert item["nextStep"]["who"]


def test_a_leavers_address_needs_an_approval_or_moves_by_itself_as_the_policy_says() -> None:
    for policy, verdict in ((STANDARD, "approval"), (AT_ONCE, "automatic")):
        service = staffed("ada", policy=policy)
        leaver = service.create_user("grace")
        service.scim("DELETE", f"/Users/{leaver['id']}")
        [item] = forecast(service, ("ada", "grace"))
        assert (item["verdict"], item["class"]) == (verdict, "deactivated")


@pytest.mark.parametrize(
    ("number", "third", "elsewhere", "verdict", "kind"),
    [
        ("4711", False, False, "automatic", "rehire"),
        ("4711", False, True, "approval", "rehire"),
        ("4711", True, False, "approval", "deactivated"),
        ("N/A", False, False, "approval", "deactivated"),
    ],
)
def test_who_is_the_same_person_is_foreseen(number: str, third: bool, elsewhere: bool, verdict: str, kind: str) -> None:
    service = Service(policy=read_policy({"base": "custom", "rules": {"rehire": "auto", "deactivated": "approval"}}))
    numbered = {ENTERPRISE_USER: {"employeeNumber": number}, "externalId": ""}
    leaver = service.create_user("grace", **numbered)
    service.scim("DELETE", f"/Users/{leaver['id']}")
    if third:
        service.create_user("third", **numbered)
    if elsewhere:
        service.enter(create_directory(service.context(), service.organization.id, "Other"))
    ada = service.create_user("ada", **numbered)
    [item] = forecast(service, ("ada", "grace"))
    assert (item["verdict"], item["class"]) == (verdict, kind)
    assert service.move(ada["id"], "grace").status == 409
    service.remediate_all()
    [conflict] = service.store.conflicts(service.organization.id, limit=5).conflicts
    assert conflict.finding.conflict_class == kind
    assert conflict.status == ("applied" if verdict == "automatic" else "waiting_approval")


def test_brakes_are_foreseen() -> None:
    service = staffed("ada")
    leaver = service.create_user("grace")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    change_organization(service.context(), replace(service.organization, brakes=Brakes(paused=True)))
    assert verdicts(service, ("ada", "grace")) == ["approval"]


def test_a_holder_of_another_organization_is_not_named() -> None:
    service = staffed("ada")
    stranger: Any = service.accounts("POST", body={"email": "stranger@example.com", "emailVerified": True}).body
    service.accounts("POST", "/{id}/login-seen", parameters={"id": stranger["id"]})
    answer = ask(service, ("ada", "stranger"))
    [item] = forecast(service, ("ada", "stranger"))
    assert (item["verdict"], item["class"], item["holder"]) == ("approval", "claimable", None)
    assert stranger["id"] not in str(answer.body)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("nobody", "king", "not_found"),
        ("ada", "ADA", "unchanged"),
        ("ada", "ada@elsewhere.example", "unverified_domain"),
        ("ada", "ada@released.invalid", "unverified_domain"),
        ("ada", "no@address@at all", "invalid"),
        ("left", "king", "not_linked"),
    ],
)
def test_what_cannot_be_pushed_is_said(old: str, new: str, verdict: str) -> None:
    service = staffed("ada")
    leaver = service.create_user("left")
    service.scim("DELETE", f"/Users/{leaver['id']}")
    [item] = forecast(service, (old, new))
    assert (item["verdict"], item["step"]) == (verdict, None)
    assert item["explanation"]
    # Nobody can verify the domain that remediation alone uses.
    step = "verify_domain" if new == "ada@elsewhere.example" else None
    assert (item["nextStep"] or {}).get("code") == step


def test_whether_a_foreign_address_exists_is_not_said() -> None:
    service = staffed("ada")
    service.accounts("POST", body={"email": "there@elsewhere.example"})
    there, nowhere = forecast(service, ("there@elsewhere.example", "ada2"), ("nowhere@elsewhere.example", "ada3"))
    assert (there["verdict"], there["explanation"]) == (nowhere["verdict"], nowhere["explanation"])
    there, nowhere = (forecast(service, ("ada", f"{name}@elsewhere.example"))[0] for name in ("there", "nowhere"))
    assert (there["verdict"], there["explanation"]) == (nowhere["verdict"], nowhere["explanation"])


def test_two_changes_to_one_address_and_two_of_one_person_are_said() -> None:
    service = staffed("ada", "grace", "alan")
    assert verdicts(service, ("ada", "king"), ("grace", "King")) == ["same_target", "same_target"]
    assert verdicts(service, ("ada", "one"), ("Ada", "two"), ("alan", "three")) == [
        "listed_twice",
        "listed_twice",
        "goes_through",
    ]


# Together


def test_a_swap_is_one_group_that_resolves_by_itself() -> None:
    service = staffed("ada", "grace")
    items = forecast(service, ("ada", "grace"), ("grace", "ada"))
    assert [(item["verdict"], item["step"], item["group"]) for item in items] == [("swap", 1, "swap-1")] * 2
    assert [item["holder"]["email"] for item in items] == ["grace@example.com", "ada@example.com"]


def test_a_swap_with_a_protected_person_waits_for_people() -> None:
    service = staffed("ada", "grace")
    holder = service.store.holds(["grace@example.com"])["grace@example.com"].account_id
    service.accounts("PUT", "/{id}/flags/{flag}", parameters={"id": str(holder), "flag": "privileged"})
    items = forecast(service, ("ada", "grace"), ("grace", "ada"))
    assert [(item["verdict"], item["class"]) for item in items] == [("approval", "protected")] * 2


def test_a_chain_is_pushed_from_its_free_end() -> None:
    service = staffed("ada", "grace", "alan")
    items = forecast(service, ("ada", "grace"), ("grace", "alan"), ("alan", "free"))
    assert [(item["verdict"], item["step"]) for item in items] == [
        ("goes_through", 3),
        ("goes_through", 2),
        ("goes_through", 1),
    ]
    assert {item["group"] for item in items} == {"chain-3"}


def test_a_chain_whose_end_is_held_goes_nowhere_and_says_where_it_is_stuck() -> None:
    service = staffed("ada", "grace", "alan", "stays")
    items = forecast(service, ("ada", "grace"), ("grace", "alan"), ("alan", "stays"))
    assert [item["verdict"] for item in items] == ["behind", "behind", "refused"]
    assert "change 2" in items[0]["explanation"]
    assert "change 3" in items[1]["explanation"]


def test_a_rotation_beyond_what_one_transaction_takes_is_said() -> None:
    names = [f"user{number}" for number in range(60)]
    service = staffed(*names)
    items = forecast(service, *zip(names, [*names[1:], names[0]], strict=True))
    assert {item["verdict"] for item in items} == {"refused"}
    assert items[0]["explanation"]


def test_the_answer_counts_and_says_how_many_steps_there_are() -> None:
    service = staffed("ada", "grace", "alan")
    body: Any = ask(service, ("ada", "grace"), ("grace", "free"), ("alan", "nobody-else@elsewhere.example")).body
    assert (body["total"], body["well"], body["steps"]) == (3, 2, 2)
    assert body["byVerdict"] == {"goes_through": 2, "unverified_domain": 1}


def test_nothing_is_written() -> None:
    service = staffed("ada", "grace")
    before = service.store.snapshot()
    forecast(service, ("ada", "grace"), ("grace", "ada"))
    assert service.store.snapshot() == before


PEOPLE = ("ada", "grace", "alan", "kurt", "emmy", "left")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PEOPLE, "free1", "free2"]), min_size=5, max_size=5))
def test_what_is_foreseen_is_what_happens(targets: list[str]) -> None:
    service = Service(policy=AT_ONCE)
    users = {name: service.create_user(name)["id"] for name in PEOPLE}
    service.scim("DELETE", f"/Users/{users['left']}")
    pairs = list(zip(PEOPLE[:5], targets, strict=True))
    items = forecast(service, *pairs)

    pushed = sorted((item for item in items if item["verdict"] in WELL), key=lambda item: item["step"] or 0)
    for item in pushed:
        name = pairs[item["number"] - 1][0]
        answer = service.move(users[name], pairs[item["number"] - 1][1])
        assert answer.status == (409 if item["verdict"] in {"swap", "automatic"} else 200), item
        if item["verdict"] == "automatic":
            service.remediate_all()
    service.remediate_all()
    service.pass_time(timedelta(seconds=1))

    for item in items:
        name, target = pairs[item["number"] - 1]
        user: Any = service.scim("GET", f"/Users/{users[name]}").body
        expected = target if item["verdict"] in WELL else name
        assert user["emails"][0]["value"] == address(expected), item


# As CSV, and limits


def csv_preview(service: Service, text: str) -> Response:
    return service.admin("POST", "/email-changes/preview", text, headers={"content-type": "text/csv"})


@pytest.mark.parametrize(
    "text",
    [
        "from,to\nada@example.com,king@example.com\n",
        "\ufeffOld Email,New Email\r\nada@example.com,king@example.com\r\n",
        "ada@example.com,king@example.com",
        'name,to,from\n"Lovelace, Ada",king@example.com,ada@example.com\n\n',
    ],
)
def test_a_csv_says_the_same_as_json(text: str) -> None:
    body: Any = csv_preview(staffed("ada"), text).body
    [item] = body["items"]
    assert (item["from"], item["to"], item["verdict"]) == ("ada@example.com", "king@example.com", "goes_through")


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", "from,to\nada@example.com\n", 'from,to\n"broken'])
def test_a_csv_that_cannot_be_read_is_refused(text: str) -> None:
    answer = csv_preview(staffed("ada"), text)
    assert answer.status == 400
    assert isinstance(answer.body, dict)
    assert answer.body["error"]["code"] == "invalid_value"


@pytest.mark.parametrize("body", [{}, {"changes": []}, {"changes": [{"from": "x"}]}, {"changes": "all"}, "[]"])
def test_a_body_that_cannot_be_read_is_refused(body: object) -> None:
    assert Service().admin("POST", "/email-changes/preview", body).status == 400


def test_too_many_changes_are_refused_with_413() -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(MOST_CHANGES + 1)]
    answer = ask(Service(), *pairs)
    assert answer.status == 413
    assert csv_preview(Service(), "\n".join(f"a{n}@example.com,b@example.com" for n in range(5001))).status == 413


def test_thousands_of_changes_take_work_in_proportion() -> None:
    service = staffed(*(f"user{number}" for number in range(300)))

    def changes(number: int) -> list[tuple[str, str]]:
        chain = [(f"user{each}", f"user{each + 1}") for each in range(number // 17)]
        return chain + [(f"nobody{each}", f"new{each}") for each in range(number - len(chain))]

    forecast(service, *changes(50))
    few, many = (lines_run(lambda number=number: forecast(service, *changes(number))) for number in (500, MOST_CHANGES))
    assert many < 1.5 * MOST_CHANGES / 500 * few
    assert len(forecast(service, *changes(MOST_CHANGES))) == MOST_CHANGES
