"""The policy in the console: what counts, whose word it is, and a change that is tried before it is saved."""

from datetime import timedelta

import pytest

from rightful.api.console.pages.settings.policy_change import asked_body, typed_of
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.policy import STANDARD, STANDARD_RULES, Policy, PolicyBase, Rule, read_policy
from rightful.domain.one_word import OneAdministrator
from rightful.domain.organization import Organization
from tests.support.console import APPROVER, OWNER, VIEWER, Browser, Console, Page
from tests.support.many import conflicts_like
from tests.support.openid import Person
from tests.support.service import Service
from tests.unit.api.admin.two_people import WEEK, custom, rows

OTHER_OWNER = Person("otto", "Otto Owner", ("rightful-owner",))


def console_with(policy: Policy = STANDARD) -> Console:
    return Console(Service(policy=policy))


def stored(console: Console) -> Organization:
    found = console.service.store.organization(console.service.organization.id)
    assert found is not None
    return found


def fields(console: Console, page: Page, **typed: str) -> dict[str, str]:
    """What a browser would send: the form as it stands, and what somebody typed."""
    return {**typed_of(stored(console)), "seen": page.hidden("seen"), "reason": "", **typed}


def change(console: Console, browser: Browser, action: str, **typed: str) -> Page:
    page = browser.get("/policy/change")
    assert page.status == 200, page.text
    return browser.send("/policy/change", fields(console, page, action=action, **typed))


def rule(name: str, value: str) -> dict[str, str]:
    return {"base": "custom", f"rule.{name}": value}


# What counts


def test_each_class_has_its_sentence_and_the_rule_that_counts() -> None:
    console = console_with()
    page = console.browser(VIEWER).get("/policy")
    for each in ConflictClass:
        assert f"{each.sentence} {STANDARD_RULES[each].value.replace('_', ' ')}" in page.text
        assert STANDARD_RULES[each].pattern in page.text
    assert "Not before the holder has been deactivated for 14 days." in page.text
    assert "at most 200 addresses" in page.text
    assert "An owner changes it." in page.text


def test_a_page_costs_no_call_beyond_the_sessions() -> None:
    console = console_with()
    browser = console.browser(OWNER)
    store = console.service.store

    def calls(path: str) -> int:
        before = store.dynamodb_calls.total()
        assert browser.get(path).status == 200
        return store.dynamodb_calls.total() - before

    few = [calls(path) for path in ("/policy", "/policy/change", "/preview")]
    assert len(set(few)) == 1, "that of the session"
    assert few[0] <= 2


def test_brakes_that_stop_everything_lead_the_page() -> None:
    console = console_with()
    change(console, console.browser(OWNER), "save", paused="yes", dryRun="yes", reason="an incident")
    page = console.browser(VIEWER).get("/policy")
    assert "Paused. Nothing is resolved by itself" in page.text
    assert "Dry run. What would be resolved by itself is only told" in page.text


def test_only_owners_who_have_just_shown_who_they_are_change_it() -> None:
    console, path = console_with(), "/policy/change"
    for person in (VIEWER, APPROVER):
        assert console.browser(person).get(path).status == 403
        assert console.browser(person).send(path, {"action": "save"}).status == 403
    owner = console.browser(OWNER)
    console.service.pass_time(timedelta(minutes=11))
    assert "Change the policy" not in owner.get(path).text
    before = stored(console)
    owner.send(path, {"action": "save", "paused": "yes", "reason": "late"})
    assert stored(console) == before


# A change


def test_a_change_is_tried_and_then_saved_with_a_reason() -> None:
    console = console_with()
    browser = console.browser(OWNER)
    before = stored(console)
    trial = change(console, browser, "try", base="strict", reason="")
    assert trial.status == 200, trial.text
    assert "There is no conflict of the last 90 days on which it could be tried. Nothing is saved yet." in trial.text
    assert "deactivated auto approval" in trial.text
    assert stored(console) == before
    kept = {name: value for name, value in trial.fields() if name not in {"token", "address", "reason"}}
    saved = browser.send("/policy/change", {**kept, "action": "save", "reason": "we want to see it first"})
    assert (saved.status, saved.path) == (200, "/policy?notice=saved")
    assert stored(console).policy.base is PolicyBase.STRICT
    [row] = [each for each in rows(console.service, "settings.changed") if "policy.base" in each.explanation]
    assert row.explanation.endswith("we want to see it first")
    assert row.approver == "Olivia Owner [olivia]"


def a_waiting_leaver(service: Service, name: str) -> None:
    leaver, asking = service.create_user(f"{name}-left"), service.create_user(name)
    assert service.scim("DELETE", f"/Users/{leaver['id']}").status == 204
    service.pass_time(timedelta(days=20))
    assert service.move(asking["id"], f"{name}-left").status == 409
    service.remediate_all()


