"""One request of the console on its way through a page: a session, its role, and the admin API in process."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from rightful.api.admin.call import AdminCall
from rightful.api.admin.service import BASE, PARAMETERS, ROUTES
from rightful.api.console.rendering import Page, rendered
from rightful.api.json_call import ApiError, answered, check_query
from rightful.api.request import Response
from rightful.core.sign_in.sign_in import Doors
from rightful.domain.key import Scope, Token
from rightful.domain.one_word import OneAdministrator, UnconfirmedPerson
from rightful.domain.organization import Organization
from rightful.domain.sign_in import ConsoleRole, Session
from rightful.ports.sign_in import Visit
from rightful.text.wording import moment_text

Document = Mapping[str, object]
"""A document of the admin API (docs/openapi.yaml)."""

CONSOLE = "/console"


class PageError(Exception):
    """A page that says what is wrong, with the right status, and the way back."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ShowAgainError(Exception):
    """What is asked for needs somebody who has just shown who they are; then they come back to `back_to`."""

    def __init__(self, back_to: str) -> None:
        super().__init__(back_to)
        self.back_to = back_to


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleCall(AdminCall):
    """A request of somebody who is signed in.

    Attributes:
        visit: the session and its organization.
        path: of the request, below the console: /conflicts/{id} with the id in it.
        form: what was sent with it; empty for GET.
        doors: what signing in goes through.
    """

    visit: Visit
    path: str
    form: Mapping[str, tuple[str, ...]]
    doors: Doors

    @property
    def session(self) -> Session:
        """Whose request it is."""
        return self.visit.session

    @property
    def organization_id(self) -> str:
        """The organization of the session: no path names another one."""
        return self.session.organization_id

    @property
    def who(self) -> str:
        """As the log names them; nobody's second one while how they sign in is one administrator's word."""
        alone = self.why_alone()
        return UnconfirmedPerson(self.session.who) if alone else OneAdministrator(self.session.who)

    def organization(self) -> Organization:
        """As it was read with the session: no call."""
        return self.visit.organization

    def key(self) -> Token:
        """What stands in the place of a key: the person. A session with a key has the key itself, as it is now."""
        if self.session.by_key:
            return AdminCall.key(self)
        return Token(
            id=self.session.who_id,
            sha256="",
            scope=Scope.ADMIN,
            owner=self.session.who,
            created_at=self.session.created_at,
            organization_id=self.session.organization_id,
        )

    def may(self, role: ConsoleRole) -> bool:
        """Whether they have that role."""
        return self.session.role.reaches(role)

    def need_role(self, role: ConsoleRole) -> None:
        """Let only somebody go on who has that role.

        Raises:
            PageError: 403, they have not.
        """
        if not self.may(role):
            raise PageError(403, lacks_role(role, self.visit))

    def field(self, name: str) -> str:
        """What was typed into a field; empty where it is not there."""
        return self.form.get(name, ("",))[-1]

    def fields(self, name: str) -> tuple[str, ...]:
        """Every value of a field: ticked boxes."""
        return self.form.get(name, ())

    def api(
        self,
        method: str,
        route: str,
        *,
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Document | None = None,
    ) -> Response:
        """What the admin API answers to this person: the same handlers, rules and texts, without a way through the
        network. Errors are responses with {"error": {"code", "message", "field"?}}.

        Args:
            route: below an organization, as in `api.admin.service.ROUTES`.
            query: parameters that are empty are left out.
        """
        request = replace(
            self.request,
            method=method,
            resource=f"{BASE}{route}",
            path_parameters={"orgId": self.organization_id, **(parameters or {})},
            query={name: (value,) for name, value in (query or {}).items() if value},
            headers={"content-type": "application/json"},
            body=json.dumps(body) if body is not None else None,
        )

        def handle() -> Response:
            if request.names_nothing:
                raise ApiError(404, "not_found", "There is no such thing in this organization.")
            check_query(request, PARAMETERS.get((route, method), ()))
            return ROUTES[route][method](replace(self, request=request))

        return answered(handle, "data")

    def read(
        self, route: str, *, parameters: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """A document of the admin API.

        Raises:
            PageError: with its status and message.
        """
        return document_of(self.api("GET", route, parameters=parameters, query=query))

    def page(self, template: str, page: Page, *, status: int = 200) -> Response:
        """A rendered page for this session."""
        return rendered(template, page, base_url=self.request.base_url, visit=self.visit, path=self.path, status=status)

    def redirect(self, path: str, *, notice: str = "", query: Mapping[str, str] | None = None) -> Response:
        """See another page of the console (RFC 9110 section 15.4.4: after a POST, so that a reload sends nothing).

        Args:
            notice: a code of `rendering.NOTICES`, said at the top of that page.
        """
        asked = {**(query or {}), **({"notice": notice} if notice else {})}
        return see_other(self.request.base_url, f"{path}{'?' if asked else ''}{urlencode(asked)}")

    def why_alone(self) -> str:
        """Why this person is no second one: how people sign in is one administrator's word still. Empty: they are."""
        settings = self.organization().sign_in
        alone = settings.set_alone if settings is not None else None
        if self.session.by_key or alone is None or not alone.stands_alone(self.invocation.now):
            return ""
        return (
            f"How people sign in here was set by {alone.by} alone. Until another administrator confirms it "
            f"(Administrators), or until {moment_text(alone.until)}, whoever signs in decides nothing that takes two "
            "people, and undoes nothing: an administrator's key does."
        )

    def why_no_approval(self, conflict: Document) -> str:
        """Why this person's approval would not count, though they may approve; empty: it does.

        Args:
            conflict: as the admin API has it.
        """
        needed = conflict.get("approvalsNeeded")
        return self.why_alone() if isinstance(needed, int) and needed > 1 else ""

    def need_what_it_takes(self, conflict: Document, back_to: str) -> None:
        """Let only somebody who has just shown who they are give the last word about what is protected: the second
        approval, and what undoes it.

        Args:
            conflict: as the admin API has it.

        Raises:
            ShowAgainError: they have to.
        """
        said = bool(conflict.get("approvals")) or bool(conflict.get("undoApprovals")) or "undo" in actions_of(conflict)
        if conflict.get("class") == "protected" and said:
            self.need_fresh(back_to)

    def need_fresh(self, back_to: str) -> None:
        """Let only somebody go on who showed who they are a short time ago.

        Args:
            back_to: the page to which whoever did not comes back then.

        Raises:
            ShowAgainError: they did not.
        """
        if not self.session.is_fresh(self.invocation.now):
            raise ShowAgainError(back_to)


def lacks_role(role: ConsoleRole, visit: Visit) -> str:
    """What somebody is told who has not the role that something takes."""
    return f"This takes the role {role}, and you are {visit.session.role}. Ask an owner of {visit.organization.name}."


def actions_of(conflict: Document) -> Sequence[str]:
    """What can be done about a conflict now."""
    found = conflict.get("actions")
    return [str(each) for each in found] if isinstance(found, list) else []


def document_of(response: Response) -> dict[str, object]:
    """The JSON object of a response.

    Raises:
        PageError: it is an error.
    """
    if response.status >= 400:
        raise PageError(response.status, error_of(response))
    return response.body if isinstance(response.body, dict) else {}


def error_of(response: Response) -> str:
    """The message of an error response; empty: it is none."""
    error = response.body.get("error") if isinstance(response.body, dict) else None
    return str(error["message"]) if isinstance(error, dict) and response.status >= 400 else ""


def items_of(document: Document) -> Sequence[Document]:
    """The items of a list."""
    found = document.get("items")
    return found if isinstance(found, list) else []


def see_other(base_url: str, path: str, cookies: tuple[str, ...] = ()) -> Response:
    """303 to a path of the console."""
    place = f"{urlsplit(base_url).path}{CONSOLE}{path}"
    return Response(303, None, {"Location": place, "Cache-Control": "no-store"}, cookies=cookies)
