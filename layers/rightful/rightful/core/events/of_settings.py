"""From settings before and after one write to the events that they mean: one administrator said alone what takes two
people, or a second one confirmed it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rightful.domain.events.change import DirectoryChange, OrganizationChange, TokenChange
from rightful.domain.events.event import Event, EventType
from rightful.domain.one_word import OneWord
from rightful.text.ids import time_text


@dataclass(frozen=True, slots=True)
class _Setting:
    """What it is about."""

    kind: str
    id: str
    organization_id: str | None
    directory_id: str | None = None


def settings_events(change: OrganizationChange | DirectoryChange | TokenChange) -> tuple[Event, ...]:
    """The events of a change of settings; none for a change that one person may make, or that the operator made."""
    return tuple(
        _event(setting, word, change.at)
        for setting, before, word in _words(change)
        if word is not None and word != before
    )


def _words(
    change: OrganizationChange | DirectoryChange | TokenChange,
) -> Iterator[tuple[_Setting, OneWord | None, OneWord | None]]:
    """Each setting that a word can be about, with the word before and after."""
    if isinstance(change, TokenChange) and change.new is not None:
        token = change.new
        setting = _Setting("key", token.id, token.organization_id, token.directory_id)
        yield setting, change.old.issued if change.old else None, token.issued
    elif isinstance(change, DirectoryChange) and change.new is not None:
        directory = change.new
        setting = _Setting("delete_rule", directory.id, directory.organization_id, directory.id)
        yield setting, change.old.erasing if change.old else None, directory.erasing
    elif isinstance(change, OrganizationChange) and change.new is not None:
        organization = change.new
        before = change.old.lowered if change.old else {}
        for each, word in sorted(organization.lowered.items()):
            yield _Setting("policy", each.value, organization.id), before.get(each), word
        if organization.sign_in is not None:
            known = change.old.sign_in if change.old else None
            setting = _Setting("sign_in", organization.id, organization.id)
            yield setting, known.set_alone if known else None, organization.sign_in.set_alone


def _event(setting: _Setting, word: OneWord, committed_at: datetime) -> Event:
    event_type = EventType.SETTINGS_CONFIRMED if word.confirmed_by is not None else EventType.SETTINGS_UNCONFIRMED
    document = {
        "kind": setting.kind,
        "id": setting.id,
        "directoryId": setting.directory_id,
        "by": word.by,
        "at": time_text(word.at),
        "until": time_text(word.until),
        "confirmedBy": word.confirmed_by,
    }
    return Event(
        id=f"{event_type.value}/{setting.organization_id}/{setting.id}/{word.at:%Y%m%dT%H%M%S%f}",
        type=event_type,
        at=word.at if word.confirmed_by is None else committed_at,
        organization_id=setting.organization_id,
        members={"setting": document},
    )
