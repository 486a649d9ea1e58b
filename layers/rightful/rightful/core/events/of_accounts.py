"""From an account before and after one write to the events that it means. Pure."""

from rightful.domain.account import Account, AccountStatus
from rightful.domain.change import AccountChange
from rightful.domain.event import Event, EventType
from rightful.text.ids import time_text


def account_events(change: AccountChange) -> tuple[Event, ...]:
    """The events of a change of an account; none for a change of mere attributes, logins or flags."""
    old, new = change.old, change.new
    if old is None:
        return () if new is None else (_event(EventType.ACCOUNT_CREATED, new, change),)
    if new is None:
        return _erased(old, change)
    events = [
        *_belonging(old, new, change),
        *_email(old, new, change),
        *_status(old, new, change),
    ]
    reason = _reason_to_revoke(old, new)
    if reason is not None:
        events.append(_event(EventType.SESSIONS_REVOKE, new, change, reason=reason))
    return tuple(events)


def _erased(old: Account, change: AccountChange) -> tuple[Event, ...]:
    events = []
    if old.email is not None and not old.email.is_placeholder:
        events.append(_released(old, old, change))
    events.append(_event(EventType.ACCOUNT_DELETED, old, change))
    events.append(_event(EventType.SESSIONS_REVOKE, old, change, reason="deleted"))
    return tuple(events)


def _belonging(old: Account, new: Account, change: AccountChange) -> list[Event]:
    events = []
    if new.claimed and new.organization_id is not None and old.organization_id != new.organization_id:
        events.append(_event(EventType.ACCOUNT_CLAIMED, new, change))
    before = old.link.scim_id if old.link else None
    after = new.link.scim_id if new.link else None
    if before != after and old.link is not None:
        events.append(
            _event(EventType.ACCOUNT_UNLINKED, new, change, directoryId=old.link.directory_id, scimId=old.link.scim_id)
        )
    if before != after and new.link is not None:
        events.append(
            _event(EventType.ACCOUNT_LINKED, new, change, directoryId=new.link.directory_id, scimId=new.link.scim_id)
        )
    return events


def _email(old: Account, new: Account, change: AccountChange) -> list[Event]:
    """Either it has another address now, or it lost the one it had. A placeholder is nobody's address."""
    if old.holds == new.holds:
        return []
    before, after = _real_email(old), _real_email(new)
    if after is not None:
        return [
            _event(EventType.EMAIL_CHANGED, new, change, previousEmail=before, conflictId=_conflict_id(old, new)),
        ]
    return [_released(old, new, change)] if before is not None else []


def _released(old: Account, new: Account, change: AccountChange) -> Event:
    return _event(
        EventType.EMAIL_RELEASED,
        new,
        change,
        releasedEmail=_real_email(old),
        conflictId=_conflict_id(old, new),
    )


def _status(old: Account, new: Account, change: AccountChange) -> list[Event]:
    if old.status is new.status:
        return []
    if new.status is AccountStatus.PENDING_DELETION:
        date = time_text(new.deletion_date) if new.deletion_date else None
        return [_event(EventType.DELETION_SCHEDULED, new, change, deletionDate=date)]
    events = []
    if old.status is AccountStatus.PENDING_DELETION:
        events.append(_event(EventType.DELETION_CANCELLED, new, change))
    if new.status is AccountStatus.ACTIVE:
        events.append(_event(EventType.ACCOUNT_REACTIVATED, new, change))
    elif old.status is AccountStatus.ACTIVE:
        events.append(_event(EventType.ACCOUNT_DEACTIVATED, new, change))
    return events


def _reason_to_revoke(old: Account, new: Account) -> str | None:
    """Why whoever is signed in to the account must not stay so."""
    if old.active and not new.active:
        return "deletion_scheduled" if new.status is AccountStatus.PENDING_DELETION else "deactivated"
    if _real_email(old) is not None and _real_email(new) is None:
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


def _real_email(account: Account) -> str | None:
    return account.email.value if account.email is not None and not account.email.is_placeholder else None


def _event(event_type: EventType, account: Account, change: AccountChange, **members: object) -> Event:
    """An event about the account as it is after the change; about one that was erased, as it was."""
    erased = change.new is None
    version = account.version + 1 if erased else account.version
    real = account.email is not None and not account.email.is_placeholder
    document = {
        "id": account.id,
        "version": version,
        "email": account.email.value if account.email and real else None,
        "canonicalEmail": account.email.canonical if account.email and real else None,
        "emailVerified": account.email_verified and real,
        "status": account.status.value,
        "claimed": account.claimed,
        "origin": account.origin.value,
        "directoryId": account.link.directory_id if account.link else None,
    }
    return Event(
        id=f"{event_type.value}/{account.id}/{version}",
        type=event_type,
        at=change.at if erased else account.updated_at,
        organization_id=account.organization_id,
        members={"account": document, **members},
    )
