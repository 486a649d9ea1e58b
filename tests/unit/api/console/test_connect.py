"""Directories in the console: how they are connected, their keys, and what ends them."""

import re
from datetime import timedelta

import pytest

from rightful.api.console.pages.directories.connect_fields import GUIDES, Holds, whether_it_retries
from rightful.core.organizations.registry import create_directory, create_organization, issue_token
from rightful.domain.events.counts import Counts, written
from rightful.domain.key import Grant, Scope, Token, digest
from rightful.domain.one_word import OneAdministrator
from rightful.domain.organization import OnDelete
from rightful.ports.writes.counts import AddCounts
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.console import APPROVER, OPERATOR, OWNER, VIEWER, Browser, Console, Page
from tests.support.openid import Person

OTHER_OWNER = Person("otto", "Otto Owner", ("rightful-owner",))
UGLY = '<b onmouseover="alert(1)">Köln & "Co" \'x\' {{ 7*7 }}</b>'


@pytest.fixture
def console() -> Console:
    return Console()


def _path(console: Console) -> str:
    return f"/connect/{console.service.directory.id}"


def _keys(console: Console) -> tuple[Token, ...]:
    service = console.service
    return service.store.tokens(organization_id=service.organization.id, directory_id=service.directory.id)


def _form(browser: Browser, path: str, **typed: str) -> dict[str, str]:
    page = browser.get(f"{path}/new-key")
    assert page.status == 200, page.text
    return {"owner": "Entra 2026", "lifetimeDays": "", "once": page.hidden("once"), **typed}


def _secret(page: Page) -> str:
    (found,) = {each for each in re.findall(r"<code>([^<]+)</code>", page.html) if not each.startswith("http")}
    return found


def test_the_list_has_each_directory_with_users_last_push_and_keys(console: Console) -> None:
    service = console.service
    service.create_user("ada")
    counts = Counts({written(service.now.hour): 1}, service.now)
    pushed = AddCounts(service.organization.id, service.directory.id, service.now.date(), counts)
    service.context().commit([pushed])
    create_directory(service.context(), service.organization.id, UGLY, profile="entra")
    page = console.browser(VIEWER).get("/connect")
    assert page.status == 200
    assert "IdP" in page.text
    assert "Users 1" in page.text
    assert "Last push 23 Nov 2026, 09:00 UTC" in page.text
    assert "Microsoft Entra ID" in page.text
    assert "It has no key" in page.text
    assert "{{ 7*7 }}" in page.html
    assert "<b onmouseover" not in page.html
    assert "&lt;b onmouseover" in page.html
    assert "Add a directory" not in page.text


def test_an_organization_without_a_directory_is_told_what_to_do() -> None:
    console = Console()
    directory = console.service.directory
    console.service.admin("DELETE", "/directories/{id}", parameters={"id": directory.id}, query={"confirm": "IdP"})
    assert "Add one below" in console.browser(OWNER).get("/connect").text
    assert "An owner adds one" in console.browser(VIEWER).get("/connect").text


def test_a_directory_is_added_once_however_often_its_form_is_sent(console: Console) -> None:
    browser = console.browser(OWNER)
    form = {"name": UGLY, "profile": "okta", "once": browser.get("/connect").hidden("once")}
    page = browser.send("/connect", form)
    assert page.status == 200
    assert "SCIM connector base URL" in page.text
    assert "<b onmouseover" not in page.html
    again = browser.send("/connect", form)
    assert "nothing was done again" in again.text
    assert len(console.service.store.directories(console.service.organization.id)) == 2


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "\u202eevil", "x" * 101])
def test_a_name_that_is_none_is_refused_and_kept(console: Console, name: str) -> None:
    browser = console.browser(OWNER)
    form = {"name": name, "profile": "ping", "once": browser.get("/connect").hidden("once")}
    page = browser.send("/connect", form)
    assert page.status == 400
    assert 'value="ping" selected' in page.html
    assert len(console.service.store.directories(console.service.organization.id)) == 1
    renamed = browser.send(_path(console), {"name": name, "profile": "ping"})
    assert renamed.status == 400
    assert console.service.store.directories(console.service.organization.id)[0].name == "IdP"


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_each_profile_has_its_fields_and_the_four_attributes(profile: str) -> None:
    console = Console()
    browser = console.browser(OWNER)
    browser.send(_path(console), {"name": "IdP", "profile": profile})
    page = browser.get(_path(console))
    guide = GUIDES[profile]
    url = f"https://api.example/dev/scim/directory/{console.service.directory.id}"
    assert f"<code>{url}</code>" in page.html
    for field in guide.fields:
        assert field.name in page.text
    assert {field.holds for field in guide.fields} >= {Holds.URL, Holds.KEY}
    mapped = [each.attribute.partition("[")[0].partition(" ")[0] for each in guide.attributes]
    assert sorted(mapped) == ["active", "emails", "externalId", "userName"]


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ("entra", "Microsoft Entra ID sends a refused change again by itself."),
        ("okta", "Okta does not send a refused change again by itself."),
        ("generic", "Whether your identity provider sends a refused change again by itself is not published."),
    ],
)
def test_whether_a_refused_change_comes_again_is_what_the_profile_says(profile: str, told: str) -> None:
    assert whether_it_retries(profile) == told