def test_what_would_have_been_decided_otherwise_is_counted_and_linked() -> None:
    console = console_with()
    a_waiting_leaver(console.service, "ada")
    [conflict] = console.service.store.all_of(Conflict)
    trial = change(console, console.browser(OWNER), "try", **rule("deactivated", "two_approvals"))
    assert "1 of 1 conflict of the last 90 days would have been decided otherwise" in trial.text
    assert f'/conflicts/{conflict.id}">ada@example.com wants ada-left@example.com</a>' in trial.html
    assert "It would be resolved by itself. It would wait for the approvals of two administrators." in trial.text
    assert "Each conflict is decided by what was found when it was examined last" in trial.text


def test_a_trial_of_hundreds_of_conflicts_reads_what_the_simulation_does() -> None:
    console = console_with()
    a_waiting_leaver(console.service, "ada")
    [conflict] = console.service.store.all_of(Conflict)
    browser, store = console.browser(OWNER), console.service.store
    page = browser.get("/policy/change")
    sent = fields(console, page, action="try", **rule("deactivated", "approval"))
    token = page.hidden("token")

    def calls() -> int:
        before = store.dynamodb_calls.total()
        assert browser.send("/policy/change", sent, token=token).status == 200
        return store.dynamodb_calls.total() - before

    few = calls()
    conflicts_like(store, conflict, 300)
    # Beyond the session's one: the simulation's own queries.
    assert few <= 3
    assert calls() <= 7


def test_all_that_was_typed_comes_back_from_the_trial_to_the_form() -> None:
    console = console_with()
    browser = console.browser(OWNER)
    trial = change(
        console,
        browser,
        "try",
        **rule("rehire", "refuse"),
        deactivatedAfterDays="30",
        paused="yes",
        reason="<b>why</b>",
    )
    assert 'value="&lt;b&gt;why&lt;/b&gt;"' in trial.html
    kept = {name: value for name, value in trial.fields() if name not in {"token", "address"}}
    form = browser.send("/policy/change", {**kept, "action": "edit"})
    assert form.hidden("deactivatedAfterDays") == "30"
    assert form.hidden("reason") == "<b>why</b>"
    assert '<option value="refuse" selected>' in form.html.partition('name="rule.rehire"')[2].partition("</select>")[0]
    assert 'name="paused" value="yes" checked' in form.html


def test_saving_without_a_reason_or_with_a_wrong_number_keeps_what_was_typed_and_changes_nothing() -> None:
    console = console_with()
    browser, before = console.browser(OWNER), stored(console)
    page = change(console, browser, "save", perAccountDay="7")
    assert (page.status, page.hidden("perAccountDay")) == (400, "7")
    assert "Say why" in page.text
    for action in ("try", "save"):
        for wrong in ("-1", "many", "", "366", "1e3", "٣", "9" * 5_000):
            page = change(console, browser, action, deactivatedAfterDays=wrong, reason="x")
            assert (page.status, page.hidden("deactivatedAfterDays")) == (400, wrong)
            assert "deactivatedAfterDays is a whole number from 0 to 365" in page.text
    tried = change(console, browser, "save", perAccountDay="7", tried="yes")
    assert (tried.status, "What this policy would have decided" in tried.text) == (400, True)
    assert stored(console) == before


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"base": "loose"}, "base takes one of"),
        ({"base": "custom", "rule.protected": "auto"}, 'a conflict of class "protected" can never be "auto"'),
        ({"base": "custom", "rule.self": "refuse"}, 'a conflict of class "self" can never be "refuse"'),
        ({"base": "standard", "rule.rehire": "refuse"}, 'set base to "custom" to change them'),
        ({"domainPolicy": "any"}, "only the operator of the service can let an organization use every domain"),
        ({"domainPolicy": "mine"}, "domainPolicy: choose of"),
    ],
)
def test_what_no_policy_can_say_is_refused_in_the_apis_words(typed: dict[str, str], told: str) -> None:
    console = console_with()
    browser, before = console.browser(OWNER), stored(console)
    for action in ("try", "save"):
        page = change(console, browser, action, reason="x", **typed)
        assert page.status in {400, 403}
        assert told in page.text
    assert stored(console) == before


def test_the_same_again_is_unchanged_and_leaves_no_row() -> None:
    console = console_with(custom(rehire="refuse"))
    browser = console.browser(OWNER)
    before = stored(console)
    page = change(console, browser, "save", reason="x")
    assert page.path == "/policy?notice=unchanged"
    assert "Nothing was changed: it is so already." in page.text
    assert "Nothing was changed: it is so already." in change(console, browser, "try").text
    assert change(console, browser, "save", deactivatedAfterDays="014", reason="x").path == "/policy?notice=unchanged"
    assert stored(console) == before


