"""One administrator of an organization with one admin key, and accounts that take two people."""

from datetime import timedelta
from typing import Any

from rightful.api.request import Response
from rightful.core.administration.facts import set_flag
from rightful.domain.account import Account, Flag
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.policy import Policy, PolicyBase, Rule
from rightful.domain.events.event_log import LogEntry
from rightful.domain.key import Token
from tests.support.service import Service

CHIEF = "chief@example.com"
WEEK = timedelta(days=7)


def service_with(policy: Policy | None = None, **settings: Any) -> tuple[Service, str]:
    """A service, and the SCIM id of a user whose account is marked unless there is a policy of its own."""
    service = Service(**settings) if policy is None else Service(policy=policy, **settings)
    chief = service.create_user("chief")
    if policy is None:
        mark(service, CHIEF)
    return service, str(chief["id"])


def mark(service: Service, email: str, flag: Flag = Flag.PRIVILEGED) -> None:
    set_flag(service.context(), holder_of(service, email).id, flag, on=True)


def custom(**rules: str) -> Policy:
    return Policy(PolicyBase.CUSTOM, {ConflictClass(name): Rule(rule) for name, rule in rules.items()})


def own_key(service: Service, by: Token | None = None) -> Token:
    """Ines issues herself a key of the directory, and speaks as its identity provider from now on."""
    answer = service.admin(
        "POST", "/directories/{id}/tokens", {"owner": "me"}, parameters={"id": service.directory.id}, key=by
    )
    assert answer.status == 201, answer.body
    [service.scim_key] = [
        token
        for token in service.store.tokens(organization_id=service.organization.id, directory_id=service.directory.id)
        if token.id == body_of(answer)["id"]
    ]
    return service.scim_key


def confirm(service: Service, token: Token, key: Token) -> Response:
    parameters = {"id": service.directory.id, "tokenId": token.id}
    route = "/directories/{id}/tokens/{tokenId}/confirmation"
    answer = service.admin("POST", route, {"reason": "the rotation of today"}, parameters=parameters, key=key)
    # What the authorizer finds in the table from then on.
    service.scim_key = service.store.token(service.scim_key.sha256) or service.scim_key
    return answer


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def error_of(response: Response) -> tuple[int, str]:
    return response.status, body_of(response)["error"]["code"]


def holder_of(service: Service, email: str) -> Account:
    """Who has an address."""
    hold = service.store.holds([email])[email]
    account = service.store.account(hold.account_id or "")
    assert account is not None
    return account


def act(service: Service, whose: str, action: str, key: Token | None = None, **more: object) -> Response:
    body = {"action": action, "reason": "because", **more}
    return service.admin(
        "POST", "/accounts/{id}/actions", body, parameters={"id": holder_of(service, whose).id}, key=key
    )


def rows(service: Service, action: str) -> list[LogEntry]:
    return [row for row in service.store.all_of(LogEntry) if row.action.value == action]


# The policy


def put_policy(service: Service, key: Token | None = None, **policy: object) -> dict[str, Any]:
    answer = service.admin("PUT", "/policy", {"policy": policy}, key=key)
    assert answer.status == 200, answer.body
    return body_of(answer)


def a_leaver(policy: Policy) -> Service:
    """The chief has left; another user is to have the address."""
    service, scim_id = service_with(policy)
    service.scim("DELETE", f"/Users/{scim_id}")
    service.pass_time(timedelta(days=30))
    return service


def asked_for(service: Service) -> Conflict:
    """The conflict of another user's wish for the leaver's address, after the remediator looked at it."""
    scim_id = service.create_user("ada")["id"]
    assert service.move(scim_id, "chief").status == 409
    service.remediate_all()
    [conflict] = service.store.all_of(Conflict)
    return conflict
