"""What is not UTF-8 is refused, wherever it comes in and whichever way API Gateway hands it on; nothing is mangled."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from rightful.api.admin.service import AdminService
from rightful.api.host.service import AccountsService
from rightful.api.request import Request, Response, principal_of, read_request
from rightful.api.scim.service import ScimService
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.service import Service, user

NOT_UTF_8 = [
    "Zo\u00eb".encode("latin-1"),
    "Zo\u00eb".encode("utf-16"),
    "Zo\u00eb".encode("cp1252"),
    "Jos\u00e9".encode()[:-1],
    b"\xff",
    b"\xc0\xaf",  # a slash in two octets, which none needs
    b"\xed\xa0\x80",  # a surrogate
    b"\xf5\x80\x80\x80",  # beyond Unicode
]
SCIM = "/scim/directory/{directoryId}"
ADMIN = "/admin/v1/orgs/{orgId}"


class Gateway:
    """The service behind API Gateway, which is given octets.

    `binary`: whether it takes the media type for a binary one, and encodes the body. Else it puts U+FFFD for what is no
    UTF-8.
    """

    def __init__(self, *, binary: bool, profile: str = "generic") -> None:
        self.binary = binary
        self.service = Service(profile=profile)

    def request(self, method: str, resource: str, octets: bytes = b"", **more: Any) -> Request:
        query = {name: [value.decode("utf-8", "replace")] for name, value in more.pop("query", {}).items()}
        body = b64encode(octets).decode() if self.binary else octets.decode("utf-8", "replace")
        service = self.service
        media_type = more.pop("media_type", "application/json")
        parameters = {"directoryId": service.directory.id, "orgId": service.organization.id, **more}
        event = {
            "httpMethod": method,
            "resource": resource,
            "pathParameters": parameters,
            "headers": {"Content-Type": media_type},
            "multiValueQueryStringParameters": query,
            "body": body,
            "isBase64Encoded": self.binary,
        }
        return read_request(event)

    def scim(self, method: str, path: str, octets: bytes = b"", **more: Any) -> Any:
        request = replace(self.request(method, SCIM + path, octets, **more), principal=self.service.authorized())
        return self._checked(ScimService(self.service.store, self.service.queue).answer(request, self._invocation()))

    def admin(self, method: str, path: str, octets: bytes = b"", **more: Any) -> Any:
        service, key = self.service, self.service.admin_key
        authorizer = {
            "scope": "admin",
            "tokenId": key.id,
            "owner": key.owner,
            "organizationId": service.organization.id,
        }
        request = _with(self.request(method, ADMIN + path, octets, **more), authorizer)
        handler = AdminService(service.store, service.queue, lambda *_: None)
        return self._checked(handler.answer(request, self._invocation()))

    def accounts(self, method: str, octets: bytes = b"", **more: Any) -> Any:
        request = _with(self.request(method, "/accounts/v1/accounts", octets, **more), {"scope": "app"})
        return self._checked(AccountsService(self.service.store).answer(request, self._invocation()))

    def _invocation(self) -> Any:
        return self.service.invocation()

    @staticmethod
    def _checked(answer: Response) -> Response:
        json.dumps(answer.proxy(), ensure_ascii=False).encode()  # it can be sent
        return answer


def _with(request: Request, authorizer: dict[str, str]) -> Request:
    return replace(request, principal=principal_of(authorizer))


@pytest.fixture(params=[False, True], ids=["text", "base64"])
def gateway(request: pytest.FixtureRequest) -> Gateway:
    return Gateway(binary=request.param)


def in_json(octets: bytes, **more: object) -> bytes:
    """A user whose given name is these octets."""
    return json.dumps(user("zoe", **more) | {"name": {"givenName": "%"}}).encode().replace(b"%", octets)


@pytest.mark.parametrize("octets", NOT_UTF_8)
def test_a_scim_body_that_is_not_utf_8_is_refused_and_nothing_changes(gateway: Gateway, octets: bytes) -> None:
    ada = gateway.service.create_user("ada")["id"]
    before = gateway.service.store.snapshot()
    schema = b'"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]'
    for answer in (
        gateway.scim("POST", "/Users", in_json(octets)),
        gateway.scim("PUT", "/Users/{id}", in_json(octets), id=str(ada)),
        gateway.scim("PATCH", "/Users/{id}", in_json(octets), id=str(ada)),
        gateway.scim("POST", "/Groups", in_json(octets)),
        gateway.scim("POST", "/Bulk", in_json(octets)),
        gateway.scim("POST", "/Users/.search", b'{%s, "filter": "userName eq \\"%s\\""}' % (schema, octets)),
        gateway.scim("POST", "/Users", octets),
    ):
        assert (answer.status, answer.body["scimType"]) == (400, "invalidSyntax")
        assert "UTF-8" in answer.body["detail"]
    assert gateway.service.store.snapshot() == before


@pytest.mark.parametrize("octets", NOT_UTF_8)
def test_the_other_apis_refuse_it_by_their_own_error(gateway: Gateway, octets: bytes) -> None:
    before = gateway.service.store.snapshot()
    for answer in (
        gateway.admin("POST", "/directories", b'{"name": "%s"}' % octets),
        gateway.admin("PUT", "/policy", b'{"base": "strict", "x": "%s"}' % octets),
        gateway.admin(
            "POST", "/email-changes/preview", b"from,to\na@example.com,%s@example.com\n" % octets, media_type="text/csv"
        ),
        gateway.accounts("POST", b'{"email": "zoe@example.com", "givenName": "%s"}' % octets),
    ):
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_value")
        assert "UTF-8" in answer.body["error"]["message"]
    assert gateway.service.store.snapshot() == before


@pytest.mark.parametrize("octets", NOT_UTF_8)
def test_a_query_that_is_not_utf_8_is_refused_and_finds_nobody_else(gateway: Gateway, octets: bytes) -> None:
    for name in ("filter", "attributes", "sortBy", "anything"):
        for path in ("/Users", "/Groups"):
            answer = gateway.scim("GET", path, query={name: b'userName eq "%s"' % octets})
            assert (answer.status, answer.body["scimType"]) == (400, "invalidSyntax")
            assert name in answer.body["detail"]
    for answer in (
        gateway.admin("GET", "/accounts", query={"email": octets + b"@example.com"}),
        gateway.admin("GET", "/log", query={"accountId": octets}),
        gateway.accounts("GET", query={"email": octets + b"@example.com"}),
    ):
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_value")
        assert "UTF-8" in answer.body["error"]["message"]


@pytest.mark.parametrize("octets", NOT_UTF_8)
def test_an_id_in_the_path_that_is_not_utf_8_is_nobodys(gateway: Gateway, octets: bytes) -> None:
    escaped = "".join(f"%{octet:02X}" for octet in octets)
    assert gateway.scim("GET", "/Users/{id}", id=escaped).status == 404
    assert gateway.scim("GET", "/Schemas/{id}", id=escaped).status == 404
    assert gateway.admin("GET", "/accounts/{id}", id=escaped).status == 404


NAMES = [
    "Zo\u00eb",
    "Zoe\u0308",
    "\u738b\u5c0f\u660e",
    "\U0001f9d1\u200d\U0001f680",
    "\u202eoez",
    "z\u0000e",
    "a\u2028b",
    "\ufeffzoe",
]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("escaped", [False, True])
def test_what_is_utf_8_comes_back_as_it_was_sent(gateway: Gateway, profile: str, name: str, escaped: bool) -> None:
    gateway = Gateway(binary=gateway.binary, profile=profile)
    body = user("zoe", displayName=name) | {"name": {"givenName": name}}
    text = json.dumps(body) if escaped else json.dumps(body, ensure_ascii=False)
    made = gateway.scim("POST", "/Users", text.encode())
    assert made.status == 201, made.body
    read = gateway.scim("GET", "/Users/{id}", id=made.body["id"]).body
    assert (read["name"]["givenName"], read["displayName"]) == (name, name)
    if "\u0000" not in name:
        found = gateway.scim("GET", "/Users", query={"filter": f'name.givenName eq "{name}"'.encode()})
        assert [each["id"] for each in found.body["Resources"]] == [made.body["id"]]


def test_a_byte_order_mark_before_a_body_is_passed_over(gateway: Gateway) -> None:
    mark = b"\xef\xbb\xbf"
    assert gateway.scim("POST", "/Users", mark + in_json(b"Zoe")).status == 201
    assert gateway.admin("POST", "/directories", mark + b'{"name": "Second"}').status == 201
    preview = mark + b"from,to\na@example.com,b@example.com\n"
    assert gateway.admin("POST", "/email-changes/preview", preview, media_type="text/csv").status == 200
    assert gateway.scim("POST", "/Users", mark + mark + in_json(b"Zoe")).status == 400
    assert gateway.scim("POST", "/Users", mark).status == 400


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udfff\\ud800"', '"a\\udc00b"'])
def test_half_a_character_is_refused_as_an_escape_too(gateway: Gateway, text: str) -> None:
    before = gateway.service.store.snapshot()
    body = json.dumps(user("zoe", displayName="%")).replace('"%"', text).encode()
    answer = gateway.scim("POST", "/Users", body)
    assert (answer.status, answer.body["scimType"]) == (400, "invalidSyntax")
    answer = gateway.admin("POST", "/directories", b'{"name": %s}' % text.encode())
    assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_value")
    found = gateway.scim("GET", "/Users", query={"filter": f"displayName eq {text}".encode()})
    assert (found.status, found.body["scimType"]) == (400, "invalidFilter")
    assert gateway.service.store.snapshot() == before


def test_the_replacement_character_can_be_sent_as_an_escape(gateway: Gateway) -> None:
    made = gateway.scim("POST", "/Users", in_json(b"Zo\\ufffd"))
    assert (made.status, made.body["name"]["givenName"]) == (201, "Zo\ufffd")
    assert gateway.scim("POST", "/Users", in_json("Zo\ufffd".encode())).status == 400


@pytest.mark.parametrize("octets", [b"\x00{}", b'{"a": "\x00"}', b"\x00"])
def test_a_nul_in_a_body_is_no_json(gateway: Gateway, octets: bytes) -> None:
    answer = gateway.scim("POST", "/Users", octets)
    assert (answer.status, answer.body["scimType"]) == (400, "invalidSyntax")


@pytest.mark.parametrize("body", ["not base64!", "e30", "\u00e9", "%%%"])
def test_what_is_said_to_be_base64_and_is_not_is_no_body(body: str) -> None:
    service = Service()
    event = {
        "httpMethod": "POST",
        "resource": f"{SCIM}/Users",
        "pathParameters": {"directoryId": service.directory.id},
        "body": body,
        "isBase64Encoded": True,
    }
    request = replace(read_request(event), principal=service.authorized())
    answer: Any = ScimService(service.store, service.queue).answer(request, service.invocation())
    assert (answer.status, answer.body["scimType"]) == (400, "invalidSyntax")
