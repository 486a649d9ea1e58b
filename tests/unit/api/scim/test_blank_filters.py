"""A filter that says nothing is no filter: by the book it is refused, identity providers mean none."""

from typing import Any

import pytest

from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0"])
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
def test_a_blank_filter(profile: str, blank: str, endpoint: str) -> None:
    service = Service(profile=profile)
    service.create_user("ada")
    answers: list[Any] = [
        service.scim("GET", endpoint, query={"filter": blank}),
        service.scim("GET", endpoint, query={"Filter": blank}),
        service.scim("POST", f"{endpoint}/.search", {"schemas": [SEARCH], "filter": blank}),
        service.scim("POST", "/.search", {"schemas": [SEARCH], "FILTER": blank}),
    ]
    for answer in answers:
        if profile == "generic":
            assert (answer.status, answer.body["scimType"]) == (400, "invalidFilter")
        else:
            assert answer.status == 200
    null = service.scim("POST", f"{endpoint}/.search", {"schemas": [SEARCH], "filter": None})
    assert null.status == 200
