"""OpenID providers, asked by HTTPS: what an organization's owner wrote down is where this function goes.

So it goes only to public addresses, which it looks at itself before it connects, follows no redirect, and reads little
and not for long.
"""

import json
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, quote_plus, urlencode, urlsplit

from rightful.ports.sign_in import Provider, ProviderUnavailableError

_Kept = TypeVar("_Kept")

if TYPE_CHECKING:
    import socket
    from http.client import HTTPConnection, HTTPResponse
    from ssl import SSLContext

TIMEOUT_SECONDS = 4.0
"""For one step: connecting, or the next octets."""
MOST_SECONDS = 6.0
"""For all of one answer, however it drips: somebody waits, and signing in takes up to three answers."""
MOST_OCTETS = 256 * 1024
REMEMBERED_SECONDS = 3600.0
"""So long what a provider says of itself is taken for true."""
ASKED_ANEW_SECONDS = 60.0
"""Keys that are not known are not looked for more often: a stranger's tokens cost the provider nothing."""
FAILED_SECONDS = 20.0
"""So long a provider that did not answer is not asked again."""
MOST_REMEMBERED = 100

_DISCOVERY = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_CODE = re.compile(r"[a-z_]{1,64}")
_ORDINARY = IPv6Network("2000::/3")
"""All that IANA gives to hosts (RFC 4291 section 2.4); the rest leads into a network of one's own, or nowhere."""
_6TO4, _NAT64 = IPv6Network("2002::/16"), IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class _Remembered:
    at: float
    document: Mapping[str, object]


@dataclass(slots=True)
class HttpOpenIdProviders:
    """`ports.sign_in.OpenIdProviders`.

    Attributes:
        on_this_machine: whether http://127.0.0.1 is a provider too: for a stack on a developer's machine.
        context: whom to trust; None: the system's authorities.
        clock: seconds.
    """

    on_this_machine: bool = False
    context: "SSLContext | None" = None
    clock: Callable[[], float] = time.monotonic
    _remembered: dict[str, _Remembered] = field(default_factory=dict)
    _failed: dict[str, tuple[float, str]] = field(default_factory=dict)

    def provider(self, issuer: str) -> Provider:
        def read(document: Mapping[str, object]) -> None:
            if document.get("issuer") != issuer:
                raise ProviderUnavailableError("It calls itself by another issuer than the one that is set.")
            if not all(self._may_be_asked(document.get(name)) for name in _ENDPOINTS):
                raise ProviderUnavailableError("It does not name its endpoints, or not as https URLs.")

        # OpenID Connect Discovery 1.0 section 4.1: without a slash at the end, which the issuer itself may have.
        found = self._document(f"{issuer.removesuffix('/')}{_DISCOVERY}", REMEMBERED_SECONDS, read)
        return Provider(issuer, *(str(found[name]) for name in _ENDPOINTS))

    def key_set(self, provider: Provider, *, anew: bool = False) -> Mapping[str, object]:
        def read(document: Mapping[str, object]) -> None:
            if not isinstance(document.get("keys"), list):
                raise ProviderUnavailableError("Its keys are no JWK set.")

        return self._document(provider.jwks_uri, ASKED_ANEW_SECONDS if anew else REMEMBERED_SECONDS, read)

    def id_token(self, provider: Provider, form: Mapping[str, str], client_secret: str) -> str:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if client_secret:
            # RFC 6749 section 2.3.1: both are form-encoded first.
            pair = f"{quote_plus(form['client_id'])}:{quote_plus(client_secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        answer = self._asked("POST", provider.token_endpoint, urlencode(form), headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderUnavailableError("Its answer has no ID token.")
        return token

    def _document(self, url: str, seconds: float, read: Callable[[Mapping[str, object]], None]) -> Mapping[str, object]:
        """A document, remembered only if `read` takes it: whoever mends theirs is not told of the old one for an hour.
        One remembered under the same URL is looked at again, for another issuer may lead to it."""
        known = self._remembered.get(url)
        if known is None or self.clock() - known.at >= seconds:
            known = _Remembered(self.clock(), self._asked_seldom(url))
        read(known.document)
        self._remembered.pop(url, None)
        self._remembered[url] = known
        _forget_oldest(self._remembered)
        return known.document

    def _asked_seldom(self, url: str) -> Mapping[str, object]:
        """What a URL answers; one that failed is not asked again at once, so that nobody can have this function wait
        for it as often as they like."""
        failed = self._failed.get(url)
        if failed is not None and self.clock() - failed[0] < FAILED_SECONDS:
            raise ProviderUnavailableError(failed[1])
        try:
            document = self._asked("GET", url)
        except ProviderUnavailableError as error:
            self._failed[url] = (self.clock(), str(error))
            _forget_oldest(self._failed)
            raise
        self._failed.pop(url, None)
        return document

    def _asked(
        self, method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, object]:
        from http.client import HTTPException

        if not self._may_be_asked(url):
            raise ProviderUnavailableError("Its URL is none that may be asked.")
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        try:
            with closing(self._connection(parts)) as connection, _ended_after(connection, MOST_SECONDS):
                connection.request(method, target, body, {"Accept": "application/json", **(headers or {})})
                status, answer = _read(connection.getresponse())
        except (OSError, HTTPException, ValueError) as error:
            raise ProviderUnavailableError("No answer came from it.") from error
        if len(answer) > MOST_OCTETS:
            raise ProviderUnavailableError("Its answer is too long.")
        if status != 200:
            raise ProviderUnavailableError(f"It answered with {status}{_reason(answer)}.")
        document = _object(answer)
        if document is None:
            raise ProviderUnavailableError("Its answer is no JSON object.")
        return document

    def _may_be_asked(self, url: object) -> bool:
        """Whether that is a URL of a provider: https, without name and password, and read alike by everybody."""
        try:
            parts = urlsplit(url) if isinstance(url, str) else None
            if parts is None or parts.port == 0 or not str(url).isascii() or not str(url).isprintable():
                return False
        except ValueError:
            return False
        if "@" in parts.netloc or parts.fragment or " " in parts.geturl():
            return False
        if parts.scheme == "https":
            return bool(parts.hostname)
        return self.on_this_machine and parts.scheme == "http" and parts.hostname == "127.0.0.1"

    def _connection(self, url: SplitResult) -> "HTTPConnection":
        """Connected to an address that was looked at: a name that leads elsewhere the next time leads nowhere."""
        import ssl
        from http.client import HTTPConnection, HTTPSConnection

        host = url.hostname or ""
        if url.scheme == "http":
            local = HTTPConnection(host, url.port, timeout=TIMEOUT_SECONDS)
            local.connect()
            return local
        port = url.port or 443
        if self.context is None:
            self.context = ssl.create_default_context()
        connection = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=self.context)
        plain = _connected(_public_addresses(host, port), port)
        try:
            connection.sock = self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        return connection


