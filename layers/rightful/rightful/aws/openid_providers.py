"""OpenID providers, asked by HTTPS: what an organization's owner wrote down is where this function goes.

So it goes only to public addresses, which it looks at itself before it connects, follows no redirect, and reads little
and not for long.
"""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote_plus, urlencode, urlsplit

from rightful.ports.sign_in import Provider, ProviderUnavailableError

if TYPE_CHECKING:
    from http.client import HTTPConnection
    from ssl import SSLContext

TIMEOUT_SECONDS = 4.0
MOST_OCTETS = 256 * 1024
REMEMBERED_SECONDS = 3600.0
"""So long what a provider says of itself is taken for true."""
ASKED_ANEW_SECONDS = 60.0
"""Keys that are not known are not looked for more often: a stranger's tokens cost the provider nothing."""

_DISCOVERY = "/.well-known/openid-configuration"


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

    def provider(self, issuer: str) -> Provider:
        document = self._document(f"{issuer.rstrip('/')}{_DISCOVERY}", REMEMBERED_SECONDS)
        if document.get("issuer") != issuer:
            raise ProviderUnavailableError("It calls itself by another issuer than the one that is set.")
        named = {name: document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        urls = {name: url for name, url in named.items() if isinstance(url, str) and self._may_be_asked(urlsplit(url))}
        if urls.keys() != named.keys():
            raise ProviderUnavailableError("It does not name its endpoints, or not as https URLs.")
        return Provider(issuer, urls["authorization_endpoint"], urls["token_endpoint"], urls["jwks_uri"])

    def key_set(self, provider: Provider, *, anew: bool = False) -> Mapping[str, object]:
        return self._document(provider.jwks_uri, ASKED_ANEW_SECONDS if anew else REMEMBERED_SECONDS)

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

    def _document(self, url: str, seconds: float) -> Mapping[str, object]:
        known = self._remembered.get(url)
        if known is None or self.clock() - known.at >= seconds:
            known = self._remembered[url] = _Remembered(self.clock(), self._asked("GET", url))
        return known.document

    def _asked(
        self, method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, object]:
        from http.client import HTTPException

        parts = urlsplit(url)
        if not self._may_be_asked(parts):
            raise ProviderUnavailableError("Its URL is none that may be asked.")
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        try:
            with closing(self._connection(parts)) as connection:
                connection.request(method, target, body, {"Accept": "application/json", **(headers or {})})
                response = connection.getresponse()
                answer = response.read(MOST_OCTETS + 1)
        except (OSError, HTTPException, ValueError) as error:
            raise ProviderUnavailableError("No answer came from it.") from error
        if response.status != 200 or len(answer) > MOST_OCTETS:
            raise ProviderUnavailableError(f"It answered with {response.status}{_reason(answer)}.")
        document = _object(answer)
        if document is None:
            raise ProviderUnavailableError("Its answer is no JSON object.")
        return document

    def _may_be_asked(self, url: SplitResult) -> bool:
        if url.scheme == "https":
            return bool(url.hostname) and not url.username
        return self.on_this_machine and url.scheme == "http" and url.hostname == "127.0.0.1"

    def _connection(self, url: SplitResult) -> "HTTPConnection":
        """Connected to an address that was looked at: a name that leads elsewhere the next time leads nowhere."""
        import socket
        import ssl
        from http.client import HTTPConnection, HTTPSConnection

        host = url.hostname or ""
        if url.scheme == "http":
            return HTTPConnection(host, url.port, timeout=TIMEOUT_SECONDS)
        port = url.port or 443
        address = _public_address(host, port)
        connection = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS)
        trusted = self.context or ssl.create_default_context()
        plain = socket.create_connection((address, port), TIMEOUT_SECONDS)
        try:
            connection.sock = trusted.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        return connection


def _public_address(host: str, port: int) -> str:
    """An address of that host, if all of them are public.

    Raises:
        ProviderUnavailableError: one is of a private network, of this machine, or of AWS's own services there.
        OSError: there is no such host.
    """
    import socket

    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(ip_address(each.partition("%")[0]).is_global for each in found):
        raise ProviderUnavailableError("Its name leads to an address that is not public.")
    return found[0]


def _object(answer: bytes) -> Mapping[str, object] | None:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _reason(answer: bytes) -> str:
    """The error code of RFC 6749 section 5.2, where it is one."""
    code = (_object(answer[:MOST_OCTETS]) or {}).get("error")
    plain = isinstance(code, str) and len(code) <= 64 and code.replace("_", "").isalnum() and code.isascii()
    return f" ({code})" if plain else ""
