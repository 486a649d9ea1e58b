"""Admin API: deleting a directory. It is marked at once; what does not fit into the request the janitor does."""

from rightful.api.admin.call import AdminCall
from rightful.api.admin.directories import asked_directory, directory_response
from rightful.api.json_call import ApiError
from rightful.api.request import Response
from rightful.core.administration.directory_deletion import begin, go_on, what_is_left

_SECONDS_FOR_IT = 5.0
"""Of a request, for going on with the deletion: nobody waits for 100,000 users."""


def delete_directory(call: AdminCall) -> Response:
    """DELETE directories/{id}?confirm={its name}: 204 when nothing is left of it, 202 as long as something is. Sent
    again, it goes on.

    Raises:
        ApiError: 400, the name does not go with it: it ends the access of all its users.
    """
    directory = asked_directory(call)
    if call.parameter("confirm") != directory.name and directory.deleting is None:
        users = what_is_left(call.store, directory.id).users
        message = (
            f"confirm: deleting this directory unlinks and deactivates its users ({users:,}) and revokes its keys, and "
            "cannot be undone. Repeat the directory's name in this parameter."
        )
        raise ApiError(400, "invalid_value", message, "confirm")
    marked = begin(call.context, directory, by=call.who)
    at_least = call.invocation.remaining() - _SECONDS_FOR_IT
    progress = go_on(call.context, marked, enough=lambda: call.invocation.remaining() < at_least)
    return Response(204) if progress.gone else directory_response(call, marked, 202)
