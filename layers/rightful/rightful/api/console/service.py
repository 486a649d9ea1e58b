"""The console: who it is, whether they may, and which page.

It knows its own cookie and nothing else: an Authorization header opens nothing here, and no other API looks at cookies.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from rightful.api.console.call import CONSOLE, ConsoleCall, PageError, ShowAgainError, lacks_role
from rightful.api.console.door import sign_in
from rightful.api.console.door.cookies import read_cookies
from rightful.api.console.door.events import ConsoleEvent
from rightful.api.console.door.visitor import Visitor
from rightful.api.console.forms import read_form
from rightful.api.console.headers import REPORTS
from rightful.api.console.rendering import PageNotMadeError, rendered
from rightful.api.console.routes import ROUTES, Found, Route, found_route
from rightful.api.console.static_files import static_response
from rightful.api.json_call import ApiError
from rightful.api.request import Principal, Request, Response
from rightful.core.organizations.verify_domain import DomainProof
from rightful.core.sign_in.sessions import visit_of
from rightful.core.sign_in.sign_in import Doors
from rightful.domain.key import Scope
from rightful.domain.request_error import RequestError
from rightful.domain.sign_in import Session
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.queue import ConflictQueue
from rightful.ports.sign_in import Visit
from rightful.ports.store.contract import IdentityStore
from rightful.ports.writes.transaction import ContendedError

DOOR: Mapping[tuple[str, str], Callable[[Visitor], Response]] = {
    ("GET", "/sign-in"): sign_in.sign_in_page,
    ("POST", "/sign-in"): sign_in.begin,
    ("GET", "/sign-in/key"): sign_in.key_page,
    ("POST", "/sign-in/key"): sign_in.enter_by_key,
    ("GET", "/callback"): sign_in.come_back,
}
"""What is open to everybody."""

_STATIC = "/static/"
LOOKS_AGAIN = "conflict"
"""The id of what asks for itself every two seconds (conflict.html): htmx sends it."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What is wrong, and the way back."""

    status: int
    message: str
    title: str = "That did not work"


@dataclass(frozen=True, slots=True)
class ConsoleService:
    """Answers browsers.

    Attributes:
        on_failure: is told what could not be done now and is done later, or by a person.
        on_event: is told what operations count.
    """

    store: IdentityStore
    queue: ConflictQueue
    doors: Doors
    on_failure: Callable[[str, Exception], None]
    on_event: Callable[[ConsoleEvent], None]
    proof: DomainProof | None = None

    def answer(self, request: Request, invocation: Invocation) -> Response:
        """The response to a request: a page, also for every error that somebody can cause."""
        path = path_of(request)
        if request.method == "GET" and path.startswith(_STATIC):
            found = static_response(path.removeprefix(_STATIC))
            return found or _error(request, path, 404, "There is no such file.")
        if path == REPORTS.removeprefix(CONSOLE) and request.method == "POST":
            self.on_event(ConsoleEvent.POLICY_REPORTED)
            return Response(204)
        try:
            return self._answer(request, path, invocation)
        except PageError as error:
            return _error(request, path, error.status, error.message)
        except ApiError as error:
            return _error(request, path, error.status, error.message)
        except RequestError as error:
            return _error(request, path, 404 if error.code == "not_found" else 400, str(error))
        except ContendedError:
            message = "Others kept changing the same at this moment. Nothing was changed: try it again."
            return _error(request, path, 503, message)
        except PageNotMadeError as error:
            self.on_failure("page_not_made", error)
            message = (
                "This page could not be made. That is a mistake of the service, not yours; what you had asked for "
                f"before it was done. Tell the operator this id: {invocation.correlation_id}"
            )
            return _error(request, path, 500, message)

    def _answer(self, request: Request, path: str, invocation: Invocation) -> Response:
        context = QueueContext(self.store, invocation, self.queue)
        cookies = read_cookies(request.headers.get("cookie", ""), request.base_url)
        if request.garbled_parameter is not None:
            raise PageError(400, "The address of this page cannot be read: it is not UTF-8.")
        sent = request.method != "GET"
        if sent and not _is_from_here(request):
            self.on_event(ConsoleEvent.FORM_REFUSED)
            raise PageError(403, "This form did not come from the console. Open the page here, and send its own form.")
        form = read_form(request) if sent else {}
        visitor = Visitor(request, path, cookies, form, context, self.doors, self.on_event)
        door = DOOR.get((request.method, path))
        if door is not None:
            return door(visitor)
        found = found_route(request.method, path)
        if found is None:
            raise PageError(404, "There is no such page.")
        # A page that looks again by itself is no use of the session.
        used = request.headers.get("hx-trigger") != LOOKS_AGAIN
        visit = visit_of(self.doors.sessions, cookies.session, context, used=used) if cookies.session else None
        if visit is None:
            return _to_sign_in(visitor)
        if found.route is None:
            raise PageError(405, f"This page answers to {', '.join(found.methods)} only.")
        if sent and not hmac.compare_digest(visitor.field("token").encode(), visit.session.form_token.encode()):
            self.on_event(ConsoleEvent.FORM_REFUSED)
            raise PageError(403, "This form is of another session. Load the page again, and send its form.")
        return self._page(visitor, visit, found.route, found)

    def _page(self, visitor: Visitor, visit: Visit, route: Route, found: Found) -> Response:
        session = visit.session
        if not session.role.reaches(route.role):
            return _error(visitor.request, visitor.path, 403, lacks_role(route.role, visit), visit)
        call = ConsoleCall(
            request=replace(visitor.request, path_parameters=found.parameters),
            principal=_principal(session),
            context=visitor.context,
            on_failure=self.on_failure,
            proof=self.proof,
            client_secrets=lambda: self.doors.client_secrets,
            visit=visit,
            path=visitor.path,
            form=visitor.form,
            doors=self.doors,
        )
        try:
            if route.fresh:
                call.need_fresh(page_of(visitor.path))
            return route.handler(call)
        except ShowAgainError as again:
            return sign_in.show_again(visitor, visit, again.back_to)
        except PageError as error:
            return _error(visitor.request, visitor.path, error.status, error.message, visit)
        except (ApiError, RequestError) as error:
            status = error.status if isinstance(error, ApiError) else 404 if error.code == "not_found" else 400
            return _error(visitor.request, visitor.path, status, str(error), visit)


