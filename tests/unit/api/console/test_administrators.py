"""The page of those who administer: who is signed in, keys, and how one signs in."""

from datetime import timedelta

import pytest

from tests.support.console import APPROVER, OWNER, VIEWER, Browser, Console

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


def test_what_one_administrator_set_is_confirmed_by_another_key_and_not_by_whoever_signs_in(console: Console) -> None:
    console.browser(OWNER).send("/administrators/sign-in", {**FORM, "rolesClaim": "roles"})
    owner = console.browser(OWNER)
    assert "set by Olivia Owner" in owner.send("/administrators/sign-in/confirmation", {"reason": "Mine"}).text
    other = with_key(console, "Olivia Owner")  # a key to the same name is the same person
    assert "different administrator" in other.send("/administrators/sign-in/confirmation", {"reason": "Mine"}).text
    ines = with_key(console, "Ines")
    assert "Saved" in ines.send("/administrators/sign-in/confirmation", {"reason": "I know it"}).text
    assert "alone" not in ines.get("/administrators").text


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