@contextmanager
def _ended_after(connection: "HTTPConnection", seconds: float) -> "Iterator[None]":
    """End a connection that takes longer: a time-out of the socket counts anew with each octet."""
    import socket

    connected = connection.sock

    def end() -> None:
        try:
            # The base class's: an SSLSocket's own one would go on in plain text.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(response: "HTTPResponse") -> tuple[int, bytes]:
    return response.status, response.read(MOST_OCTETS + 1)


def _connected(addresses: list[str], port: int) -> "socket.socket":
    """To the first address that answers: a host may have one of a kind that this machine cannot reach (IPv6)."""
    import socket

    until = time.monotonic() + TIMEOUT_SECONDS
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), TIMEOUT_SECONDS / 2)
        except OSError:
            if time.monotonic() >= until:
                raise
    return socket.create_connection((addresses[-1], port), TIMEOUT_SECONDS)


def _public_addresses(host: str, port: int) -> list[str]:
    """The addresses of that host, if all of them are public.

    Raises:
        ProviderUnavailableError: one is of a private network, of this machine, or of AWS's own services there.
        OSError: there is no such host.
    """
    import socket

    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(is_public(ip_address(each.partition("%")[0])) for each in found):
        raise ProviderUnavailableError("Its name leads to an address that is not public.")
    return list(dict.fromkeys(found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is somebody's on the internet: the one within, where an IPv6 address wraps an IPv4 one.

    `is_global` alone lets through multicast, site-local addresses and translators' prefixes (NAT64, 6to4), behind which
    there may be any IPv4 address.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _ORDINARY or address in _6TO4:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _object(answer: bytes) -> Mapping[str, object] | None:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _reason(answer: bytes) -> str:
    """The error code of RFC 6749 section 5.2, where it is one; never the text beside it, which may quote anything."""
    code = (_object(answer) or {}).get("error")
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _forget_oldest(remembered: dict[str, _Kept]) -> None:
    """Each organization names a provider: a function that lives long must not keep what all of them ever said."""
    while len(remembered) > MOST_REMEMBERED:
        del remembered[next(iter(remembered))]
