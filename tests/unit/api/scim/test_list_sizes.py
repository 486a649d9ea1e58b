"""How much of a list an answer takes, and what comes of the rest."""

import json
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.groups import read as reading
from rightful.core.lists import page
from rightful.scim.rendering import response_size
from tests.support.service import Service
from tests.unit.api.scim.lists import listed, names, searched, seven_users_and_three_groups


@pytest.fixture
def service() -> Service:
    return seven_users_and_three_groups()


class TestSize:
    """A function's answer has 6 MB at most."""

    @pytest.fixture
    def large(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
        """So little fits into an answer that it is two of the seven users."""
        monkeypatch.setattr(page, "MOST_OCTETS", 2 * response_size(listed(service)["Resources"][0]) + 300)
        return service

    def test_a_page_by_start_index_ends_where_the_answer_is_full_and_the_rest_follows(self, large: Service) -> None:
        seen, start = [], 1
        while start <= 7:
            body = listed(large, startIndex=str(start))
            assert body["totalResults"] == 7
            assert 1 <= body["itemsPerPage"] == len(body["Resources"]) <= 2
            seen += names(body)
            start += body["itemsPerPage"]
        assert seen == [f"u{number}" for number in range(7)]

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"filter": 'nickName eq "same"'},
            {"sortBy": "displayName", "sortOrder": "descending"},
            {"filter": 'userName sw "u"', "sortBy": "userName"},
        ],
    )
    @pytest.mark.parametrize("search_all", [False, True])
    def test_what_did_not_fit_comes_with_the_next_cursor(
        self, large: Service, query: dict[str, str], search_all: bool
    ) -> None:
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = query | {"cursor": cursor}
            body = searched(large, "/.search", **asked) if search_all else listed(large, **asked)
            assert body["itemsPerPage"] == len(body["Resources"])
            seen += [name for name in names(body) if name.startswith("u")]
            cursor = body.get("nextCursor")
        assert seen == [f"u{number}" for number in range(7)]

    def test_a_search_over_all_types_shows_nobody_after_a_gap(self, large: Service) -> None:
        seen, start = [], 1
        while start <= 10:
            body = searched(large, "/.search", startIndex=start)
            assert body["totalResults"] == 10
            seen += names(body)
            start += body["itemsPerPage"]
        assert seen == [*(f"u{number}" for number in range(7)), "G0", "G1", "G2"]

    def test_what_is_left_out_takes_no_place(self, large: Service) -> None:
        assert listed(large, attributes="userName")["itemsPerPage"] > 2

    @pytest.mark.parametrize("text", ['"' * 1000, "\\" * 1000, "é" * 1000, "\n" * 1000, "plain"])
    def test_a_weight_is_what_the_resource_takes_in_the_function_s_answer(self, text: str) -> None:
        resource: dict[str, object] = {"id": "1", "displayName": text}
        answers = [Response(200, {"Resources": [resource] * number}).proxy() for number in (1, 2)]
        octets = [len(json.dumps(answer, ensure_ascii=False).encode()) for answer in answers]
        assert response_size(resource) == octets[1] - octets[0]

    def test_the_largest_users_on_the_largest_page_stay_under_the_limit(self, service: Service) -> None:
        for number in range(60):
            service.create_user(f"large{number}", title='"' * 60_000)
        body = listed(service, count="200")
        answer = Response(200, body).proxy()
        assert 4_000_000 < len(json.dumps(answer, ensure_ascii=False).encode()) < 6 * 1024 * 1024 - 10_000
        assert body["itemsPerPage"] < 67
        rest = listed(service, startIndex=str(body["itemsPerPage"] + 1), count="200")
        assert rest["itemsPerPage"] > 0

    def test_a_group_that_is_too_large_in_full_shows_its_members_ids(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        members = [{"value": each["id"], "display": "d" * 200} for each in listed(service)["Resources"]]
        group = listed(service, "/Groups")["Resources"][0]
        service.scim("PUT", f"/Groups/{group['id']}", group | {"members": members})
        for where, limit in (("MOST_OCTETS", 2_000), ("MOST_MEMBERS_IN_FULL", 6)):
            with monkeypatch.context() as patched:
                patched.setattr(reading, where, limit)
                one: Any = service.scim("GET", f"/Groups/{group['id']}").body
                assert one["members"] == listed(service, "/Groups")["Resources"][0]["members"]
                assert [set(member) for member in one["members"]] == [{"value"}] * 7
