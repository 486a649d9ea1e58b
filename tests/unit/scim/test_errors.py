"""Error bodies, as RFC 7644 section 3.12 and the seed of this product have them."""

import pytest

from rightful.scim import errors
from rightful.scim.errors import ScimError


def test_the_conflict_body_is_exactly_what_administrators_know() -> None:
    assert errors.uniqueness("email", "x@example.com").body() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "Resource [USER]: with email[x@example.com] already exists.",
    }


def test_a_user_name_conflict_names_the_user_name() -> None:
    assert errors.uniqueness("userName", "bob").detail == "Resource [USER]: with userName[bob] already exists."


@pytest.mark.parametrize(
    ("error", "status", "scim_type"),
    [
        (errors.invalid_syntax("x"), 400, "invalidSyntax"),
        (errors.invalid_path("x"), 400, "invalidPath"),
        (errors.invalid_filter("x"), 400, "invalidFilter"),
        (errors.invalid_value("x"), 400, "invalidValue"),
        (errors.mutability("x"), 400, "mutability"),
        (errors.no_target("x"), 400, "noTarget"),
        (errors.too_many("x"), 400, "tooMany"),
        (errors.sensitive("x"), 400, "sensitive"),
        (errors.invalid_cursor(), 400, "invalidCursor"),
        (errors.expired_cursor(), 400, "expiredCursor"),
        (errors.forbidden("x"), 403, None),
        (errors.not_found("x"), 404, None),
        (errors.precondition_failed(), 412, None),
        (errors.payload_too_large("x"), 413, None),
        (errors.unsupported_media_type(None), 415, None),
        (errors.not_implemented("x"), 501, None),
    ],
)
def test_every_error_has_its_status_and_scim_type(error: ScimError, status: int, scim_type: str | None) -> None:
    body = error.body()
    assert (error.status, body["status"], body.get("scimType")) == (status, str(status), scim_type)
    assert body["detail"]


def test_405_lists_the_methods_in_allow() -> None:
    assert errors.method_not_allowed("GET, POST").headers == {"Allow": "GET, POST"}


def test_503_says_when_to_come_back() -> None:
    assert errors.unavailable(2).headers == {"Retry-After": "2"}
