"""What the runbook asks for while something goes wrong: account deactivate, pause, resume, conflict show and retry."""

import argparse
from argparse import Namespace
from dataclasses import replace
from typing import TextIO

from rightful.api.conflict_documents import conflict_document
from rightful.core.administration.accounts import Administration
from rightful.core.conflicts import approve as decisions
from rightful.core.conflicts.reading.standing import Reader
from rightful.core.conflicts.reading.view import view
from rightful.core.conflicts.word import Word
from rightful.core.organizations.log_rows import organization_sentence
from rightful.core.organizations.registry import change_organization
from rightful.domain.account import Account
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.conflicts.conflict import Conflict, Pointer
from rightful.domain.key import Scope, Token
from rightful.domain.plain_text import plain_reason
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import json_text, write_fields
from rightful.operations.tasks.keys import BY, LISTED
from rightful.ports.context import Invocation, QueueContext
from rightful.ports.queue import QueueUnavailableError
from rightful.text.ids import time_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `rightful`."""
    account = commands.add_parser("account", help="accounts").add_subparsers(required=True)
    deactivating = account.add_parser("deactivate", help="end a person's access now; the account keeps its address")
    deactivating.add_argument("account", help="the account's id, or its address")
    deactivating.add_argument("--reason", required=True, help="why, for the organization's event log")
    deactivating.set_defaults(task=deactivate_account)
    for name, task, what in (
        ("pause", pause, "let nothing move by itself in an organization; conflicts are recorded and examined"),
        ("resume", resume, "let things move by themselves again; what was held back is examined at once"),
    ):
        braking = commands.add_parser(name, help=what)
        braking.add_argument("organization", help="the organization's id")
        braking.add_argument("--reason", required=True, help="why, for the organization's event log")
        braking.set_defaults(task=task)
    conflict = commands.add_parser("conflict", help="conflicts").add_subparsers(required=True)
    showing = conflict.add_parser("show", help="why it is open, who must do what, and what holds it up")
    retrying = conflict.add_parser("retry", help="examine it again now; a failed, rejected or undone one is opened")
    for parser, task in ((showing, show_conflict), (retrying, retry_conflict)):
        parser.add_argument("organization", help="the organization's id")
        parser.add_argument("conflict", help="the conflict's id")
        parser.add_argument("--json", action="store_true", help="print the document that the admin API shows")
        parser.set_defaults(task=task)


def deactivate_account(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful account deactivate`."""
    reason, account = plain_reason(asked.reason), _account(at, asked.account)
    if account.organization_id is None:
        raise OperationError("No organization manages this account: deactivating it is up to the host application.")
    organization = at.organization(account.organization_id, LISTED)
    after = Administration(at.context(), organization, BY, reason).deactivate(account.id)
    if account.active:
        out.write(
            f"The account {after.id} is {after.status.value}. The host application is told to end its sessions.\n"
        )
    else:
        out.write(f"The account {after.id} was {after.status.value} already.\n")
    return 0


def pause(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful pause`."""
    return _brake(at, asked, out, paused=True)


def resume(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful resume`."""
    return _brake(at, asked, out, paused=False)


def show_conflict(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful conflict show`."""
    _print(at, _conflict(at, asked), asked, out)
    return 0


def retry_conflict(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful conflict retry`."""
    before = _conflict(at, asked)
    invocation = Invocation(correlation_id="operator")
    key = Token("operator", "", Scope.OPERATOR, BY, invocation.now)
    try:
        decisions.retry(QueueContext(at.store, invocation, at.queue), before.pointer, Word(key))
    except QueueUnavailableError as error:
        raise OperationError("It was examined, but those that wait for it were not told: run it again.") from error
    _print(at, _conflict(at, asked), asked, out)
    return 0


def _brake(at: Deployment, asked: Namespace, out: TextIO, *, paused: bool) -> int:
    reason, before = plain_reason(asked.reason), at.organization(asked.organization, LISTED)
    after = replace(before, brakes=replace(before.brakes, paused=paused))
    if after == before:
        out.write(f"{before.name} {'is paused already' if paused else 'was not paused'}.\n")
        return 0
    change_organization(at.context(), after, f"{organization_sentence(before, after)} {reason}", by=BY)
    dry = " Dry run is on, though: nothing moves by itself." if after.brakes.dry_run and not paused else ""
    out.write(f"{before.name} is {'paused' if paused else 'not paused any more'}.{dry}\n")
    return 0


def _print(at: Deployment, conflict: Conflict, asked: Namespace, out: TextIO) -> None:
    if asked.json:
        out.write(json_text(conflict_document(view(at.context(), conflict, Reader("operator", BY)))))
        return
    requester, next_step = conflict.request.requester, conflict.next_step
    write_fields(
        out,
        {
            "status": conflict.status.value,
            "class": conflict.finding.conflict_class.value if conflict.finding.conflict_class else None,
            "why": conflict.explanation.sentence or "It was not examined yet.",
            "next_step": f"{next_step.what} ({next_step.who.value})" if next_step else None,
            "asked_by": f"{requester.user_name} (account {requester.account_id or 'to be created'})",
            "directory": conflict.request.directory_id,
            "wants": conflict.request.wanted.value,
            "has": conflict.request.old_email.value if conflict.request.old_email else None,
            "holder": conflict.finding.holder_account_id,
            "first_asked": time_text(conflict.created_at),
            "last_changed": time_text(conflict.updated_at),
            "ends": time_text(conflict.expires_at),
            "asked_times": conflict.occurrences,
            "deactivation_waits": conflict.deactivation_pending,
            "correlation_id": conflict.correlation_id,
        },
        as_json=False,
    )


def _conflict(at: Deployment, asked: Namespace) -> Conflict:
    conflict = at.store.conflict(Pointer(asked.organization, asked.conflict))
    if conflict is None:
        raise OperationError(f"There is no conflict {asked.conflict} in the organization {asked.organization}.")
    return conflict


def _account(at: Deployment, text: str) -> Account:
    """An account by its id or its address."""
    account_id: str | None = text
    canonical = None
    if "@" in text:
        try:
            canonical = parse_address(text).canonical
        except InvalidAddressError as error:
            raise OperationError(f"address: {error}.") from error
        hold = at.store.holds([canonical]).get(canonical)
        account_id = hold.account_id if hold else None
    account = at.store.account(account_id) if account_id else None
    if account is None or (canonical is not None and account.holds != canonical):
        raise OperationError("There is no such account.")
    return account
