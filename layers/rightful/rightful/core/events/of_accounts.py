"""From an account before and after one write to the events that it means. Pure."""

from dataclasses import dataclass

from rightful.domain.account import Account, AccountStatus, Link
from rightful.domain.address import shown
from rightful.domain.events.change import AccountChange
from rightful.domain.events.event import Event, EventType
from rightful.ports.store.names import NOBODY, Named
from rightful.text.ids import time_text


@dataclass(frozen=True, slots=True)
class _Telling:
    """A change, and what is known of its directories."""

    change: AccountChange
    named: Named


def account_events(change: AccountChange, named: Named = NOBODY) -> tuple[Event, ...]:
    """The events of a change of an account; none for a change of mere attributes, logins or flags. `named`: what is
    known of the directories."""
    return _events(_Telling(change, named))


def _events(telling: _Telling) -> tuple[Event, ...]:
    old, new = telling.change.old, telling.change.new
    if old is None:
        return () if new is None else (_event(EventType.ACCOUNT_CREATED, new, telling),)
    if new is None:
        return _erased(old, telling)
    events = [
        *_belonging(old, new, telling),
        *_email(old, new, telling),
        *_status(old, new, telling),
    ]
    if _is_left_without_address(old, new):
        events.append(_event(EventType.WITHOUT_ADDRESS, new, telling))
    reason = _reason_to_revoke(old, new)
    if reason is not None:
        events.append(_event(EventType.SESSIONS_REVOKE, new, telling, reason=reason))
    return tuple(events)


def _erased(old: Account, telling: _Telling) -> tuple[Event, ...]:
    events = []
    if shown(old.email) is not None:
        events.append(_released(old, old, telling))
    events.append(_event(EventType.ACCOUNT_DELETED, old, telling))
    events.append(_event(EventType.SESSIONS_REVOKE, old, telling, reason="deleted"))
    return tuple(events)


def _belonging(old: Account, new: Account, telling: _Telling) -> list[Event]:
    events = []
    if new.claimed and new.organization_id is not None and old.organization_id != new.organization_id:
        events.append(_event(EventType.ACCOUNT_CLAIMED, new, telling))
    if old.organization_id is not None and new.organization_id is None:
        events.append(_event(EventType.ACCOUNT_UNCLAIMED, new, telling))
    before = old.link.scim_id if old.link else None
    after = new.link.scim_id if new.link else None
    if before != after and old.link is not None:
        events.append(_event(EventType.ACCOUNT_UNLINKED, new, telling, **_of_link(old.link, telling)))
    if before != after and new.link is not None:
        events.append(_event(EventType.ACCOUNT_LINKED, new, telling, **_of_link(new.link, telling)))
    return events


def _of_link(link: Link, telling: _Telling) -> dict[str, object]:
    return {
        "directoryId": link.directory_id,
        "directoryName": telling.named.directories.get(link.directory_id),
        "scimId": link.scim_id,
    }


def _email(old: Account, new: Account, telling: _Telling) -> list[Event]:
    """Either it has another address now, or it lost the one it had. A placeholder is nobody's address."""
    if old.holds == new.holds:
        return []
    before, after = shown(old.email), shown(new.email)
    if after is not None:
        return [
            _event(EventType.EMAIL_CHANGED, new, telling, previousEmail=before, conflictId=_conflict_id(old, new)),
        ]
    return [_released(old, new, telling)] if before is not None else []


def _released(old: Account, new: Account, telling: _Telling) -> Event:
    return _event(
        EventType.EMAIL_RELEASED,
        new,
        telling,
        releasedEmail=shown(old.email),
        conflictId=_conflict_id(old, new),
    )


def _status(old: Account, new: Account, telling: _Telling) -> list[Event]:
    if old.status is new.status:
        return []
    if new.status is AccountStatus.PENDING_DELETION:
        date = time_text(new.deletion_date) if new.deletion_date else None
        return [_event(EventType.DELETION_SCHEDULED, new, telling, deletionDate=date)]
    events = []
    if old.status is AccountStatus.PENDING_DELETION:
        events.append(_event(EventType.DELETION_CANCELLED, new, telling))
    if new.status is AccountStatus.ACTIVE:
        events.append(_event(EventType.ACCOUNT_REACTIVATED, new, telling))
    elif old.status is AccountStatus.ACTIVE:
        events.append(_event(EventType.ACCOUNT_DEACTIVATED, new, telling))
    return events


def _is_left_without_address(old: Account, new: Account) -> bool:
    """Whether somebody may sign in from now on, or still, whose account has lost its address: nobody reaches that
    person by mail."""
    if not new.active or new.email is None or not new.email.is_placeholder:
        return False
    return not old.active or shown(old.email) is not None


def _reason_to_revoke(old: Account, new: Account) -> str | None:
    """Why whoever is signed in to the account must not stay so."""
    if old.active and not new.active:
        return "deletion_scheduled" if new.status is AccountStatus.PENDING_DELETION else "deactivated"
    if shown(old.email) is not None and shown(new.email) is None:
        return "email_released"
    if new.link is not None and old.link is None and not _was_of(old, new.link.directory_id):
        return "linked"
    return None


def _was_of(account: Account, directory_id: str) -> bool:
    return account.former_link is not None and account.former_link.directory_id == directory_id


def _conflict_id(old: Account, new: Account) -> str | None:
    """The conflict whose remediation made this change, if one did; or the one whose undoing did."""
    before, after = old.before_image, new.before_image
    if after is not None and after.version == new.version:
        return after.conflict_id
    if before is not None and after is None and before.version == old.version:
        return before.conflict_id
    return None


def _event(event_type: EventType, account: Account, telling: _Telling, **members: object) -> Event:
    """An event about the account as it is after the change; about one that was erased, as it was."""
    erased = telling.change.new is None
    version = account.version + 1 if erased else account.version
    return Event(
        id=f"{event_type.value}/{account.id}/{version}",
        type=event_type,
        at=telling.change.at if erased else account.updated_at,
        organization_id=account.organization_id,
        members={"account": account_state(account, telling.named, version), **members},
    )


def account_state(account: Account, named: Named, version: int) -> dict[str, object]:
    """An account as events show it."""
    email, link = shown(account.email), account.link
    return {
        "id": account.id,
        "version": version,
        "displayName": account.display_name,
        "userName": link.user_name if link else None,
        "email": email,
        "canonicalEmail": account.email.canonical if account.email and email else None,
        "emailVerified": account.email_verified and email is not None,
        "status": account.status.value,
        "claimed": account.claimed,
        "origin": account.origin.value,
        "directoryId": link.directory_id if link else None,
        "directoryName": named.directories.get(link.directory_id) if link else None,
    }
