"""Keys of a directory: issued and shown once, confirmed, revoked."""

from dataclasses import dataclass

from rightful.api.admin.organizations.directories import MOST_DAYS
from rightful.api.console.call import ConsoleCall, Document, PageError, document_of, error_of
from rightful.api.console.pages.directories.connect_fields import GUIDES, Guide
from rightful.api.console.pages.directories.directory import shown
from rightful.api.request import Response
from rightful.core.sign_in.forms import is_nonce, is_sent_first, new_nonce

_SENT_BEFORE = (
    "This form was sent before. The key that it issued was shown in the answer to that, once, and nowhere again: if "
    "nobody copied it, revoke it below and issue another one."
)


@dataclass(frozen=True, slots=True)
class NewKeyPage:
    """The form for a new key; `once` goes with it, so that it issues one only."""

    directory: Document
    once: str
    owner: str
    lifetime: str
    error: str = ""
    most_days: int = MOST_DAYS

    @property
    def title(self) -> str:
        """For which directory."""
        return f"A new key for {self.directory['name']}"


@dataclass(frozen=True, slots=True)
class IssuedPage:
    """A key, in the only answer that has it."""

    directory: Document
    guide: Guide
    key: Document
    secret: str

    @property
    def title(self) -> str:
        """For which directory."""
        return f"The new key of {self.directory['name']}"


def new_key_form(call: ConsoleCall) -> Response:
    """GET connect/{id}/new-key."""
    return _form(call, "identity provider", "")


def issue_key(call: ConsoleCall) -> Response:
    """POST connect/{id}/new-key: the key is in this answer, and in no other one: sending the form again issues none."""
    directory = _read(call)
    if not is_nonce(call.field("once")):
        raise PageError(400, "This is not the form of the page. Open the page again, and send its own.")
    lifetime = call.field("lifetimeDays").strip()
    if lifetime and not _is_lifetime(lifetime):
        error = f"Works for how many days: a whole number from 1 to {MOST_DAYS:,}."
        return _form(call, call.field("owner"), call.field("lifetimeDays"), error, 400)
    if not is_sent_first(call.doors.sessions, call.session, call.field("once")):
        return shown(call, _SENT_BEFORE, 409)
    body: dict[str, object] = {"owner": call.field("owner")}
    if lifetime:
        body["lifetimeDays"] = int(lifetime)
    answer = call.api("POST", "/directories/{id}/tokens", parameters={"id": call.path_id()}, body=body)
    if answer.status >= 400:
        return _form(call, call.field("owner"), call.field("lifetimeDays"), error_of(answer), answer.status)
    key = document_of(answer)
    page = IssuedPage(directory, GUIDES[str(directory["profile"])], key, str(key["token"]))
    return call.page("key.html", page)


def revoke_key(call: ConsoleCall) -> Response:
    """POST connect/{id}/keys/{key}/revoke."""
    answer = call.api("DELETE", "/directories/{id}/tokens/{tokenId}", parameters=_parameters(call))
    if answer.status >= 400:
        return shown(call, error_of(answer), answer.status)
    return call.redirect(f"/connect/{call.path_id()}", notice="saved")


def confirm_key(call: ConsoleCall) -> Response:
    """POST connect/{id}/keys/{key}/confirmation: a second person stands behind it."""
    refusal = call.why_alone()
    if refusal:
        return shown(call, refusal, 403)
    body = {"reason": call.field("reason")}
    route = "/directories/{id}/tokens/{tokenId}/confirmation"
    answer = call.api("POST", route, parameters=_parameters(call), body=body)
    if answer.status >= 400:
        return shown(call, error_of(answer), answer.status)
    return call.redirect(f"/connect/{call.path_id()}", notice="saved")


def _is_lifetime(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST_DAYS)) and 1 <= int(text) <= MOST_DAYS


def _parameters(call: ConsoleCall) -> dict[str, str]:
    return {"id": call.path_id(), "tokenId": call.path_id("key")}


def _read(call: ConsoleCall) -> Document:
    return call.read("/directories/{id}", parameters={"id": call.path_id()})


def _form(call: ConsoleCall, owner: str, lifetime: str, error: str = "", status: int = 200) -> Response:
    page = NewKeyPage(_read(call), new_nonce(), owner, lifetime, error)
    return call.page("new_key.html", page, status=status)