def test_there_is_a_guide_for_each_profile_and_no_other() -> None:
    assert set(GUIDES) == set(PROFILE_NAMES)


def test_what_was_asked_last_is_shown_as_what_it_is(console: Console) -> None:
    service = console.service
    browser = console.browser(VIEWER)
    assert "never: nobody has come" in browser.get(_path(console)).text
    ada, _ = service.create_user("ada", displayName=UGLY), service.create_user("bob")
    service.move(ada["id"], "bob")
    service.store.mark_used(service.scim_key, on=service.now.date())
    page = browser.get(_path(console))
    assert "A key was used last on 2026-11-23 (UTC)" in page.text
    assert "user created" in page.text
    assert "refused" in page.text
    assert "/conflicts/" in page.html
    assert "<b onmouseover" not in page.html


def test_a_key_is_shown_once_and_a_second_send_issues_none(console: Console) -> None:
    browser, path = console.browser(OWNER), _path(console)
    form = _form(browser, path, lifetimeDays="90")
    page = browser.send(f"{path}/new-key", form)
    assert page.status == 200
    assert "shown this once" in page.text
    secret = _secret(page)
    assert (page.response.headers or {})["Cache-Control"] == "no-store"
    issued = next(key for key in _keys(console) if key.sha256 == digest(secret))
    assert issued.expires_at == console.service.now + timedelta(days=90)
    assert issued.issued is not None
    assert issued.issued.by == "Olivia Owner [olivia]"
    again = browser.send(f"{path}/new-key", form)
    assert again.status == 409
    assert "sent before" in again.text
    assert "Revoke" in again.text
    assert secret not in again.html
    assert len(_keys(console)) == 2
    for shown in (path, "/connect"):
        assert secret not in browser.get(shown).html


def test_the_nonce_of_a_form_is_its_session_s_own(console: Console) -> None:
    browser, other, path = console.browser(OWNER), console.browser(OTHER_OWNER), _path(console)
    form = _form(browser, path)
    other.send(f"{path}/new-key", form)
    assert len(_keys(console)) == 2
    revoked = next(key for key in _keys(console) if key.owner == "Entra 2026")
    assert other.send(f"{path}/keys/{revoked.id}/revoke", {}).status == 200
    assert browser.send(f"{path}/new-key", form).status == 200


@pytest.mark.parametrize("once", ["", "short", "x" * 65, "a b c d e f g h i j", "../../ORG#x#SESSION"])
def test_a_form_without_its_nonce_issues_nothing(console: Console, once: str) -> None:
    browser = console.browser(OWNER)
    page = browser.send(f"{_path(console)}/new-key", {"owner": "x", "once": once})
    assert page.status == 400
    assert len(_keys(console)) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"owner": ""},
        {"owner": "a\tb"},
        {"owner": "Olivia Owner [olivia]"},
        {"lifetimeDays": "0"},
        {"lifetimeDays": "soon"},
        {"lifetimeDays": "-1"},
        {"lifetimeDays": "9" * 5000},
        {"lifetimeDays": "1.5"},
        {"lifetimeDays": "3651"},
        {"lifetimeDays": "٣"},
    ],
)
def test_what_is_wrong_issues_nothing_and_can_be_mended(console: Console, typed: dict[str, str]) -> None:
    browser, path = console.browser(OWNER), _path(console)
    page = browser.send(f"{path}/new-key", _form(browser, path, **typed))
    assert page.status == 400
    assert len(_keys(console)) == 1
    if "lifetimeDays" in typed:
        assert "Works for how many days: a whole number from 1 to 3,650." in page.text
        assert ("lifetimeDays", typed["lifetimeDays"]) in page.fields()
    mended = {"owner": "Entra", "lifetimeDays": "", "once": page.hidden("once")}
    assert browser.send(f"{path}/new-key", mended).status == 200
    assert len(_keys(console)) == 2


