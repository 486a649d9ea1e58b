"""Admin API: directories and their keys. A directory that is deleted is marked at once; what does not fit into the
request the janitor does."""

from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from rightful.api.admin.call import AdminCall
from rightful.api.documents import directory_document, token_document
from rightful.api.json_call import ApiError, Body
from rightful.api.request import Response
from rightful.core.administration.directory_deletion import begin, go_on, what_is_left
from rightful.core.organizations.extensions import check_extensions
from rightful.core.organizations.log_rows import directory_sentence
from rightful.core.organizations.registry import add_directory, change_directory, issue_token, revoke_token
from rightful.domain.key import Grant, Scope, Token
from rightful.domain.one_word import word_of
from rightful.domain.organization import Directory, OnDelete
from rightful.scim.profiles import PROFILE_NAMES

_NAME = Field(min_length=1, max_length=100)
MOST_DAYS = 3650
"""A key works at most that long, if it is to end."""
_SECONDS_FOR_DELETING = 5.0
"""Of a request, for going on with a deletion: nobody waits for 100,000 users."""


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

    owner: str = Field(default="identity provider", min_length=1, max_length=100)
    lifetimeDays: int | None = Field(default=None, ge=1, le=MOST_DAYS)  # noqa: N815 - as in JSON


def list_directories(call: AdminCall) -> Response:
    """GET directories."""
    directories = call.store.directories(call.organization_id)
    return call.listing(directories, None, lambda directory: _directory(call, directory))


def get_directory(call: AdminCall) -> Response:
    """GET directories/{id}."""
    return Response(200, _directory(call, asked_directory(call)))


def post_directory(call: AdminCall) -> Response:
    """POST directories {"name", "profile"?, "onDelete"?, "extensions"?}."""
    new = call.body(NewDirectory)
    _check(new.profile, new.extensions)
    directory = Directory(
        id=call.invocation.new_id(),
        version=1,
        organization_id=call.organization_id,
        name=new.name,
        created_at=call.invocation.now,
        profile=new.profile,
        on_delete=new.onDelete,
        extensions=tuple(new.extensions),
    )
    return Response(201, _directory(call, add_directory(call.context, directory, by=call.who)))


def patch_directory(call: AdminCall) -> Response:
    """PATCH directories/{id}: members that are left out stay as they are."""
    changed = call.body(ChangedDirectory)
    before = asked_directory(call)
    _check(changed.profile or before.profile, changed.extensions or [])
    directory = replace(
        before,
        name=changed.name or before.name,
        profile=changed.profile or before.profile,
        on_delete=changed.onDelete or before.on_delete,
        extensions=tuple(changed.extensions) if changed.extensions is not None else before.extensions,
    )
    if directory.on_delete is not before.on_delete:
        word = word_of(call.who, call.invocation.now) if directory.on_delete is OnDelete.ERASE else None
        directory = replace(directory, erasing=word)
    if directory != before:
        directory = change_directory(call.context, directory, directory_sentence(before, directory), by=call.who)
    return Response(200, _directory(call, directory))


def delete_directory(call: AdminCall) -> Response:
    """DELETE directories/{id}?confirm={its name}: 204 when nothing is left of it, 202 as long as something is. Sent
    again, it goes on.

    Raises:
        ApiError: 400, the name does not go with it: it ends the access of all its users.
    """
    directory = asked_directory(call)
    if call.parameter("confirm") != directory.name and directory.deleting is None:
        message = f"confirm: {what_deleting_does(call, directory.id)} Repeat the directory's name in this parameter."
        raise ApiError(400, "invalid_value", message, "confirm")
    marked = begin(call.context, directory, by=call.who)
    at_least = call.invocation.remaining() - _SECONDS_FOR_DELETING
    progress = go_on(call.context, marked, enough=lambda: call.invocation.remaining() < at_least)
    return Response(204) if progress.gone else Response(202, _directory(call, marked))


def what_deleting_does(call: AdminCall, directory_id: str) -> str:
    """What the deletion of a directory would do, as it is now; said before it is done. Two calls."""
    users = what_is_left(call.store, directory_id).users
    return (
        f"deleting this directory unlinks and deactivates its users ({users:,}) and revokes its keys, and cannot be "
        "undone."
    )


def list_tokens(call: AdminCall) -> Response:
    """GET directories/{id}/tokens."""
    directory = asked_directory(call)
    tokens = call.store.tokens(organization_id=call.organization_id, directory_id=directory.id)
    return call.listing(tokens, None, token_document)


def post_token(call: AdminCall) -> Response:
    """POST directories/{id}/tokens {"owner"?, "lifetimeDays"?}: the answer shows the key, this once."""
    new = call.body(NewToken)
    directory = asked_directory(call)
    secret, token = issue_token(
        call.context,
        Grant(Scope.SCIM, call.organization_id, directory.id),
        new.owner,
        timedelta(days=new.lifetimeDays) if new.lifetimeDays else None,
        by=call.who,
    )
    return Response(201, {**token_document(token), "token": secret})


def delete_token(call: AdminCall) -> Response:
    """DELETE directories/{id}/tokens/{tokenId}."""
    revoke_token(call.context, asked_token(call), by=call.who)
    return Response(204)


def asked_token(call: AdminCall) -> Token:
    """The key in the path, of the directory in the path.

    Raises:
        ApiError: 404, there is none.
    """
    directory = asked_directory(call)
    for token in call.store.tokens(organization_id=call.organization_id, directory_id=directory.id):
        if token.id == call.request.path_parameters.get("tokenId"):
            return token
    raise ApiError(404, "not_found", "There is no such key of this directory.")


def asked_directory(call: AdminCall) -> Directory:
    """The directory in the path.

    Raises:
        ApiError: 404, the organization has none of that id.
    """
    state = call.store.directory_state(call.organization_id, call.request.path_parameters.get("id", ""))
    if state is None:
        raise ApiError(404, "not_found", "There is no such directory in this organization.")
    return state.directory


def _directory(call: AdminCall, directory: Directory) -> dict[str, object]:
    """One that is being deleted shows how much is left to do."""
    document = directory_document(directory, call.request.base_url)
    deleting = document["deleting"]
    if isinstance(deleting, dict):
        left = what_is_left(call.store, directory.id)
        deleting |= {"usersLeft": left.users, "groupsLeft": left.groups}
    return document


def _check(profile_name: str, extensions: list[dict[str, object]]) -> None:
    if profile_name not in PROFILE_NAMES:
        raise ApiError(400, "invalid_value", f"profile: choose of {', '.join(PROFILE_NAMES)}.", "profile")
    check_extensions(extensions)
