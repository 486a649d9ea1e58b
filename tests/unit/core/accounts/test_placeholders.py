"""Who gave an address away has none in SCIM, and a placeholder that comes back changes nothing."""

from dataclasses import replace
from typing import Any

import pytest

from rightful.domain.account import Account
from rightful.domain.address import PLACEHOLDER_DOMAIN
from rightful.domain.conflicts.conflict import LIVE, Conflict
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
HOME = {"value": "home@example.com", "type": "home"}
OLD = f"released-{'0' * 32}@{PLACEHOLDER_DOMAIN}"


class Emptied:
    """Ben, who has left, and whose address ada was given."""

    def __init__(self, profile: str = "generic", *further: dict[str, object]) -> None:
        self.service = Service(profile=profile)
        work = {"value": "ben@example.com", "type": "work", "primary": True}
        made = self.service.create_user("ben", emails=[work, *further], active=False)
        self.path = f"/Users/{made['id']}"
        assert self.service.move(self.service.create_user("ada")["id"], "ben").status == 409
        self.service.remediate_all()
        assert self.account.email is not None
        assert self.account.email.is_placeholder
        assert self.placeholder in str(self.account.attributes)
        self.before = self.service.store.snapshot()

    @property
    def account(self) -> Account:
        everybody = self.service.store.all_of(Account)
        [ben] = [each for each in everybody if each.link and self.path.endswith(each.link.scim_id)]
        return ben

    @property
    def placeholder(self) -> str:
        assert self.account.email is not None
        return self.account.email.value

    def shown(self) -> Any:
        return self.service.scim("GET", self.path).body

    def put(self, body: Any) -> Any:
        return self.service.scim("PUT", self.path, body)

    def unchanged(self, answer: Any) -> None:
        assert answer.status in {200, 204}, answer.body
        assert self.service.store.snapshot() == self.before
        assert PLACEHOLDER_DOMAIN not in str(answer.body)


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("further", [[], [HOME]])
def test_no_answer_shows_a_placeholder(profile: str, further: list[dict[str, object]]) -> None:
    ben = Emptied(profile, *further)
    service, search = ben.service, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    same = patch({"op": "replace", "path": "title", "value": "Dr"})
    for answer in (
        service.scim("GET", ben.path),
        service.scim("GET", ben.path, query={"attributes": "emails"}),
        service.scim("GET", "/Users"),
        service.scim("GET", "/Users", query={"filter": 'userName eq "ben@example.com"'}),
        service.scim("GET", "/Users", query={"sortBy": "emails"}),
        service.scim("POST", "/Users/.search", search),
        service.scim("PATCH", ben.path, same, query={"attributes": "emails"}),
        service.scim("PATCH", ben.path, same),
    ):
        assert answer.status in {200, 204}
        assert PLACEHOLDER_DOMAIN not in str(answer.body)
    assert ben.shown().get("emails") == (further or None)
    assert ben.account.email is not None
    assert ben.account.email.is_placeholder


@pytest.mark.parametrize("further", [[], [HOME]])
@pytest.mark.parametrize(
    "asked", ['emails.value eq "{}"', 'emails eq "{}"', 'emails[value eq "{}"]', 'emails.value co "released"']
)
def test_nobody_is_found_by_a_placeholder(asked: str, further: list[dict[str, object]]) -> None:
    ben = Emptied("generic", *further)
    found: Any = ben.service.scim("GET", "/Users", query={"filter": asked.format(ben.placeholder)})
    assert (found.status, found.body["totalResults"]) == (200, 0)


