"""A whole service in memory: one organization, one directory, its keys, and a remediator that is run by hand."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rightful.api.admin.service import AdminService
from rightful.api.authorizer import allowed
from rightful.api.host.service import AccountsService
from rightful.api.request import Principal, Request, Response, principal_of
from rightful.api.scim.service import ScimService
from rightful.core.conflicts.lifecycle.requeue import reexamine_all
from rightful.core.conflicts.remediate import remediate
from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_directory, create_organization, issue_token
from rightful.core.organizations.verify_domain import DomainProof
from rightful.core.users.request import Observer
from rightful.domain.conflicts.policy import Policy, PolicyBase
from rightful.domain.key import Grant, Scope, Token
from rightful.domain.organization import Directory, DomainPolicy, OnDelete, Organization
from rightful.ports.context import Invocation, QueueContext
from tests.support.dynamodb.store import TestedStore
from tests.support.openid import SecretsInMemory
from tests.support.patience import at_once
from tests.support.queue import ListedQueue

BASE_URL = "https://api.example/dev"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AT_ONCE = Policy(base=PolicyBase.CUSTOM, deactivated_after=timedelta(0))


@dataclass
class Service:
    """The service, and a clock that stands still unless it is moved."""

    policy: Policy = AT_ONCE
    domain_policy: DomainPolicy = DomainPolicy.VERIFIED_ONLY
    on_delete: OnDelete = OnDelete.DEACTIVATE
    profile: str = "generic"
    domain: str = "example.com"
    store: TestedStore = field(default_factory=TestedStore)
    queue: ListedQueue = field(default_factory=ListedQueue)
    now: datetime = START
    failures: list[str] = field(default_factory=list)
    proof: DomainProof | None = None
    documentation_url: str = ""
    client_secrets: SecretsInMemory = field(default_factory=SecretsInMemory)
    organization: Organization = field(init=False)
    directory: Directory = field(init=False)
    admin_key: Token = field(init=False)
    scim_key: Token = field(init=False)
    app_key: Token = field(init=False)

    def __post_init__(self) -> None:
        self.organization = create_organization(
            self.context(), "Example", policy=self.policy, domain_policy=self.domain_policy
        )
        self.organization = add_domain(self.context(), self.organization, self.domain)
        self.directory = create_directory(
            self.context(),
            self.organization.id,
            "IdP",
            profile=self.profile,
            on_delete=self.on_delete,
        )
        self.admin_key = self.new_admin_key("Ines")
        self.enter(self.directory)
        self.app_key = issue_token(self.context(), Grant(Scope.APP), "Host application")[1]

    def copy(self) -> "Service":
        """Another service that has the same; what happens to one of them does not happen to the other."""
        made = copy.copy(self)
        made.store, made.queue, made.failures = self.store.copy(), ListedQueue(), list(self.failures)
        made.queue.messages += self.queue.messages
        made.queue.sweeps += self.queue.sweeps
        return made

    def new_admin_key(self, holder: str) -> Token:
        """One more administrator's key."""
        return issue_token(self.context(), Grant(Scope.ADMIN, self.organization.id), holder)[1]

    def enter(self, directory: Directory) -> None:
        """Speak as the identity provider of that directory from now on."""
        self.directory = directory
        self.scim_key = issue_token(self.context(), Grant(Scope.SCIM, self.organization.id, directory.id), "IdP")[1]

    def invocation(self) -> Invocation:
        """An invocation at this moment."""
        return Invocation(now=self.now, correlation_id="test", pause=at_once)

    def context(self) -> QueueContext:
        """What a use case of this moment works with."""
        return QueueContext(self.store, self.invocation(), self.queue)

    def pass_time(self, duration: timedelta) -> None:
        """Move the clock."""
        self.now += duration

    def scim(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        directory_id: str | None = None,
        scope: Scope = Scope.SCIM,
    ) -> Response:
        """A SCIM request: `path` below the directory's base URL, `body` as JSON unless it is a string."""
        asked = directory_id or self.directory.id
        resource, _, identifier = path.strip("/").partition("/")
        template = f"/scim/directory/{{directoryId}}/{resource}"
        parameters = {"directoryId": asked}
        if identifier == ".search":
            template += "/.search"
        elif identifier:
            template += "/{id}"
            parameters["id"] = identifier
        principal = self.authorized(scope)
        request = _request(method, template, parameters, body, query, headers, principal)
        service = ScimService(
            self.store,
            self.queue,
            Observer(failed=lambda what, _: self.failures.append(what)),
            documentation_url=self.documentation_url,
        )
        return service.answer(request, self.invocation())

    def authorized(self, scope: Scope = Scope.SCIM) -> Principal:
        """Whose key it is that the identity provider has, as the authorizer says it."""
        context = allowed(self.scim_key, "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/")["context"]
        assert isinstance(context, dict)
        principal = principal_of({**context, "scope": scope.value, "directoryId": self.directory.id})
        assert principal is not None
        return principal

    def admin(
        self,
        method: str,
        route: str,
        body: object = None,
        *,
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        key: Token | None = None,
        organization_id: str | None = None,
        template: str | None = None,
    ) -> Response:
        """An admin request: `route` as in the template below the organization, `parameters` of its path; `template`:
        the whole path, of a route that is not below one."""
        key = key or self.admin_key
        path_parameters = {"orgId": organization_id or self.organization.id, **(parameters or {})}
        principal = Principal(key.id, key.scope, key.owner, key.organization_id or "", key.directory_id or "")
        template = template or f"/admin/v1/orgs/{{orgId}}{route}"
        request = _request(method, template, path_parameters, body, query, headers, principal)
        service = AdminService(
            self.store, self.queue, lambda what, _: self.failures.append(what), self.proof, lambda: self.client_secrets
        )
        return service.answer(request, self.invocation())

    def version(self, conflict_id: str) -> str:
        """The version of a conflict, as an administrator reads it."""
        conflict = self.admin("GET", "/conflicts/{id}", parameters={"id": conflict_id}).body
        assert isinstance(conflict, dict)
        return str(conflict["version"])

    def accounts(
        self,
        method: str,
        route: str = "",
        body: object = None,
        *,
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        key: Token | None = None,
    ) -> Response:
        """A request of the host application: `route` as in the template below /accounts/v1/accounts."""
        key = key or self.app_key
        principal = Principal(key.id, key.scope, key.owner, key.organization_id or "", key.directory_id or "")
        template = f"/accounts/v1/accounts{route}"
        request = _request(method, template, parameters or {}, body, query, headers, principal)
        return AccountsService(self.store).answer(request, self.invocation())

    def remediate_all(self) -> None:
        """Let the remediator work until the queue is empty."""
        for _ in range(200):
            if self.queue.sweeps:
                reexamine_all(self.store, self.queue, self.queue.sweeps.pop(0))
                continue
            if not self.queue.messages:
                return
            remediate(self.context(), self.queue.messages.pop(0))
        raise AssertionError("the queue does not get empty")

    def create_user(self, name: str, **more: object) -> dict[str, object]:
        """Provision name@example.com, active, and return the User."""
        response = self.scim("POST", "/Users", user(name, **more))
        assert response.status == 201, response.body
        assert isinstance(response.body, dict)
        return response.body

    def move(self, scim_id: object, name: str, **headers: str) -> Response:
        """PATCH a user's work email to name@example.com."""
        return self.scim("PATCH", f"/Users/{scim_id}", email_patch(f"{name}@example.com"), headers=headers)


def user(name: str, **more: object) -> dict[str, object]:
    """A User to be created: name@example.com is its userName and work email, its externalId ext-name."""
    email = f"{name}@example.com"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": email,
        "externalId": f"ext-{name}",
        "emails": [{"value": email, "type": "work", "primary": True}],
        "active": True,
    } | more


def patch(*operations: Mapping[str, object]) -> dict[str, object]:
    """A PatchOp body."""
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def email_patch(email: str) -> dict[str, object]:
    """A PatchOp that replaces the work email."""
    return patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": email})


def _request(
    method: str,
    template: str,
    path_parameters: Mapping[str, str],
    body: object,
    query: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
    principal: Principal,
) -> Request:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    content = {"content-type": "application/scim+json"} if text is not None else {}
    return Request(
        method=method,
        resource=template,
        path_parameters=path_parameters,
        query={name: (value,) for name, value in (query or {}).items()},
        headers={**content, **(headers or {})},
        body=text,
        principal=principal,
        base_url=BASE_URL,
        request_id="test",
    )