def test_rotating_issues_a_second_and_revokes_the_first(console: Console) -> None:
    browser, path = console.browser(OWNER), _path(console)
    assert "Rotate: issue a second key" in browser.get(path).text
    browser.send(f"{path}/new-key", _form(browser, path))
    page = browser.get(path)
    assert "Rotate: issue a second key" not in page.text
    assert "revoke the first: IdP, created" in page.text
    third = browser.send(f"{path}/new-key", _form(browser, path))
    assert third.status == 409
    assert "2 live keys" in third.text
    console.service.pass_time(timedelta(minutes=1))
    revoked = browser.send(f"{path}/keys/{console.service.scim_key.id}/revoke", {})
    assert "Saved." in revoked.text
    assert [key.owner for key in _keys(console)] == ["Entra 2026"]
    assert "the only one that works" in revoked.text
    assert browser.send(f"{path}/keys/{console.service.scim_key.id}/revoke", {}).status == 404


def test_another_owner_confirms_a_key_and_nobody_their_own(console: Console) -> None:
    browser, path = console.browser(OWNER), _path(console)
    browser.send(f"{path}/new-key", _form(browser, path))
    key = next(key for key in _keys(console) if key.owner == "Entra 2026")
    assert "You issued it" in browser.get(path).text
    own = browser.send(f"{path}/keys/{key.id}/confirmation", {"reason": "mine"})
    assert own.status == 409
    assert "different administrator" in own.text
    other = console.browser(OTHER_OWNER)
    assert "unconfirmed" in other.get("/connect").text
    assert other.send(f"{path}/keys/{key.id}/confirmation", {"reason": " "}).status == 400
    assert "Saved." in other.send(f"{path}/keys/{key.id}/confirmation", {"reason": "seen"}).text
    assert "unconfirmed" not in other.get(path).text
    assert other.send(f"{path}/keys/{key.id}/confirmation", {"reason": "seen"}).status == 200


def test_whoever_signs_in_by_one_administrator_s_word_confirms_nothing() -> None:
    console = Console(signs_in=False)
    console.set_sign_in(by=OneAdministrator("Ines"))
    service = console.service
    grant = Grant(Scope.SCIM, service.organization.id, service.directory.id)
    _, key = issue_token(service.context(), grant, "alone", by=OneAdministrator("Ines"))
    browser = console.browser(OWNER)
    for path in (f"{_path(console)}/keys/{key.id}/confirmation", f"{_path(console)}/confirmation"):
        page = browser.send(path, {"reason": "seen"})
        assert page.status == 403
        assert "set by Ines alone" in page.text


def test_a_delete_rule_is_one_word_until_another_owner_confirms_it(console: Console) -> None:
    browser, path = console.browser(OWNER), _path(console)
    page = browser.send(f"{path}/delete-rule", {"onDelete": "erase"})
    assert "said so alone" in page.text
    other = console.browser(OTHER_OWNER)
    seen = other.get(path).hidden("seen")
    assert browser.send(f"{path}/confirmation", {"reason": "mine", "seen": seen}).status == 409
    assert other.send(f"{path}/confirmation", {"reason": "seen", "seen": "another"}).status == 409
    assert "Confirm it" in other.get(path).text
    assert "said so alone" not in other.send(f"{path}/confirmation", {"reason": "seen", "seen": seen}).text
    directory = console.service.store.directories(console.service.organization.id)[0]
    assert directory.on_delete is OnDelete.ERASE
    assert browser.send(f"{path}/delete-rule", {"onDelete": "everything"}).status == 400
    assert browser.send(f"{path}/delete-rule", {}).status == 400


def test_deleting_says_what_it_does_and_takes_the_name(console: Console) -> None:
    console.service.create_user("ada")
    browser, path = console.browser(OWNER), _path(console)
    assert "its users (1)" in browser.get(f"{path}/delete").text
    for wrong in ("", "idp", "IdP "):
        page = browser.send(f"{path}/delete", {"confirm": wrong})
        assert page.status == 400
        assert "nothing was changed" in page.text
    assert console.service.store.directories(console.service.organization.id)[0].deleting is None
    gone = browser.send(f"{path}/delete", {"confirm": "IdP"})
    for _ in range(5):
        if "The directory is deleted." in gone.text:
            break
        assert "is being deleted" in gone.text
        assert "Save" not in gone.text
        console.service.pass_time(timedelta(minutes=20))
        browser = console.browser(OWNER)
        gone = browser.send(f"{path}/delete", {"confirm": "IdP"})
    assert "The directory is deleted." in gone.text
    assert browser.send(f"{path}/delete", {"confirm": "IdP"}).status == 404


