"""What each command does: from its arguments to one use case, and a few lines to read."""

import json
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta
from typing import TextIO

from rightful.aws.dynamodb.attributes import write_key
from rightful.aws.dynamodb.scan.table import rows
from rightful.core.organizations import domains, registry
from rightful.domain.address import InvalidAddressError, parse_address
from rightful.domain.key import DEFAULT_LIFETIME, Grant, Scope, Token
from rightful.domain.organization import DomainPolicy, Organization
from rightful.domain.plain_text import check_plain
from rightful.operations.check.run import Report, check
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import FINE, LOOK, json_text, progress
from rightful.operations.redrive import redrive
from rightful.ports.store.contract import IdentityStore
from rightful.text.ids import address_hash
from rightful.text.wording import counted

Task = Callable[[Deployment, Namespace, TextIO], int]


def create_organization(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization create`."""
    context = at.context()
    policy = DomainPolicy.ANY if asked.any_domain else DomainPolicy.VERIFIED_ONLY
    lifetime = _lifetime(asked, Scope.ADMIN)
    # Before anything is made: whatever is refused leaves nothing behind, and nobody without a key.
    check_plain("owner", asked.admin)
    for domain in asked.domain:
        _check_free(at.store, domain)
    organization = registry.create_organization(context, asked.name, domain_policy=policy)
    key, token = registry.issue_token(context, Grant(Scope.ADMIN, organization.id), asked.admin, lifetime)
    out.write(f"organization   {organization.id}\n")
    out.write(f"admin URL      {at.base_url}/admin/v1/orgs/{organization.id}\n")
    out.write(f"admin key      {key}\n")
    out.write(_told(token))
    for domain in asked.domain:
        organization = domains.add_domain(context, organization, domain)
    return FINE


def create_directory(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful directory create`."""
    context = at.context()
    organization, lifetime = _open_organization(at, asked.organization), _lifetime(asked, Scope.SCIM)
    directory = registry.create_directory(context, organization.id, asked.name, profile=asked.profile)
    secret, token = registry.issue_token(
        context,
        Grant(Scope.SCIM, organization.id, directory.id),
        f"{asked.name} (identity provider)",
        lifetime,
    )
    out.write(f"directory      {directory.id}\n")
    out.write(f"SCIM base URL  {at.base_url}/scim/directory/{directory.id}\n")
    out.write(f"key            {secret}\n")
    out.write(f"its id         {token.id}\n")
    ends = f"on {token.expires_at:%Y-%m-%d}" if token.expires_at else "never"
    out.write(f"Put URL and key into the identity provider. The key expires {ends}, and is not shown again.\n")
    return FINE


def add_domain(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful domain add`."""
    organization = _open_organization(at, asked.organization)
    organization = domains.add_domain(at.context(), organization, asked.domain)
    out.write(f"Its domains: {', '.join(sorted(organization.domains))}\n")
    return FINE


def remove_domain(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful domain remove`."""
    organization = _open_organization(at, asked.organization)
    organization = domains.remove_domain(at.context(), organization, asked.domain)
    out.write(f"Its domains: {', '.join(sorted(organization.domains)) or '(none)'}\n")
    return FINE


def show_domain(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful domain show`."""
    name = domains.domain_name(asked.domain)
    organization_id = at.store.organization_of_domain(name)
    if organization_id is None:
        out.write(f"No organization has verified {name}.\n")
        return LOOK
    organization = at.organization(organization_id)
    out.write(f"{name} is {organization.name}'s ({organization.id}), since {organization.domains[name]:%Y-%m-%d}.\n")
    return FINE


def issue_token(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful token issue`."""
    scope = Scope(asked.scope)
    if scope in {Scope.SCIM, Scope.ADMIN}:
        if asked.organization is None:
            raise OperationError(f"A key of scope {scope.value} is an organization's: --organization <id>.")
        _open_organization(at, asked.organization)
    if scope is Scope.SCIM and asked.directory is None:
        raise OperationError("A key of scope scim is a directory's: --directory <id>.")
    secret, token = registry.issue_token(
        at.context(),
        Grant(
            scope,
            asked.organization if scope in {Scope.SCIM, Scope.ADMIN} else None,
            asked.directory if scope is Scope.SCIM else None,
        ),
        asked.owner,
        _lifetime(asked, scope),
    )
    out.write(f"key            {secret}\n")
    out.write(_told(token))
    return FINE


def check_table(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful check`."""
    report = check(
        at.context(),
        lambda: rows(at.client, at.settings.identity_table),
        repair=asked.repair,
        progress=lambda number: progress(f"{counted(number, 'item')} looked at"),
    )
    progress("")
    out.write(_report_json(report) if asked.json else _report_text(report, repair=asked.repair))
    return FINE if report.clean else LOOK


def redrive_queue(at: Deployment, _: Namespace, out: TextIO) -> int:
    """`rightful redrive`."""
    number = redrive(at.session.client("sqs"), at.dead_letter_queue_url)
    out.write(f"About {number} dead letters are on their way back.\n" if number else "There are no dead letters.\n")
    return FINE


def print_hash(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """address-hash."""
    try:
        address = parse_address(asked.address)
    except InvalidAddressError as error:
        raise OperationError(f"address: {error}.") from error
    found = address_hash(address.canonical, at.settings.log_hash_key)
    if not found:
        raise OperationError("This deployment has no LOG_HASH_KEY: its logs hold no hashes.")
    out.write(f"{found}\n")
    return FINE


def _open_organization(at: Deployment, organization_id: str) -> Organization:
    """An organization that something is to be done for."""
    organization = at.organization(organization_id)
    if organization.closing is not None:
        raise OperationError(f"{organization.name} is being deleted: nothing is added to it any more.")
    return organization


def _check_free(store: IdentityStore, domain: str) -> None:
    name = domains.domain_name(domain)
    if store.organization_of_domain(name) is not None:
        raise OperationError(f"Another organization has verified {name}: rightful domain show {name} says which.")


def _told(token: Token) -> str:
    """Which key it is: the id is what lists, logs and `token revoke` call it."""
    ends = f"expires on {token.expires_at:%Y-%m-%d}" if token.expires_at else "does not expire"
    return f"its id         {token.id}\nIt is {token.owner}'s and {ends}. It is not shown again.\n"


def _lifetime(asked: Namespace, scope: Scope) -> timedelta | None:
    if asked.no_end and asked.days is not None:
        raise OperationError("Say --days or --no-end, not both.")
    if asked.no_end:
        return None
    if asked.days is None:
        return DEFAULT_LIFETIME.get(scope)
    if asked.days < 1:
        raise OperationError("--days: at least 1.")
    return timedelta(days=asked.days)


def _report_json(report: Report) -> str:
    document = {
        "lookedAt": report.looked_at,
        "complete": report.complete,
        "repaired": dict(report.repaired),
        "left": [
            {
                "kind": found.kind,
                "accountId": found.account_id,
                "repairable": bool(found.repair),
                **({"item": write_key(found.item)} if found.item else {}),
            }
            for found in report.left
        ],
    }
    return json_text(document)


def _report_text(report: Report, *, repair: bool) -> str:
    lines = [f"{counted(report.looked_at, 'account or index item', 'accounts and index items')} looked at."]
    lines += [f"  repaired      {number:6,}  {kind}" for kind, number in sorted(report.repaired.items())]
    for found in sorted(report.left, key=lambda each: (bool(each.repair), each.kind)):
        what = "can be repaired" if found.repair else "needs a person"
        named = f"account {found.account_id or '(none)'}"
        if found.item is not None:
            named = f"item {json.dumps(write_key(found.item), ensure_ascii=False)}"
        lines.append(f"  {what}  {found.kind}  {named}")
    if not report.complete:
        lines.append("Conflicts, groups and numbers were not looked at: mend what cannot be read, and check again.")
    if not report.left:
        lines.append("Everything agrees.")
    elif not repair and any(found.repair for found in report.left):
        lines.append("Repair it: rightful check --repair")
    return "\n".join(lines) + "\n"
