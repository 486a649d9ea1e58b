"""Every bad SCIM request has a defined answer, and leaves everything as it was."""

from typing import Any

import pytest

from rightful.core.organizations.registry import create_directory, create_organization
from rightful.domain.key import Scope
from tests.support.service import Service, email_patch, patch, user

OVER_THE_LIMIT = '{"schemas": [], "x": "' + "a" * 300_000 + '"}'


@pytest.fixture
def service() -> Service:
    service = Service()
    service.create_user("ada")
    return service


def _first_id(service: Service) -> str:
    body: Any = service.scim("GET", "/Users").body
    return str(body["Resources"][0]["id"])


@pytest.mark.parametrize(
    ("what", "body", "status", "scim_type"),
    [
        ("broken JSON", '{"schemas": [', 400, "invalidSyntax"),
        ("no object", "[]", 400, "invalidSyntax"),
        ("an empty body", "", 400, "invalidSyntax"),
        ("a body over the limit", OVER_THE_LIMIT, 413, None),
        ("no PatchOp", {"Operations": []}, 400, "invalidSyntax"),
        (
            "an unknown attribute in a path",
            patch({"op": "replace", "path": "nonsense", "value": 1}),
            400,
            "invalidPath",
        ),
        ("a broken path", patch({"op": "replace", "path": "name..givenName", "value": 1}), 400, "invalidPath"),
        ("a broken path filter", patch({"op": "replace", "path": "emails[type eq", "value": 1}), 400, "invalidFilter"),
        ("a readOnly attribute", patch({"op": "replace", "path": "id", "value": "x"}), 400, "mutability"),
        (
            "a filter that matches nothing",
            patch({"op": "replace", "path": 'emails[type eq "other"].value', "value": "x@example.com"}),
            400,
            "noTarget",
        ),
        ("a wrong type", patch({"op": "replace", "path": "active", "value": [1]}), 400, "invalidValue"),
        ("no address", email_patch("not an address"), 400, "invalidValue"),
        ("an unverified domain", email_patch("ada@elsewhere.example"), 400, "invalidValue"),
        ("the reserved domain", email_patch("x@released.invalid"), 400, "invalidValue"),
        ("a full-width @ in the local part", email_patch("a\uff20evil.example@example.com"), 400, "invalidValue"),
        (
            "a userName that is too long",
            patch({"op": "replace", "path": "userName", "value": "u" * 600}),
            400,
            "invalidValue",
        ),
    ],
)
def test_a_bad_patch_is_refused_and_changes_nothing(
    service: Service, what: str, body: object, status: int, scim_type: str | None
) -> None:
    scim_id = _first_id(service)
    before = service.scim("GET", f"/Users/{scim_id}").body

    answer: Any = service.scim("PATCH", f"/Users/{scim_id}", body)

    assert (answer.status, answer.body.get("scimType")) == (status, scim_type), what
    assert answer.body["status"] == str(status)
    assert answer.body["detail"]
    assert service.scim("GET", f"/Users/{scim_id}").body == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
def test_a_write_with_both_kinds_of_attribute_lists_is_refused_before_anything_is_written(
    service: Service, method: str, endpoint: str
) -> None:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Ops"}
    created: Any = service.scim("POST", endpoint, group).body if endpoint == "/Groups" else None
    path = endpoint if method == "POST" else f"{endpoint}/{created['id'] if created else _first_id(service)}"
    body: dict[str, object] = user("bob") if endpoint == "/Users" else {**group, "displayName": "Other"}
    if method == "PATCH":
        body = patch({"op": "replace", "path": "externalId", "value": "another"})
    before = service.scim("GET", endpoint).body

    answer: Any = service.scim(method, path, body, query={"attributes": "id", "excludedAttributes": "meta"})

    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    assert service.scim("GET", endpoint).body == before


@pytest.mark.parametrize(
    ("filter_text", "scim_type"),
    [
        ("userName eq", "invalidFilter"),
        ("userName xx 1", "invalidFilter"),
        ('(userName eq "a"', "invalidFilter"),
        ('nonsense eq "a"', "invalidFilter"),
        ("active gt true", "invalidFilter"),
    ],
)
def test_an_invalid_filter_is_named_as_such(service: Service, filter_text: str, scim_type: str) -> None:
    answer: Any = service.scim("GET", "/Users", query={"filter": filter_text})

    assert (answer.status, answer.body["scimType"]) == (400, scim_type)


