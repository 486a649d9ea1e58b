"""What the service answers, word for word, where several tests expect it."""


def taken(attribute: str, value: str, kind: str = "USER") -> dict[str, object]:
    """The body of the 409 that says that a value is another's (tests/unit/scim/test_errors.py has it as a literal)."""
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": f"Resource [{kind}]: with {attribute}[{value}] already exists.",
    }
