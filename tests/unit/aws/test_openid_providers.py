"""Asking OpenID providers by HTTPS: what is read, and where nobody is sent, whatever an owner or a provider wrote."""

import json
import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from rightful.aws import openid_providers
from rightful.aws.openid_providers import MOST_OCTETS, HttpOpenIdProviders, is_public
from rightful.ports.sign_in import Provider, ProviderUnavailableError
from tests.support.https import certificate_of, serving

HOST, ISSUER = "login.example.net", "https://login.example.net"
PUBLIC = "93.184.215.14"
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = {
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
PROVIDER = Provider(ISSUER, *ENDPOINTS.values())
FORM = {"grant_type": "authorization_code", "client_id": "an id:1", "code": "c"}


class Handler(BaseHTTPRequestHandler):
    """Answers with what is at the path."""

    def do_GET(self) -> None:
        """Any request."""
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        server.asked.append((self.command, self.path, self.headers, body))
        status, answer = server.answers.get(self.path, (404, b"{}"))
        self.send_response(status)
        for name, value in server.more.items():
            self.send_header(name, value)
        self.end_headers()
        for octet in answer if server.drips else ():
            if server.done.wait(0.05):
                return
            self.wfile.write(bytes([octet]))
        if not server.drips:
            self.wfile.write(answer)

    def do_POST(self) -> None:
        """As any other."""
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_of(tmp_path_factory.mktemp("tls"), HOST)


def a_server() -> Any:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.more, server.asked, server.drips = {}, {}, [], False
    server.done, server.connected = threading.Event(), []
    tell(server, ISSUER, **ENDPOINTS)
    server.answers["/keys"] = (200, b'{"keys": []}')
    return server


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A provider at a public address, as far as the client can see."""
    server = a_server()

    def connected(address: tuple[str, int], timeout: float) -> socket.socket:
        server.connected.append(address)
        if address[0] != PUBLIC:
            raise OSError("unreachable")
        found = socket.socket()
        found.settimeout(timeout)
        found.connect(server.server_address)
        return found

    monkeypatch.setattr(socket, "create_connection", connected)
    resolve(monkeypatch, PUBLIC)
    with serving(server, certificate):
        yield server
        server.done.set()


@pytest.fixture
def providers(certificate: Path) -> HttpOpenIdProviders:
    return HttpOpenIdProviders(context=ssl.create_default_context(cafile=str(certificate)))


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name lead to these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def tell(server: Any, issuer: str, path: str = DISCOVERY, **endpoints: object) -> None:
    """What the provider says of itself."""
    server.answers[path] = (200, json.dumps({"issuer": issuer, **endpoints}).encode())


def test_a_provider_is_discovered_and_remembered_for_an_hour(server: Any, providers: HttpOpenIdProviders) -> None:
    seconds = [0.0]
    providers.clock = lambda: seconds[0]
    assert providers.provider(ISSUER) == PROVIDER
    seconds[0] = 3599.0
    assert providers.provider(ISSUER) == PROVIDER
    assert [(method, path) for method, path, _, _ in server.asked] == [("GET", DISCOVERY)]
    assert server.asked[0][2]["Host"] == HOST
    seconds[0] = 3600.0
    providers.provider(ISSUER)
    assert len(server.asked) == 2


def test_keys_are_remembered_and_asked_for_anew_once_a_minute_at_most(
    server: Any, providers: HttpOpenIdProviders
) -> None:
    seconds = [0.0]
    providers.clock = lambda: seconds[0]
    providers.key_set(PROVIDER)
    seconds[0] = 59.0
    providers.key_set(PROVIDER, anew=True)
    assert len(server.asked) == 1
    seconds[0] = 60.0
    server.answers["/keys"] = (200, b'{"keys": [{"kid": "new"}]}')
    assert providers.key_set(PROVIDER) == {"keys": []}
    for _ in range(3):
        assert providers.key_set(PROVIDER, anew=True) == {"keys": [{"kid": "new"}]}
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("issuer", "path"),
    [
        (f"{ISSUER}/", DISCOVERY),
        (f"{ISSUER}/tenant/v2.0", f"/tenant/v2.0{DISCOVERY}"),
        (f"{ISSUER}/realms/one/", f"/realms/one{DISCOVERY}"),
        (f"{ISSUER}:8443", DISCOVERY),
    ],
)
def test_an_issuer_may_have_a_path_a_port_and_a_slash_at_its_end(
    server: Any, providers: HttpOpenIdProviders, issuer: str, path: str
) -> None:
    tell(server, issuer, path, **ENDPOINTS)
    assert providers.provider(issuer).issuer == issuer
    assert server.asked[0][1] == path


@pytest.mark.parametrize("said", [f"{ISSUER}/", "https://LOGIN.example.net", "https://evil.example", None, [ISSUER]])
def test_whoever_calls_itself_otherwise_is_another_one_and_is_not_remembered(
    server: Any, providers: HttpOpenIdProviders, said: Any
) -> None:
    tell(server, said, **ENDPOINTS)
    with pytest.raises(ProviderUnavailableError, match="another issuer"):
        providers.provider(ISSUER)
    tell(server, ISSUER, **ENDPOINTS)
    assert providers.provider(ISSUER) == PROVIDER


def test_a_document_that_is_remembered_counts_for_its_own_issuer_alone(
    server: Any, providers: HttpOpenIdProviders
) -> None:
    providers.provider(ISSUER)
    with pytest.raises(ProviderUnavailableError, match="another issuer"):
        providers.provider(f"{ISSUER}/")


@pytest.mark.parametrize("name", list(ENDPOINTS))
@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "/token",
        "//login.example.net/token",
        "http://login.example.net/token",
        "http://127.0.0.1/token",
        "ftp://login.example.net/token",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///token",
        "https://[::1",
        "https://ada@login.example.net/token",
        "https://ada:secret@login.example.net/token",
        "https://:secret@login.example.net/token",
        "https://@login.example.net/token",
        "https://login.example.net:0/token",
        "https://login.example.net:99999/token",
        "https://login.example.net:https/token",
        "https://login.example.net/token#here",
        "https://login.example.net/to ken",
        "https://login.example.net/to\r\nken",
        "https://login.ex\u00e4mple.net/token",
    ],
)
def test_endpoints_are_https_urls(server: Any, providers: HttpOpenIdProviders, name: str, url: object) -> None:
    tell(server, ISSUER, **{**ENDPOINTS, name: url})
    with pytest.raises(ProviderUnavailableError, match="endpoints"):
        providers.provider(ISSUER)


def test_a_missing_endpoint_is_missed(server: Any, providers: HttpOpenIdProviders) -> None:
    tell(server, ISSUER, token_endpoint=ENDPOINTS["token_endpoint"])
    with pytest.raises(ProviderUnavailableError, match="endpoints"):
        providers.provider(ISSUER)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2001:0:a00:1::",
        "2001:db8::1",
        "5f00::1",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_public(
    server: Any, providers: HttpOpenIdProviders, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        resolve(monkeypatch, *addresses)
        with pytest.raises(ProviderUnavailableError, match="not public"):
            providers.provider(ISSUER)
    assert server.connected == []


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450:4001::5"]
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_an_address_in_a_url_is_looked_at_as_a_name_is(providers: HttpOpenIdProviders, host: str) -> None:
    with pytest.raises(ProviderUnavailableError, match="not public"):
        providers.provider(f"https://{host}")


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to_and_the_next_where_it_is_not_reached(
    server: Any, providers: HttpOpenIdProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "2606:4700::1111", PUBLIC)
    assert providers.provider(ISSUER) == PROVIDER
    assert server.connected == [("2606:4700::1111", 443), (PUBLIC, 443)]


@pytest.mark.parametrize("status", [201, 204, 301, 302, 303, 307, 308, 400, 404, 500])
def test_redirects_are_not_followed_and_another_status_is_no_answer(
    server: Any, providers: HttpOpenIdProviders, status: int
) -> None:
    server.answers[DISCOVERY] = (status, server.answers[DISCOVERY][1])
    server.more = {"Location": f"{ISSUER}/keys"}
    with pytest.raises(ProviderUnavailableError, match=rf"answered with {status}\.$"):
        providers.provider(ISSUER)
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff", b"9" * 5_000])
def test_what_is_no_json_object_is_no_answer(server: Any, providers: HttpOpenIdProviders, answer: bytes) -> None:
    server.answers[DISCOVERY] = (200, answer)
    with pytest.raises(ProviderUnavailableError, match="no JSON object"):
        providers.provider(ISSUER)


@pytest.mark.parametrize("answer", [b"{}", b'{"keys": 7}', b'{"keys": {"a": 1}}'])
def test_keys_that_are_none_are_not_remembered(server: Any, providers: HttpOpenIdProviders, answer: bytes) -> None:
    right, server.answers["/keys"] = server.answers["/keys"], (200, answer)
    with pytest.raises(ProviderUnavailableError, match="JWK set"):
        providers.key_set(PROVIDER)
    server.answers["/keys"] = right
    assert providers.key_set(PROVIDER) == {"keys": []}


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_without_end_is_not_read(server: Any, providers: HttpOpenIdProviders, status: int) -> None:
    server.answers[DISCOVERY] = (status, b" " * MOST_OCTETS + b"{}")
    with pytest.raises(ProviderUnavailableError, match="too long"):
        providers.provider(ISSUER)


def test_an_answer_that_drips_is_not_waited_for(
    server: Any, providers: HttpOpenIdProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_providers, "MOST_SECONDS", 0.3)
    server.drips = True
    since = time.monotonic()
    with pytest.raises(ProviderUnavailableError):
        providers.provider(ISSUER)
    assert time.monotonic() - since < 2


def test_silence_is_not_waited_for(
    server: Any, providers: HttpOpenIdProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_providers, "TIMEOUT_SECONDS", 0.2)
    server.drips, server.answers[DISCOVERY] = True, (200, b"{" * 1_000)
    monkeypatch.setattr(server.done, "wait", lambda _: time.sleep(1.0) or True)
    with pytest.raises(ProviderUnavailableError, match="No answer"):
        providers.provider(ISSUER)


def test_a_provider_that_nobody_vouches_for_or_with_another_name_is_not_believed(
    server: Any, providers: HttpOpenIdProviders
) -> None:
    with pytest.raises(ProviderUnavailableError, match="No answer"):
        HttpOpenIdProviders().provider(ISSUER)
    with pytest.raises(ProviderUnavailableError, match="No answer"):
        providers.provider("https://other.example.net")
    assert server.asked == []


def test_a_name_that_is_none_is_no_answer(providers: HttpOpenIdProviders, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ProviderUnavailableError, match="No answer"):
        providers.provider(ISSUER)


def test_the_code_is_sent_with_the_client_by_basic_both_form_encoded(
    server: Any, providers: HttpOpenIdProviders
) -> None:
    server.answers["/token"] = (200, b'{"id_token": "a.b.c", "access_token": "x"}')
    assert providers.id_token(PROVIDER, FORM, "s&cr:t \u00e9+%") == "a.b.c"
    method, path, headers, body = server.asked[0]
    assert (method, path, headers["Content-Type"]) == ("POST", "/token", "application/x-www-form-urlencoded")
    scheme, _, pair = headers["Authorization"].partition(" ")
    assert (scheme, b64decode(pair)) == ("Basic", b"an+id%3A1:s%26cr%3At+%C3%A9%2B%25")
    assert parse_qs(body) == {name: [value] for name, value in FORM.items()}


def test_a_public_client_sends_no_authorization(server: Any, providers: HttpOpenIdProviders) -> None:
    server.answers["/token"] = (200, b'{"id_token": "a.b.c"}')
    providers.id_token(PROVIDER, FORM, "")
    assert server.asked[0][2]["Authorization"] is None


@pytest.mark.parametrize("answer", [b"{}", b'{"id_token": null}', b'{"id_token": ["a.b.c"]}', b'{"access_token": "x"}'])
def test_without_an_id_token_nobody_comes_in(server: Any, providers: HttpOpenIdProviders, answer: bytes) -> None:
    server.answers["/token"] = (200, answer)
    with pytest.raises(ProviderUnavailableError, match="no ID token"):
        providers.id_token(PROVIDER, FORM, "secret")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"error": "invalid_grant", "error_description": "the code of ada@example.com"}, " (invalid_grant)"),
        ({"error": "invalid_client"}, " (invalid_client)"),
        ({"error": "<script>alert(1)</script>"}, ""),
        ({"error": "call +49 89 1234"}, ""),
        ({"error": "invalid_grant\n"}, ""),
        ({"error": "x" * 65}, ""),
        ({"error": ""}, ""),
        ({"error": {"message": "ada@example.com"}}, ""),
        ({"message": "ada@example.com"}, ""),
        (["invalid_grant"], ""),
    ],
)
def test_of_an_error_its_code_is_told_and_nothing_else(
    server: Any, providers: HttpOpenIdProviders, answer: object, told: str
) -> None:
    server.answers["/token"] = (400, json.dumps(answer).encode())
    with pytest.raises(ProviderUnavailableError) as refused:
        providers.id_token(PROVIDER, FORM, "secret")
    assert str(refused.value) == f"It answered with 400{told}."


def test_http_is_for_this_machine_and_where_that_is_allowed() -> None:
    server = a_server()
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    tell(server, issuer, **{name: f"{issuer}/{name}" for name in ENDPOINTS})
    with serving(server, None):
        assert HttpOpenIdProviders(on_this_machine=True).provider(issuer).token_endpoint == f"{issuer}/token_endpoint"
        for allowed, refused in (
            (False, issuer),
            (True, "http://localhost:1"),
            (True, "http://127.0.0.2:1"),
            (True, f"http://ada@127.0.0.1:{server.server_address[1]}"),
            (True, "http://login.example.net"),
        ):
            with pytest.raises(ProviderUnavailableError, match="none that may be asked"):
                HttpOpenIdProviders(on_this_machine=allowed).provider(refused)
    assert len(server.asked) == 1