def test_a_wrong_media_type_is_415(service: Service) -> None:
    answer = service.scim("POST", "/Users", user("bob"), headers={"content-type": "text/plain"})

    assert answer.status == 415


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/Users", "GET, POST, HEAD"),
        ("OPTIONS", "/Users", "GET, POST, HEAD"),
        ("TRACE", "/Users/0", "GET, PUT, PATCH, DELETE, HEAD"),
        ("HEAD", "/Bulk", "POST"),
        ("OPTIONS", "/.search", "POST"),
        ("OPTIONS", "/Schemas", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405_with_the_methods_that_are_allowed(
    service: Service, method: str, path: str, allowed: str
) -> None:
    answer = service.scim(method, path)

    assert answer.status == 405
    assert answer.headers is not None
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/Users", "/Groups", "/ServiceProviderConfig", "/Me", "/Users/nobody", "/Users/{id}"])
def test_head_is_get_without_the_content(service: Service, path: str) -> None:
    path = path.replace("{id}", _first_id(service))
    get, head = service.scim("GET", path).proxy(), service.scim("HEAD", path).proxy()

    assert (head["statusCode"], head["headers"]) == (get["statusCode"], get["headers"])
    assert get["body"]
    assert head["body"] == ""


def test_an_unknown_directory_is_404_and_another_ones_key_is_403(service: Service) -> None:
    other = create_directory(service.context(), service.organization.id, "another IdP")
    foreign = create_organization(service.context(), "Elsewhere")
    of_foreigners = create_directory(service.context(), foreign.id, "their IdP")

    assert service.scim("GET", "/Users", directory_id="no-such-directory").status == 404
    assert service.scim("GET", "/Users", directory_id=other.id).status == 403
    assert service.scim("GET", "/Users", directory_id=of_foreigners.id).status == 404


def test_a_key_of_another_scope_is_403(service: Service) -> None:
    assert service.scim("GET", "/Users", scope=Scope.ADMIN).status == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("scim_id", ["nobody", "nobody-1", "0" * 32 + "-1", "a%2Fb", "-", "💥-1"])
def test_an_unknown_user_is_404(service: Service, method: str, scim_id: str) -> None:
    body = {"PUT": user("bob"), "PATCH": email_patch("x@example.com")}.get(method)

    assert service.scim(method, f"/Users/{scim_id}", body).status == 404


def test_a_create_without_user_name_names_the_attribute(service: Service) -> None:
    body = user("bob")
    del body["userName"]

    answer: Any = service.scim("POST", "/Users", body)

    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
    assert "userName" in answer.body["detail"]


def test_attributes_that_grow_over_the_limit_by_patches_are_413(service: Service) -> None:
    scim_id = _first_id(service)
    grow = patch({"op": "add", "path": "nickName", "value": "n" * 140_000})

    assert service.scim("PATCH", f"/Users/{scim_id}", grow).status == 413


def test_me_is_not_implemented(service: Service) -> None:
    assert service.scim("GET", "/Me").status == 501


@pytest.mark.parametrize("attribute", ["userName", "externalId"])
@pytest.mark.parametrize("character", ["\x00", "\x1b", "\n", "\x7f", "\x9f", "\u202e", "\u2069"])
def test_a_key_of_a_user_with_characters_that_deceive_is_refused_by_name(
    service: Service, attribute: str, character: str
) -> None:
    value = f"ad{character}a"
    scim_id = _first_id(service)
    before = service.scim("GET", f"/Users/{scim_id}").body
    requests: list[tuple[str, str, object]] = [
        ("POST", "/Users", user("bob", **{attribute: value})),
        ("PUT", f"/Users/{scim_id}", user("ada", **{attribute: value})),
        ("PATCH", f"/Users/{scim_id}", patch({"op": "replace", "path": attribute, "value": value})),
    ]
    for method, path, body in requests:
        answer: Any = service.scim(method, path, body)
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue"), method
        assert answer.body["detail"].startswith(f"'{attribute}' ")
    assert service.scim("GET", f"/Users/{scim_id}").body == before


def test_names_for_display_stay_as_they_are_and_keys_may_be_of_any_script(service: Service) -> None:
    made = service.create_user("zoe", userName="Zoë👩‍👩‍👧@example.com", displayName="Zo\u202eë\n")
    assert made["displayName"] == "Zo\u202eë\n"


def test_a_groups_external_id_with_characters_that_deceive_is_refused(service: Service) -> None:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff", "externalId": "a\x00"}
    answer: Any = service.scim("POST", "/Groups", group)
    assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize("name", ["attributes", "excludedAttributes"])
def test_too_many_attribute_names_are_refused_everywhere_and_before_anything_is_written(
    service: Service, name: str
) -> None:
    path, before = f"/Users/{_first_id(service)}", service.store.snapshot()
    fits, too_many = ",".join(["title"] * 200), ",".join(["title"] * 201)
    change = patch({"op": "replace", "path": "title", "value": "new"})
    for method, where, body in (("GET", "/Users", None), ("GET", path, None), ("PATCH", path, change)):
        answer: Any = service.scim(method, where, body, query={name: too_many})
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue"), method
        assert name in answer.body["detail"]
        assert "200" in answer.body["detail"]
    assert service.store.snapshot() == before
    assert service.scim("GET", path, query={name: fits}).status == 200
