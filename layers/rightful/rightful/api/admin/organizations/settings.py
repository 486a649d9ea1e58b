"""Admin API: policy, brakes and domain policy."""

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import word_document
from rightful.api.json_call import ApiError
from rightful.api.request import Response
from rightful.core.organizations.confirm import noting_who
from rightful.core.organizations.log_rows import organization_sentence
from rightful.core.organizations.registry import change_organization
from rightful.domain.conflicts.policy import Rule, read_brakes, read_policy, write_brakes, write_policy
from rightful.domain.organization import DomainPolicy, Organization
from rightful.domain.plain_text import plain_reason

_NAME = Field(min_length=1, max_length=100)


def get_policy(call: AdminCall) -> Response:
    """GET policy."""
    return Response(200, policy_document(call.organization(), call.invocation.now))


def put_policy(call: AdminCall) -> Response:
    """PUT policy {"policy"?, "brakes"?, "domainPolicy"?, "reason"?}: what is left out, in each of them too, stays as it
    is. "unconfirmed" may stand there as it was read; the reason is kept with the row of the log."""
    before = call.organization()
    asked, reason = asked_settings(call, before)
    organization = noting_who(before, asked, call.who, call.invocation.now)
    if organization != before:
        sentence = " ".join(filter(None, [organization_sentence(before, organization), reason]))
        organization = change_organization(call.context, organization, sentence, by=call.who)
    return Response(200, policy_document(organization, call.invocation.now))


def asked_settings(call: AdminCall, organization: Organization) -> tuple[Organization, str]:
    """The organization with policy, brakes and domain policy as the body asks for them; and the reason it gives.

    Raises:
        ApiError: 400; 403, only the operator may do that.
        RequestError: invalid_value.
    """
    document, before = call.document(), organization
    known = {"policy", "brakes", "domainPolicy", "unconfirmed", "reason"}
    for name in document:
        if name not in known:
            raise ApiError(400, "invalid_value", f"{name}: the members are {', '.join(sorted(known))}.", name)
    reason = plain_reason(str(document["reason"])) if document.get("reason") is not None else ""
    policy, brakes = document.get("policy"), document.get("brakes")
    if policy is not None:
        organization = replace(organization, policy=read_policy(_object(policy, "policy"), organization.policy))
    if brakes is not None:
        organization = replace(organization, brakes=read_brakes(_object(brakes, "brakes"), organization.brakes))
    if "domainPolicy" in document:
        organization = replace(organization, domain_policy=_domain_policy(call, document["domainPolicy"], before))
    return organization, reason


def policy_document(organization: Organization, now: datetime) -> dict[str, object]:
    """Policy, brakes and domain policy; and which rules still take two people, because one person lowered them."""
    waiting = {each: word for each, word in organization.lowered.items() if word.stands_alone(now)}
    return {
        "policy": write_policy(organization.policy),
        "brakes": write_brakes(organization.brakes),
        "domainPolicy": organization.domain_policy.value,
        "unconfirmed": [
            {
                "class": each.value,
                "rule": organization.policy.rule(each).value,
                "countsAs": Rule.TWO_APPROVALS.value,
                **word_document(word),
            }
            for each, word in sorted(waiting.items())
        ],
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
