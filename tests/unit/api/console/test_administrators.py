"""The page of those who administer: who is signed in, keys, and how one signs in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightful.core.conflicts.decision.decide import same_approver
from rightful.domain.conflicts.conflict import Approval, ConflictClass
from rightful.domain.one_word import OneWord
from rightful.ports.context import unlimited
from rightful.ports.writes.settings import PutOrganization
from tests.support.console import APPROVER, OTHER_APPROVER, OWNER, VIEWER, Browser, Console
from tests.unit.api.admin.two_people import error_of

FORM = {
    "issuer": "https://login.example.net",
    "clientId": "rightful-console",
    "clientSecret": "new-secret",
    "rolesClaim": "groups",
    "owner": "rightful-owner\n\n  another \n",
    "viewer": "",
    "action": "save",
}


@pytest.fixture
def console() -> Console:
    return Console()


def with_key(console: Console, owner: str) -> Browser:
    """A browser of an administrator who came in with a key."""
    from rightful.core.organizations.registry import issue_token
    from rightful.domain.key import Grant, Scope

    service = console.service
    secret, _ = issue_token(service.context(), Grant(Scope.ADMIN, service.organization.id), owner)
    browser = console.browser()
    browser.send("/sign-in/key", {"key": secret})
    assert browser.session_secret
    return browser


def test_everybody_sees_who_is_signed_in_and_how(console: Console) -> None:
    console.browser(APPROVER)
    text = console.browser(VIEWER).get("/administrators").text
    assert "Aaron Approver [aaron]" in text
    assert "https://login.example.net" in text
    assert "s3cret" not in text
    assert "Change it" not in text


def test_an_owner_changes_how_people_sign_in_and_everybody_is_signed_out(console: Console) -> None:
    owner, other = console.browser(OWNER), console.browser(APPROVER)
    assert "/sign-in" in owner.send("/administrators/sign-in", FORM).path
    assert other.get("/conflicts").path.startswith("/sign-in")
    organization = console.service.store.organization(console.service.organization.id)
    assert organization is not None
    assert organization.sign_in is not None
    assert organization.sign_in.roles_claim == "groups"
    assert organization.sign_in.roles["owner"] == ("rightful-owner", "another")  # type: ignore[index]
    assert organization.sign_in.set_alone is not None
    assert organization.sign_in.set_alone.by == "Olivia Owner [olivia]"


def test_what_is_wrong_is_told_and_what_was_typed_stays(console: Console) -> None:
    page = console.browser(OWNER).send("/administrators/sign-in", {**FORM, "issuer": "http://<b>evil</b>"})
    assert page.status == 400
    assert "issuer: an https URL" in page.text
    assert "http://&lt;b&gt;evil&lt;/b&gt;" in page.html
    assert "<b>evil" not in page.html
    assert "another" in page.html
    assert "new-secret" not in page.html


def test_who_signed_in_long_ago_has_to_show_anew_who_they_are(console: Console) -> None:
    owner = console.browser(OWNER)
    console.service.pass_time(timedelta(minutes=11))
    page = owner.get("/administrators/sign-in")
    assert "Continue to your identity provider" in page.text
    assert "max_age=0" in page.html
    back = owner.come_back(page, OWNER)
    assert (back.path, back.status) == ("/administrators/sign-in", 200)


def test_a_provider_that_lets_somebody_in_without_asking_anew_does_not_count(console: Console) -> None:
    owner = console.browser(OWNER)
    console.service.pass_time(timedelta(minutes=11))
    page = owner.get("/administrators/sign-in")
    console.openid.claims = {"auth_time": int((console.service.now - timedelta(minutes=11)).timestamp())}
    assert "show anew" in owner.come_back(page, OWNER).text
    console.openid.claims = {"auth_time": None}
    assert "show anew" in owner.come_back(owner.get("/administrators/sign-in"), OWNER).text


def confirm(console: Console, browser: Browser, reason: str = "I know it") -> str:
    """Confirm how people sign in, as it is now; what is said then."""
    organization = console.service.store.organization(console.service.organization.id)
    assert organization is not None
    assert organization.sign_in is not None
    form = {"id": organization.sign_in.id, "reason": reason}
    return browser.send("/administrators/sign-in/confirmation", form).text


SET = {**FORM, "rolesClaim": "roles", "approver": "rightful-approver"}


def test_what_one_key_set_is_confirmed_by_another_key_and_not_by_whoever_signs_in(console: Console) -> None:
    kim = with_key(console, "Kim")
    kim.send("/administrators/sign-in", SET)
    owner = console.browser(OWNER)
    assert "set by Kim alone" in confirm(console, owner)
    assert "different administrator" in confirm(console, kim)
    ines = with_key(console, "Ines")
    stale = ines.send("/administrators/sign-in/confirmation", {"id": "another", "reason": "I know it"})
    assert (stale.status, "nothing was confirmed" in stale.text) == (409, True)
    assert "Saved" in confirm(console, ines)
    assert "alone" not in ines.get("/administrators").text


def test_what_somebody_who_signed_in_set_is_confirmed_by_no_key(console: Console) -> None:
    """It may be their own."""
    console.browser(OWNER).send("/administrators/sign-in", SET)
    ines = with_key(console, "Ines")
    assert "nobody can tell whether that is one person" in confirm(console, ines)
    assert "the operator of the service" in console.browser(OWNER).get("/administrators").text


def test_one_key_does_not_become_two_people_by_a_provider_of_its_own(console: Console) -> None:
    service = console.service
    kim = with_key(console, "Kim")
    kim.send("/administrators/sign-in", {**SET, "issuer": "https://kims.example.org"})
    console.openid.issuer = "https://kims.example.org"
    fake, second = console.browser(OWNER), console.browser(OTHER_APPROVER)
    # nobody who comes that way says anything about signing in,
    again = fake.send("/administrators/sign-in", {**SET, "issuer": "https://kims.example.org", "viewer": "x"})
    assert (again.status, "set by one administrator alone" in again.text) == (403, True)
    assert fake.send("/administrators/sign-in", {"action": "remove"}).status in {403, 409}
    # what they say alone is confirmed neither by Kim nor by another one of them,
    lowered = service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"protected": "two_approvals"}}})
    assert lowered.status == 200
    organization = service.store.organization(service.organization.id)
    assert organization is not None
    word = OneWord("Fake One [fake]", service.now)
    lowered_word = {ConflictClass.PROTECTED: word}
    service.store.commit(
        [PutOrganization(replace(organization, lowered=lowered_word, version=organization.version + 1),
                         organization.version)], remaining=unlimited,
    )  # fmt: skip
    policy = service.admin("POST", "/policy/confirmation", {"reason": "Mine"}, key=service.admin_key)
    assert error_of(policy) == (409, "same_approver")
    page = second.send("/policy/confirmation", {"reason": "Mine", "seen": second.get("/policy").hidden("seen")})
    assert page.status == 403
    # and a key and somebody who signs in are never two.
    person, key = (
        Approval("person-1", "Kim K. [kim]", "", service.now),
        Approval("key", "Kim Kowalski", "", service.now),
    )
    assert same_approver(person, key)


def test_a_secret_goes_to_no_other_provider(console: Console) -> None:
    owner = console.browser(OWNER)
    without = {**SET, "issuer": "https://evil.example.org", "clientSecret": ""}
    page = owner.send("/administrators/sign-in", without)
    assert (page.status, "goes to nobody else" in page.text) == (400, True)
    assert "/sign-in" in owner.send("/administrators/sign-in", {**without, "noSecret": "yes"}).path


def test_an_owner_revokes_a_key_and_signs_somebody_out(console: Console) -> None:
    owner, guest = console.browser(OWNER), with_key(console, "Ines Two")
    key = next(
        each for each in console.service.store.tokens(organization_id=console.service.organization.id)
        if each.owner == "Ines Two"
    )  # fmt: skip
    assert "Saved" in owner.send(f"/administrators/keys/{key.id}/revoke", {}).text
    assert guest.get("/conflicts").path.startswith("/sign-in")
    assert owner.send(f"/administrators/keys/{key.id}/revoke", {}).status == 404
    aaron = console.browser(APPROVER)
    page = owner.get("/administrators").html
    person = page.partition("Aaron Approver")[2].partition("/administrators/people/")[2].partition("/")[0]
    assert "Saved" in owner.send(f"/administrators/people/{person}/sign-out", {}).text
    assert aaron.get("/conflicts").path.startswith("/sign-in")
    assert owner.send(f"/administrators/people/{person}/sign-out", {}).status == 404


@pytest.mark.parametrize("path", ["/administrators/sign-in", "/administrators/sign-in/confirmation"])
def test_it_takes_an_owner(console: Console, path: str) -> None:
    page = console.browser(APPROVER).send(path, FORM)
    assert page.status == 403
    assert "role owner" in page.text
    assert "Example" in page.text


def test_somebody_signs_out_everywhere(console: Console) -> None:
    one, two, other = console.browser(OWNER), console.browser(OWNER), console.browser(APPROVER)
    assert "in every browser" in one.send("/sign-out-everywhere", {}).text
    assert two.get("/conflicts").path.startswith("/sign-in")
    assert other.get("/conflicts").status == 200
    assert other.path_after_sign_out() == "/sign-in?notice=signed-out"


def test_a_key_session_lasts_an_hour_and_says_so_on_every_page(console: Console) -> None:
    guest = with_key(console, "Ines")
    assert "You came in with a key" in guest.get("/conflicts").text
    console.service.pass_time(timedelta(minutes=29))
    assert guest.get("/conflicts").path == "/conflicts"
    console.service.pass_time(timedelta(minutes=29))
    assert guest.get("/conflicts").path == "/conflicts"
    console.service.pass_time(timedelta(minutes=3))
    assert guest.get("/conflicts").path.startswith("/sign-in")


def test_signing_in_is_set_up_for_the_first_time_with_a_key() -> None:
    console = Console(signs_in=False)
    kim = with_key(console, "Kim")
    page = kim.get("/administrators/sign-in")
    assert page.status == 200
    assert "https://api.example/dev/console/callback" in page.text
    assert "Saved." in kim.send("/administrators/sign-in", SET).text
    assert console.browser(OWNER).session_secret


def test_a_provider_that_does_not_answer_is_not_saved(console: Console) -> None:
    owner = console.browser(OWNER)
    before = console.service.store.organization(console.service.organization.id)
    console.openid.down = True
    page = owner.send("/administrators/sign-in", {**SET, "issuer": "https://mistyped.example.net"})
    assert page.status == 400
    assert "nobody could sign in there" in page.text
    assert "mistyped" in page.html
    assert console.service.store.organization(console.service.organization.id) == before


def test_who_was_signed_out_by_new_settings_is_not_shown_as_signed_in(console: Console) -> None:
    console.browser(APPROVER)
    page = console.browser(OWNER).send("/administrators/sign-in", SET)
    assert "Everybody who had signed in is signed out" in page.text
    text = console.browser(OWNER).get("/administrators").text
    assert "Aaron" not in text
