"""An administrator at a desk, with a conflict in front of them."""

from typing import Any

from rightful.api.request import Response
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.policy import STANDARD, Policy
from rightful.domain.key import Token
from tests.support.service import Service, patch, user
from tests.support.stream import StreamingStore


class Desk:
    """Ada is refused a leaver's address, and an administrator has read it."""

    def __init__(self, policy: Policy = STANDARD, store: StreamingStore | None = None) -> None:
        self.service = Service(policy=policy, store=store) if store else Service(policy=policy)
        self.leaver, self.ada = (str(self.service.create_user(name)["id"]) for name in ("sales", "ada"))
        self.service.scim("DELETE", f"/Users/{self.leaver}")
        self.holder_id = self.leaver.rpartition("-")[0]
        self.ask()
        [conflict] = self.service.store.all_of(Conflict)
        self.conflict_id = conflict.id
        self.read = self.version

    def ask(self, *more: dict[str, object]) -> None:
        """The directory sends the change, once more."""
        email = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "sales@example.com"}
        assert self.service.scim("PATCH", f"/Users/{self.ada}", patch(email, *more)).status == 409
        self.service.remediate_all()

    @property
    def document(self) -> dict[str, Any]:
        """The conflict as it is."""
        body: Any = self.service.admin("GET", "/conflicts/{id}", parameters={"id": self.conflict_id}).body
        assert isinstance(body, dict)
        return body

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.document["version"])

    def say(self, what: str, key: Token | None = None, **body: object) -> Response:
        """Approve, reject, retry or undo it."""
        route = what if what in {"retry", "undo"} else "decision"
        said: dict[str, object] = {} if what == "retry" else {"reason": "she left in May"}
        if route == "decision":
            said["decision"] = what
        return self.service.admin(
            "POST", f"/conflicts/{{id}}/{route}", {**said, **body}, parameters={"id": self.conflict_id}, key=key
        )

    def flag(self, account_id: str, method: str = "PUT") -> None:
        """The host application marks an account, or not any more."""
        parameters = {"id": account_id, "flag": "legal_hold"}
        assert self.service.accounts(method, "/{id}/flags/{flag}", parameters=parameters).status < 300

    def login(self) -> None:
        """The holder signs in."""
        assert self.service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": self.holder_id}).status < 300

    def act(self, account_id: str, action: str) -> None:
        """An administrator does something about an account."""
        body = {"action": action, "reason": "mine"}
        answer = self.service.admin("POST", "/accounts/{id}/actions", body, parameters={"id": account_id})
        assert answer.status == 200, answer.body

    def comes_back(self) -> None:
        """The identity provider creates the leaver again."""
        assert self.service.scim("POST", "/Users", user("sales")).status == 201

    def unmoved(self) -> bool:
        """Whether the leaver has the address still."""
        return self.service.store.holds(["sales@example.com"])["sales@example.com"].account_id == self.holder_id


def error_of(response: Response) -> tuple[int, str, str | None, str]:
    body: Any = response.body
    error = body["error"]
    return response.status, error["code"], error.get("field"), error["message"]
