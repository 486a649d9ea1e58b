"""`python -m local.openid_provider PORT`: oidc-provider-mock with the people of local.openid_provider.people.

It does what an organization's provider does and the mock does not: it checks the code verifier of PKCE, and says when
somebody signed in. Its pages load nothing from elsewhere.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import flask
import jinja2
import oidc_provider_mock
from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import _app as mock
from oidc_provider_mock._storage import AuthorizationCode, storage
from werkzeug.serving import make_server

from local.openid_provider.people import PEOPLE
from local.server import HOST

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from authlib.oauth2 import OAuth2Request


@dataclass(kw_only=True, frozen=True)
class _Code(AuthorizationCode):
    """A code, with what the mock forgets: how it is to be proven, and when it was issued."""

    code_challenge: str | None
    code_challenge_method: str | None
    issued_at: int = field(default_factory=lambda: int(time.time()))

    def get_auth_time(self) -> int:
        """The moment of signing in: there is no code without a click on the page."""
        return self.issued_at


class _Grant(mock.AuthorizationCodeGrant):
    """The code flow, with PKCE (RFC 7636)."""

    def __init__(self, request: "OAuth2Request", server: object) -> None:
        super().__init__(request, server)
        CodeChallenge(required=True)(self)

    def save_authorization_code(self, code: str, request: object) -> None:
        """Save it with the request's challenge."""
        super().save_authorization_code(code, request)
        plain = storage.get_authorization_code(code)
        assert plain is not None
        asked = flask.request.args
        storage.store_authorization_code(
            _Code(
                **vars(plain),
                code_challenge=asked.get("code_challenge"),
                code_challenge_method=asked.get("code_challenge_method"),
            )
        )


def application() -> "WSGIApplication":
    """The provider, without the debugger that the mock puts around itself."""
    mock.AuthorizationCodeGrant = _Grant  # type: ignore[misc]  # the mock has no other way to hand it in
    app = flask.Flask(oidc_provider_mock.__name__)
    plain = app.wsgi_app
    users = [oidc_provider_mock.User(sub=person.subject, claims=person.claims) for person in PEOPLE]
    oidc_provider_mock.init_app(app, user_claims=users)
    app.debug = False
    own = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    assert app.jinja_loader is not None
    app.jinja_loader = jinja2.ChoiceLoader([own, app.jinja_loader])
    app.context_processor(lambda: {"people": PEOPLE})
    return plain


if __name__ == "__main__":
    make_server(HOST, int(sys.argv[1]), application(), threaded=True).serve_forever()
