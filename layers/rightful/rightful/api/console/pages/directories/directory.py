"""One directory: what the identity provider is told, what it asked for last, and the directory's settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rightful.api.admin.organizations.directories import what_deleting_does
from rightful.api.console.call import ConsoleCall, Document, error_of, items_of
from rightful.api.console.pages.directories.connect import PROFILE_NAMES, Key, is_word_of, key_of, stands_alone
from rightful.api.console.pages.directories.connect_fields import (
    GUIDES,
    HOW_ADDRESSES_ARE_FOUND,
    Guide,
    whether_it_retries,
)
from rightful.api.request import Response
from rightful.core.organizations.registry import LIVE_KEYS_PER_DIRECTORY
from rightful.domain.events.event_log import Action
from rightful.domain.sign_in import ConsoleRole

_ROWS = "10"
_OF_PEOPLE = {Action.SETTINGS_CHANGED, Action.SIGNED_IN, Action.SIGNED_OUT}
_ASKED = ",".join(action for action in Action if action not in _OF_PEOPLE)
"""What identity providers ask for, and what came of it; not what administrators set."""


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """A directory, with how to connect it.

    Attributes:
        directory: as the admin API has it.
        keys: those that open it, and those that did.
        asked: the newest rows of the log about it.
        used_on: the newest day on which one of its keys was used; empty: none was.
        rule_waits: whether its delete rule is one administrator's word still.
        no_confirmation: why this person confirms nothing.
        typed: what somebody wrote into the form that was not taken.
    """

    directory: Document
    guide: Guide
    keys: Sequence[Key]
    asked: Sequence[Document]
    used_on: str
    retries: str
    profiles: Mapping[str, str]
    may_change: bool
    rule_waits: bool = False
    own_rule: bool = False
    no_confirmation: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    notice: str = ""
    how_addresses: str = HOW_ADDRESSES_ARE_FOUND
    most_keys: int = LIVE_KEYS_PER_DIRECTORY

    @property
    def title(self) -> str:
        """Its name."""
        return str(self.directory["name"])

    @property
    def live_keys(self) -> int:
        """How many of its keys open it now."""
        return sum(key.live for key in self.keys)

    @property
    def waiting_keys(self) -> bool:
        """Whether one of them is one administrator's word still."""
        return any(key.waits for key in self.keys)

    @property
    def first_key(self) -> Key | None:
        """The older one of two that are live: the one to revoke once its successor is in use."""
        live = sorted((key for key in self.keys if key.live), key=lambda key: str(key.key["createdAt"]))
        return live[0] if len(live) > 1 else None


@dataclass(frozen=True, slots=True)
class DeletePage:
    """What deleting a directory does, and whether that is meant."""

    directory: Document
    told: str
    typed: str = ""
    error: str = ""

    @property
    def title(self) -> str:
        """What is asked."""
        return f"Delete {self.directory['name']}?"


def directory_page(call: ConsoleCall) -> Response:
    """GET connect/{id}."""
    return shown(call)


def change_directory(call: ConsoleCall) -> Response:
    """POST connect/{id}: name and profile."""
    return _changed(call, {"name": call.field("name"), "profile": call.field("profile")})


def set_delete_rule(call: ConsoleCall) -> Response:
    """POST connect/{id}/delete-rule: what a DELETE of the identity provider does."""
    return _changed(call, {"onDelete": call.field("onDelete")})


def confirm_delete_rule(call: ConsoleCall) -> Response:
    """POST connect/{id}/confirmation: a second person wants its deletes to erase, too."""
    refusal = call.why_alone()
    if refusal:
        return shown(call, refusal, 403)
    read = call.read("/directories/{id}", parameters={"id": call.path_id()})["erasing"]
    if isinstance(read, dict) and call.field("seen") != str(read["at"]):
        return shown(call, "The rule was set anew since you read it: nothing was confirmed. Read it again.", 409)
    body = {"reason": call.field("reason")}
    answer = call.api("POST", "/directories/{id}/confirmation", parameters={"id": call.path_id()}, body=body)
    if answer.status >= 400:
        return shown(call, error_of(answer), answer.status)
    return call.redirect(_place(call), notice="saved")


def delete_form(call: ConsoleCall) -> Response:
    """GET connect/{id}/delete: what it will do."""
    return _asks_whether(call)


def delete_directory(call: ConsoleCall) -> Response:
    """POST connect/{id}/delete: with its name; without, where it is being deleted already: that goes on."""
    query = {"confirm": call.field("confirm")}
    answer = call.api("DELETE", "/directories/{id}", parameters={"id": call.path_id()}, query=query)
    if answer.status == 204:
        return call.redirect("/connect", notice="directory-gone")
    if answer.status == 400:
        return _asks_whether(call, "That is not the directory's name: nothing was changed.", 400)
    if answer.status > 400:
        return _asks_whether(call, error_of(answer), answer.status)
    return call.redirect(_place(call))


def shown(call: ConsoleCall, error: str = "", status: int = 200) -> Response:
    """The page of the directory in the path."""
    directory = _read(call)
    now, who = call.invocation.now, call.session.who
    # All keys are one call; those of a directory alone would be two, with the directory once more.
    listed = items_of(call.read("/tokens", query={"scope": "scim"}))
    keys = [each for each in listed if each["directoryId"] == call.path_id()]
    asked = call.read("/log", query={"directoryId": call.path_id(), "action": _ASKED, "limit": _ROWS})
    profile = str(directory["profile"])
    page = DirectoryPage(
        directory=directory,
        guide=GUIDES[profile],
        keys=[key_of(each, who, now) for each in keys],
        asked=items_of(asked),
        used_on=max((str(each["lastUsedOn"]) for each in keys if each["lastUsedOn"]), default=""),
        retries=whether_it_retries(profile),
        profiles=PROFILE_NAMES,
        may_change=call.may(ConsoleRole.OWNER) and directory["deleting"] is None,
        rule_waits=stands_alone(directory["erasing"], now),
        own_rule=is_word_of(directory["erasing"], who),
        no_confirmation=call.why_alone(),
        notice=call.parameter("notice") or "",
    )
    if error:
        typed = {name: call.field(name) for name in call.form if name != "token"}
        page = replace(page, error=error, typed=typed)
    return call.page("directory.html", page, status=status)


def _changed(call: ConsoleCall, asked: Document) -> Response:
    answer = call.api("PATCH", "/directories/{id}", parameters={"id": call.path_id()}, body=asked)
    if answer.status >= 400:
        return shown(call, error_of(answer), answer.status)
    return call.redirect(_place(call), notice="saved")


def _asks_whether(call: ConsoleCall, error: str = "", status: int = 200) -> Response:
    directory = _read(call)
    told = what_deleting_does(call, call.path_id())
    page = DeletePage(directory, f"{told[:1].upper()}{told[1:]}", call.field("confirm"), error)
    return call.page("directory_delete.html", page, status=status)


def _read(call: ConsoleCall) -> Document:
    return call.read("/directories/{id}", parameters={"id": call.path_id()})


def _place(call: ConsoleCall) -> str:
    return f"/connect/{call.path_id()}"