def path_of(request: Request) -> str:
    """The path below the console, beginning with a slash and ending with none."""
    return f"/{request.path_parameters.get('proxy', '').strip('/')}"


def route_of(request: Request) -> str:
    """The route as logs have it: no ids and nothing that was typed."""
    path = path_of(request)
    if path.startswith(_STATIC):
        return f"{CONSOLE}{_STATIC}{{file}}"
    if any(path == known for _, known in DOOR) or f"{CONSOLE}{path}" == REPORTS:
        return f"{CONSOLE}{path}"
    found = found_route(request.method, path)
    return f"{CONSOLE}{found.path}" if found is not None else f"{CONSOLE}/{{other}}"


def page_of(path: str) -> str:
    """The page on which a form of that path stands: the nearest one above that can be opened."""
    pages = {route.path for route in ROUTES if route.method == "GET"}
    found = found_route("POST", path)
    pattern = found.path if found is not None else ""
    # By patterns: /conflicts/decisions would be a conflict with that id.
    while pattern and pattern not in pages:
        path, pattern = path.rpartition("/")[0], pattern.rpartition("/")[0]
    return path if pattern else "/"


def _principal(session: Session) -> Principal:
    """The person in the place of an administrator's key."""
    return Principal(session.who_id, Scope.ADMIN, session.who, session.organization_id, "", session.alone_until)


def _is_from_here(request: Request) -> bool:
    """Whether a page of ours sent this form: browsers say so (Fetch Metadata), older ones at least by Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    ours = urlsplit(request.base_url)
    return request.headers.get("origin") == f"{ours.scheme}://{ours.netloc}"


def _to_sign_in(visitor: Visitor) -> Response:
    """Whoever is not signed in signs in, and comes back to the page. What a form had is typed again: they are told."""
    if visitor.request.method != "GET":
        back, notice = page_of(visitor.path), "signed-out" if visitor.path == "/sign-out" else "session-ended"
    else:
        back, notice = _asked_page(visitor), ""
    asked = {name: value for name, value in (("back", back), ("notice", notice)) if value not in {"", "/"}}
    answer = visitor.see_other(f"/sign-in{'?' if asked else ''}{urlencode(asked)}")
    if visitor.request.headers.get("hx-request") != "true":
        return answer
    # htmx would follow the redirect, and put the page to sign in where a part of this one is.
    headers = dict(answer.headers or {})
    return Response(204, None, {"HX-Redirect": headers.pop("Location"), **headers})


def _asked_page(visitor: Visitor) -> str:
    """The page that somebody sees, or wants to see: a part that htmx asks for belongs to the one where it stands."""
    root = f"{urlsplit(visitor.request.base_url).path}{CONSOLE}"
    stands = urlsplit(visitor.request.headers.get("hx-current-url", ""))
    stands_on = stands.path.removeprefix(root).rstrip("/") or "/"
    if stands.path.startswith(root) and stands_on != visitor.path:
        return f"{stands_on}{'?' if stands.query else ''}{stands.query}"
    pairs = [(name, value) for name, values in visitor.request.query.items() for value in values if name != "notice"]
    return f"{visitor.path}{'?' if pairs else ''}{urlencode(pairs)}"


def _error(request: Request, path: str, status: int, message: str, visit: Visit | None = None) -> Response:
    page = ErrorPage(status, message)
    return rendered("error.html", page, base_url=request.base_url, path=path, visit=visit, status=status)
