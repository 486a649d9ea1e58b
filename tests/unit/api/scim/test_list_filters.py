"""Filters of lists over the whole service, in memory."""

import pytest

from rightful.core.lists import groups as group_search
from rightful.ports.store import emails as emails_contract
from rightful.ports.store.emails import SecondaryEmailList
from tests.support.service import Service, patch
from tests.unit.api.scim.lists import listed, names, refused, searched, seven_users_and_three_groups


@pytest.fixture
def service() -> Service:
    return seven_users_and_three_groups()


class TestFilters:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('userName eq "U3@EXAMPLE.com"', ["u3"]),
            ('externalId eq "ext-u3"', ["u3"]),
            ('externalId eq "EXT-U3"', []),
            ('emails.value eq "u3@example.com"', ["u3"]),
            ('emails[type eq "work" and value eq "u3@example.com"]', ["u3"]),
            ('userName eq "u3@example.com" and title eq "odd"', ["u3"]),
            ('userName eq "u2@example.com" and title eq "odd"', []),
            ('userName eq "nobody"', []),
            ('id eq "nobody"', []),
            ('id eq ""', []),
            ('emails.value eq "no address"', []),
            ('displayName eq "user 6"', ["u0"]),
            ('title eq "odd"', ["u1", "u3", "u5"]),
            ('not (title pr) and userName ne "u0@example.com"', ["u2", "u4", "u6"]),
            ('meta.created ge "2026-11-23T09:00:05Z"', ["u5", "u6"]),
        ],
    )
    def test_a_filter_finds_users(self, service: Service, text: str, expected: list[str]) -> None:
        body = listed(service, filter=text)
        assert (names(body), body["totalResults"]) == (expected, len(expected))
        assert names(searched(service, "/Users/.search", filter=text)) == expected

    def test_a_user_is_found_by_an_address_besides_its_own(self, service: Service) -> None:
        emails = [{"value": "u7@example.com", "primary": True}, {"value": "Home.U7@example.org", "type": "home"}]
        service.create_user("u7", emails=emails)
        for text in (
            'emails.value eq "home.u7@example.org"',
            'emails[type eq "home" and value eq "HOME.u7@example.org"]',
        ):
            assert names(listed(service, filter=text)) == ["u7"]
        assert names(listed(service, filter='emails[type eq "work" and value eq "home.u7@example.org"]')) == []

    def test_everybody_is_found_by_every_address_whosever_own_it_is(self, service: Service) -> None:
        further = ["u0@example.com", "No Address", "third@example.org", "Fourth@example.org", "fourth@EXAMPLE.org"]
        emails = [{"value": "u7@example.com", "primary": True}, *({"value": value} for value in further)]
        service.create_user("u7", emails=emails)
        service.create_user(
            "u8", emails=[{"value": "u8@example.com", "primary": True}, {"value": "FOURTH@example.org"}]
        )
        assert names(listed(service, filter='emails.value eq "u7@example.com"')) == ["u7"]
        assert sorted(names(listed(service, filter='emails.value eq "U0@example.com"'))) == ["u0", "u7"]
        assert names(listed(service, filter='emails eq "no address"')) == ["u7"]
        assert names(listed(service, filter='emails[value eq "third@example.org"]')) == ["u7"]
        assert sorted(names(listed(service, filter='emails.value eq "fourth@example.org"'))) == ["u7", "u8"]

    def test_who_loses_a_secondary_email_is_not_found_by_it_any_more(self, service: Service) -> None:
        emails = [{"value": "u7@example.com", "primary": True}, {"value": "home@example.org", "type": "home"}]
        asked = {"filter": 'emails.value eq "home@example.org"'}
        user = service.create_user("u7", emails=emails)
        remove = {"op": "remove", "path": 'emails[type eq "home"]'}
        add = {"op": "add", "path": "emails", "value": [emails[1]]}
        for operation, expected in [(remove, []), (add, ["u7"])]:
            assert service.scim("PATCH", f"/Users/{user['id']}", patch(operation)).status == 200
            assert names(listed(service, **asked)) == expected
        assert service.scim("DELETE", f"/Users/{user['id']}").status == 204
        assert names(listed(service, **asked)) == []
        assert service.store.all_of(SecondaryEmailList) == ()

    def test_a_user_of_many_addresses_is_found_by_each_of_them(self, service: Service) -> None:
        many = [{"value": f"alias{number}@example.org"} for number in range(60)]
        user = service.create_user("u7", emails=[{"value": "u7@example.com", "primary": True}, *many])
        for number in (0, 30, 59):
            assert names(listed(service, filter=f'emails.value eq "alias{number}@example.org"')) == ["u7"]
        replaced = user | {"emails": [{"value": "u7@example.com", "primary": True}, *many[:5]]}
        assert service.scim("PUT", f"/Users/{user['id']}", replaced).status == 200
        assert names(listed(service, filter='emails.value eq "alias4@example.org"')) == ["u7"]
        assert names(listed(service, filter='emails.value eq "alias59@example.org"')) == []

    def test_an_address_that_more_share_than_are_listed_is_looked_for_everywhere(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(emails_contract, "MOST_LISTED", 1)
        for number in (7, 8, 9):
            own = {"value": f"u{number}@example.com", "primary": True}
            service.create_user(f"u{number}", emails=[own, {"value": "desk@example.com"}])
        assert sorted(names(listed(service, filter='emails.value eq "desk@example.com"'))) == ["u7", "u8", "u9"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('displayName eq "g1"', ["G1"]),
            ('displayName sw "G" and displayName ne "G1"', ["G0", "G2"]),
            ("members pr", []),
            ('members.value eq "nobody-1"', []),
            ('members.value eq "nothing"', []),
            ('members.value eq "a#b"', []),
            ('not (members.value eq "nobody-1")', ["G0", "G1", "G2"]),
        ],
    )
    def test_a_filter_finds_groups(self, service: Service, text: str, expected: list[str]) -> None:
        assert names(listed(service, "/Groups", filter=text)) == expected
        assert names(searched(service, "/Groups/.search", filter=text)) == expected

    def test_membership_is_asked_for_with_or_without_the_group(self, service: Service) -> None:
        user, group = listed(service)["Resources"][0], listed(service, "/Groups")["Resources"][1]
        service.scim("PUT", f"/Groups/{group['id']}", group | {"members": [{"value": user["id"]}]})
        for text in (
            f'members eq "{user["id"]}"',
            f'members[value eq "{user["id"]}"]',
            f'id eq "{group["id"]}" and members.value eq "{user["id"]}"',
            f'displayName eq "G1" and members[value eq "{user["id"]}"]',
            f'displayName co "G" and members.value eq "{user["id"]}"',
            'members.display sw "User"',
        ):
            found = listed(service, "/Groups", filter=text)
            assert names(found) == ["G1"], text
            assert found["Resources"][0]["members"][0]["value"] == user["id"]
        assert names(listed(service, "/Groups", filter=f'id eq "{group["id"]}" and members.value eq "x-1"')) == []

    def test_an_answer_looks_into_so_many_groups(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(group_search, "MOST_LOOKED_INTO", 2)
        assert names(listed(service, "/Groups")) == ["G0", "G1"]
        assert names(listed(service, "/Groups", startIndex="3")) == ["G2"]
        assert names(listed(service, "/Groups", excludedAttributes="members")) == ["G0", "G1", "G2"]
        monkeypatch.setattr(group_search, "MOST_LOOKED_INTO", 0)
        assert refused(service, "/Groups", filter="members pr") == (400, "tooMany")
        assert names(listed(service, "/Groups", filter="displayName pr", excludedAttributes="members")) != []

    def test_a_filter_pages_by_start_index(self, service: Service) -> None:
        body = listed(service, filter="title pr", startIndex="2", count="1")
        assert (names(body), body["totalResults"], body["startIndex"]) == (["u3"], 3, 2)

    @pytest.mark.parametrize(
        ("query", "scim_type"),
        [
            ({"filter": "nonsense pr"}, "invalidFilter"),
            ({"filter": 'members.value eq "x"'}, "invalidFilter"),
            ({"sortBy": "nonsense"}, "invalidValue"),
            ({"sortBy": "name"}, "invalidValue"),
            ({"attributes": "userName", "excludedAttributes": "title"}, "invalidValue"),
            ({"startIndex": "x"}, "invalidValue"),
            ({"sortOrder": "sideways"}, "invalidValue"),
        ],
    )
    def test_what_cannot_be_asked_is_named(self, service: Service, query: dict[str, str], scim_type: str) -> None:
        assert refused(service, **query) == (400, scim_type)