_FORMS = [
    "/connect", "/connect/{id}", "/connect/{id}/delete-rule", "/connect/{id}/confirmation", "/connect/{id}/delete",
    "/connect/{id}/new-key", "/connect/{id}/keys/{key}/revoke", "/connect/{id}/keys/{key}/confirmation",
]  # fmt: skip


@pytest.mark.parametrize("person", [VIEWER, OPERATOR, APPROVER])
@pytest.mark.parametrize("form", _FORMS)
def test_only_owners_change_anything(console: Console, person: Person, form: str) -> None:
    path = form.format(id=console.service.directory.id, key=console.service.scim_key.id)
    before = console.service.store.directories(console.service.organization.id), _keys(console)
    page = console.browser(person).send(path, {"name": "x", "profile": "okta", "confirm": "IdP", "reason": "x"})
    assert page.status == 403
    assert "owner" in page.text
    assert (console.service.store.directories(console.service.organization.id), _keys(console)) == before


@pytest.mark.parametrize(
    ("form", "back"),
    [
        ("/delete-rule", ""),
        ("/delete", "/delete"),
        ("/new-key", "/new-key"),
        ("/keys/{key}/revoke", ""),
    ],
)
def test_what_matters_takes_somebody_who_has_just_signed_in(console: Console, form: str, back: str) -> None:
    browser, path = console.browser(OWNER), _path(console)
    console.service.pass_time(timedelta(minutes=11))
    before = _keys(console)
    place = f"{path}{form.format(key=console.service.scim_key.id)}"
    page = browser.send(place, {"onDelete": "erase", "confirm": "IdP", "owner": "x", "once": "x" * 22})
    assert browser.come_back(page, OWNER).path == f"{path}{back}"
    assert _keys(console) == before
    assert console.service.store.directories(console.service.organization.id)[0].on_delete is OnDelete.DEACTIVATE


def test_another_organization_s_directories_are_not_there(console: Console) -> None:
    service = console.service
    foreign = create_organization(service.context(), "Foreign")
    theirs = create_directory(service.context(), foreign.id, "Theirs")
    _, key = issue_token(service.context(), Grant(Scope.SCIM, foreign.id, theirs.id), "theirs")
    browser = console.browser(OWNER)
    assert "Theirs" not in browser.get("/connect").text
    for path in ("", "/new-key", "/delete"):
        assert browser.get(f"/connect/{theirs.id}{path}").status == 404
    fields = {"name": "x", "profile": "okta", "onDelete": "erase", "confirm": "Theirs", "reason": "x", "owner": "x"}
    for form in _FORMS[1:]:
        for directory_id in (theirs.id, service.directory.id) if "{key}" in form else (theirs.id,):
            path = form.format(id=directory_id, key=key.id)
            assert browser.send(path, {**fields, "once": "y" * 22}).status == 404, path
    (there,) = service.store.directories(foreign.id)
    assert (there.name, there.on_delete, there.deleting) == ("Theirs", OnDelete.DEACTIVATE, None)
    assert service.store.tokens(organization_id=foreign.id, directory_id=theirs.id) == (key,)


@pytest.mark.parametrize("people", [10, 200])
def test_what_pages_cost_does_not_grow_with_people(console: Console, people: int) -> None:
    for number in range(people):
        console.service.create_user(f"u{number}")
    service = console.service
    for number in range(5):
        create_directory(service.context(), service.organization.id, f"D{number}")
    browser, path = console.browser(OWNER), _path(console)
    # The session's is one of them. The list: directories, figures, keys, numbers of users, each for all directories in
    # one. One directory: settings, keys, log.
    # Deleting: settings, and the numbers of users and of groups.
    for page, calls in {"/connect": 1 + 4, path: 1 + 3, f"{path}/new-key": 1 + 1, f"{path}/delete": 1 + 3}.items():
        service.store.dynamodb_calls.clear()
        assert browser.get(page).status == 200
        assert service.store.dynamodb_calls.total() == calls, page
