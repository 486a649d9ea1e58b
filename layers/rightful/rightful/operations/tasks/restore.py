"""`rightful restore`: compares first, says what it will do, has it confirmed, and does it."""

import sys
from argparse import Namespace
from dataclasses import replace
from typing import TextIO

from rightful.aws.dynamodb.scan.compare import differences, facts_of_table, settle
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import FINE, LOOK, Telling, confirm, of_total
from rightful.operations.restore import (
    Comparison,
    Relation,
    Restored,
    RestoreRequest,
    compare,
    restore,
    why_not_a_table_of_ours,
    why_not_to_restore,
)
from rightful.text.wording import counted


def restore_table(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful restore`."""
    table = at.settings.identity_table
    if asked.table == table:
        raise OperationError("This is the stack's own table: name the restored one.")
    asked_for = {
        Relation.MISSING: asked.missing,
        Relation.DIFFERENT: asked.different,
        Relation.EXTRA: asked.extra,
    }
    request = RestoreRequest(frozenset(relation for relation, is_asked in asked_for.items() if is_asked), asked.keys)
    comparison = _compared(at, asked, request)
    wanted, removed = comparison.number(request), comparison.number(request, Relation.EXTRA)
    if not wanted:
        return _print(out, Restored(left=comparison.found))
    what = _what(comparison, request, table)
    if asked.confirm is not None:
        sys.stderr.write(f"{what}\n")
    confirm(at.name, asked.confirm, what, out)
    telling = Telling()
    report = restore(
        differences(at.client, asked.table, table),
        lambda difference: settle(at.client, table, difference),
        replace(request, most_removed=removed),
        at_once=max(1, asked.at_once),
        progress=lambda so_far: telling(of_total(so_far.written, wanted, "items written")),
    )
    telling("")
    return _print(out, report)


def _compared(at: Deployment, asked: Namespace, request: RestoreRequest) -> Comparison:
    table = at.settings.identity_table
    ours = facts_of_table(at.client, table)
    try:
        theirs = facts_of_table(at.client, asked.table)
    except at.client.exceptions.ResourceNotFoundException as error:
        raise OperationError(f"There is no table {asked.table} in {at.session.region_name} of this account.") from error
    if why := why_not_a_table_of_ours(ours, theirs):
        raise OperationError(f"{asked.table}: {why}")
    comparison, telling = Comparison(), Telling()
    compare(
        differences(
            at.client,
            asked.table,
            table,
            lambda name, keys: comparison.looked(keys, restored=name == asked.table),
        ),
        comparison,
        lambda so_far: telling(
            f"{counted(so_far.restored_items + so_far.items, 'item')} compared, {so_far.found.total():,} differ"
        ),
    )
    telling("")
    if why := why_not_to_restore(comparison, request, ours, theirs, removing=asked.remove):
        raise OperationError(f"{asked.table}: {why} Nothing was written.")
    return comparison


def _what(comparison: Comparison, request: RestoreRequest, table: str) -> str:
    back = comparison.number(request, Relation.MISSING)
    over = comparison.number(request, Relation.DIFFERENT)
    removed = comparison.number(request, Relation.EXTRA)
    return (
        f"Of the {counted(comparison.items, 'item')} of {table}, {over:,} will be overwritten and {removed:,} removed; "
        f"{back:,} will be put back."
    )


def _print(out: TextIO, report: Restored) -> int:
    for done, numbers in ((True, report.done), (False, report.left)):
        out.writelines(
            f"  {_done(relation) if done else 'left as it is':14} {number:8,}  {relation.value:10} {kind}\n"
            for (relation, kind), number in sorted(numbers.items())
        )
    if report.changed_meanwhile:
        out.write(f"{counted(report.changed_meanwhile, 'item')} changed meanwhile and were left: writing goes on.\n")
    if not report.left and not report.changed_meanwhile:
        out.write("Everything is as in the restored table.\n" if not report.done else "")
        return FINE
    return LOOK


def _done(relation: Relation) -> str:
    return "removed" if relation is Relation.EXTRA else "put back"
