"""Lists of groups with very many members: a list shows what fits, a filter looks at what a request may read."""

from datetime import timedelta
from typing import Any

import pytest

from rightful.core.groups import read as reading
from rightful.core.lists import groups as group_search
from tests.support.service import Service

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Groups with 1, 5, 2 and no members, where an answer shows 3 of a group."""
    for module in (group_search, reading):
        monkeypatch.setattr(module, "MOST_MEMBERS", 3)
        monkeypatch.setattr(module, "MOST_MEMBERS_IN_FULL", 3)
    monkeypatch.setattr(group_search, "_READ_ALONG", 2)
    monkeypatch.setattr(reading, "_PAGE", 2)
    service = Service()
    users = [service.create_user(f"u{number}", displayName=f"User {number}")["id"] for number in range(5)]
    for name, size in (("small", 1), ("huge", 5), ("other", 2), ("empty", 0)):
        members = [{"value": user} for user in users[:size]]
        body = {"schemas": [GROUP], "displayName": name, "members": members}
        assert service.scim("POST", "/Groups", body).status == 201
        service.pass_time(timedelta(seconds=1))
    return service


def listed(service: Service, **query: str) -> Any:
    response = service.scim("GET", "/Groups", query=query)
    assert response.status == 200, response.body
    return response.body


def sizes(body: Any) -> dict[str, int]:
    return {each["displayName"]: len(each.get("members", ())) for each in body["Resources"]}


def refused(service: Service, **query: str) -> tuple[int, str, str]:
    response: Any = service.scim("GET", "/Groups", query=query)
    return response.status, response.body["scimType"], response.body["detail"]


class TestHugeGroup:
    def test_a_list_shows_it_without_its_members_and_everything_else(self, service: Service) -> None:
        seen: dict[str, int] = {}
        start = 1
        while start <= 4:
            body = listed(service, startIndex=str(start))
            assert body["itemsPerPage"] > 0
            seen |= sizes(body)
            start += body["itemsPerPage"]
        assert seen == {"small": 1, "huge": 0, "other": 2, "empty": 0}

    @pytest.mark.parametrize("text", ['displayName eq "huge"', 'displayName sw "h"'])
    def test_a_search_finds_it(self, service: Service, text: str) -> None:
        assert sizes(listed(service, filter=text)) == {"huge": 0}
        found = service.scim("POST", "/.search", {"schemas": [SEARCH], "filter": text})
        assert sizes(found.body) == {"huge": 0}

    def test_by_its_members_it_is_found_too(self, service: Service) -> None:
        member = service.scim("GET", "/Users", query={"filter": 'displayName eq "User 4"'}).body
        assert isinstance(member, dict)
        assert sizes(listed(service, filter=f'members.value eq "{member["Resources"][0]["id"]}"')) == {"huge": 0}

    def test_to_ask_for_it_alone_is_refused_with_the_way_out(self, service: Service) -> None:
        group = listed(service, filter='displayName eq "huge"')["Resources"][0]
        answer: Any = service.scim("GET", f"/Groups/{group['id']}")
        assert (answer.status, answer.body["scimType"]) == (400, "tooMany")
        assert "excludedAttributes=members" in answer.body["detail"]
        alone = service.scim("GET", f"/Groups/{group['id']}", query={"excludedAttributes": "members"})
        assert (alone.status, alone.body) == (200, group)


class TestFiltersThatLookAtMembers:
    TEXT = 'members.display sw "User 0"'

    @pytest.fixture
    def service(self, monkeypatch: pytest.MonkeyPatch) -> Service:
        """Six groups of two members; a filter looks at four members in a request."""
        monkeypatch.setattr(group_search, "MOST_MEMBERS_LOOKED_AT", 4)
        service = Service()
        users = [service.create_user(f"u{number}", displayName=f"User {number}")["id"] for number in range(4)]
        for number in range(6):
            pair = users[:2] if number % 2 else users[2:]
            body = {"schemas": [GROUP], "displayName": f"g{number}", "members": [{"value": user} for user in pair]}
            assert service.scim("POST", "/Groups", body).status == 201
            service.pass_time(timedelta(seconds=1))
        return service

    def test_more_members_than_a_request_may_read_are_refused_with_the_way_out(self, service: Service) -> None:
        status, scim_type, detail = refused(service, filter=self.TEXT)
        assert (status, scim_type) == (400, "tooMany")
        assert "members.value" in detail
        assert "cursor" in detail
        assert refused(service, filter=self.TEXT, sortBy="displayName")[:2] == (400, "tooMany")

    @pytest.mark.parametrize("count", ["1", "2", "50"])
    def test_by_cursor_the_filter_goes_through_all(self, service: Service, count: str) -> None:
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            body = listed(service, filter=self.TEXT, cursor=cursor, count=count)
            seen += sizes(body)
            cursor = body.get("nextCursor")
        assert seen == ["g1", "g3", "g5"]

    def test_ids_that_are_asked_for_in_each_group_are_looked_up_as_often(self, service: Service) -> None:
        some = listed(service)["Resources"][1]["members"]
        text = " or ".join(f'members.value eq "{member["value"]}"' for member in some)
        assert refused(service, filter=text)[:2] == (400, "tooMany")
        assert sizes(listed(service, filter=f'members.value eq "{some[0]["value"]}"')) == {"g1": 2, "g3": 2, "g5": 2}

    def test_candidates_of_an_index_are_bounded_too(self, service: Service) -> None:
        for group in listed(service, excludedAttributes="members")["Resources"]:
            service.scim("PUT", f"/Groups/{group['id']}", group | {"externalId": "same"})
        assert refused(service, filter=f'externalId eq "same" and {self.TEXT}')[:2] == (400, "tooMany")
        assert sizes(listed(service, filter=f'displayName eq "g1" and {self.TEXT}')) == {"g1": 2}

    def test_one_group_may_have_as_many_as_an_answer_shows_and_no_more(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group_search, "MOST_MEMBERS_LOOKED_AT", 1)
        assert sizes(listed(service, filter=self.TEXT, cursor="")) == {}
        monkeypatch.setattr(group_search, "MOST_MEMBERS", 1)
        assert refused(service, filter=self.TEXT, cursor="")[:2] == (400, "tooMany")


@pytest.mark.parametrize("sort_by", ["members", "members.value", "members.display", f"{GROUP}:members.type"])
@pytest.mark.parametrize("path", ["/Groups", "/.search"])
def test_an_order_by_members_is_refused(service: Service, sort_by: str, path: str) -> None:
    body = {"schemas": [SEARCH], "sortBy": sort_by}
    answer: Any = (
        service.scim("POST", path, body) if path == "/.search" else service.scim("GET", path, query={"sortBy": sort_by})
    )
    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    assert "members" in answer.body["detail"]
