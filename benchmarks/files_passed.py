"""Which product files one request passes: what somebody reads who wants to follow it from the handler to the answer.

Counted is each file below functions/ and layers/rightful/rightful of which at least one function ran, from the call of
the handler to its answer, against the real store on moto. What runs when a module is imported does not count (module
and class bodies, decorators), nor what a dataclass makes by itself, as no file has it. Each request is made twice, on
different people: the second one counts, in a process that is warm. So what is made once and kept (clients, settings)
does not count either.

    python benchmarks/files_passed.py          # how many
    python benchmarks/files_passed.py --list   # and which
"""

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_directory, create_organization, issue_token
from rightful.domain.account import account_id_of
from rightful.domain.key import Grant, Scope, Token
from rightful.ports.context import Context, Invocation
from tests.support.builders import a_user
from tests.support.functions import Deployed, deployed_on_moto
from tests.support.service import AT_ONCE, email_patch

ROOT = Path(__file__).parents[1]
PRODUCT = (ROOT / "layers/rightful/rightful", ROOT / "functions")


@contextmanager
def files_passed() -> Iterator[set[str]]:
    """The product files of which a function runs meanwhile, by their paths in the repository."""
    passed: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        # Bodies of modules and classes are no functions: they have no fast locals.
        if event == "call" and code.co_flags & inspect.CO_OPTIMIZED:
            passed.add(code.co_filename)

    sys.setprofile(note)
    try:
        yield passed
    finally:
        sys.setprofile(None)
        paths = [Path(name) for name in passed]
        passed.clear()
        passed.update(str(path.relative_to(ROOT)) for path in paths if any(path.is_relative_to(top) for top in PRODUCT))


@dataclass
class Scene:
    """An organization with a directory, and the two who call: its identity provider and an administrator."""

    deployed: Deployed
    organization_id: str = field(init=False)
    directory_id: str = field(init=False)
    scim_key: Token = field(init=False)
    admin_key: Token = field(init=False)

    def __post_init__(self) -> None:
        context = Context(self.deployed.store, Invocation(now=datetime.now(UTC), correlation_id="scene"))
        organization = create_organization(context, "Example", policy=AT_ONCE)
        add_domain(context, organization, "corp.example")
        self.organization_id = organization.id
        self.directory_id = create_directory(context, organization.id, "IdP").id
        self.scim_key = issue_token(context, Grant(Scope.SCIM, organization.id, self.directory_id), "IdP")[1]
        self.admin_key = issue_token(context, Grant(Scope.ADMIN, organization.id), "Ines")[1]

    def scim(self, method: str, resource: str, body: Mapping[str, Any] | None, **parameters: str) -> dict[str, Any]:
        """The answer of the scim function."""
        resource = f"/scim/directory/{{directoryId}}{resource}"
        event = _event(method, resource, {"directoryId": self.directory_id, **parameters}, body, self.scim_key)
        answer: dict[str, Any] = self.deployed.call("scim", event)
        return answer

    def admin(self, method: str, resource: str, body: Mapping[str, Any] | None, **parameters: str) -> dict[str, Any]:
        """The answer of the admin function."""
        resource = f"/admin/v1/orgs/{{orgId}}{resource}"
        event = _event(method, resource, {"orgId": self.organization_id, **parameters}, body, self.admin_key)
        answer: dict[str, Any] = self.deployed.call("admin", event)
        return answer

    def user(self, name: str, **more: object) -> str:
        """A new user; its SCIM id."""
        answer = self.scim("POST", "/Users", a_user(name, f"{name}@corp.example", **more))
        assert answer["statusCode"] == 201, answer
        return str(json.loads(answer["body"])["id"])

    def unlinked_user(self, name: str) -> None:
        """Somebody whom the directory deleted, and who is let in again by hand."""
        scim_id = self.user(name)
        assert self.scim("DELETE", "/Users/{id}", None, id=scim_id)["statusCode"] == 204
        action = {"action": "reactivate", "reason": "She works on."}
        answer = self.admin("POST", "/accounts/{id}/actions", action, id=account_id_of(scim_id))
        assert answer["statusCode"] == 200, answer

    def conflict(self, conflict_id: str) -> dict[str, Any]:
        """A conflict as an administrator reads it."""
        document: dict[str, Any] = json.loads(self.admin("GET", "/conflicts/{id}", None, id=conflict_id)["body"])
        return document

    def refused_patch(self, scim_id: str, taken: str) -> None:
        """A PATCH of a user's address, which somebody else has."""
        answer = self.scim("PATCH", "/Users/{id}", email_patch(f"{taken}@corp.example"), id=scim_id)
        assert answer["statusCode"] == 409, answer

    def remediate(self) -> str:
        """Let the remediator work on the message that is waiting; the id of its conflict."""
        [message] = self.deployed.messages(self.deployed.conflicts_queue_url)
        record = {"messageId": "1", "body": json.dumps(message), "attributes": {}, "eventSource": "aws:sqs"}
        assert self.deployed.call("remediator", {"Records": [record]}) == {"batchItemFailures": []}
        return str(message["conflictId"])


