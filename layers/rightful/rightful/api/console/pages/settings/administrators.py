"""Who administers the organization: people who sign in, keys, and how one signs in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rightful.api.admin.organizations.sign_in import sign_in_document
from rightful.api.console.call import ConsoleCall, Document, PageError, error_of, items_of
from rightful.api.request import Response
from rightful.core.sign_in.sessions import end_sessions_of
from rightful.core.sign_in.settings import is_issuer
from rightful.domain.person import is_signature
from rightful.domain.sign_in import ConsoleRole, Session
from rightful.ports.sign_in import ProviderUnavailableError


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in now."""

    who_id: str
    who: str
    role: str
    since: datetime
    seen: datetime
    browsers: int
    by_key: bool
    own: bool


@dataclass(frozen=True, slots=True)
class AdministratorsPage:
    """Who can do what here.

    Attributes:
        settings: how people sign in, as the admin API has it; None: nobody does.
        set_by_person: whether whoever set them alone had signed in: keys do not confirm that.
        no_confirmation: why this person cannot confirm the settings, where there is something to confirm.
    """

    people: Sequence[SignedIn]
    keys: Sequence[Document]
    settings: Document | None
    redirect_uri: str
    may_change: bool
    no_confirmation: str = ""
    set_by_person: bool = False
    error: str = ""
    notice: str = ""
    title: str = "Administrators"
    roles: Sequence[str] = tuple(ConsoleRole)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form with which an owner says how people sign in. `typed`: by the names of its fields."""

    typed: Document
    redirect_uri: str
    has_secret: bool
    error: str = ""
    title: str = "How people sign in"
    roles: Sequence[str] = tuple(ConsoleRole)


def administrators_page(call: ConsoleCall) -> Response:
    """GET administrators."""
    return _shown(call)


def sign_in_form(call: ConsoleCall) -> Response:
    """GET administrators/sign-in."""
    document = sign_in_document(call.organization(), call.request.base_url)
    settings = document["signIn"]
    nothing: Document = {"issuer": "", "clientId": "", "rolesClaim": "roles", "roles": {}}
    known = settings if isinstance(settings, dict) else nothing
    roles = known["roles"]
    values: dict[str, object] = {role.value: "" for role in ConsoleRole}
    if isinstance(roles, dict):
        values = {role.value: "\n".join(roles.get(role.value, ())) for role in ConsoleRole}
    typed: Document = {**known, **values}
    return call.page("sign_in_settings.html", _form(call, typed))


def set_sign_in(call: ConsoleCall) -> Response:
    """POST administrators/sign-in: set, or removed."""
    if call.field("action") == "remove":
        answer = call.api("DELETE", "/sign-in")
    else:
        wrong = _unreachable(call)
        if wrong:
            return call.page("sign_in_settings.html", _form(call, _typed(call), wrong), status=400)
        answer = call.api("PUT", "/sign-in", body=_asked(call))
    if answer.status < 400:
        if call.session.by_key:
            return call.redirect("/administrators", notice="saved")
        return call.redirect("/sign-in", notice="sign-in-changed")
    return call.page("sign_in_settings.html", _form(call, _typed(call), error_of(answer)), status=answer.status)


def _typed(call: ConsoleCall) -> Document:
    return {name: call.field(name) for name in ("issuer", "clientId", "rolesClaim", *ConsoleRole)}


def _unreachable(call: ConsoleCall) -> str:
    """Why nobody could sign in at that issuer; empty: its provider answers. Who saved another one would lock everybody
    out."""
    issuer = call.field("issuer").strip()
    if is_issuer(issuer):
        try:
            call.doors.providers.provider(issuer)
        except ProviderUnavailableError as error:
            return f"issuer: nobody could sign in there. {error} Nothing was saved."
    return ""  # what is no issuer at all is refused by its name


def confirm_sign_in(call: ConsoleCall) -> Response:
    """POST administrators/sign-in/confirmation: a second person agrees."""
    refusal = call.why_alone()
    if refusal:
        return _shown(call, refusal, 403)
    body = {"id": call.field("id") or None, "reason": call.field("reason")}
    answer = call.api("POST", "/sign-in/confirmation", body=body)
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status)
    return call.redirect("/administrators", notice="saved")


def revoke_key(call: ConsoleCall) -> Response:
    """POST administrators/keys/{id}/revoke."""
    answer = call.api("DELETE", "/tokens/{id}", parameters={"id": call.path_id()})
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status)
    return call.redirect("/administrators", notice="saved")


def sign_somebody_out(call: ConsoleCall) -> Response:
    """POST administrators/people/{id}/sign-out: all of their sessions end. They may sign in again, unless their
    identity provider does not let them."""
    theirs = [each for each in call.doors.sessions.sessions(call.organization_id) if each.who_id == call.path_id()]
    if not theirs:
        raise PageError(404, "They are not signed in any more.")
    end_sessions_of(call.doors.sessions, theirs, call.context, by=call.session)
    return call.redirect("/administrators", notice="saved")


def _shown(call: ConsoleCall, error: str = "", status: int = 200) -> Response:
    document = sign_in_document(call.organization(), call.request.base_url)
    settings = document["signIn"]
    keys = items_of(call.read("/tokens", query={"scope": "admin"}))
    live_keys = {str(key["id"]) for key in keys if key["live"]}
    # A session with a key that was revoked, or of settings of before, opens nothing, however long it is kept.
    kept = call.doors.sessions.sessions(call.organization_id)
    by_settings = call.organization().sign_in.id if call.organization().sign_in else ""  # type: ignore[union-attr]
    sessions = [each for each in kept if (each.who_id in live_keys if each.by_key else each.sign_in_id == by_settings)]
    alone = call.organization().sign_in.set_alone if call.organization().sign_in else None  # type: ignore[union-attr]
    page = AdministratorsPage(
        people=signed_in(sessions, call.session, call.invocation.now),
        keys=keys,
        settings=settings if isinstance(settings, dict) else None,
        redirect_uri=str(document["redirectUri"]),
        may_change=call.may(ConsoleRole.OWNER),
        no_confirmation=call.why_alone(),
        set_by_person=alone is not None and is_signature(alone.by),
        error=error,
        notice=call.parameter("notice") or "",
    )
    return call.page("administrators.html", page, status=status)


def signed_in(sessions: Sequence[Session], own: Session, now: datetime) -> list[SignedIn]:
    """Who is signed in, whoever came first at the top. Pure."""
    live = sorted((each for each in sessions if each.is_live(now)), key=lambda each: each.created_at)
    people = dict.fromkeys(each.who_id for each in live)
    found = []
    for who_id in people:
        theirs = [each for each in live if each.who_id == who_id]
        latest = theirs[-1]
        found.append(
            SignedIn(
                who_id=who_id,
                who=latest.who,
                role=latest.role.value,
                since=theirs[0].created_at,
                seen=max(each.seen_at for each in theirs),
                browsers=len(theirs),
                by_key=latest.by_key,
                own=who_id == own.who_id,
            )
        )
    return found


def _asked(call: ConsoleCall) -> Document:
    asked: dict[str, object] = {
        "issuer": call.field("issuer"),
        "clientId": call.field("clientId"),
        "rolesClaim": call.field("rolesClaim"),
        "roles": {role.value: _lines(call.field(role)) for role in ConsoleRole},
    }
    if call.field("clientSecret"):
        asked["clientSecret"] = call.field("clientSecret")
    elif call.field("noSecret"):
        asked["clientSecret"] = None
    return asked


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _form(call: ConsoleCall, typed: Document, error: str = "") -> SignInPage:
    settings = call.organization().sign_in
    uri = f"{call.request.base_url}/console/callback"
    return SignInPage(typed, uri, has_secret=settings is not None and bool(settings.secret_id), error=error)
