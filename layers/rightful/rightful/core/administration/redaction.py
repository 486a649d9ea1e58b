"""A row of the event log without what names somebody who was erased. Pure."""

from dataclasses import replace

from rightful.domain.conflicts.refused_request import Requester
from rightful.domain.erasure import ErasedPerson
from rightful.domain.events.event_log import LogEntry

FORGOTTEN = "The person was erased, and with them what this row said."
NOBODY = "(erased)"


def without(person: ErasedPerson, row: LogEntry) -> LogEntry:
    """A row that says nothing of the person any more. Doing it again changes nothing. Pure."""
    if row.account_id == person.account_id or _is_their_create(person, row):
        return replace(
            row,
            subject=NOBODY,
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
        named["subject"] = NOBODY
    return replace(row, **named)  # type: ignore[arg-type]  # names of texts


def _is_their_create(person: ErasedPerson, row: LogEntry) -> bool:
    """Whether it tells of a create that asked for their user, by the externalId."""
    if row.account_id is not None or row.directory_id is None or row.at > person.at:
        return False
    return bool(row.external_id) and person.is_their_create(
        Requester(None, None, "", row.external_id), row.directory_id
    )


_ALWAYS_TEXT = frozenset({"subject", "explanation", "next_step_what"})
_SAYING = ("subject", "external_id", "old_email", "requested_email", "holder", "explanation", "next_step_what")
"""The fields of a row in which a person is named."""