def test_who_has_a_placeholder_alone_has_no_emails() -> None:
    ben = Emptied()
    for asked, number in (("emails pr", 1), ("not (emails pr)", 1), ("emails eq null", 1)):
        found: Any = ben.service.scim("GET", "/Users", query={"filter": asked})
        assert found.body["totalResults"] == number


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("further", [[], [HOME]])
def test_what_is_shown_can_be_written_back(profile: str, further: list[dict[str, object]]) -> None:
    ben = Emptied(profile, *further)
    shown = ben.shown()
    ben.unchanged(ben.put(shown))
    ben.unchanged(ben.put({"emails": []} | shown))
    ben.unchanged(ben.put({name: value for name, value in shown.items() if name != "emails"}))
    for op in ("add", "replace"):
        operation = {"op": op, "value": {"userName": shown["userName"], "emails": shown.get("emails", [])}}
        ben.unchanged(ben.service.scim("PATCH", ben.path, patch(operation)))
    changed = ben.put(shown | {"title": "Dr"})
    assert changed.status == 200
    assert ben.account.email is not None
    assert ben.account.email.is_placeholder


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("further", [[], [HOME]])
@pytest.mark.parametrize("which", ["today's", "a former one", "in capitals"])
def test_a_placeholder_that_comes_back_changes_nothing(
    profile: str, further: list[dict[str, object]], which: str
) -> None:
    ben = Emptied(profile, *further)
    value = {"today's": ben.placeholder, "a former one": OLD, "in capitals": ben.placeholder.upper()}[which]
    emails = [{"value": value, "type": "work", "primary": True}, *further]
    ben.unchanged(ben.put(ben.shown() | {"emails": emails}))
    for operation in (
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": value},
        {"op": "replace", "path": "emails[primary eq true].value", "value": value},
        {"op": "replace", "path": "emails", "value": emails},
        {"op": "replace", "value": {"emails": emails}},
    ):
        ben.unchanged(ben.service.scim("PATCH", ben.path, patch(operation)))


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_placeholder_from_before_takes_no_new_address_away(profile: str) -> None:
    ben = Emptied(profile, HOME)
    former = ben.placeholder
    found = patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "benno@example.com"})
    assert ben.service.scim("PATCH", ben.path, found).status in {200, 204}
    assert ben.shown()["emails"] == [{"value": "benno@example.com", "type": "work", "primary": True}, HOME]
    ben.before = ben.service.store.snapshot()
    emails = [{"value": former, "type": "work", "primary": True}, HOME]
    ben.unchanged(ben.put(ben.shown() | {"emails": emails}))
    back = patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": former})
    ben.unchanged(ben.service.scim("PATCH", ben.path, back))
    ben.unchanged(ben.put(ben.shown() | {"emails": [{"value": former, "type": "other"}, *ben.shown()["emails"]]}))


def test_what_comes_with_a_placeholder_is_done() -> None:
    ben = Emptied("generic", HOME)
    emails = [{"value": OLD, "type": "work", "primary": True}, {**HOME, "value": "new.home@example.com"}]
    answer = ben.put(ben.shown() | {"emails": emails})
    assert answer.status == 200
    assert answer.body["emails"] == [{"value": "new.home@example.com", "type": "home"}]
    assert ben.account.email is not None
    assert ben.account.email.is_placeholder


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_path_of_the_identity_provider_still_finds_the_entry(profile: str) -> None:
    ben = Emptied(profile)
    found = patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "benno@example.com"})
    assert ben.service.scim("PATCH", ben.path, found).status in {200, 204}
    assert ben.shown()["emails"] == [{"value": "benno@example.com", "type": "work", "primary": True}]
    assert ben.account.holds == "benno@example.com"


def test_a_placeholder_that_comes_back_takes_no_wish_back() -> None:
    ben = Emptied()
    ben.service.create_user("eve")
    assert ben.service.move(ben.path.rpartition("/")[2], "eve").status == 409
    conflict = conflict_about(ben.service, "eve@example.com")
    emails = [{"value": ben.placeholder, "type": "work", "primary": True}]
    assert ben.put(ben.shown() | {"emails": emails}).status == 200
    assert conflict_about(ben.service, "eve@example.com") == conflict
    assert conflict.status in LIVE
    assert ben.put(ben.shown() | {"emails": [{"value": "benno@example.com", "type": "work"}]}).status == 200
    assert conflict_about(ben.service, "eve@example.com").status not in LIVE


