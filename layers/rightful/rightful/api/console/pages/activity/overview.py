"""The first page: what needs somebody, how conflicts end, and whether each directory still speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from rightful.api.admin.statistics import within
from rightful.api.console.call import ConsoleCall
from rightful.api.console.pages.activity.charts import Chart
from rightful.api.console.pages.activity.figures import (
    MEDIANS,
    days_until,
    outcomes_chart,
    share_charts,
    share_text,
    times_chart,
)
from rightful.api.console.pages.activity.waiting import Waiting, waiting
from rightful.api.console.pages.directories.labels import labels_of
from rightful.api.request import Response
from rightful.core.organizations.overview import (
    DAYS,
    SILENT_AFTER_DAYS,
    Contact,
    Line,
    Overview,
    Said,
    Unconfirmed,
    contact,
    ending_soon,
    read_overview,
    unconfirmed,
    waiting_for,
)
from rightful.domain.events.counts import DECIDED, Counts, DayCounts, Ending, median, since_hour, total
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.domain.sign_in import ConsoleRole


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What an organization does in its first hour."""

    what: str
    path: str
    done: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How conflicts ended within some days."""

    days: int
    by_itself: int
    next_try: int
    approved: int
    rejected: int
    median: str

    @property
    def by_hand(self) -> int:
        """Decided by people."""
        return self.approved + self.rejected


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """How a directory does.

    Attributes:
        line: a code of `Line`; `told` is the sentence of it.
        pushes: for each time its name, the writes, and the share that was refused.
    """

    id: str
    name: str
    line: str
    told: str
    last_push_at: datetime | None
    pushes: Sequence[tuple[str, int, str]]
    keys_ending: Sequence[Token]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What one administrator said alone."""

    what: str
    path: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The overview.

    Attributes:
        first_steps: empty once all of them are done.
        complete: whether all open conflicts were counted.
        examined: how many nobody has to do anything about: they are being examined.
        keys_ending: of administrators.
    """

    first_steps: Sequence[FirstStep]
    waiting: Sequence[Waiting]
    complete: bool
    examined: int
    ended: Sequence[Ended]
    directories: Sequence[DirectoryRow]
    confirmations: Sequence[Confirmation]
    keys_ending: Sequence[Token]
    charts: Sequence[Chart]
    shares: Sequence[Chart]
    paused: bool
    dry_run: bool
    notice: str = ""
    title: str = "Overview"


def overview_page(call: ConsoleCall) -> Response:
    """GET /. Seven calls, however many people and directories there are."""
    organization, now = call.organization(), call.invocation.now
    overview = read_overview(call.store, call.organization_id, now)
    page = page_of(organization, overview, now, may_decide=call.may(ConsoleRole.APPROVER))
    return call.page("overview.html", page)


def page_of(organization: Organization, overview: Overview, now: datetime, *, may_decide: bool) -> OverviewPage:
    """The view model. Pure."""
    overview = replace(overview, directories=_told_apart(overview.directories))
    days = days_until(now.astimezone(UTC).date(), DAYS)
    figures, directories = overview.figures, overview.directories
    steps = _first_steps(organization, overview)
    return OverviewPage(
        first_steps=steps if any(not step.done for step in steps) else (),
        waiting=waiting(overview, may_decide=may_decide),
        complete=overview.open.complete,
        examined=len(waiting_for(overview.open.conflicts).get("", ())),
        ended=[_ended(within(figures, number, now), number) for number in (7, 30)],
        directories=[_directory(each, overview, now) for each in directories],
        confirmations=[_confirmation(each, overview) for each in unconfirmed(organization, overview, now)],
        keys_ending=ending_soon(overview.keys_of(None), now),
        charts=[outcomes_chart(figures, days), times_chart(figures, days)] if directories else [],
        shares=share_charts(figures, days, directories),
        paused=organization.brakes.paused,
        dry_run=organization.brakes.dry_run,
    )


def _told_apart(directories: Sequence[Directory]) -> tuple[Directory, ...]:
    """Each by what it is called where there are several."""
    labels = labels_of([{"id": each.id, "name": each.name, "profile": each.profile} for each in directories])
    return tuple(replace(each, name=labels[each.id]) for each in directories)


def _first_steps(organization: Organization, overview: Overview) -> list[FirstStep]:
    connected = any(each.last_push_at for each in (day.counts for day in overview.figures)) or any(
        key.last_used_on for key in overview.keys if key.directory_id is not None
    )
    return [
        FirstStep("Verify a domain: only addresses on it can be provisioned.", "/domains", bool(organization.domains)),
        FirstStep("Connect a directory of your identity provider.", "/connect", bool(overview.directories)),
        FirstStep("Let the identity provider push its first user.", "/connect", connected),
        FirstStep(
            "Let your people sign in here with the identity provider, instead of with keys.",
            "/administrators",
            organization.sign_in is not None,
        ),
    ]


def _ended(counts: Counts, days: int) -> Ended:
    middle = median(counts.times(DECIDED))
    return Ended(
        days,
        by_itself=counts.ended_as(Ending.AUTOMATIC),
        next_try=counts.ended_as(Ending.WENT_THROUGH),
        approved=counts.ended_as(Ending.APPROVED),
        rejected=counts.ended_as(Ending.REJECTED),
        median=MEDIANS[middle] if middle is not None else "",
    )


def _directory(directory: Directory, overview: Overview, now: datetime) -> DirectoryRow:
    own = [each for each in overview.figures if each.directory_id == directory.id]
    last_push_at = total(each.counts for each in own).last_push_at
    keys = overview.keys_of(directory.id)
    spoken = contact(keys, last_push_at, now)
    return DirectoryRow(
        directory.id,
        directory.name,
        spoken.line.value,
        _told(spoken, now.astimezone(UTC).date(), deleting=directory.deleting is not None),
        last_push_at,
        [
            (name, counts.writes, share_text(counts))
            for name, counts in _times(own, now)
        ],
        ending_soon(keys, now),
    )  # fmt: skip


def _times(own: Sequence[DayCounts], now: datetime) -> list[tuple[str, Counts]]:
    return [
        ("24 hours", since_hour(own, now - timedelta(hours=23))),
        ("7 days", within(own, 7, now)),
        ("30 days", within(own, 30, now)),
    ]


def _told(spoken: Contact, today: date, *, deleting: bool) -> str:
    if deleting:
        return "It is being deleted: nobody comes into it any more."
    if spoken.line is Line.NO_KEY:
        return "No key of it opens anything: nothing can come before one is issued."
    if spoken.last_on is None:
        return "Nothing has come yet: no key of it was ever used."
    days = (today - spoken.last_on).days
    when = ("today", "yesterday")[days] if days < SILENT_AFTER_DAYS else f"{days} days ago"
    if spoken.line is Line.SILENT:
        return f"Silent: its identity provider asked for something last {when}. Look there whether provisioning runs."
    return f"Its identity provider asked for something {when}."


_SAID: Mapping[Said, tuple[str, str]] = {
    Said.POLICY: ("The policy's rule for “{about}” was lowered.", "/policy"),
    Said.SIGN_IN: ("How people sign in was changed.", "/administrators"),
    Said.DELETE_RULE: ("Deletes of the directory {about} erase.", "/connect"),
    Said.KEY: ("A key of {directory} was issued ({about}).", "/connect"),
}


def _confirmation(each: Unconfirmed, overview: Overview) -> Confirmation:
    pattern, path = _SAID[each.said]
    names = {directory.id: directory.name for directory in overview.directories}
    directory = names.get(each.directory_id or "", "a directory that is gone")
    about = each.about.replace("_", " ") if each.said is Said.POLICY else each.about
    below = f"/{each.directory_id}" if each.directory_id is not None else ""
    return Confirmation(
        pattern.format(about=about, directory=directory), f"{path}{below}", each.word.by, each.word.until
    )
