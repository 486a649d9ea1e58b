"""directory list, rename and delete."""

import argparse
from argparse import Namespace
from dataclasses import replace
from typing import TextIO

from rightful.core.administration import directory_deletion
from rightful.core.organizations.log_rows import directory_sentence
from rightful.core.organizations.registry import change_directory
from rightful.domain.organization import Directory
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import confirm, day, progress, write_rows
from rightful.operations.tasks.keys import BY
from rightful.text.wording import counted

_COLUMNS = ("id", "name", "profile", "on_delete", "users", "groups", "created", "deleting_since")


def add_to(directory: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `rightful directory`."""
    listing = directory.add_parser("list", help="an organization's directories, and how many users they have")
    listing.add_argument("organization", help="the organization's id")
    listing.add_argument("--json", action="store_true", help="print a JSON list")
    listing.set_defaults(task=list_directories)
    renaming = directory.add_parser("rename", help="give a directory another name; its URL and keys stay")
    renaming.add_argument("organization", help="the organization's id")
    renaming.add_argument("directory", help="the directory's id")
    renaming.add_argument("name")
    renaming.set_defaults(task=rename_directory)
    deleting = directory.add_parser(
        "delete",
        help="delete a directory: its users are unlinked and deactivated",
        description="Revokes its keys, deletes its groups, and unlinks and deactivates its users, who keep account and "
        "address. It goes on where it was stopped when it is run again; the janitor goes on with it, too.",
    )
    deleting.add_argument("organization", help="the organization's id")
    deleting.add_argument("directory", help="the directory's id")
    deleting.add_argument("--reason", default="", help="why, for the organization's event log")
    deleting.add_argument("--confirm", metavar="NAME", help="the directory's name, where nobody can be asked for it")
    deleting.add_argument("--dry-run", action="store_true", help="say what there is to delete, and change nothing")
    deleting.add_argument("--at-once", type=int, default=8, help="how many users at a time (8)")
    deleting.set_defaults(task=delete_directory)


def list_directories(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful directory list`."""
    at.organization(asked.organization)
    rows = [
        {
            "id": directory.id,
            "name": directory.name,
            "profile": directory.profile,
            "on_delete": directory.on_delete.value,
            "users": at.store.number_of_users(directory.id),
            "groups": at.store.number_of_groups(directory.id),
            "created": day(directory.created_at),
            "deleting_since": day(directory.deleting.asked_at) if directory.deleting else None,
        }
        for directory in at.store.directories(asked.organization)
    ]
    write_rows(out, _COLUMNS, rows, as_json=asked.json)
    return 0


def rename_directory(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful directory rename`."""
    before = _directory(at, asked)
    after = replace(before, name=asked.name)
    if after != before:
        change_directory(at.context(), after, directory_sentence(before, after), by=BY)
    out.write(f"The directory {before.id} is called {asked.name}.\n")
    return 0


def delete_directory(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful directory delete`."""
    directory = _directory(at, asked)
    left = directory_deletion.what_is_left(at.store, directory.id)
    users, groups = counted(left.users, "user"), counted(left.groups, "group")
    what = f"{directory.name}: {users} would be unlinked and deactivated, {groups} deleted."
    if asked.dry_run:
        keys = at.store.tokens(organization_id=directory.organization_id, directory_id=directory.id)
        out.write(f"{what} {counted(len(keys), 'key')} would be revoked. Nothing was changed.\n")
        return 0
    if directory.deleting is None:
        confirm(directory.name, asked.confirm, what, out)
    marked = directory_deletion.begin(at.context(), directory, by=BY, reason=asked.reason)
    return _carry_on(at, marked, max(1, asked.at_once), out)


def _carry_on(at: Deployment, directory: Directory, at_once: int, out: TextIO) -> int:
    watched = _Watched(at, directory)
    done = directory_deletion.go_on(at.queue_context(), directory, enough=watched, at_once=at_once)
    progress("")
    if done.gone:
        out.write(f"The directory {directory.id} is gone. The janitor cleans up what is left of its groups.\n")
        return 0
    out.write(
        f"Left to do: {counted(done.users, 'user')}, {counted(done.groups, 'group')}. Something changed all the time: "
        "run it again, or wait for the janitor.\n"
    )
    return 1


class _Watched:
    """Never enough; and tells now and then how many users are left."""

    def __init__(self, at: Deployment, directory: Directory) -> None:
        self._at, self._directory, self._calls = at, directory, 0

    def __call__(self) -> bool:
        self._calls += 1
        if self._calls % 500 == 1:
            left = directory_deletion.what_is_left(self._at.store, self._directory.id)
            progress(f"{counted(left.users, 'user')} and {counted(left.groups, 'group')} left")
        return False


def _directory(at: Deployment, asked: Namespace) -> Directory:
    state = at.store.directory_state(asked.organization, asked.directory)
    if state is None:
        raise OperationError("This organization has no such directory: rightful directory list <organization>.")
    return state.directory
