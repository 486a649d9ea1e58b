"""Lists over the whole service, in memory: page by page, in which order, over both types."""

import random
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.lists import groups as group_search
from rightful.core.lists import search, start_index
from rightful.core.lists.cursors import Cursors, Place, rank
from rightful.core.organizations.registry import create_directory
from rightful.scim.errors import ScimError
from rightful.text.ids import cursor_key_of
from tests.support.service import START, Service
from tests.unit.api.scim.lists import SEARCH, listed, names, refused, searched, seven_users_and_three_groups


@pytest.fixture
def service() -> Service:
    return seven_users_and_three_groups()


class TestByStartIndex:
    def test_pages_follow_each_other_and_each_knows_the_total(self, service: Service) -> None:
        pages = [listed(service, startIndex=str(start), count="3") for start in (1, 4, 7)]
        assert [names(page) for page in pages] == [["u0", "u1", "u2"], ["u3", "u4", "u5"], ["u6"]]
        assert [(page["totalResults"], page["startIndex"], page["itemsPerPage"]) for page in pages] == [
            (7, 1, 3), (7, 4, 3), (7, 7, 1),
        ]  # fmt: skip

    def test_any_page_is_found_without_the_ones_before_it(self, service: Service) -> None:
        for start in random.Random(7).sample(range(1, 8), 7):
            assert (
                names(listed(service, startIndex=str(start), count="2"))
                == [f"u{n}" for n in range(7)][start - 1 : start + 1]
            )

    @pytest.mark.parametrize("start", ["8", "9", "1000", "999999999999999999"])
    def test_a_page_after_the_end_is_empty_and_knows_the_total(self, service: Service, start: str) -> None:
        body = listed(service, startIndex=start)
        assert (body["totalResults"], body["itemsPerPage"], body["Resources"]) == (7, 0, [])

    @pytest.mark.parametrize("start", ["0", "-5", ""])
    def test_a_start_before_the_beginning_is_the_beginning(self, service: Service, start: str) -> None:
        assert names(listed(service, startIndex=start, count="1")) == ["u0"]

    @pytest.mark.parametrize("count", ["0", "-1"])
    def test_no_count_is_the_total_alone(self, service: Service, count: str) -> None:
        body = listed(service, count=count)
        assert (body["totalResults"], body["Resources"]) == (7, [])

    def test_a_far_page_is_found_by_landmarks_once_they_are_made(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(start_index, "_EVERY", 2)
        assert names(listed(service, startIndex="7", count="4")) == ["u6"]
        monkeypatch.setattr(service.store, "skip", None)
        for start in (2, 3, 4, 5, 6, 7):
            assert names(listed(service, startIndex=str(start), count="1")) == [f"u{start - 1}"]

    @pytest.mark.parametrize("size", [11, 300])
    def test_a_page_costs_as_many_calls_among_ten_users_as_among_many(
        self, size: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As docs/api.md counts them."""
        monkeypatch.setattr(start_index, "_EVERY", 5)
        service = Service()
        for number in range(size):
            service.create_user(f"u{number}")
            service.pass_time(timedelta(seconds=1))
        calls = service.store.dynamodb_calls

        def cost(start: int) -> dict[str, int]:
            calls.clear()
            found = names(listed(service, startIndex=str(start), count="3"))
            assert found == [f"u{number}" for number in range(start - 1, min(start + 2, size))]
            return dict(calls)

        near, far = {"query": 1, "batch_get_item": 1}, {"query": 1, "batch_get_item": 2}
        cost(1)  # reads the directory's settings along
        assert [cost(start) for start in (1, 3, 5)] == [near] * 3
        landmarks = (size - 1) // 5
        assert cost(size) == far | {"query": landmarks + 1, "put_item": 1}
        assert [cost(start) for start in (size, size - 1, 6)] == [far] * 3

    def test_a_page_is_the_slice_it_names_however_often_it_is_asked_for(self, service: Service) -> None:
        everybody = [each["id"] for each in listed(service)["Resources"]]
        listed(service, startIndex="3", count="2")
        service.scim("DELETE", f"/Users/{everybody[0]}")
        for _ in range(2):
            assert names(listed(service, startIndex="5", count="1")) == ["u5"]

    def test_the_largest_page_is_what_the_configuration_says(self, service: Service) -> None:
        config = listed(service, "/ServiceProviderConfig")
        assert config["pagination"]["maxPageSize"] == config["filter"]["maxResults"] == 200
        assert listed(service, count="100000")["itemsPerPage"] == 7

    def test_groups_are_listed_with_their_total(self, service: Service) -> None:
        body = listed(service, "/Groups", startIndex="2", count="1")
        assert (names(body), body["totalResults"]) == (["G1"], 3)

    def test_a_page_of_groups_ends_early_where_members_would_be_too_many(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group_search, "MOST_MEMBERS_IN_FULL", 2)
        everybody = [{"value": each["id"]} for each in listed(service)["Resources"]]
        for group in listed(service, "/Groups")["Resources"]:
            service.scim("PUT", f"/Groups/{group['id']}", group | {"members": everybody[:2]})
        seen, start = [], 1
        while start <= 3:
            body = listed(service, "/Groups", startIndex=str(start), count="3")
            assert (body["totalResults"], body["itemsPerPage"]) == (3, 1)
            seen += names(body)
            start += body["itemsPerPage"]
        assert seen == ["G0", "G1", "G2"]
        assert listed(service, "/Groups", excludedAttributes="members")["itemsPerPage"] == 3


class TestByCursor:
    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"filter": 'nickName eq "same"'},
            {"filter": "title pr or nickName pr"},
            {"sortBy": "displayName", "sortOrder": "descending"},
            {"filter": 'userName sw "u"', "sortBy": "userName"},
        ],
    )
    @pytest.mark.parametrize("count", [1, 2, 3, 7, 50])
    def test_following_the_cursors_shows_everything_once(
        self, service: Service, query: dict[str, str], count: int
    ) -> None:
        seen: list[str] = []
        cursor: str | None = ""
        pages = 0
        while cursor is not None:
            body = listed(service, cursor=cursor, count=str(count), **query)
            assert body["itemsPerPage"] <= count
            assert "startIndex" not in body
            seen += names(body)
            cursor = body.get("nextCursor")
            pages += 1
            assert pages <= 8
        assert seen == [f"u{number}" for number in range(7)]

    def test_a_filter_over_more_than_a_request_may_look_at_goes_on_by_cursor(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "MOST_EVALUATED", 4)
        monkeypatch.setattr(search, "_PAGE", 2)
        assert refused(service, filter="title pr") == (400, "tooMany")
        assert refused(service, sortBy="userName") == (400, "tooMany")
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            body = listed(service, cursor=cursor, filter="title pr")
            seen += names(body)
            cursor = body.get("nextCursor")
        assert seen == ["u1", "u3", "u5"]

    @pytest.mark.parametrize(
        "change",
        [{"filter": "title pr"}, {"sortBy": "userName"}, {"path": "/Groups"}],
    )
    def test_a_cursor_is_good_for_its_own_list_only(self, service: Service, change: dict[str, str]) -> None:
        cursor = listed(service, cursor="", count="2")["nextCursor"]
        query = {"cursor": cursor} | change
        assert refused(service, query.pop("path", "/Users"), **query) == (400, "invalidCursor")

    def test_a_cursor_is_good_in_its_own_directory_only(self, service: Service) -> None:
        cursor = listed(service, cursor="", count="2")["nextCursor"]
        service.directory = create_directory(service.context(), service.organization.id, "another")
        assert refused(service, cursor=cursor) == (400, "invalidCursor")

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "a b", "💥", "A" * 4000, "../../.."])
    def test_a_cursor_that_was_not_given_out_is_refused(self, service: Service, cursor: str) -> None:
        assert refused(service, cursor=cursor) == (400, "invalidCursor")

    def test_a_changed_cursor_is_refused(self, service: Service) -> None:
        cursor = listed(service, cursor="", count="2")["nextCursor"]
        for place in range(0, len(cursor), 7):
            changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            assert refused(service, cursor=changed) == (400, "invalidCursor")

    def test_a_cursor_ends_when_the_configuration_says(self, service: Service) -> None:
        timeout = listed(service, "/ServiceProviderConfig")["pagination"]["cursorTimeout"]
        cursor = listed(service, cursor="", count="2")["nextCursor"]
        service.pass_time(timedelta(seconds=timeout - 1))
        assert names(listed(service, cursor=cursor, count="2")) == ["u2", "u3"]
        service.pass_time(timedelta(seconds=2))
        assert refused(service, cursor=cursor) == (400, "expiredCursor")

    def test_no_count_is_the_total_alone(self, service: Service) -> None:
        body = listed(service, cursor="", count="0")
        assert (body["totalResults"], body["Resources"], body.get("nextCursor")) == (7, [], None)

    @pytest.mark.parametrize("text", ["title pr", 'userName eq "u1@example.com"', 'not (title eq "even")'])
    def test_no_count_is_the_total_of_a_filter_alone(self, service: Service, text: str) -> None:
        body = listed(service, cursor="", count="0", filter=text)
        assert (body["totalResults"], body["Resources"]) == (listed(service, filter=text)["totalResults"], [])
        assert "nextCursor" not in body

    def test_keys_of_two_deployments_do_not_fit(self) -> None:
        mine = Cursors(cursor_key_of("mine"), "scope", START)
        for place in (Place(1, "position"), Place(rank=rank((0, (3, "5")), 1, "position", "id")), Place()):
            assert mine.take(mine.give(place)) == place
        with pytest.raises(ScimError):
            Cursors(cursor_key_of("yours"), "scope", START).take(mine.give(place))


class TestOrder:
    def test_an_order_is_that_of_the_whole(self, service: Service) -> None:
        assert names(listed(service, sortBy="displayName")) == [f"u{number}" for number in reversed(range(7))]
        page = listed(service, sortBy="displayName", sortOrder="descending", startIndex="3", count="2")
        assert (names(page), page["totalResults"]) == (["u2", "u3"], 7)

    def test_who_has_no_value_comes_last(self, service: Service) -> None:
        assert names(listed(service, sortBy="title"))[:3] == ["u1", "u3", "u5"]


class TestSearchOverBoth:
    def test_users_come_first_and_then_groups(self, service: Service) -> None:
        everything = [*(f"u{number}" for number in range(7)), "G0", "G1", "G2"]
        for start in range(1, 12):
            body = searched(service, "/.search", startIndex=start, count=3)
            assert names(body) == everything[start - 1 : start + 2], start
            assert body["totalResults"] == 10

    def test_cursors_go_through_both(self, service: Service) -> None:
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            body = searched(service, "/.search", cursor=cursor, count=4)
            seen += names(body)
            cursor = body.get("nextCursor")
        assert seen == [*(f"u{number}" for number in range(7)), "G0", "G1", "G2"]

    def test_an_attribute_that_only_one_type_has_is_unassigned_in_the_other(self, service: Service) -> None:
        assert names(searched(service, "/.search", filter='userName eq "u3@example.com"')) == ["u3"]
        assert names(searched(service, "/.search", filter='displayName eq "G1" or title pr')) == [
            "u1", "u3", "u5", "G1",
        ]  # fmt: skip

    def test_an_order_mixes_the_types(self, service: Service) -> None:
        body = searched(service, "/.search", sortBy="displayName", count=5, attributes=["displayName"])
        assert [each["displayName"] for each in body["Resources"]] == ["G0", "G1", "G2", "User 0", "User 1"]
        assert names(searched(service, "/.search", sortBy="userName", count=1)) == ["u0"]

    def test_what_no_type_has_is_refused_as_an_order(self, service: Service) -> None:
        response: Any = service.scim("POST", "/.search", {"schemas": [SEARCH], "sortBy": "nonsense"})
        assert (response.status, response.body["scimType"]) == (400, "invalidValue")

    def test_a_body_that_is_no_search_request_is_refused(self, service: Service) -> None:
        response: Any = service.scim("POST", "/.search", {"filter": "title pr"})
        assert (response.status, response.body["scimType"]) == (400, "invalidSyntax")


def test_lists_speak_the_dialect_of_the_directory() -> None:
    service = Service(profile="entra")
    service.create_user("ada")
    assert names(listed(service, filter="userName eq ada@example.com")) == ["ada"]
    assert names(searched(service, "/Users/.search", filter="userName eq ada@example.com")) == ["ada"]


def test_a_changed_dialect_counts_for_lists_within_half_a_minute_and_for_writes_at_once() -> None:
    service = Service()
    service.create_user("ada")
    text = "userName eq ada@example.com"
    assert refused(service, filter=text) == (400, "invalidFilter")
    changed = service.admin("PATCH", "/directories/{id}", {"profile": "entra"}, parameters={"id": service.directory.id})
    assert changed.status == 200
    assert refused(service, filter=text) == (400, "invalidFilter")
    service.pass_time(timedelta(seconds=30))
    assert names(listed(service, filter=text)) == ["ada"]
    service.admin("PATCH", "/directories/{id}", {"profile": "generic"}, parameters={"id": service.directory.id})
    service.create_user("bob")  # a write reads the settings, and lists profit
    assert refused(service, filter=text) == (400, "invalidFilter")
