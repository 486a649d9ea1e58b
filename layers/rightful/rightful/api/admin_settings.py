"""Admin API: policy, brakes and domains."""

from dataclasses import replace

from pydantic import Field

from rightful.accounts.resource import scim_time
from rightful.api.admin_call import AdminCall
from rightful.api.json_call import ApiError, Body
from rightful.api.proxy import Response
from rightful.conflicts.policy import read_brakes, read_policy, write_brakes, write_policy
from rightful.organizations.organization import DomainPolicy, Organization
from rightful.organizations.registry import (
    add_domain,
    change_organization,
    remove_domain,
)

_NAME = Field(min_length=1, max_length=100)


class NewDomain(Body):
    """A domain that the organization proved to own."""

    domain: str = Field(min_length=1, max_length=253)


def get_policy(call: AdminCall) -> Response:
    """GET policy."""
    return Response(200, _policy_document(call.organization()))


def put_policy(call: AdminCall) -> Response:
    """PUT policy {"policy"?, "brakes"?, "domainPolicy"?}: what is left out, in each of them too, stays as it is."""
    document = call.document()
    organization = call.organization()
    known = {"policy", "brakes", "domainPolicy"}
    for name in document:
        if name not in known:
            raise ApiError(400, "invalid_value", f"{name}: the members are {', '.join(sorted(known))}.", name)
    policy, brakes = document.get("policy"), document.get("brakes")
    if policy is not None:
        organization = replace(organization, policy=read_policy(_object(policy, "policy"), organization.policy))
    if brakes is not None:
        organization = replace(organization, brakes=read_brakes(_object(brakes, "brakes"), organization.brakes))
    if "domainPolicy" in document:
        organization = replace(organization, domain_policy=_domain_policy(document["domainPolicy"]))
    return Response(200, _policy_document(change_organization(call.store, call.invocation, organization)))


def list_domains(call: AdminCall) -> Response:
    """GET domains."""
    return call.listing(tuple(sorted(_domain_documents(call.organization()).values(), key=str)), None, dict)


def post_domain(call: AdminCall) -> Response:
    """POST domains {"domain"}."""
    domain = call.body(NewDomain).domain
    organization = add_domain(call.store, call.invocation, call.organization(), domain)
    return Response(201, {"items": list(_domain_documents(organization).values())})


def delete_domain(call: AdminCall) -> Response:
    """DELETE domains/{domain}."""
    remove_domain(call.store, call.invocation, call.organization(), call.request.path_parameters.get("domain", ""))
    return Response(204)


def _policy_document(organization: Organization) -> dict[str, object]:
    return {
        "policy": write_policy(organization.policy),
        "brakes": write_brakes(organization.brakes),
        "domainPolicy": organization.domain_policy.value,
    }


def _domain_documents(organization: Organization) -> dict[str, dict[str, str]]:
    return {
        name: {"domain": name, "verifiedAt": scim_time(moment)} for name, moment in sorted(organization.domains.items())
    }


def _domain_policy(value: object) -> DomainPolicy:
    try:
        return DomainPolicy(str(value))
    except ValueError as error:
        message = f"domainPolicy: choose of {', '.join(DomainPolicy)}."
        raise ApiError(400, "invalid_value", message, "domainPolicy") from error


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ApiError(400, "invalid_value", f"{name} is an object.", name)
    return value
