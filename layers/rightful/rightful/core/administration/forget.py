"""What is left of somebody after the account is gone: conflicts, before-images of others, and rows of the event log.

An erasure ends what belongs to the account (addresses, names, groups, what waits) in its own transaction, and stays as
small as any other request. The change stream has the person noted, once for each organization that knew them; the
janitor looks for the rest here, list by list, by the indexes of accounts and addresses. Each step can be repeated.
Nobody takes a round for themselves: how far they are forgotten stands in the note, and the next round goes on there.
The note goes once a pass over all lists has found nothing, and no index can be behind any longer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from rightful.core.accounts.before_images import without_images
from rightful.core.administration.redaction import NOBODY, without
from rightful.core.conflicts.lifecycle.end import end_of_pending
from rightful.domain.account import BeforeImage
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.erasure import ErasedPerson, Reached
from rightful.domain.events.event_log import Action, LogFilter, Result
from rightful.ports.context import Context
from rightful.ports.store.contract import LogPage
from rightful.ports.store.lists import ConflictFilter
from rightful.ports.writes.accounts import EndErased, EndReservation, NoteErased, PutAccount
from rightful.ports.writes.settings import RemoveConflict
from rightful.ports.writes.transaction import ContendedError, RefusedError, Write

_PAGE = 100
_TIME_FOR_A_PAGE = 10.0
_TIME_FOR_ALL = 60.0
_TIME_FOR_ONE = 15.0
"""Seconds of a round: for everybody, and for one person. The rest of the round has to be done, too."""
_INDEXES_CATCH_UP = timedelta(minutes=4)
"""After so long an index has what was written before the erasure: less than the time between two rounds."""


class _OutOfTimeError(Exception):
    """The next round goes on."""


def forget_erased(context: Context, *, people: int = 200) -> int:
    """Go on with forgetting those who were erased; who needs more than one round comes after the others.

    Returns:
        Of how many an organization has nothing left.
    """
    ends = _end_of(context, _TIME_FOR_ALL)
    noted = context.store.erased_people(limit=people)
    done = 0
    for person in sorted(noted, key=lambda each: each.reached != Reached()):
        if context.invocation.remaining() < ends:
            break
        done += forget(context, person)
    return done


def forget(context: Context, person: ErasedPerson) -> bool:
    """Go on with removing what an organization has left of one person, for as long as one may take.

    Returns:
        Whether nothing is left, and nothing can turn up any more.
    """
    search = _Search(context, person, _end_of(context, _TIME_FOR_ONE))
    try:
        search.go_on()
    except _OutOfTimeError:
        search.keep()
        return False
    reached = search.person.reached
    if reached.found or reached.since is None or reached.since < person.at + _INDEXES_CATCH_UP:
        search.person = replace(search.person, reached=Reached())
        search.keep()
        return False
    return context.commits([EndErased(person.account_id, person.organization_id)])


def _end_of(context: Context, seconds: float) -> float:
    """What has to be left of the invocation's time when these seconds are over."""
    return max(_TIME_FOR_A_PAGE, context.invocation.remaining() - seconds)