def _event(
    method: str, resource: str, parameters: Mapping[str, str], body: Mapping[str, Any] | None, key: Token
) -> dict[str, Any]:
    caller = {"tokenId": key.id, "scope": key.scope.value, "owner": key.owner, "organizationId": key.organization_id}
    return {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": dict(parameters),
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body) if body is not None else None,
        "requestContext": {
            "requestId": "1fc192b7-3acf-4728-ae4b-38febcff420b",
            "authorizer": {**caller, "directoryId": key.directory_id or ""},
        },
    }


def of_a_refused_patch(scene: Scene, who: str) -> set[str]:
    """A PATCH whose address somebody else has: from the handler to the 409."""
    scene.user(f"{who}-left", active=False)
    scim_id = scene.user(who)
    with files_passed() as passed:
        scene.refused_patch(scim_id, f"{who}-left")
    scene.remediate()
    return passed


def of_a_remediation(scene: Scene, who: str) -> set[str]:
    """The examination that follows it, where the holder has left: from the handler to the applied change."""
    scene.user(f"{who}-left", active=False)
    scene.refused_patch(scene.user(who), f"{who}-left")
    with files_passed() as passed:
        conflict_id = scene.remediate()
    assert scene.conflict(conflict_id)["status"] == "applied"
    return passed


def of_an_approval(scene: Scene, who: str) -> set[str]:
    """The approval of such a change where the holder is in use: from the handler to the answer that it is applied."""
    scene.unlinked_user(f"{who}-unlinked")
    scene.refused_patch(scene.user(who), f"{who}-unlinked")
    conflict_id = scene.remediate()
    decision = {"decision": "approve", "reason": "They agreed.", "version": scene.conflict(conflict_id)["version"]}
    with files_passed() as passed:
        answer = scene.admin("POST", "/conflicts/{id}/decision", decision, id=conflict_id)
    assert json.loads(answer["body"])["status"] == "applied", answer
    scene.deployed.messages(scene.deployed.conflicts_queue_url)
    return passed


REQUESTS: Mapping[str, Callable[[Scene, str], set[str]]] = {
    "a PATCH with a taken address": of_a_refused_patch,
    "its remediation": of_a_remediation,
    "an approval": of_an_approval,
}


def measure() -> dict[str, list[str]]:
    """The files that each request passes, in order."""
    found = {}
    with deployed_on_moto() as deployed:
        scene = Scene(deployed)
        for number, (name, request) in enumerate(REQUESTS.items()):
            request(scene, f"warm{number}")
            found[name] = sorted(request(scene, f"counted{number}"))
    return found


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the files, too")
    arguments = parser.parse_args()
    for name, files in measure().items():
        print(f"{name}: {len(files)} files")
        if arguments.list:
            print(*(f"  {file}" for file in files), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
