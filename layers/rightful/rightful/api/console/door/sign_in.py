"""The pages before somebody is signed in: by address, back from the identity provider, or with a key."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from rightful.api.authorizer import live_key
from rightful.api.console.door.events import ConsoleEvent
from rightful.api.console.door.visitor import Visitor
from rightful.api.console.rendering import rendered
from rightful.api.request import Response
from rightful.core.sign_in.sign_in import (
    Entered,
    Return,
    SignInError,
    Started,
    Wish,
    enter_with_key,
    finish,
    hashed,
    home_realm,
    start,
)
from rightful.domain.organization import Organization
from rightful.ports.sign_in import Visit

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?&=+,:@-]{0,1000}")
"""A path of the console, with a query: nothing that leads out of it (no //host, no scheme, no backslash)."""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Where somebody types an address, or pastes a key."""

    email: str = ""
    error: str = ""
    notice: str = ""
    back_to: str = ""
    with_key: bool = False
    title: str = "Sign in"


@dataclass(frozen=True, slots=True)
class OnTheWayPage:
    """A link to the identity provider, which the browser follows by itself."""

    url: str
    host: str
    title: str = "Continue to your identity provider"


def own_path(text: str) -> str:
    """A path of the console to come back to; another text is the overview's."""
    return text if _PATH.fullmatch(text) and ".." not in text and "%2e" not in text.lower() else "/"


def sign_in_page(visitor: Visitor) -> Response:
    """GET sign-in."""
    back_to, notice = own_path(visitor.parameter("back")), visitor.parameter("notice")
    return _page(visitor, SignInPage(notice=notice, back_to=back_to))


def begin(visitor: Visitor) -> Response:
    """POST sign-in {"email", "back"}: on to the identity provider of the organization."""
    email, back_to = visitor.field("email"), own_path(visitor.field("back"))
    try:
        organization = home_realm(visitor.context.store, email)
        return _on_the_way(visitor, organization, _wish(visitor, back_to, hint=email.strip()))
    except SignInError as error:
        return _page(visitor, SignInPage(email=email, error=str(error), back_to=back_to), 400)


def show_again(visitor: Visitor, visit: Visit, back_to: str) -> Response:
    """Whoever is signed in has to show anew who they are. With a key: paste it again."""
    if visit.session.by_key:
        error = "What you asked for needs the key once more."
        return _page(visitor, SignInPage(error=error, back_to=back_to, with_key=True), 403)
    try:
        return _on_the_way(visitor, visit.organization, _wish(visitor, back_to, anew=True))
    except SignInError as error:
        return _page(visitor, SignInPage(error=str(error), back_to=back_to), 400)


def come_back(visitor: Visitor) -> Response:
    """GET callback?state=&code=&error=&iss=: the redirect URI of the client."""
    back = Return(
        state=visitor.parameter("state"),
        code=visitor.parameter("code"),
        error=visitor.parameter("error"),
        browser=visitor.cookies.browser,
        redirect_uri=_redirect_uri(visitor),
        issuer=visitor.parameter("iss"),
    )
    try:
        return _entered(visitor, finish(visitor.doors, back, visitor.context))
    except SignInError as error:
        visitor.on_event(ConsoleEvent.SIGN_IN_REFUSED)
        response = _page(visitor, SignInPage(error=str(error)), 403 if error.forbidden else 400)
        return replace(response, cookies=(visitor.cookies.without_browser(),))


def key_page(visitor: Visitor) -> Response:
    """GET sign-in/key: for who has no other way in."""
    return _page(visitor, SignInPage(back_to=own_path(visitor.parameter("back")), with_key=True))


def enter_by_key(visitor: Visitor) -> Response:
    """POST sign-in/key {"key"}: a session of an hour, counted."""
    back_to = own_path(visitor.field("back"))
    key = live_key(visitor.context.store, visitor.field("key").strip(), visitor.context.now)
    try:
        if key is None:
            raise SignInError("That is no live key. An operator of the service issues one.", forbidden=True)
        entered = enter_with_key(visitor.doors, key, visitor.context)
    except SignInError as error:
        visitor.on_event(ConsoleEvent.SIGN_IN_REFUSED)
        return _page(visitor, SignInPage(error=str(error), back_to=back_to, with_key=True), 403)
    visitor.on_event(ConsoleEvent.KEY_USED)
    return _entered(visitor, entered, back_to)


def _wish(visitor: Visitor, back_to: str, *, anew: bool = False, hint: str = "") -> Wish:
    return Wish(back_to, _redirect_uri(visitor), anew=anew, hint=hint)


def _redirect_uri(visitor: Visitor) -> str:
    return f"{visitor.request.base_url}/console/callback"


def _on_the_way(visitor: Visitor, organization: Organization, wish: Wish) -> Response:
    """A page with a link, and no redirect: `form-action 'self'` would not let a form lead to another host."""
    started: Started = start(visitor.doors, organization, wish, visitor.context)
    page = OnTheWayPage(started.url, urlsplit(started.url).netloc)
    response = rendered("on_the_way.html", page, base_url=visitor.request.base_url, path=visitor.path)
    return replace(response, cookies=(visitor.cookies.with_browser(started.browser),))


def _entered(visitor: Visitor, entered: Entered, back_to: str = "") -> Response:
    """Signed in: to where they came from. The session of before, if there was one, is another one: it ends."""
    before = visitor.cookies.session
    if before is not None:
        visit = visitor.doors.sessions.visit(before[0], hashed(before[1]))
        if visit is not None:
            visitor.doors.sessions.end_session(visit.session)
    cookies, session = visitor.cookies, entered.session
    return visitor.see_other(
        own_path(entered.back_to or back_to),
        (cookies.with_session(session.organization_id, entered.secret), cookies.without_browser()),
    )


def _page(visitor: Visitor, page: SignInPage, status: int = 200) -> Response:
    return rendered("sign_in.html", page, base_url=visitor.request.base_url, path=visitor.path, status=status)
