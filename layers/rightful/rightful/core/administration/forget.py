"""What is left of somebody after the account is gone: conflicts, before-images of others, and rows of the event log.

An erasure ends what belongs to the account (addresses, names, groups, what waits) in its own transaction, and stays as
small as any other request. The change stream has the person noted; the janitor looks for the rest here, by the indexes
of accounts and addresses. Each step can be repeated, and whatever there is no time for is the next round's. The note
goes once a round has found nothing more, and no index can be behind any longer.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from rightful.core.accounts.before_images import without_images
from rightful.core.conflicts.lifecycle.end import end_of_pending
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.erasure import ErasedPerson
from rightful.domain.events.event_log import Action, LogEntry, LogFilter, Result
from rightful.ports.context import Context
from rightful.ports.refusals import commit_possible
from rightful.ports.store.contract import IdentityStore, LogPage
from rightful.ports.store.lists import ConflictFilter, ConflictPage, every_page
from rightful.ports.writes.accounts import EndErased, EndReservation, NoteErased, PutAccount
from rightful.ports.writes.settings import RemoveConflict
from rightful.ports.writes.transaction import ContendedError, Write

FORGOTTEN = "The person was erased, and with them what this row said."
_NOBODY = "(erased)"
_PAGE = 100
_TIME_FOR_A_PAGE = 10.0
_INDEXES_CATCH_UP = timedelta(minutes=4)
"""After so long an index has what was written before the erasure: less than the time between two rounds."""


class _OutOfTimeError(Exception):
    """The next round goes on."""


def forget_erased(context: Context, *, people: int = 200) -> int:
    """Go on with forgetting those who were erased.

    Returns:
        Of how many nothing is left.
    """
    done = 0
    try:
        for person in context.store.erased_people(limit=people):
            _in_time(context)
            done += forget(context, person)
    except _OutOfTimeError:
        pass
    return done


def forget(context: Context, person: ErasedPerson) -> bool:
    """Remove what is left of one person.

    Returns:
        Whether nothing is, and nothing can turn up any more.
    """
    former = person.addresses | _former_addresses(context, person)
    if former != person.addresses:  # the rows that have them are written anew below
        person = replace(person, addresses=former)
        context.commit([NoteErased(person)])
    person = replace(person, addresses=_still_theirs(context.store, person))
    found = 0
    for conflict in list(_conflicts(context, person)):
        found += _forget_rows(context, person, LogFilter(conflict_id=conflict.id))
        found += _forget_conflict(context, person, conflict)
    found += _forget_rows(context, person, LogFilter(account_id=person.account_id))
    for address in sorted(former):  # somebody else's by now, too: rows of before say whose it was
        found += _forget_rows(context, person, LogFilter(address=address))
    if found or context.now < person.at + _INDEXES_CATCH_UP:
        return False
    return context.commits([EndErased(person.account_id)])


def _former_addresses(context: Context, person: ErasedPerson) -> frozenset[str]:
    """The addresses that the account had before, as its rows tell."""
    rows = _rows(context, person, LogFilter(account_id=person.account_id))
    done = [row for row in rows if row.action in _HAD_ADDRESS and row.result is Result.DONE]
    had = [address for row in done for address in (row.old_address, row.requested_address)]
    return frozenset(address for address in had if address is not None)


def _rows(context: Context, person: ErasedPerson, wanted: LogFilter) -> Iterator[LogEntry]:
    for page in every_page(partial(_page_of_rows, context, person.organization_id, wanted)):
        yield from page.entries


def _still_theirs(store: IdentityStore, person: ErasedPerson) -> frozenset[str]:
    """An address that somebody else has by now is that person's."""
    holds = store.holds(person.addresses)
    return frozenset(each for each in person.addresses if each not in holds or holds[each].account_id is None)


