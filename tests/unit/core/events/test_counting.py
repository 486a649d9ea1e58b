"""What each change adds to the figures of a day."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rightful.core.events.counting import occasion_of
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Approval, Conflict, ConflictStatus, Finding
from rightful.domain.conflicts.explanation import NOTHING_SAID, OutcomeCode, explained
from rightful.domain.events.change import AccountChange, ConflictChange, HoldChange
from rightful.domain.events.counts import (
    OPENED,
    REOPENED,
    WOULD_BE_AUTOMATIC,
    Ending,
    Took,
    ended,
    refused,
    written,
)
from tests.support.builders import NOW, a_conflict, a_link, an_account

S, E, T = ConflictStatus, Ending, Took
_LATER = NOW + timedelta(minutes=5)


def _user(**changed: object) -> Account:
    values = {"organization_id": "org", "link": a_link("ada", "dir"), "updated_at": _LATER, "version": 2, **changed}
    return an_account("ada", **values)


def _pushed(version: int, **changed: object) -> Account:
    return _user(version=version, pushed_version=version, **changed)


_USER = _pushed(1)
_GONE = {"link": None}
_ACCOUNTS: dict[str, tuple[Account | None, Account | None, int]] = {
    "created": (None, _USER, 1),
    "imported": (None, _user(version=1, pushed_version=0), 0),
    "signed up": (None, an_account("ada"), 0),
    "changed by its directory": (_USER, _pushed(2), 1),
    "changed by its directory after somebody else": (_user(version=2, pushed_version=1), _pushed(3), 1),
    "linked again": (_user(**_GONE), _pushed(3), 1),
    "removed by its directory": (_USER, _pushed(2, **_GONE), 1),
    "changed by somebody else": (_USER, _user(version=2, pushed_version=1), 0),
    "let go by somebody else": (_USER, _user(version=2, pushed_version=1, **_GONE), 0),
    "joined a group": (_USER, replace(_USER, group_changes=1), 0),
    "logged in": (_USER, replace(_USER, last_login_at=NOW), 0),
    "erased by its directory": (_USER, None, 1),
    "erased by its directory before its time": (replace(_USER, deletion_date=_LATER + timedelta(days=3)), None, 1),
    "erased when its time had come": (replace(_USER, deletion_date=NOW), None, 0),
    "erased when nobody had it": (_pushed(2, **_GONE), None, 0),
}


@pytest.mark.parametrize("what", _ACCOUNTS)
def test_of_accounts_the_writes_of_their_directory_are_counted(what: str) -> None:
    old, new, times = _ACCOUNTS[what]
    found = occasion_of(AccountChange(old, new, _LATER))
    if not times:
        assert found is None
        return
    assert found is not None
    assert (found.organization_id, found.directory_id, found.day) == ("org", "dir", _LATER.date())
    assert (found.counts.figures, found.counts.last_push_at) == ({written(_LATER.hour): 1}, _LATER)


def _conflict(status: ConflictStatus, **changed: object) -> Conflict:
    values = {"status": status, "version": 1, "created_at": NOW, "updated_at": NOW, "occurrences": 1, **changed}
    return a_conflict("org", "conflict", **values)


def _next(
    former: Conflict, status: ConflictStatus, after: timedelta = timedelta(minutes=5), **changed: object
) -> Conflict:
    return replace(former, status=status, version=former.version + 1, updated_at=NOW + after, **changed)  # type: ignore[arg-type]


_OPEN = _conflict(S.OPEN)
_YES = (Approval("key", "Ines", "yes", NOW),)
_WOULD = Finding(would_do=OutcomeCode.APPLIED)
_WENT = explained(OutcomeCode.WENT_THROUGH)
_PREPARED, _FAILED = _conflict(S.PREPARED), _conflict(S.FAILED)
_NO = _conflict(S.REJECTED)
_QUICKLY = ended(E.APPROVED, T.UNDER_TEN_MINUTES)
_ASKED = {"occurrences": 2, "last_seen_at": _LATER}
_HOUR = _LATER.hour

_CONFLICTS: dict[str, tuple[Conflict | None, Conflict | None, set[str]]] = {
    "recorded": (None, _OPEN, {OPENED, refused(NOW.hour)}),
    "asked for again": (_OPEN, _next(_OPEN, S.OPEN, **_ASKED), {refused(_HOUR)}),
    "asked for again after a no": (_NO, _next(_NO, S.REJECTED, **_ASKED), {refused(_HOUR)}),
    "asked for again after a failure": (_FAILED, _next(_FAILED, S.OPEN, **_ASKED), {refused(_HOUR), REOPENED}),
    "sent to the queue": (_OPEN, replace(_OPEN, sent=True), set()),
    "examined": (_OPEN, _next(_OPEN, S.WAITING_APPROVAL), set()),
    "refused": (_OPEN, _next(_OPEN, S.REFUSED), set()),
    "approved by one of two": (_OPEN, _next(_OPEN, S.WAITING_APPROVAL, approvals=_YES), set()),
    "applied": (_OPEN, _next(_OPEN, S.APPLIED), {ended(E.AUTOMATIC, T.UNDER_TEN_MINUTES)}),
    "applied after weeks": (_OPEN, _next(_OPEN, S.APPLIED, timedelta(days=20)), {ended(E.AUTOMATIC, T.LONGER)}),
    "approved": (_OPEN, _next(_OPEN, S.APPLIED, approvals=_YES), {_QUICKLY}),
    "prepared": (_OPEN, _next(_OPEN, S.PREPARED), {ended(E.AUTOMATIC, T.UNDER_TEN_MINUTES)}),
    "prepared with approval": (_OPEN, _next(_OPEN, S.PREPARED, approvals=_YES), {_QUICKLY}),
    "created": (_PREPARED, _next(_PREPARED, S.APPLIED), set()),
    "prepared for nobody": (_PREPARED, _next(_PREPARED, S.EXPIRED), set()),
    "prepared and not wanted": (_PREPARED, _next(_PREPARED, S.SUPERSEDED), set()),
    "prepared and undone": (_PREPARED, _next(_PREPARED, S.UNDONE), {ended(E.UNDONE, T.UNDER_TEN_MINUTES)}),
    "went through": (_OPEN, _next(_OPEN, S.APPLIED, explanation=_WENT), {ended(E.WENT_THROUGH, T.UNDER_TEN_MINUTES)}),
    "went through before the second approval": (
        replace(_OPEN, approvals=_YES),
        _next(replace(_OPEN, approvals=_YES), S.APPLIED, explanation=_WENT),
        {ended(E.WENT_THROUGH, T.UNDER_TEN_MINUTES)},
    ),
    "went through after a failure": (
        _FAILED,
        _next(_FAILED, S.APPLIED, explanation=_WENT),
        {ended(E.WENT_THROUGH, T.UNDER_TEN_MINUTES)},
    ),
    "rejected": (_OPEN, _next(_OPEN, S.REJECTED), {ended(E.REJECTED, T.UNDER_TEN_MINUTES)}),
    "superseded": (_OPEN, _next(_OPEN, S.SUPERSEDED), {ended(E.SUPERSEDED, T.UNDER_TEN_MINUTES)}),
    "expired": (_OPEN, _next(_OPEN, S.EXPIRED, timedelta(days=28)), {ended(E.EXPIRED, T.LONGER)}),
    "failed": (_OPEN, _next(_OPEN, S.FAILED), {ended(E.FAILED, T.UNDER_TEN_MINUTES)}),
    "undone": (_conflict(S.APPLIED), _next(_conflict(S.APPLIED), S.UNDONE), {ended(E.UNDONE, T.UNDER_TEN_MINUTES)}),
    "retried": (_conflict(S.UNDONE), _next(_conflict(S.UNDONE), S.OPEN), {REOPENED}),
    "held back by the dry run": (_OPEN, _next(_OPEN, S.WAITING_APPROVAL, finding=_WOULD), {WOULD_BE_AUTOMATIC}),
    "still held back": (replace(_OPEN, finding=_WOULD), _next(_OPEN, S.WAITING_APPROVAL, finding=_WOULD), set()),
    "a word on its undoing": (_conflict(S.APPLIED), _next(_conflict(S.APPLIED), S.APPLIED), set()),
    "gone": (_OPEN, None, set()),
}  # fmt: skip


@pytest.mark.parametrize("what", _CONFLICTS)
def test_of_conflicts_refusals_and_ends_are_counted(what: str) -> None:
    old, new, expected = _CONFLICTS[what]
    found = occasion_of(ConflictChange(old, new, NOW))
    assert (set(found.counts.figures) if found else set()) == expected
    if found is not None and new is not None:
        assert set(found.counts.figures.values()) == {1}
        assert (found.directory_id, found.day) == (new.request.directory_id, new.updated_at.date())
        is_push = refused(new.updated_at.hour) in expected
        assert found.counts.last_push_at == (new.updated_at if is_push else None)


def test_an_occasion_is_known_by_the_item_and_its_version() -> None:
    first, again = (occasion_of(AccountChange(_USER, _pushed(2), at)) for at in (NOW, _LATER))
    assert first == again
    erased = occasion_of(AccountChange(_USER, None, NOW))
    changes = [AccountChange(None, _USER, NOW), ConflictChange(None, _OPEN, NOW)]
    ids = {each.id for each in (first, *map(occasion_of, changes)) if each is not None}
    assert len(ids) == 3
    assert erased is not None
    assert first is not None
    assert erased.id == first.id, "one of them happened to that version, never both"


def test_what_is_no_account_and_no_conflict_adds_nothing() -> None:
    assert occasion_of(HoldChange(None, None, NOW)) is None


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_a_day_begins_at_midnight_of_utc(hour: int) -> None:
    at = datetime.fromisoformat(f"2026-11-30T{hour:02}:59:59.999999+00:00")
    found = occasion_of(AccountChange(None, _pushed(1, updated_at=at), at))
    assert found is not None
    assert (found.day.isoformat(), list(found.counts.figures)) == ("2026-11-30", [written(hour)])


def test_nothing_is_said_of_a_conflict_that_nobody_explained() -> None:
    found = occasion_of(ConflictChange(_OPEN, _next(_OPEN, S.APPLIED, explanation=NOTHING_SAID), NOW))
    assert found is not None
    assert found.counts.ended_as(Ending.AUTOMATIC) == 1