@dataclass
class _Search:
    """One pass over the lists that may have something of a person, from where it stopped.

    Attributes:
        ends: seconds that are left to the invocation when this has to stop.
        noted: as the note has it.
        theirs: the addresses that nobody else has by now: one that somebody has is that person's. None: not read yet.
    """

    context: Context
    person: ErasedPerson
    ends: float
    noted: ErasedPerson = field(init=False)
    theirs: frozenset[str] | None = None

    def __post_init__(self) -> None:
        self.noted = self.person

    def go_on(self) -> None:
        """Look through what is left of the pass.

        Raises:
            _OutOfTimeError: there is more.
        """
        if self._reached.since is None:
            self._reach(replace(self._reached, since=self.context.now))
        while self._reached.step < len(lists := _lists(self.person)):
            self._in_time()
            position = lists[self._reached.step](self, self._reached.position)
            learned = self._reached.step == 0 and position is None
            step = self._reached.step + (position is None)
            self._reach(replace(self._reached, step=step, position=position))
            if learned:
                self.keep()  # the rows that tell of it are written anew below

    def keep(self) -> None:
        """Note how far it has come. Not done: another round has ended it."""
        if self.person != self.noted and self.context.commits([NoteErased(self.person, again=True)]):
            self.noted = self.person

    def learn(self, position: str | None) -> str | None:
        """What the person was called and which addresses they had before, as the account's rows tell.

        Returns:
            Where the next page begins; None: there is none. So do the others.
        """
        page = self._page_of_rows(LogFilter(account_id=self.person.account_id), position)
        done = [row for row in page.entries if row.result is Result.DONE]
        had = [row for row in done if row.action in _HAD_ADDRESS]
        addresses = {each for row in had for each in (row.old_address, row.requested_address) if each is not None}
        texts = [text for row in done if row.action in _NAMES_PERSON for text in (row.subject, row.external_id)]
        names = {text.casefold().strip() for text in texts if text is not None and text != NOBODY}
        self.person = self.person.known_by(addresses, names)
        self.theirs = None
        return page.next_position

    def rows(self, wanted: LogFilter, position: str | None) -> str | None:
        """Take what names them out of a page of rows: that something happened, when, and who decided it, stays."""
        page = self._page_of_rows(wanted, position)
        person = self._with_addresses_of_theirs()
        for row in page.entries:
            after = without(person, row)
            if after != row:
                self.context.store.log_entry(after)
                self._found()
        return page.next_position

    def conflicts(self, wanted: ConflictFilter, position: str | None) -> str | None:
        """Remove the conflicts in which they asked, or had what was asked for. One that somebody else still wants is
        examined again, as the address is free: what it says of them goes by that."""
        person = self._with_addresses_of_theirs()
        if wanted.address is not None and wanted.address not in person.addresses:
            return None
        store, organization_id = self.context.store, person.organization_id
        page = store.conflicts(organization_id, limit=_PAGE, position=position, wanted=wanted)
        for conflict in page.conflicts:
            self._forget_conflict(person, conflict)
        return page.next_position

    def creates(self, _: str | None) -> None:
        """Remove what a create of their user still waits for, whoever has the address that it asked for."""
        person, store = self._with_addresses_of_theirs(), self.context.store
        for conflict_id in store.pending_conflicts(person.creates).values():
            conflict = store.conflict(Pointer(person.organization_id, conflict_id))
            if conflict is not None and _asked(person, conflict):
                self._forget_conflict(person, conflict)

    def _forget_conflict(self, person: ErasedPerson, conflict: Conflict) -> None:
        going_on = conflict.live or conflict.prepared
        if conflict.created_at <= person.at and (not going_on or _asked(person, conflict)):
            self._found()
            self._rows_of(conflict)
            _remove(self.context, person, conflict)

    @property
    def _reached(self) -> Reached:
        return self.person.reached

    def _reach(self, reached: Reached) -> None:
        self.person = replace(self.person, reached=reached)

    def _found(self) -> None:
        self._reach(replace(self._reached, found=True))

    def _rows_of(self, conflict: Conflict) -> None:
        """All of them, before the conflict goes by which they are found."""
        position: str | None = None
        while True:
            self._in_time()
            position = self.rows(LogFilter(conflict_id=conflict.id), position)
            if position is None:
                return

    def _page_of_rows(self, wanted: LogFilter, position: str | None) -> LogPage:
        return self.context.store.log(self.person.organization_id, limit=_PAGE, position=position, wanted=wanted)

    def _with_addresses_of_theirs(self) -> ErasedPerson:
        if self.theirs is None:
            holds = self.context.store.holds(self.person.addresses)
            taken = {canonical for canonical, hold in holds.items() if hold.account_id is not None}
            self.theirs = self.person.addresses - taken
        return replace(self.person, addresses=self.theirs)

    def _in_time(self) -> None:
        if self.context.invocation.remaining() < self.ends:
            raise _OutOfTimeError


_List = Callable[[_Search, str | None], str | None]
"""Looks through a page of a list, from a position on; returns where the next one begins."""


def _lists(person: ErasedPerson) -> tuple[_List, ...]:
    """What is looked through, in this order. An address may be somebody else's by now: rows of before say whose it
    was."""
    addresses = sorted(person.addresses)
    return (
        _Search.learn,
        _Search.creates,
        _conflicts(ConflictFilter(account_id=person.account_id)),
        *(_conflicts(ConflictFilter(address=each)) for each in addresses),
        _rows(LogFilter(account_id=person.account_id)),
        *(_rows(LogFilter(address=each)) for each in addresses),
    )


def _conflicts(wanted: ConflictFilter) -> _List:
    return lambda search, position: search.conflicts(wanted, position)


def _rows(wanted: LogFilter) -> _List:
    return lambda search, position: search.rows(wanted, position)


def _asked(person: ErasedPerson, conflict: Conflict) -> bool:
    """Whether the conflict is the person's own: of the account, or of the create that it came from."""
    request = conflict.request
    if request.requester.account_id is not None:
        return request.requester.account_id == person.account_id
    return person.is_their_create(request.requester, request.directory_id)


def _remove(context: Context, person: ErasedPerson, conflict: Conflict) -> None:
    """Remove a conflict together with what it left with others: only by the conflict that is found. What changed at
    that moment is the next pass's."""

    def goes(image: BeforeImage) -> bool:
        return image.conflict_id == conflict.id or person.is_named_in_image(image)

    others = context.store.accounts(set(conflict.outcome.touched_account_ids) - {person.account_id})
    changed = [(account, without_images(account, goes)) for account in others.values()]
    writes: list[Write] = [PutAccount(after, before.version) for before, after in changed if after is not before]
    writes.append(RemoveConflict(conflict.request.organization_id, conflict.id, conflict.version))
    rest: list[Write] = [*end_of_pending(conflict)]
    if conflict.request.address is not None and conflict.prepared:
        rest.append(EndReservation(conflict.request.wanted.canonical, conflict.id))
    try:
        context.commit([*writes, *rest])
    except RefusedError as refused:
        # What it waited for may be a newer conflict's by now, and is not the person's any more.
        newer = [refusal.write for refusal in refused.refusals]
        if not any(write in newer for write in writes):
            context.commits([*writes, *(write for write in rest if write not in newer)])
    except ContendedError:
        return


_HAD_ADDRESS = frozenset({Action.USER_CREATED, Action.USER_LINKED, Action.EMAIL_CHANGED, Action.CONFLICT_APPLIED})
_NAMES_PERSON = _HAD_ADDRESS | {Action.USER_NAME_CHANGED, Action.USER_UNLINKED, Action.ACCOUNT_CHANGED}
"""The subject of such a row of an account is the person."""
