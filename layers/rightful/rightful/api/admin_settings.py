"""Admin API: policy, domains, directories and their keys."""

from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from rightful.accounts.resource import scim_time
from rightful.api.admin_call import AdminCall
from rightful.api.documents import directory_document, token_document
from rightful.api.json_call import ApiError, Body
from rightful.api.proxy import Response
from rightful.conflicts.policy import read_brakes, read_policy, write_brakes, write_policy
from rightful.organizations.organization import Directory, DomainPolicy, OnDelete, Organization
from rightful.organizations.registry import (
    add_domain,
    change_directory,
    change_organization,
    create_directory,
    issue_token,
    remove_domain,
    revoke_token,
)
from rightful.organizations.tokens import Scope
from rightful.scim.errors import ScimError
from rightful.scim.profiles import PROFILE_NAMES
from rightful.scim.schema import schema_from_dict

_NAME = Field(min_length=1, max_length=100)


class NewDomain(Body):
    """A domain that the organization proved to own."""

    domain: str = Field(min_length=1, max_length=253)


class NewDirectory(Body):
    """An IdP connection to be made."""

    name: str = _NAME
    profile: str = "generic"
    onDelete: OnDelete = OnDelete.DEACTIVATE  # noqa: N815 - as in JSON
    extensions: list[dict[str, object]] = Field(default_factory=list, max_length=10)


class ChangedDirectory(Body):
    """What is to change of a directory; the rest stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    profile: str | None = None
    onDelete: OnDelete | None = None  # noqa: N815 - as in JSON
    extensions: list[dict[str, object]] | None = Field(default=None, max_length=10)


class NewToken(Body):
    """A key to be issued for a directory."""

    holder: str = Field(default="identity provider", min_length=1, max_length=100)
    lifetimeDays: int | None = Field(default=None, ge=1, le=3650)  # noqa: N815 - as in JSON


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


def list_directories(call: AdminCall) -> Response:
    """GET directories."""
    directories = call.store.directories(call.organization_id)
    return call.listing(directories, None, lambda directory: _directory(call, directory))


def get_directory(call: AdminCall) -> Response:
    """GET directories/{id}."""
    return Response(200, _directory(call, _asked_directory(call)))


def post_directory(call: AdminCall) -> Response:
    """POST directories {"name", "profile"?, "onDelete"?, "extensions"?}."""
    new = call.body(NewDirectory)
    _check(new.profile, new.extensions)
    directory = create_directory(
        call.store,
        call.invocation,
        call.organization_id,
        new.name,
        profile=new.profile,
        on_delete=new.onDelete,
        extensions=new.extensions,
    )
    return Response(201, _directory(call, directory))


def patch_directory(call: AdminCall) -> Response:
    """PATCH directories/{id}: members that are left out stay as they are."""
    changed = call.body(ChangedDirectory)
    directory = _asked_directory(call)
    _check(changed.profile or directory.profile, changed.extensions or [])
    directory = replace(
        directory,
        name=changed.name or directory.name,
        profile=changed.profile or directory.profile,
        on_delete=changed.onDelete or directory.on_delete,
        extensions=tuple(changed.extensions) if changed.extensions is not None else directory.extensions,
    )
    return Response(200, _directory(call, change_directory(call.store, call.invocation, directory)))


def list_tokens(call: AdminCall) -> Response:
    """GET directories/{id}/tokens."""
    directory = _asked_directory(call)
    tokens = call.store.tokens(organization_id=call.organization_id, directory_id=directory.id)
    return call.listing(tokens, None, token_document)


def post_token(call: AdminCall) -> Response:
    """POST directories/{id}/tokens {"holder"?, "lifetimeDays"?}: the answer shows the key, this once."""
    new = call.body(NewToken)
    directory = _asked_directory(call)
    secret, token = issue_token(
        call.store,
        call.invocation,
        Scope.SCIM,
        new.holder,
        organization_id=call.organization_id,
        directory_id=directory.id,
        lifetime=timedelta(days=new.lifetimeDays) if new.lifetimeDays else None,
    )
    return Response(201, {**token_document(token), "token": secret})


def delete_token(call: AdminCall) -> Response:
    """DELETE directories/{id}/tokens/{tokenId}."""
    directory = _asked_directory(call)
    for token in call.store.tokens(organization_id=call.organization_id, directory_id=directory.id):
        if token.id == call.request.path_parameters.get("tokenId"):
            revoke_token(call.store, call.invocation, token)
            return Response(204)
    raise ApiError(404, "not_found", "There is no such key of this directory.")


def _asked_directory(call: AdminCall) -> Directory:
    state = call.store.directory_state(call.organization_id, call.request.path_parameters.get("id", ""))
    if state is None:
        raise ApiError(404, "not_found", "There is no such directory in this organization.")
    return state.directory


def _directory(call: AdminCall, directory: Directory) -> dict[str, object]:
    return directory_document(directory, call.request.base_url)


def _check(profile_name: str, extensions: list[dict[str, object]]) -> None:
    if profile_name not in PROFILE_NAMES:
        raise ApiError(400, "invalid_value", f"profile: choose of {', '.join(PROFILE_NAMES)}.", "profile")
    for number, extension in enumerate(extensions):
        try:
            schema_from_dict(extension)
        except ScimError as error:
            raise ApiError(400, "invalid_value", f"extensions.{number}: {error}", f"extensions.{number}") from error


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
