"""Discovery says what the engine does, because it is made from the same data."""

import pytest

from rightful.scim.discovery import Capabilities, find, refuse_filter, resource_types, schemas, service_provider_config
from rightful.scim.errors import ScimError
from rightful.scim.resources import read_create
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type
from tests.unit.scim.builders import CORE, ENTERPRISE

BASE = "https://scim.example.com/scim/directory/d1"
URN = "urn:example:scim:badges:1.0:User"
BADGES = schema_from_dict(
    {
        "id": URN,
        "name": "Badges",
        "attributes": [
            {"name": "level", "type": "integer", "required": True},
            {"name": "cards", "type": "complex", "multiValued": True, "subAttributes": [{"name": "value"}]},
        ],
    }
)


def test_the_configuration_has_every_sub_field() -> None:
    config = service_provider_config(
        BASE, Capabilities(200, 100, 1000, 1_000_000, sort=True, cursor=True, cursor_timeout=600)
    )
    assert config["bulk"] == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1_000_000}
    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 200,
        "cursorTimeout": 600,
    }
    for name in ("patch", "changePassword", "sort", "etag"):
        assert set(config[name]) == {"supported"}
    scheme = config["authenticationSchemes"][0]
    assert scheme["type"] == "oauthbearertoken"
    assert config["meta"]["location"] == f"{BASE}/ServiceProviderConfig"


def test_what_is_not_offered_is_said_not_to_be() -> None:
    config = service_provider_config(BASE, Capabilities(200, 100))
    assert config["bulk"]["supported"] is False
    assert config["sort"]["supported"] is False
    assert "cursorTimeout" not in config["pagination"]


def test_resource_types_name_their_schemas_and_extensions() -> None:
    user, group = resource_types(BASE, (user_type([BADGES]), GROUP))
    assert (user["id"], user["endpoint"], user["schema"]) == ("User", "/Users", CORE)
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE, "required": False}, {"schema": URN, "required": False}]
    assert user["meta"]["location"] == f"{BASE}/ResourceTypes/User"
    assert "schemaExtensions" not in group


def test_schemas_hold_every_characteristic_and_can_be_read_back() -> None:
    listed = schemas(BASE, (user_type([BADGES]), GROUP))
    own = find(listed, URN.upper())
    assert own is not None
    again = schema_from_dict(own)
    level, cards = again.attributes
    assert (level.name, level.type, level.required) == ("level", "integer", True)
    assert (cards.multi_valued, cards.sub_attributes[0].name) == (True, "value")
    assert find(listed, "urn:x:y") is None


def test_a_published_schema_drives_the_engine_like_the_original() -> None:
    published = find(schemas(BASE, (USER,)), ENTERPRISE)
    assert published is not None
    copy = schema_from_dict({**published, "id": "urn:example:copy:2.0:User"})
    body = {
        "schemas": [CORE],
        "userName": "bob",
        copy.id: {"department": "x", "manager": {"value": "1", "displayName": "A"}},
    }
    made = read_create(body, user_type([copy]))
    assert made[copy.id] == {"department": "x", "manager": {"value": "1"}}


def test_discovery_describes_itself_too() -> None:
    ids = {schema["id"] for schema in schemas(BASE, (USER, GROUP))}
    assert {
        f"urn:ietf:params:scim:schemas:core:2.0:{n}" for n in ("Schema", "ResourceType", "ServiceProviderConfig")
    } <= ids


def test_a_filter_on_discovery_is_forbidden() -> None:
    refuse_filter({"attributes": ("x",)})
    with pytest.raises(ScimError) as refused:
        refuse_filter({"Filter": ('name eq "User"',)})
    assert refused.value.status == 403