def conflict_about(service: Service, wanted: str) -> Conflict:
    """The one conflict about an address."""
    (found,) = [each for each in service.store.all_of(Conflict) if each.request.wanted.canonical == wanted]
    return found


@pytest.mark.parametrize("value", [OLD, "x@released.invalid", f"released-1@sub.{PLACEHOLDER_DOMAIN}"])
def test_nobody_is_created_with_a_placeholder(value: str) -> None:
    service = Service()
    body = {"schemas": [CORE], "userName": "eve", "emails": [{"value": value, "type": "work"}]}
    refused: Any = service.scim("POST", "/Users", body)
    assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")


def test_a_placeholder_of_nobody_without_an_address_is_left_out() -> None:
    service = Service()
    made = service.create_user("ada", emails=[])
    account = service.store.all_of(Account)[0]
    assert account == replace(account, email=None)
    body = {"schemas": [CORE], "userName": "ada@example.com", "externalId": "ext-ada", "active": True}
    answer: Any = service.scim("PUT", f"/Users/{made['id']}", body | {"emails": [{"value": OLD, "type": "work"}]})
    assert (answer.status, answer.body) == (200, made)


class Renamed(Emptied):
    """Ben, whose userName ada was given together with his address."""

    def __init__(self, profile: str = "generic") -> None:
        self.service = Service(profile=profile)
        made = self.service.create_user("ben", active=False)
        self.path = f"/Users/{made['id']}"
        both = [
            {"op": "replace", "path": "userName", "value": "ben@example.com"},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "ben@example.com"},
        ]
        ada = self.service.create_user("ada")["id"]
        assert self.service.scim("PATCH", f"/Users/{ada}", patch(*both)).status == 409
        self.service.remediate_all()
        self.before = self.service.store.snapshot()

    @property
    def name(self) -> str:
        assert self.account.link is not None
        return self.account.link.user_name


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_user_name_that_was_taken_away_is_shown_as_no_address(profile: str) -> None:
    ben = Renamed(profile)
    shown = ben.shown()
    assert shown["userName"] == ben.name == ben.placeholder.partition("@")[0]
    assert "@" not in str({name: value for name, value in shown.items() if name != "meta"})
    for asked in ('userName co "@"', f'userName eq "{ben.placeholder}"', f'emails.value eq "{ben.name}"'):
        found: Any = ben.service.scim("GET", "/Users", query={"filter": asked})
        assert ben.path.rpartition("/")[2] not in [each["id"] for each in found.body["Resources"]]
    found = ben.service.scim("GET", "/Users", query={"filter": f'userName eq "{ben.name}"'})
    assert [each["id"] for each in found.body["Resources"]] == [shown["id"]]
    listed: Any = ben.service.scim("GET", "/Users", query={"sortBy": "userName"}).body
    assert [each["userName"] for each in listed["Resources"]] == ["ben@example.com", ben.name]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_who_reads_a_user_without_a_user_name_and_writes_it_back_changes_nothing(profile: str) -> None:
    ben = Renamed(profile)
    shown = ben.shown()
    ben.unchanged(ben.put(shown))
    # What makes an address of every userName makes one of this.
    for value in (ben.name, ben.placeholder, ben.name.upper()):
        emails = [{"value": value, "type": "work", "primary": True}]
        ben.unchanged(ben.put(shown | {"emails": emails}))
        ben.unchanged(ben.put(shown | {"userName": value}))
        rename = patch({"op": "replace", "path": "userName", "value": value})
        ben.unchanged(ben.service.scim("PATCH", ben.path, rename))


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_a_user_name_of_before_takes_no_new_one_away(profile: str) -> None:
    ben = Renamed(profile)
    former = ben.shown()
    new = patch({"op": "replace", "path": "userName", "value": "benno"})
    assert ben.service.scim("PATCH", ben.path, new).status in {200, 204}
    ben.before = ben.service.store.snapshot()
    ben.unchanged(ben.put(former))
    ben.unchanged(
        ben.service.scim("PATCH", ben.path, patch({"op": "replace", "value": {"userName": former["userName"]}}))
    )
    assert ben.name == "benno"
