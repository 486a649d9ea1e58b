"""This engine against scim2-models, an independent reading of the same RFCs: what both are given."""

from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from scim2_models import EnterpriseUser, User

from rightful.scim.resources import schemas_of
from rightful.scim.schemas.resource_types import USER

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OracleUser = User[EnterpriseUser]
Resource = dict[str, Any]
# Users and operations --------------------------------------------------------------------------

words = st.sampled_from(["Guide", "Tours", "guide", "Ödön", "a b", "u-9", "701984", "x"])
addresses = st.sampled_from(["a@example.com", "b@example.org", "A@example.com", "babs@example.org"])
kinds = st.sampled_from(["work", "home", "other"])


def optional(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Resource]:
    return st.fixed_dictionaries({}, optional=parts)


def emails_of(values: list[Resource]) -> list[Resource]:
    """Keep what a stored user can have: no value twice in whatever case, one primary."""
    kept: dict[tuple[str, str | None], Resource] = {}
    for value in values:
        primary = any(other.get("primary") for other in kept.values())
        left = {name: item for name, item in value.items() if name != "primary" or not primary}
        kept.setdefault((value["value"].lower(), value.get("type")), left)
    return list(kept.values())


email = st.fixed_dictionaries(
    {"value": addresses}, optional={"type": kinds, "primary": st.booleans(), "display": words}
)
manager = words.map(lambda value: {"value": value, "$ref": f"https://example.com/v2/Users/{quote(value, safe='')}"})
users = st.builds(
    lambda base, more, enterprise: with_schemas({**base, **more, **({ENTERPRISE: enterprise} if enterprise else {})}),
    st.fixed_dictionaries({"id": st.just("u-1"), "userName": words}),
    optional(
        externalId=words,
        title=words,
        nickName=words,
        active=st.booleans(),
        name=optional(givenName=words, familyName=words).filter(bool),
        emails=st.lists(email, min_size=1, max_size=3).map(emails_of),
        phoneNumbers=st.just([{"value": "+1-555-0100", "type": "work"}]),
        addresses=st.lists(st.fixed_dictionaries({"type": kinds, "country": words}), min_size=1, max_size=1),
        meta=st.fixed_dictionaries({"resourceType": st.just("User"), "created": st.just("2026-01-01T00:00:00Z")}),
    ),
    optional(department=words, employeeNumber=words, manager=manager),
)


def with_schemas(user: Resource) -> Resource:
    return {"schemas": schemas_of(user, USER), **user}


STORED: Resource = with_schemas(
    {
        "id": "u-1",
        "userName": "nadia",
        "name": {"givenName": "Nadia", "familyName": "Koch"},
        "emails": [{"value": "babs@example.org", "type": "home"}],
    }
)
