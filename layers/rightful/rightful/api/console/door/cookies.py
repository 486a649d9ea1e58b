"""The console's two cookies. On https their names begin with __Host-, so that no other host and no page without TLS can
set them (RFC 6265bis section 4.1.3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

_SESSION, _ATTEMPT = "rightful", "rightful-sign-in"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Cookies:
    """What a browser sent, and how it is answered. `base_url` says whether it speaks TLS."""

    base_url: str
    sent: Mapping[str, str]

    @property
    def session(self) -> tuple[str, str] | None:
        """The organization and the secret of a session."""
        organization_id, there, secret = self.sent.get(self._name(_SESSION), "").partition(".")
        return (organization_id, secret) if there and organization_id and secret else None

    @property
    def browser(self) -> str:
        """What says that this is the browser that set out to sign in."""
        return self.sent.get(self._name(_ATTEMPT), "")

    def with_session(self, organization_id: str, secret: str) -> str:
        """A Set-Cookie that holds a session: until the browser is closed, or the session ends."""
        return self._set(_SESSION, f"{organization_id}.{secret}", "")

    def with_browser(self, secret: str) -> str:
        """A Set-Cookie that holds what the browser has to come back with."""
        return self._set(_ATTEMPT, secret, "; Max-Age=600")

    def without_session(self) -> str:
        """A Set-Cookie that ends the session's."""
        return self._set(_SESSION, "", "; Max-Age=0")

    def without_browser(self) -> str:
        """A Set-Cookie that ends the other one."""
        return self._set(_ATTEMPT, "", "; Max-Age=0")

    @property
    def _secure(self) -> bool:
        return self.base_url.startswith("https://")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    def _set(self, name: str, value: str, more: str) -> str:
        secure = "; Secure" if self._secure else ""
        # Lax, not Strict: one comes back from the identity provider by a link of its site.
        return f"{self._name(name)}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}"


def read_cookies(header: str, base_url: str) -> Cookies:
    """The cookies of a request's Cookie header. One that is there twice was set by somebody else: neither counts."""
    found: dict[str, str] = {}
    twice = set()
    for pair in header.split(";"):
        name, there, value = pair.strip().partition("=")
        if there and name in found:
            twice.add(name)
        if there and len(value) <= _LONGEST:
            found[name] = value
    return Cookies(base_url, {name: value for name, value in found.items() if name not in twice})
