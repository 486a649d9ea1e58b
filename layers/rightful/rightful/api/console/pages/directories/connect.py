"""The directories of the organization: what each is connected to, and with which keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rightful.api.console.call import ConsoleCall, Document, document_of, error_of, items_of
from rightful.api.console.pages.directories.connect_fields import GUIDES
from rightful.api.console.pages.directories.labels import labels_of
from rightful.api.request import Response
from rightful.core.sign_in.forms import is_sent_first, new_nonce
from rightful.domain.person import same_person
from rightful.domain.sign_in import ConsoleRole

PROFILE_NAMES: Mapping[str, str] = {profile: guide.name for profile, guide in GUIDES.items()}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a directory, as somebody sees it.

    Attributes:
        key: as the admin API has it.
        waits: whether it is one administrator's word still.
        own_word: whether it is that of whoever sees it: somebody else has to confirm it.
    """

    key: Document
    live: bool
    waits: bool
    own_word: bool


@dataclass(frozen=True, slots=True)
class Connected:
    """A directory in the list.

    Attributes:
        label: its name, told apart from another of the same.
        last_push: when it wrote something last, within 30 days; empty: it did not.
    """

    directory: Document
    label: str
    profile: str
    users: int
    last_push: str
    keys: Sequence[Key]


@dataclass(frozen=True, slots=True)
class ConnectPage:
    """All directories; `once` goes with the form of a new one."""

    directories: Sequence[Connected]
    profiles: Mapping[str, str]
    may_add: bool
    once: str
    typed: Mapping[str, str]
    error: str = ""
    notice: str = ""
    title: str = "Connect"


def connect_page(call: ConsoleCall) -> Response:
    """GET connect."""
    return _shown(call)


def add_directory(call: ConsoleCall) -> Response:
    """POST connect: a new directory, and to its page. The same form again makes no second one."""
    if not is_sent_first(call.doors.sessions, call.session, call.field("once")):
        return call.redirect("/connect", notice="sent-before")
    body = {"name": call.field("name"), "profile": call.field("profile")}
    answer = call.api("POST", "/directories", body=body)
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status)
    return call.redirect(f"/connect/{document_of(answer)['id']}", notice="saved")


def _shown(call: ConsoleCall, error: str = "", status: int = 200) -> Response:
    figures = call.read("/statistics", query={"days": "30"})["byDirectory"]
    keys = [key_of(each, call.session.who, call.invocation.now) for each in _keys(call)]
    directories = items_of(call.read("/directories"))
    labels = labels_of(directories)
    users = call.store.numbers_of_users([str(each["id"]) for each in directories])
    page = ConnectPage(
        directories=[
            Connected(
                directory=each,
                label=labels[str(each["id"])],
                profile=PROFILE_NAMES[str(each["profile"])],
                users=users[str(each["id"])],
                last_push=_last_push(figures, each["id"]),
                keys=[key for key in keys if key.key["directoryId"] == each["id"]],
            )
            for each in directories
        ],
        profiles=PROFILE_NAMES,
        may_add=call.may(ConsoleRole.OWNER),
        once=new_nonce(),
        typed={name: call.field(name) for name in ("name", "profile")},
        error=error,
        notice=call.parameter("notice") or "",
    )
    return call.page("connect.html", page, status=status)


def _keys(call: ConsoleCall) -> Sequence[Document]:
    return items_of(call.read("/tokens", query={"scope": "scim"}))


def _last_push(figures: object, directory_id: object) -> str:
    found = figures.get(directory_id) if isinstance(figures, dict) else None
    return str(found["lastPushAt"] or "") if isinstance(found, dict) else ""


def key_of(document: Document, who: str, now: datetime) -> Key:
    """A key as `who` sees it. Pure.

    Args:
        document: as the admin API has it.
    """
    ends = document["expiresAt"]
    live = ends is None or datetime.fromisoformat(str(ends)) > now
    waits = live and stands_alone(document["issued"], now)
    return Key(document, live, waits, own_word=waits and is_word_of(document["issued"], who))


def stands_alone(word: object, now: datetime) -> bool:
    """Whether what one administrator said waits for a second one. Pure.

    Args:
        word: as the admin API has it; None: nobody's alone.
    """
    until = word.get("unconfirmedUntil") if isinstance(word, dict) else None
    return until is not None and datetime.fromisoformat(str(until)) > now


def is_word_of(word: object, who: str) -> bool:
    """Whether that person said it. Pure."""
    return isinstance(word, dict) and same_person(str(word["by"]), who)