def _conflicts(context: Context, person: ErasedPerson) -> Iterator[Conflict]:
    """The conflicts in which they asked, or had what was asked for. One that somebody else still wants is examined
    again, as the address is free: what it says of them goes by that."""
    wanted = [
        ConflictFilter(account_id=person.account_id),
        *(ConflictFilter(address=each) for each in sorted(person.addresses)),
    ]
    seen: set[str] = set()
    for each in wanted:
        read = partial(_page_of_conflicts, context, person.organization_id, each)
        for page in every_page(read):
            for conflict in page.conflicts:
                asked = _asked(person, conflict)
                going_on = conflict.live or conflict.prepared
                if conflict.id in seen or conflict.created_at > person.at or (going_on and not asked):
                    continue
                seen.add(conflict.id)
                yield conflict


def _asked(person: ErasedPerson, conflict: Conflict) -> bool:
    """Whether the conflict is the person's own: of the account, or of the create that it came from."""
    requester = conflict.request.requester
    if requester.account_id is not None:
        return requester.account_id == person.account_id
    return (requester.external_id or requester.user_name).casefold().strip() in person.names


def _forget_conflict(context: Context, person: ErasedPerson, conflict: Conflict) -> int:
    """Remove it, with what it left with others."""
    others = context.store.accounts(set(conflict.outcome.touched_account_ids) - {person.account_id})
    for account in others.values():
        after = without_images(
            account, lambda image: image.conflict_id == conflict.id or person.is_named_in_image(image)
        )
        if after is not account:
            _commit_what_can(context, [PutAccount(after, account.version)])
    writes: list[Write] = [
        RemoveConflict(conflict.request.organization_id, conflict.id),
        *end_of_pending(conflict),
    ]
    if conflict.request.address is not None and conflict.prepared:
        writes.append(EndReservation(conflict.request.wanted.canonical, conflict.id))
    _commit_what_can(context, writes)
    return 1


def _forget_rows(context: Context, person: ErasedPerson, wanted: LogFilter) -> int:
    """Take what names them out of rows: that something happened, when, and who decided it, stays.

    Returns:
        How many rows were written anew.
    """
    written = 0
    for row in _rows(context, person, wanted):
        after = without(person, row)
        if after != row:
            context.store.log_entry(after)
            written += 1
    return written


def without(person: ErasedPerson, row: LogEntry) -> LogEntry:
    """A row that says nothing of the person any more. Doing it again changes nothing. Pure."""
    if row.account_id == person.account_id:
        return replace(
            row,
            subject=_NOBODY,
            scim_id=None,
            external_id=None,
            old_email=None,
            requested_email=None,
            holder=None,
            explanation=FORGOTTEN,
            next_step_who="",
            next_step_what="",
        )
    of_another = row.account_id is not None and row.conflict_id is None
    if of_another or row.at > person.at:
        return row
    texts = {name: getattr(row, name) for name in _SAYING}
    named = {name: "" if name in _ALWAYS_TEXT else None for name, text in texts.items() if person.is_named_in(text)}
    if "explanation" in named:
        named["explanation"] = FORGOTTEN
    if "subject" in named:
        named["subject"] = _NOBODY
    return replace(row, **named)  # type: ignore[arg-type]  # names of texts


_HAD_ADDRESS = frozenset({Action.USER_CREATED, Action.USER_LINKED, Action.EMAIL_CHANGED, Action.CONFLICT_APPLIED})
_ALWAYS_TEXT = frozenset({"subject", "explanation", "next_step_what"})
_SAYING = ("subject", "external_id", "old_email", "requested_email", "holder", "explanation", "next_step_what")
"""The fields of a row in which a person is named."""


def _page_of_conflicts(context: Context, organization_id: str, wanted: ConflictFilter, at: str | None) -> ConflictPage:
    _in_time(context)
    return context.store.conflicts(organization_id, limit=_PAGE, position=at, wanted=wanted)


def _page_of_rows(context: Context, organization_id: str, wanted: LogFilter, at: str | None) -> LogPage:
    _in_time(context)
    return context.store.log(organization_id, limit=_PAGE, position=at, wanted=wanted)


def _commit_what_can(context: Context, writes: list[Write]) -> None:
    """Commit; what something else stands in the way of is not the person's any more."""
    with suppress(ContendedError):
        commit_possible(context, writes)


def _in_time(context: Context) -> None:
    if context.invocation.remaining() < _TIME_FOR_A_PAGE:
        raise _OutOfTimeError
