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
    before = organization = call.organization()
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
        organization = replace(organization, domain_policy=_domain_policy(call, document["domainPolicy"], before))
    if organization != before:
        organization = change_organization(call.store, call.invocation, organization, before=before, by=call.who)
    return Response(200, _policy_document(organization))


def list_domains(call: AdminCall) -> Response:
    """GET domains."""
    return call.listing(tuple(sorted(_domain_documents(call.organization()).values(), key=str)), None, dict)


def post_domain(call: AdminCall) -> Response:
    """POST domains {"domain"}: the operator has seen the proof that the organization owns it."""
    domain = call.body(NewDomain).domain
    if not call.by_operator:
        message = "The operator of the service adds domains, when it has seen that you own them. Ask there."
        raise ApiError(403, "forbidden", message)
    organization = add_domain(call.store, call.invocation, call.organization(), domain, by=call.who)
    return Response(201, {"items": list(_domain_documents(organization).values())})


def delete_domain(call: AdminCall) -> Response:
    """DELETE domains/{domain}."""
    domain = call.request.path_parameters.get("domain", "")
    remove_domain(call.store, call.invocation, call.organization(), domain, by=call.who)
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


def _domain_policy(call: AdminCall, value: object, before: Organization) -> DomainPolicy:
    """The domain policy that is asked for. An organization can narrow its own, only the operator can widen it."""
    try:
        asked = DomainPolicy(str(value))
    except ValueError as error:
        message = f"domainPolicy: choose of {', '.join(DomainPolicy)}."
        raise ApiError(400, "invalid_value", message, "domainPolicy") from error
    if asked is DomainPolicy.ANY and before.domain_policy is not asked and not call.by_operator:
        message = "domainPolicy: only the operator of the service can let an organization use every domain."
        raise ApiError(403, "forbidden", message, "domainPolicy")
    return asked


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ApiError(400, "invalid_value", f"{name} is an object.", name)
    return value
