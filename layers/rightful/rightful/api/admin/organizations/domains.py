"""Admin API: an organization's domains. They are authority: an organization proves in DNS that one is its own, or the
operator of the service vouches for it."""

from collections.abc import Mapping

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.json_call import ApiError, Body
from rightful.api.request import Response
from rightful.core.organizations.domains import add_domain, domain_name, remove_domain
from rightful.core.organizations.verify_domain import (
    CHALLENGE_LIFETIME,
    ProofUnavailableError,
    ask_for_domain,
    record_name,
    record_value,
    verify_domain,
)
from rightful.domain.organization import Organization
from rightful.text.ids import time_text


class NewDomain(Body):
    """A domain of the organization's."""

    domain: str = Field(min_length=1, max_length=253)


def list_domains(call: AdminCall) -> Response:
    """GET domains: those that are verified, and those that wait for it."""
    organization = call.organization()
    names = sorted({*organization.domains, *organization.challenges})
    return call.listing(tuple(names), None, lambda name: _document(organization, name))


def post_domain(call: AdminCall) -> Response:
    """POST domains {"domain"}: 201 with the domain, and with the record that has to be in DNS to verify it. An
    operator's are verified at once."""
    name = call.body(NewDomain).domain
    organization = call.organization()
    if call.by_operator:
        organization = add_domain(call.context, organization, name, by=call.who)
    elif call.proof is None:
        message = "The operator of the service adds domains, when it has seen that you own them. Ask there."
        raise ApiError(403, "forbidden", message)
    else:
        organization = ask_for_domain(call.context, organization, name, by=call.who)
    return Response(201, _document(organization, domain_name(name)))


def verify(call: AdminCall) -> Response:
    """POST domains/{domain}/verify: the domain, verified, if the record is in DNS."""
    name = _named(call)
    if call.proof is None:
        raise ApiError(403, "forbidden", "The operator of the service verifies domains. Ask there.")
    try:
        organization = verify_domain(call.context, call.organization(), name, call.proof, by=call.who)
    except ProofUnavailableError as error:
        call.on_failure("dns", error)
        message = "DNS could not be asked at the moment. Nothing was changed; try again shortly."
        raise ApiError(503, "unavailable", message, headers={"Retry-After": "10"}) from error
    return Response(200, _document(organization, domain_name(name)))


def delete_domain(call: AdminCall) -> Response:
    """DELETE domains/{domain}."""
    remove_domain(call.context, call.organization(), _named(call), by=call.who)
    return Response(204)


def _named(call: AdminCall) -> str:
    return call.request.path_parameters.get("domain", "")


def _document(organization: Organization, name: str) -> Mapping[str, object]:
    verified_at, challenge = organization.domains.get(name), organization.challenges.get(name)
    record = {"type": "TXT", "name": record_name(name), "value": record_value(challenge.secret)} if challenge else None
    return {
        "domain": name,
        "status": "verified" if verified_at else "pending",
        "verifiedAt": time_text(verified_at) if verified_at else None,
        "record": record,
        "expiresAt": time_text(challenge.asked_at + CHALLENGE_LIFETIME) if challenge else None,
    }
