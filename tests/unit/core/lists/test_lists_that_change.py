"""Lists whose users come, change and go between the pages: nobody who stays is missed, nobody comes twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rightful.core.lists import page, search, start_index
from rightful.domain.organization import OnDelete
from rightful.scim.rendering import response_size
from tests.support.service import Service, patch

SIZE = 60


@pytest.fixture
def service() -> Service:
    service = Service(on_delete=OnDelete.ERASE)
    for number in range(SIZE):
        service.create_user(f"u{number:02d}", title=f"t{number % 4}", displayName="Same")
        service.pass_time(timedelta(milliseconds=1))
    return service


def listed(service: Service, **query: str) -> Any:
    response = service.scim("GET", "/Users", query=query)
    assert response.status == 200, response.body
    return response.body


def numbers(body: Any) -> list[int]:
    return [int(each["userName"][1:3]) for each in body["Resources"]]


def by_cursor(service: Service, meanwhile: Callable[[list[Any]], None], **query: str) -> list[int]:
    """Who is seen, in this order, where something happens after each page."""
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        body = listed(service, cursor=cursor, **query)
        seen += numbers(body)
        meanwhile(body["Resources"])
        cursor = body.get("nextCursor")
    return seen


def by_start_index(service: Service, meanwhile: Callable[[list[Any]], None], count: int) -> list[int]:
    seen: list[int] = []
    start = 1
    while True:
        body = listed(service, startIndex=str(start), count=str(count))
        if not body["Resources"]:
            return seen
        seen += numbers(body)
        start += body["itemsPerPage"]
        meanwhile(body["Resources"])


def delete(service: Service, users: list[Any]) -> None:
    for user in users:
        assert service.scim("DELETE", f"/Users/{user['id']}").status == 204


def change(service: Service, users: list[Any], path: str, value: object) -> None:
    for user in users:
        answer = service.scim("PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": path, "value": value}))
        assert answer.status == 200


class TestByCursor:
    @pytest.mark.parametrize("text", ["active eq true", 'title sw "t"', "active eq true and userName pr"])
    def test_who_is_deactivated_after_its_page_hides_nobody(self, service: Service, text: str) -> None:
        seen = by_cursor(service, lambda users: change(service, users, "active", False), filter=text, count="10")
        assert seen == list(range(SIZE))

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"filter": "userName pr"},
            {"filter": 'displayName eq "same"'},
            {"sortBy": "title"},
            {"sortBy": "active", "sortOrder": "descending"},
            {"sortBy": "meta.created"},
            {"sortBy": "title", "filter": "active eq true"},
        ],
    )
    def test_who_is_deleted_after_its_page_hides_nobody(self, service: Service, query: dict[str, str]) -> None:
        seen = by_cursor(service, lambda users: delete(service, users), count="7", **query)
        assert sorted(seen) == list(range(SIZE))

    def test_who_leaves_an_index_after_its_page_hides_nobody(self, service: Service) -> None:
        renamed = by_cursor(
            service,
            lambda users: change(service, users, "displayName", "Other"),
            filter='displayName eq "same"',
            count="7",
        )
        assert sorted(renamed) == list(range(SIZE))

    def test_a_very_long_value_is_an_order_too(self, service: Service) -> None:
        change(service, listed(service, count="30")["Resources"], "title", "é" * 30_000)
        seen = by_cursor(service, lambda users: delete(service, users[-1:]), sortBy="title", count="7")
        assert sorted(seen) == list(range(SIZE))

    @pytest.mark.parametrize("query", [{}, {"filter": "active eq true"}])
    def test_a_page_that_is_cut_by_its_size_goes_on_after_its_last_user(
        self, service: Service, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page, "MOST_OCTETS", 5 * response_size(listed(service)["Resources"][0]) + 300)
        monkeypatch.setattr(search, "_PAGE", 9)
        seen = by_cursor(service, lambda users: delete(service, users[::2]), count="20", **query)
        assert seen == list(range(SIZE))

    def test_an_index_that_begins_to_answer_meanwhile_begins_nothing_anew(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(service.store), "account_ids_of_display_name", lambda *_: None)

        def answers(_: object) -> None:
            monkeypatch.undo()

        assert by_cursor(service, answers, filter='displayName eq "same"', count="7") == list(range(SIZE))


class TestByStartIndex:
    @pytest.mark.parametrize("gone", [1, 5, 10])
    def test_who_is_deleted_during_the_pass_moves_the_others_up(self, service: Service, gone: int) -> None:
        seen = by_start_index(service, lambda users: delete(service, users[:gone]), 10)
        assert seen == [number for number in range(SIZE) if number % (10 + gone) < 10]

    def test_a_page_that_is_cut_by_its_size_is_gone_on_from_as_any_other(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page, "MOST_OCTETS", 5 * response_size(listed(service)["Resources"][0]) + 300)
        assert by_start_index(service, lambda _: None, 20) == list(range(SIZE))

    def test_after_a_pass_and_deletions_any_page_is_the_slice_it_names(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(start_index, "_EVERY", 8)
        everybody = listed(service, count="60")["Resources"]
        by_start_index(service, lambda _: None, 10)
        delete(service, everybody[5:15])
        left = [*range(5), *range(15, SIZE)]
        for start in (21, 41, 50, 31, 11, 1):
            body = listed(service, startIndex=str(start), count="10")
            assert (numbers(body), body["totalResults"]) == (left[start - 1 : start + 9], 50)

    def test_a_user_that_gets_an_earlier_place_back_moves_the_others(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As an undo does it."""
        from rightful.ports.writes.accounts import CountUsers, DeleteAccount, PutAccount

        monkeypatch.setattr(start_index, "_EVERY", 8)
        first = service.store.users(service.directory.id, limit=1).accounts[0]
        gone = [DeleteAccount(first.id, first.version), CountUsers(service.directory.id, first.id, -1)]
        service.store.commit(gone, remaining=lambda: 20.0)
        assert numbers(listed(service, startIndex="41", count="1")) == [41]
        back = [PutAccount(first, None), CountUsers(service.directory.id, first.id, 1, earlier=True)]
        service.store.commit(back, remaining=lambda: 20.0)
        assert numbers(listed(service, startIndex="41", count="1")) == [40]
