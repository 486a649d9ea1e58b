"""From a view model to HTML. Everything that is put into a page is escaped; no rule of the product is in a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from rightful.api.console.headers import page_headers
from rightful.api.console.static_files import static_name
from rightful.api.request import Response
from rightful.domain.sign_in import ConsoleRole
from rightful.text.folding import shows_something
from rightful.text.wording import UNNAMED

if TYPE_CHECKING:
    from jinja2 import Environment

    from rightful.ports.sign_in import Visit

_TEMPLATES = Path(__file__).parent / "templates"
_HTML = "text/html; charset=utf-8"

NOTICES: Mapping[str, str] = {
    "saved": "Saved.",
    "unchanged": "Nothing was changed: it is so already.",
    "sent-before": "That form was sent before: nothing was done again.",
    "directory-gone": "The directory is deleted.",
    "domain-added": "The domain waits to be verified: put its record into DNS, then have it looked up.",
    "domain-verified": "The domain is verified.",
    "domain-removed": "The domain is removed.",
    "signed-out": "You are signed out.",
    "sign-in-changed": "Saved. Everybody who had signed in is signed out: sign in anew.",
    "signed-out-everywhere": "You are signed out, in every browser.",
    "session-ended": "Your session has ended: nothing was done. Sign in, and send it again.",
    "approved": "Approved.",
    "approved-waits": "Your approval is noted: another administrator has to agree.",
    "rejected": "Rejected.",
    "examined": "It was examined again: this is how it stands now.",
    "undone": "Undone.",
    "undo-waits": "Your wish is noted: another administrator has to want it, too. Nothing was put back yet.",
}
"""What is said at the top of a page after something was done, by code: a link cannot put words of its own there."""
NOT_DONE_YET = frozenset({"session-ended", "approved-waits", "undo-waits"})
"""Notices after which somebody still has to do something."""


class PageNotMadeError(Exception):
    """A template asks for what its view model does not have: a mistake of ours, whoever asked for the page."""


class Page(Protocol):
    """A view model: a frozen dataclass, pure to test."""

    @property
    def title(self) -> str:
        """What the page is called."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    path: str
    name: str


NAVIGATION = (
    Place("/", "Overview"),
    Place("/conflicts", "Conflicts"),
    Place("/addresses", "Who has this address?"),
    Place("/accounts", "Accounts"),
    Place("/log", "Log"),
    Place("/preview", "Preview"),
    Place("/connect", "Connect"),
    Place("/domains", "Domains"),
    Place("/policy", "Policy"),
    Place("/administrators", "Administrators"),
)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["moment"] = moment
    made.filters["day"] = lambda value: moment(value)[:-11] if value else ""
    made.filters["words"] = words
    made.filters["name"] = name_of
    made.globals["static_name"] = static_name
    made.globals["query"] = lambda **parameters: urlencode({name: each for name, each in parameters.items() if each})
    made.globals["NOTICES"] = NOTICES
    made.globals["NOT_DONE_YET"] = NOT_DONE_YET
    made.globals["NAVIGATION"] = NAVIGATION
    made.globals["ROLES"] = {role.value: role for role in ConsoleRole}
    return made


def rendered(  # noqa: PLR0913 - what every page has
    template: str, page: Page, *, base_url: str, path: str, visit: "Visit | None" = None, status: int = 200
) -> Response:
    """A page.

    Args:
        template: its file.
        visit: who sees it; None: nobody who is signed in.
        path: of the request, below the console, for the navigation.
    """
    from jinja2 import TemplateError

    try:
        html = (
            _environment()
            .get_template(template)
            .render(
                page=page,
                visit=visit,
                session=visit.session if visit else None,
                organization=visit.organization if visit else None,
                root=f"{urlsplit(base_url).path}/console",
                path=path,
            )
        )
    except TemplateError as error:
        raise PageNotMadeError(template) from error
    return Response(status, html, page_headers(base_url), _HTML)


def moment(value: object) -> str:
    """A moment as people read it, absolute and in UTC; empty for None."""
    if value is None or value == "":
        return ""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{found.day} {found:%b %Y, %H:%M} UTC"


def name_of(person: object) -> str:
    """How somebody in a document is called: by the best name that shows anything."""
    names = (person.get(each) for each in ("displayName", "userName", "email")) if isinstance(person, dict) else ()
    return next((shown for each in names if (shown := str(each or "").strip()) and shows_something(shown)), UNNAMED)


def words(code: object) -> str:
    """A code as words: active_in_directory, "active in directory"."""
    return str(code or "").replace("_", " ").replace(".", " ").replace("-", " ")
