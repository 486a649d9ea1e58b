"""One admin request on its way through a handler."""

from collections.abc import Callable
from dataclasses import dataclass

from rightful.api.json_call import ApiError, JsonCall
from rightful.core.organizations.verify_domain import DomainProof
from rightful.domain.key import Scope, Token
from rightful.domain.one_word import OneAdministrator
from rightful.domain.organization import Organization
from rightful.ports.context import QueueContext
from rightful.ports.sign_in import ClientSecrets


@dataclass(frozen=True, slots=True)
class AdminCall(JsonCall):
    """A request by an administrator of the organization in its path, or by the operator; that is checked before.

    Attributes:
        on_failure: is told what could not be done now and is done later, or by a person.
        proof: looks for proof that a domain is an organization's; None: only the operator adds domains.
        client_secrets: gives the place where the secret of the organization's OpenID client is kept; None: nowhere.
    """

    context: QueueContext
    on_failure: Callable[[str, Exception], None]
    proof: DomainProof | None = None
    client_secrets: Callable[[], ClientSecrets] | None = None

    @property
    def organization_id(self) -> str:
        """The organization in the path."""
        return self.request.path_parameters.get("orgId", "")

    @property
    def by_operator(self) -> bool:
        """Whether it is the operator of the service who asks, not the organization itself."""
        return self.principal.scope is Scope.OPERATOR

    @property
    def who(self) -> str:
        """Who asks, as the organization's event log names them; an administrator's word is one person's."""
        owner = self.principal.owner
        return f"{owner} (operator)" if self.by_operator else OneAdministrator(owner)

    def organization(self) -> Organization:
        """The organization's settings as they are now.

        Raises:
            ApiError: 404, it is gone.
        """
        organization = self.store.organization(self.organization_id)
        if organization is None:
            raise ApiError(404, "not_found", "There is no such organization.")
        return organization

    def key(self) -> Token:
        """The key as it is now: the gateway may still let in one that was revoked within the last minute.

        Raises:
            ApiError: 403, it was revoked or has expired.
        """
        tokens = self.store.tokens(organization_id="" if self.by_operator else self.organization_id)
        for token in tokens:
            if token.id == self.principal.token_id and token.is_live(self.invocation.now):
                return token
        raise ApiError(403, "forbidden", "This key was revoked or has expired. Use another one.")
