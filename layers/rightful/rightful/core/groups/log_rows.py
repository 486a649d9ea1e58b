"""The event log rows that a change of a group writes, in the transaction of the change. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rightful.core.accounts.log_rows import subject_of
from rightful.core.groups.member_delta import Delta
from rightful.domain.account import Account, account_id_of
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.domain.group import Group, is_user_id
from rightful.ports.context import Invocation
from rightful.ports.writes.conflicts import AppendLog
from rightful.scim.patch.members import Member
from rightful.text.folding import one_line

MOST_NAMED = 10
"""Members of one change that get a row each, which is read with the person's account. More of them are a number: a row
is a write, and a full synchronisation has 100,000."""


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """Writes the rows of one request to an organization's event log."""

    organization_id: str
    invocation: Invocation

    def created(self, group: Group, members: tuple[Member, ...]) -> list[AppendLog]:
        """The rows of a creation with all these members."""
        told = f"Created with {_number(members)}." if members else "Created."
        return self._in_order(
            [self._of_group(Action.GROUP_CREATED, group, told), *self._of_members(group, Delta(members))]
        )

    def changed(self, before: Group, after: Group, delta: Delta) -> list[AppendLog]:
        """The rows of a change: one about the group where its name or many members change, and one for each member
        where few do."""
        named = self._of_members(after, delta)
        told = []
        if before.display_name != after.display_name:
            told.append(f'Renamed from "{one_line(before.display_name)}".')
        if not named and delta.add:
            told.append(f"Added {_number(delta.add)}.")
        if not named and delta.remove:
            told.append(f"Removed {_number(delta.remove)}.")
        if not told:
            return self._in_order(named)
        action = Action.GROUP_RENAMED if before.display_name != after.display_name else Action.MEMBERS_CHANGED
        return self._in_order([self._of_group(action, after, " ".join(told)), *named])

    def deleted(self, group: Group) -> list[AppendLog]:
        """The row of a SCIM DELETE."""
        return self._in_order(
            [self._of_group(Action.GROUP_DELETED, group, "Deleted. Nobody is a member of it any more.")]
        )

    def left(self, account: Account, groups: Iterable[Group]) -> list[AppendLog]:
        """The row of a user that leaves these groups because its directory lets it go."""
        names = [f'"{one_line(group.display_name)}"' for group in groups]
        if not names:
            return []
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        told = f"Removed from {', '.join(names[:MOST_NAMED])}{more}, because the user left its directory."
        link = account.link
        entry = replace(
            self._row(Action.MEMBER_REMOVED, told, link.directory_id if link else None, subject_of(account)),
            account_id=account.id,
            scim_id=link.scim_id if link else None,
            external_id=link.external_id if link else None,
        )
        return self._in_order([entry])

    def _in_order(self, entries: list[LogEntry]) -> list[AppendLog]:
        """The entries as rows whose ids sort as they are told."""
        unique = self.invocation.new_id()
        return [
            AppendLog(replace(entry, id=row_id(entry.at, f"{unique}{number:02x}")))
            for number, entry in enumerate(entries)
        ]

    def _of_members(self, group: Group, delta: Delta) -> list[LogEntry]:
        """A row for each member, where they are few."""
        if len(delta.add) + len(delta.remove) > MOST_NAMED:
            return []
        name = f'"{one_line(group.display_name)}" ({group.id})'
        return [
            *(self._of_member(Action.MEMBER_ADDED, group, each, f"Added to {name}.") for each in delta.add),
            *(self._of_member(Action.MEMBER_REMOVED, group, each, f"Removed from {name}.") for each in delta.remove),
        ]

    def _of_member(self, action: Action, group: Group, member: Member, told: str) -> LogEntry:
        return replace(
            self._row(action, told, group.directory_id, one_line(member.display or member.value)),
            account_id=account_id_of(member.value) if is_user_id(member.value) else None,
            scim_id=member.value,
        )

    def _of_group(self, action: Action, group: Group, told: str) -> LogEntry:
        return replace(
            self._row(action, told, group.directory_id, one_line(group.display_name)),
            scim_id=group.id,
            external_id=group.external_id,
        )

    def _row(self, action: Action, told: str, directory_id: str | None, subject: str) -> LogEntry:
        return LogEntry(
            id="",
            organization_id=self.organization_id,
            at=self.invocation.now,
            action=action,
            result=Result.DONE,
            directory_id=directory_id,
            subject=subject,
            explanation=told,
            correlation_id=self.invocation.correlation_id,
        )


def _number(members: tuple[Member, ...]) -> str:
    return f"{len(members)} member{'' if len(members) == 1 else 's'}"