@pytest.mark.parametrize("typed", [{"base": "strict"}, rule("deactivated", "auto"), {"paused": "yes"}])
def test_a_form_that_comes_twice_changes_once(typed: dict[str, str]) -> None:
    console = console_with(custom(rehire="refuse", deactivated="approval"))
    browser = console.browser(OWNER)
    sent = fields(console, browser.get("/policy/change"), action="save", reason="x", **typed)
    assert browser.send("/policy/change", sent).path == "/policy?notice=saved"
    once = stored(console)
    assert browser.send("/policy/change", sent).path == "/policy?notice=unchanged"
    assert stored(console) == once


def test_a_form_that_somebody_elses_change_overtook_overwrites_nothing() -> None:
    console = console_with()
    ours, theirs = console.browser(OWNER), console.browser(OTHER_OWNER)
    form = ours.get("/policy/change")
    sent = fields(console, form, perAccountDay="9", action="save", reason="x")
    change(console, theirs, "save", paused="yes", reason="an incident")
    page = ours.send("/policy/change", sent)
    assert page.status == 409
    assert "Somebody changed the policy since you opened this form." in page.text
    assert page.hidden("perAccountDay") == "9"
    assert stored(console).brakes.paused
    again = ours.send("/policy/change", {**sent, "seen": page.hidden("seen")})
    assert (again.path, stored(console).brakes.per_account_day) == ("/policy?notice=saved", 9)


# One person's word


def test_what_one_person_lowers_is_told_before_and_after_and_confirmed_by_another() -> None:
    console = console_with(custom(deactivated="two_approvals"))
    owner, other = console.browser(OWNER), console.browser(OTHER_OWNER)
    lowered = rule("deactivated", "approval")
    trial = change(console, owner, "try", **lowered)
    assert "it is your word alone: it counts as two approvals until a different owner confirms it" in trial.text
    saved = change(console, owner, "save", reason="one is enough", **lowered)
    assert "deactivated : Olivia Owner [olivia] set it to approval alone" in saved.text
    assert "it counts as two approvals" in saved.text
    assert "The holder is deactivated, and another person. two approvals" in saved.text
    assert "You said this yourself: a different administrator must confirm it." in saved.text
    assert 'action="/dev/console/policy/confirmation"' not in saved.html
    seen = other.get("/policy").hidden("seen")
    assert other.send("/policy/confirmation", {"reason": "agreed", "seen": "another"}).status == 409
    refused = owner.send("/policy/confirmation", {"reason": "I am sure", "seen": seen})
    assert refused.status in {400, 403, 409}
    assert "You said this yourself" in refused.text
    empty = other.send("/policy/confirmation", {"reason": " ", "seen": seen})
    assert empty.status == 400
    confirmed = other.send("/policy/confirmation", {"reason": "agreed", "seen": seen})
    assert confirmed.path == "/policy?notice=saved"
    assert "One person's word" not in confirmed.text
    assert "The holder is deactivated, and another person. approval" in confirmed.text
    assert other.send("/policy/confirmation", {"reason": "agreed", "seen": seen}).path == "/policy?notice=unchanged"


def test_nobody_below_an_owner_confirms_and_nobody_whose_sign_in_stands_alone() -> None:
    console = console_with(custom(deactivated="two_approvals"))
    change(console, console.browser(OWNER), "save", reason="x", **rule("deactivated", "approval"))
    assert console.browser(APPROVER).send("/policy/confirmation", {"reason": "agreed"}).status == 403
    assert "An owner confirms it." in console.browser(APPROVER).get("/policy").text
    console.set_sign_in(by=OneAdministrator("Ann"), secret="another")
    other = console.browser(OTHER_OWNER)
    assert "How people sign in here was set by Ann alone." in other.get("/policy").text
    refused = other.send("/policy/confirmation", {"reason": "agreed"})
    assert (refused.status, "How people sign in here was set by Ann alone." in refused.text) == (403, True)
    assert all(word.confirmed_by is None for word in stored(console).lowered.values())


def test_a_week_later_it_counts_without_anybody() -> None:
    console = console_with(custom(deactivated="two_approvals"))
    change(console, console.browser(OWNER), "save", reason="x", **rule("deactivated", "approval"))
    console.service.pass_time(WEEK)
    page = console.browser(OTHER_OWNER).get("/policy")
    assert "The holder is deactivated, and another person. approval" in page.text
    assert "One person's word" not in page.text


# The body


@pytest.mark.parametrize("base", list(PolicyBase))
@pytest.mark.parametrize("policy", [STANDARD, Policy(PolicyBase.STRICT), custom(rehire="refuse", duplicate="approval")])
def test_what_stands_in_the_form_is_what_the_policy_is_then(policy: Policy, base: PolicyBase) -> None:
    organization = stored(console_with(policy))
    body = asked_body({**typed_of(organization), "base": base.value}, organization)
    asked = body["policy"]
    assert isinstance(asked, dict)
    found = read_policy(asked, organization.policy)
    for each in ConflictClass:
        shown: Rule = policy.rule(each)
        assert found.rule(each) is (shown if base is PolicyBase.CUSTOM else Policy(base).rule(each))
