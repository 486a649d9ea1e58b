"""What happened about an account or an address, newest first: conflicts and rows of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rightful.api.console.call import ConsoleCall, Document, items_of

PER_PAGE = "50"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `status`: of a conflict as it is now, of a row its result. `href`: below the console."""

    at: str
    title: str
    status: str
    text: str
    who: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of a history.

    Attributes:
        back: where it belongs to: a path below the console, and what that is called.
        older: the path of the next page; empty: this is the last one.
        said: what has to be known about it.
    """

    title: str
    events: Sequence[Event]
    back: tuple[str, str]
    older: str
    said: str = ""


def timeline(call: ConsoleCall, found: Document, title: str, back: tuple[str, str], said: str = "") -> TimelinePage:
    """The page of a history, as the admin API has it (`accounts/{id}/history`, `addresses/history`).

    Args:
        back: where it belongs to: a path below the console, and what that is called.
    """
    cursor, address = str(found.get("nextCursor") or ""), call.parameter("address")
    asked = {**({"address": address} if address else {}), "cursor": cursor}
    history = call.path if call.path.endswith("/history") else f"{call.path}/history"
    older = f"{history}?{urlencode(asked)}" if cursor else ""
    return TimelinePage(title, [event_of(each) for each in items_of(found)], back, older, said)


def event_of(item: Document) -> Event:
    """One item of a history. Pure."""
    conflict, row, at = item["conflict"], item["row"], str(item["at"])
    if isinstance(conflict, dict):
        requester = conflict["requester"]
        who = requester["userName"] or requester["externalId"] or "Somebody without a name"
        wanted = conflict["wantedEmail"] or conflict["wantedUserName"]
        href = f"/conflicts/{conflict['id']}"
        return Event(at, f"{who} wanted {wanted}", str(conflict["status"]), str(conflict["explanation"]), href=href)
    assert isinstance(row, dict)  # noqa: S101 - it is the one or the other
    subject = f"{row['subject']}: " if row["subject"] else ""
    moved = [each for each in (row["oldEmail"], row["requestedEmail"]) if each]
    text = ". ".join(filter(None, [" to ".join(dict.fromkeys(moved)), str(row["explanation"] or "")]))
    action = str(row["action"]).replace("_", " ").replace(".", " ")
    return Event(at, f"{subject}{action}", str(row["result"]), text, str(row["approver"] or ""))
