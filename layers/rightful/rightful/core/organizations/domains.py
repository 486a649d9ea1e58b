"""An organization's verified domains: how they are recorded and given up. `by` as in the registry."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from rightful.core.organizations.log_rows import settings_row
from rightful.core.organizations.registry import change_organization
from rightful.domain.address import PLACEHOLDER_DOMAIN, InvalidAddressError, canonical_domain
from rightful.domain.organization import Organization
from rightful.domain.request_error import RequestError, changed_meanwhile
from rightful.ports.context import Context
from rightful.ports.writes.settings import ClaimDomain, PutOrganization, ReleaseDomain
from rightful.ports.writes.transaction import RefusedError, Write

_Thing = TypeVar("_Thing")

MOST_DOMAINS = 500
"""They are part of the organization's settings, which each request reads."""


def add_domain(context: Context, organization: Organization, domain: str, *, by: str | None = None) -> Organization:
    """Record that an organization proved it owns a domain. Doing so again changes nothing.

    The proof is the caller's: `verify_domain` looks into DNS, an operator where he sees fit.

    Raises:
        RequestError: it is no domain name, it would be one too many, or another organization verified it.
    """
    name = domain_name(domain)
    if name in organization.domains:
        return organization
    if len(organization.domains) >= MOST_DOMAINS:
        message = f"domain: an organization has at most {MOST_DOMAINS} domains. Remove one that is not used any more."
        raise RequestError("conflict", message, "domain")
    changed = replace(
        organization,
        version=organization.version + 1,
        domains={**organization.domains, name: context.now},
        challenges=_without(organization.challenges, name),
    )
    try:
        context.commit(
            [
                ClaimDomain(name, organization.id, context.now),
                PutOrganization(changed, organization.version),
                *settings_row(changed, f"The domain {name} was verified.", by, context.invocation, subject=name),
            ],
        )
    except RefusedError as error:
        if any(isinstance(refusal.write, ClaimDomain) for refusal in error.refusals):
            message = f"Another organization has verified {name}. Its administrator must remove it there first."
            raise RequestError("conflict", message, "domain") from error
        raise changed_meanwhile() from error
    return changed


def remove_domain(context: Context, organization: Organization, domain: str, *, by: str | None = None) -> Organization:
    """Give a domain up: no more addresses are claimed on it, accounts keep those that they have. One that waits to be
    verified is not verified then.

    Raises:
        RequestError: the organization has not verified it.
    """
    name = domain_name(domain)
    if name in organization.challenges:
        dropped = replace(organization, challenges=_without(organization.challenges, name))
        sentence = f"The domain {name} is not to be verified any more."
        return change_organization(context, dropped, sentence, by=by, subject=name)
    if name not in organization.domains:
        raise RequestError("not_found", f"{name} is not a verified domain of this organization.", "domain")
    domains = _without(organization.domains, name)
    changed = replace(organization, version=organization.version + 1, domains=domains)
    sentence = f"The domain {name} was given up: no more addresses are claimed on it."
    writes: list[Write] = [
        ReleaseDomain(name, organization.id),
        PutOrganization(changed, organization.version),
        *settings_row(changed, sentence, by, context.invocation, subject=name),
    ]
    try:
        context.commit(writes)
    except RefusedError as error:
        raise changed_meanwhile() from error
    return changed


def domain_name(domain: str) -> str:
    """The canonical form of a domain that can be verified.

    Raises:
        RequestError: invalid_value, it is none.
    """
    try:
        name = canonical_domain(domain)
    except InvalidAddressError as error:
        raise RequestError("invalid_value", "domain: this is not a domain name.", "domain") from error
    if "." not in name or name == PLACEHOLDER_DOMAIN:
        raise RequestError("invalid_value", "domain: only a registered domain name can be verified.", "domain")
    return name


def _without(named: Mapping[str, _Thing], name: str) -> dict[str, _Thing]:
    return {known: thing for known, thing in named.items() if known != name}
