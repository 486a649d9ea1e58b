"""Whether a refused request was an attempt at another organization's things, or a wrong URL."""

from rightful.api.request import Request
from rightful.ports.store.contract import IdentityStore

REFUSED = frozenset({403, 404})


def is_cross_organization(store: IdentityStore, request: Request, status: int) -> bool:
    """Whether a live key of an organization was refused at what another one has.

    Ids are random: who names one that exists has it from somewhere. One that nobody has is a mistyped URL, and another
    directory of the same organization is a mix-up of its own keys.

    Raises:
        ClientError, BotoCoreError: AWS cannot say.
    """
    principal, asked = request.principal, request.path_parameters
    if status not in REFUSED or principal is None or not principal.organization_id:
        return False
    own, organization_id = principal.organization_id, asked.get("orgId")
    if organization_id is not None and organization_id != own:
        return store.organization(organization_id) is not None
    directory_id = asked.get("directoryId")
    if directory_id is None or directory_id == principal.directory_id:
        return False
    # A directory is found under its organization only; that it has users is known by its own id.
    return store.directory_state(own, directory_id) is None and store.number_of_users(directory_id) > 0
