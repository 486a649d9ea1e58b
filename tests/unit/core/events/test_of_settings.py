"""What one administrator says alone is told, once, and so is who confirmed it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.event_schema import domain_event
from rightful.core.events.publish import events_of
from rightful.core.events.requeues import asker_changed_by, requeued_by, swept_by
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.events.change import Change, DirectoryChange, OrganizationChange, TokenChange
from rightful.domain.events.event import Event
from rightful.domain.one_word import OneWord
from tests.support.builders import NOW, a_directory, a_token, an_organization

ALONE = OneWord("Ines", NOW)
SURE = replace(ALONE, confirmed_by="Jo")
KEY = a_token("hash", organization_id="ours", directory_id="here")
DIRECTORY = a_directory("ours", "here")
ORGANIZATION = an_organization("ours")


def change_of(kind: str, before: OneWord | None, after: OneWord | None, *, new: bool = False) -> Change:
    """A key, a directory or an organization before and after a write."""
    at = NOW + timedelta(minutes=5)
    if kind == "key":
        return TokenChange(None if new else replace(KEY, issued=before), replace(KEY, issued=after), at)
    if kind == "delete_rule":
        old = replace(DIRECTORY, erasing=before)
        return DirectoryChange(None if new else old, replace(DIRECTORY, version=2, erasing=after), at)
    lowered = [{ConflictClass.UNLINKED: word} if word else {} for word in (before, after)]
    old_settings, settings = (replace(ORGANIZATION, lowered=each) for each in lowered)
    return OrganizationChange(None if new else old_settings, settings, at)


def settings_events_of(change: Change) -> list[Event]:
    """What is told of what one person said alone."""
    return [event for event in events_of(change) if event.type.value.startswith("settings.")]


KINDS = ["key", "delete_rule", "policy"]


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_one_persons_word_is_told_and_its_confirmation(kind: str, new: bool) -> None:
    [said] = settings_events_of(change_of(kind, None, ALONE, new=new))
    assert said.type == "settings.unconfirmed"
    assert said.members["setting"] == said.detail()["setting"]
    [confirmed] = events_of(change_of(kind, ALONE, SURE))
    assert confirmed.type == "settings.confirmed"
    for event in (said, confirmed):
        domain_event.validate_python(event.detail())
        assert event.organization_id == "ours"
    assert said.id != confirmed.id


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_said_alone_and_what_was_told_is_not_told(kind: str) -> None:
    for before, after in ((None, None), (ALONE, ALONE), (SURE, SURE), (ALONE, None), (SURE, None)):
        assert events_of(change_of(kind, before, after)) == ()
    for removed in (TokenChange(KEY, None, NOW), DirectoryChange(DIRECTORY, None, NOW)):
        assert settings_events_of(removed) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_word_that_is_said_again_later_is_another_event(kind: str) -> None:
    later = OneWord("Ines", NOW + timedelta(days=1))
    [first] = events_of(change_of(kind, None, ALONE))
    [second] = events_of(change_of(kind, ALONE, later))
    assert first.id != second.id


def test_a_confirmed_policy_has_all_conflicts_of_the_organization_examined() -> None:
    assert swept_by(change_of("policy", ALONE, SURE)) == "ours"
    assert swept_by(change_of("policy", ALONE, ALONE)) is None


def test_that_a_key_was_used_is_no_event_and_wakes_nobody() -> None:
    for word in (None, ALONE, SURE):
        key = replace(KEY, issued=word)
        change = TokenChange(key, replace(key, last_used_on=NOW.date()), NOW)
        assert events_of(change) == ()
        assert (swept_by(change), asker_changed_by(change), list(requeued_by(change))) == (None, None, [])
