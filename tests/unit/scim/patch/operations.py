"""Operations of a PATCH."""

from rightful.scim.schemas.resource_types import schema_from_dict, user_type

WORK = {"value": "barbara@example.com", "type": "work", "primary": True}
HOME = {"value": "babs@example.org", "type": "home"}


def add(path: str | None, value: object) -> dict[str, object]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str | None, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> dict[str, object]:
    return {"op": "remove", "path": path}


BADGES = "urn:example:scim:badges:1.0:User"
USER_TYPE = user_type(
    [
        schema_from_dict(
            {
                "id": BADGES,
                "attributes": [
                    {"name": "number", "type": "integer", "mutability": "immutable"},
                    {"name": "tags", "multiValued": True},
                    {"name": "pin", "mutability": "writeOnly", "returned": "never"},
                ],
            }
        )
    ]
)
