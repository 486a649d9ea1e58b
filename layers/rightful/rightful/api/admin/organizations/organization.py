"""Admin API: the organization itself. It is made and offboarded by the operator alone."""

from dataclasses import replace

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import organization_document
from rightful.api.json_call import Body
from rightful.api.request import Response
from rightful.core.organizations.log_rows import organization_sentence
from rightful.core.organizations.registry import change_organization
from rightful.domain.plain_text import check_plain


class ChangedOrganization(Body):
    """What is to change of an organization."""

    name: str = Field(min_length=1, max_length=100)


def get_organization(call: AdminCall) -> Response:
    """GET the organization."""
    return Response(200, organization_document(call.organization()))


def patch_organization(call: AdminCall) -> Response:
    """PATCH the organization {"name"}."""
    name = call.body(ChangedOrganization).name
    check_plain("name", name)
    before = call.organization()
    organization = replace(before, name=name)
    if organization != before:
        sentence = organization_sentence(before, organization)
        organization = change_organization(call.context, organization, sentence, by=call.who)
    return Response(200, organization_document(organization))
