"""Looking for a TXT record by HTTPS: what resolvers say, and what they must not be able to do."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rightful.aws import dns_over_https
from rightful.aws.dns_over_https import MOST_OCTETS, DnsOverHttps, txt_values
from rightful.core.organizations.verify_domain import ProofUnavailableError
from tests.support.https import certificate_of, serving

NAME, VALUE = "_rightful-challenge.corp.example", "rightful-verification=abc"


def answered(*data: str, status: int = 0, kind: int = 16) -> bytes:
    records = [{"name": NAME, "type": kind, "TTL": 300, "data": each} for each in data]
    return json.dumps({"Status": status, "Answer": records}).encode()


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        (answered(VALUE), [VALUE]),
        (answered(f'"{VALUE}"', '"v=spf1 -all"'), [VALUE, "v=spf1 -all"]),
        (answered('"rightful-" "verification=abc"'), [VALUE]),
        (answered("corp.example.", kind=5), []),
        (b'{"Status": 0}', []),
        (b'{"Status": 3, "Answer": []}', []),
    ],
)
def test_txt_records_are_read_as_resolvers_write_them(answer: bytes, values: list[str]) -> None:
    assert txt_values(answer) == values


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"[]", b"{}", b'{"Status": 2}', b'{"Status": 0, "Answer": 1}', b"[" * 100_000, b"\xff"],
)
def test_an_answer_that_says_nothing_is_no_proof_and_no_refusal(answer: bytes) -> None:
    with pytest.raises(ProofUnavailableError):
        txt_values(answer)


class Resolver(ThreadingHTTPServer):
    """A resolver on this machine, with a certificate of its own."""

    status = 200
    body = b""
    headers: dict[str, str]
    asked: list[tuple[str, dict[str, list[str]], str | None]]
    silent = False


class Handler(BaseHTTPRequestHandler):
    """Answers as it was told to."""

    def do_GET(self) -> None:
        """A question."""
        server: Any = self.server
        url = urlsplit(self.path)
        server.asked.append((url.path, parse_qs(url.query), self.headers["Accept"]))
        if server.silent:
            server.done.wait(10)
            return
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_of(tmp_path_factory.mktemp("tls"), ip_address("127.0.0.1"))


@pytest.fixture
def resolver(certificate: Path) -> Iterator[Any]:
    server: Any = Resolver(("127.0.0.1", 0), Handler)
    server.headers, server.asked, server.done = {}, [], threading.Event()
    with serving(server, certificate):
        yield server
        server.done.set()


@pytest.fixture
def dns(resolver: Any, certificate: Path) -> DnsOverHttps:
    context = ssl.create_default_context(cafile=str(certificate))
    return DnsOverHttps(f"https://127.0.0.1:{resolver.server_address[1]}/dns-query", context)


def test_the_record_is_asked_for_and_has_to_be_exactly_the_same(resolver: Any, dns: DnsOverHttps) -> None:
    resolver.body = answered(f'"{VALUE}"')
    assert dns.has_txt(NAME, VALUE)
    assert not dns.has_txt(NAME, VALUE[:-1])
    assert resolver.asked[0] == ("/dns-query", {"name": [NAME], "type": ["TXT"]}, "application/dns-json")


@pytest.mark.parametrize("status", [302, 400, 403, 500, 503])
def test_another_status_is_no_answer_and_redirects_are_not_followed(
    resolver: Any, dns: DnsOverHttps, status: int
) -> None:
    resolver.status, resolver.body = status, answered(VALUE)
    resolver.headers = {"Location": "/elsewhere"} if status == 302 else {}
    with pytest.raises(ProofUnavailableError):
        dns.has_txt(NAME, VALUE)
    assert len(resolver.asked) == 1


def test_an_answer_without_end_is_not_read(resolver: Any, dns: DnsOverHttps) -> None:
    resolver.body = answered(VALUE) + b" " * MOST_OCTETS
    with pytest.raises(ProofUnavailableError):
        dns.has_txt(NAME, VALUE)


def test_a_resolver_that_is_silent_is_waited_for_a_little(
    resolver: Any, dns: DnsOverHttps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_over_https, "TIMEOUT_SECONDS", 0.2)
    resolver.silent = True
    with pytest.raises(ProofUnavailableError):
        dns.has_txt(NAME, VALUE)


def test_a_resolver_that_nobody_vouches_for_is_not_believed(resolver: Any) -> None:
    resolver.body = answered(VALUE)
    with pytest.raises(ProofUnavailableError):
        DnsOverHttps(f"https://127.0.0.1:{resolver.server_address[1]}/dns-query").has_txt(NAME, VALUE)
    assert resolver.asked == []


def test_a_resolver_that_is_not_there_is_no_answer() -> None:
    with pytest.raises(ProofUnavailableError):
        DnsOverHttps("https://127.0.0.1:9/dns-query").has_txt(NAME, VALUE)
