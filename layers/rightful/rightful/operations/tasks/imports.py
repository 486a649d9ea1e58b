"""`rightful import`: says what it will do, does it (or only says what would be done), and says what became of it."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.imports.account import Target
from rightful.operations.imports.rehearsal import Rehearsal
from rightful.operations.imports.run import ImportRun
from rightful.operations.output import FINE, LOOK, Telling, of_total
from rightful.text.wording import counted

if TYPE_CHECKING:
    from rightful.domain.organization import Directory

_WHOSE = (
    "Say whose accounts these are: --organization <id> --directory <id> (the users of an identity provider), "
    "--organization <id> alone (managed accounts that no identity provider has yet), or --personal (their people's "
    "own, of no organization). --dry-run shows what would be done."
)


def import_file(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful import`."""
    target, directory = _target(at, asked)
    report: Path = asked.report or Path(f"{asked.file}.conflicts.csv")
    store = Rehearsal(at.store) if asked.dry_run else at.store
    run = ImportRun(store, target, asked.file, report, max(1, asked.at_once), dry=asked.dry_run)
    total = run.number_of_lines()
    sys.stderr.write(_plan(asked, total, target, directory))
    telling = Telling()
    summary = run.run(lambda so_far: telling(f"{of_total(so_far.lines, total, 'lines')}: {so_far.text()}"))
    telling("")
    if summary.started_over:
        out.write(
            "An earlier run stopped, with other content or for another organization or directory: started over.\n"
        )
    out.write(f"{'Nothing was written. It would be: ' if asked.dry_run else ''}{summary.text()}\n")
    if not summary.conflicts:
        return FINE
    were = "would not be" if asked.dry_run else "was not" if summary.conflicts == 1 else "were not"
    out.write(f"{counted(summary.conflicts, 'line')} {were} imported. Which, and why: {report}\n")
    return LOOK


def _target(at: Deployment, asked: Namespace) -> "tuple[Target, Directory | None]":
    if asked.organization is None:
        if asked.directory is not None:
            raise OperationError("A directory is an organization's: --organization <id>.")
        if not asked.personal:
            raise OperationError(_WHOSE)
        return Target(), None
    if asked.personal:
        raise OperationError("Accounts are personal, or an organization's: leave --personal or --organization out.")
    organization = at.organization(asked.organization)
    if organization.closing is not None:
        raise OperationError("This organization is being deleted.")
    if asked.directory is None:
        return Target(organization), None
    state = at.store.directory_state(organization.id, asked.directory)
    if state is None:
        raise OperationError("This organization has no such directory.")
    if state.directory.deleting is not None:
        raise OperationError("This directory is being deleted.")
    return Target(organization, asked.directory), state.directory


def _plan(asked: Namespace, total: int, target: Target, directory: "Directory | None") -> str:
    """What is about to be done."""
    organization = target.organization
    if organization is None:
        become = "personal accounts, of no organization"
    elif directory is None:
        become = f"accounts that {organization.name} ({organization.id}) manages, of no directory"
    else:
        become = (
            f"users of the directory {directory.name} ({directory.id}, profile {directory.profile}) of "
            f"{organization.name} ({organization.id})"
        )
    lines = [f"{asked.file}: {counted(total, 'line')}, to become {become}.\n"]
    if organization is not None and directory is None:
        lines.append(
            "The first create with the same externalId and address links one of them; each other one waits for an "
            "administrator's approval. With --directory <id> none does.\n"
        )
    if asked.dry_run:
        lines.append("A dry run: nothing is written but the report.\n")
    return "".join(lines)
