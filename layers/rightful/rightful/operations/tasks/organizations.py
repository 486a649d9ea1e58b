"""organization list, show, rename and delete."""

import argparse
from argparse import Namespace
from dataclasses import replace
from typing import TextIO

from rightful.core.administration import offboarding
from rightful.core.administration.belongings import Belongings, belongings
from rightful.core.organizations.keys import all_organizations, keys_of
from rightful.core.organizations.log_rows import organization_sentence
from rightful.core.organizations.registry import change_organization
from rightful.domain.key import Scope
from rightful.domain.organization import AccountsAtEnd, Organization
from rightful.domain.plain_text import check_plain
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import answer_to, confirm, day, progress, write_fields, write_rows
from rightful.operations.tasks.keys import BY, LISTED
from rightful.ports.context import Invocation
from rightful.text.wording import counted

_MOST_COUNTED = 100_000
_COLUMNS = ("id", "name", "domains", "created", "paused", "closing_since")
_MOST_NAMED = 20


def add_to(organization: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to `rightful organization`."""
    listing = organization.add_parser("list", help="all organizations, oldest first")
    listing.add_argument("--json", action="store_true", help="print a JSON list")
    listing.set_defaults(task=list_organizations)
    showing = organization.add_parser("show", help="what an organization has: domains, directories, keys, accounts")
    showing.add_argument("organization", help="the organization's id")
    showing.add_argument("--json", action="store_true", help="print a JSON document")
    showing.set_defaults(task=show_organization)
    renaming = organization.add_parser("rename", help="give an organization another name")
    renaming.add_argument("organization", help="the organization's id")
    renaming.add_argument("name")
    renaming.set_defaults(task=rename_organization)
    deleting = organization.add_parser(
        "delete",
        help="offboard a customer: nothing is left of the organization but its event log",
        description="Ends signing in to its console and forgets its secret at the identity provider, revokes all its "
        "keys, frees its domains, deletes its directories, erases or releases its accounts, and removes its "
        "conflicts and settings. Rows of its event log stay until their retention ends. It "
        "goes on where it was stopped when it is run again.",
    )
    deleting.add_argument("organization", help="the organization's id")
    deleting.add_argument(
        "--accounts",
        choices=[each.value for each in AccountsAtEnd],
        help="erase: its accounts are removed and their addresses free; release: they become the persons' own, active "
        "as they are, without what the organization wrote about them. It has to be said",
    )
    deleting.add_argument("--confirm", metavar="NAME", help="the organization's name, where nobody can be asked for it")
    deleting.add_argument("--dry-run", action="store_true", help="count what there is to delete, and change nothing")
    deleting.add_argument("--at-once", type=int, default=8, help="how many accounts at a time (8)")
    deleting.set_defaults(task=delete_organization)


def list_organizations(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization list`."""
    rows = [
        {
            "id": organization.id,
            "name": organization.name,
            "domains": sorted(organization.domains),
            "created": day(organization.created_at),
            "paused": organization.brakes.paused,
            "closing_since": day(organization.closing.asked_at) if organization.closing else None,
        }
        for organization in all_organizations(at.store)
    ]
    write_rows(out, _COLUMNS, rows, as_json=asked.json)
    return 0


def show_organization(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization show`."""
    organization = at.organization(asked.organization, LISTED)
    now = Invocation().now
    keys = keys_of(at.store, organization.id)
    directories = at.store.directories(organization.id)
    fields: dict[str, object] = {
        "id": organization.id,
        "name": organization.name,
        "created": day(organization.created_at),
        "admin_url": f"{at.base_url}/admin/v1/orgs/{organization.id}",
        "domains": sorted(organization.domains),
        "domains_to_be_verified": sorted(organization.challenges),
        "domain_policy": organization.domain_policy.value,
        "administrators": [key.owner for key in keys if key.scope is Scope.ADMIN and key.is_live(now)],
        "directories": [
            f"{directory.name} ({directory.id}, {counted(at.store.number_of_users(directory.id), 'user')}"
            f"{', being deleted' if directory.deleting else ''})"
            for directory in directories
        ],
        "live_keys": sum(key.is_live(now) for key in keys),
        "unlinked_accounts": at.store.number_of_unlinked(organization.id, most=_MOST_COUNTED),
        "paused": organization.brakes.paused,
        "dry_run": organization.brakes.dry_run,
        "closing_since": day(organization.closing.asked_at) if organization.closing else None,
    }
    write_fields(out, fields, as_json=asked.json)
    return 0


def rename_organization(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization rename`."""
    before = at.organization(asked.organization, LISTED)
    check_plain("name", asked.name)
    after = replace(before, name=asked.name)
    if after != before:
        change_organization(at.context(), after, organization_sentence(before, after), by=BY)
    out.write(f"The organization {before.id} is called {asked.name}.\n")
    return 0


def delete_organization(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization delete`."""
    organization = at.organization(asked.organization, LISTED)
    what = _what(belongings(at.store, organization))
    if asked.dry_run:
        out.write(f"{what}\nNothing was changed.\n")
        return 0
    accounts = _accounts_at_end(organization, asked, out)
    if organization.closing is None:
        sentence = f"{organization.name} would be deleted, its accounts {accounts.value}d.\n{what}"
        confirm(organization.name, asked.confirm, sentence, out)
    context = at.queue_context()
    marked = offboarding.begin(context, organization, accounts, by=BY)
    marked = offboarding.end_sign_in(context, lambda: at.client_secrets, marked, by=BY)
    left = offboarding.offboard(
        context,
        marked,
        by=BY,
        at_once=max(1, asked.at_once),
        told=lambda left: progress(_done(left)),
    )
    progress("")
    out.write(f"Done: {_done(left)}.\n")
    if left.gone:
        out.write(f"The organization {organization.id} is gone. The janitor cleans up what is left of its groups.\n")
        return 0
    if left.on_legal_hold:
        named = ", ".join(left.on_legal_hold[:_MOST_NAMED])
        out.write(
            f"{counted(len(left.on_legal_hold), 'account')} on legal hold, not erased before that is lifted (the "
            f"host application: DELETE flags/legal_hold): {named}. Then run it again. Until then the organization "
            "stays, closed.\n"
        )
        return 1
    out.write("Something changed all the time. Run it again: nothing is done twice.\n")
    return 1


def _accounts_at_end(organization: Organization, asked: Namespace, out: TextIO) -> AccountsAtEnd:
    if asked.accounts is not None:
        return AccountsAtEnd(asked.accounts)
    if organization.closing is not None:
        return organization.closing.accounts
    answer = answer_to("What becomes of its accounts: erase, or release to the persons? ", out)
    try:
        return AccountsAtEnd(answer or "")
    except ValueError as error:
        raise OperationError("Say what becomes of its accounts: --accounts erase, or --accounts release.") from error


def _what(has: Belongings) -> str:
    held = f", {len(has.on_legal_hold):,} of them on legal hold" if has.on_legal_hold else ""
    return (
        f"It has {counted(has.keys, 'key')}, {counted(has.domains, 'domain')}, "
        f"{counted(len(has.users), 'directory', 'directories')} with {counted(sum(has.users.values()), 'user')} and "
        f"{counted(has.groups, 'group')}, {counted(has.accounts, 'account')}{held}, and "
        f"{counted(has.conflicts, 'conflict')}."
    )


def _done(left: offboarding.Left) -> str:
    return ", ".join(_number_of(what, number) for what, number in left.done.items()) or "nothing was left to do"


def _number_of(what: str, number: int) -> str:
    """Of what is named in the plural, with what became of it: directories deleted."""
    many, _, became = what.partition(" ")
    one = "directory" if many == "directories" else many.removesuffix("s")
    return f"{counted(number, one, many)} {became}".rstrip()
