"""What a new stack begins with: a demo organization to try things in, and a lab for test tools.

The demo organization has verified its domains and lets a deactivated holder's address move at once. The lab takes
any domain and erases what is deleted, with one directory for each identity provider's dialect.

Run as a program, it works on the tables that its environment names, and prints the ids and keys as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from local.openid_provider.people import APPROVER, CLAIM_OF_ROLES, CLIENT_ID, OPERATOR, OWNER, VIEWER
from local.paths import ROOT
from local.problem import LocalProblemError

DEMO_DOMAINS = ("example.com", "example.org")
LAB_PROFILES = ("generic", "entra", "okta", "onelogin", "jumpcloud", "google", "ping")


@dataclass(frozen=True)
class SeededDirectory:
    """A directory and a key to provision it."""

    id: str
    scim_token: str


@dataclass(frozen=True)
class SeededOrganization:
    """An organization, a key to administer it, and its directories by IdP profile."""

    id: str = ""
    admin_token: str = ""
    directories: Mapping[str, SeededDirectory] = field(default_factory=dict)


@dataclass(frozen=True)
class Seeded:
    """The organizations of a new stack, and the keys of the host application and the operator."""

    demo: SeededOrganization = field(default_factory=SeededOrganization)
    lab: SeededOrganization = field(default_factory=SeededOrganization)
    app_token: str = ""
    operator_token: str = ""


def seed(environment: Mapping[str, str], openid_issuer: str = "") -> Seeded:
    """Make the organizations, in a process of its own: a process has one set of clients and settings. `openid_issuer`
    is where their administrators sign in; the process has it as OPENID_ISSUER.

    Raises:
        LocalProblemError: it failed; the last thing that it said.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "local.seed"],
        cwd=ROOT,
        env={**inherited, **environment, "OPENID_ISSUER": openid_issuer},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise LocalProblemError(f"The organizations could not be made: {said[-1]}")
    document = json.loads(done.stdout)
    return Seeded(
        demo=_organization(document["demo"]),
        lab=_organization(document["lab"]),
        app_token=document["app_token"],
        operator_token=document["operator_token"],
    )


def _organization(document: Mapping[str, object]) -> SeededOrganization:
    directories = document["directories"]
    assert isinstance(directories, dict)
    return SeededOrganization(
        id=str(document["id"]),
        admin_token=str(document["admin_token"]),
        directories={profile: SeededDirectory(**fields) for profile, fields in directories.items()},
    )


def make_organizations() -> Seeded:
    """Make them in the tables that the environment names."""
    from rightful.core.organizations import domains, registry
    from rightful.core.sign_in.settings import AskedSignIn, set_sign_in
    from rightful.domain.conflicts.conflict import ConflictClass
    from rightful.domain.conflicts.policy import Policy, PolicyBase, Rule
    from rightful.domain.key import Grant, Scope
    from rightful.domain.organization import DomainPolicy, OnDelete
    from rightful.domain.sign_in import ConsoleRole
    from rightful.ports.context import Context, Invocation
    from rightful.runtime.clients import client_secrets, identity_store

    context = Context(identity_store(), Invocation(correlation_id="seed"))

    def keyed(organization_id: str, profiles: Sequence[str], on_delete: OnDelete) -> SeededOrganization:
        directories = {}
        for profile in profiles:
            directory = registry.create_directory(
                context, organization_id, profile, profile=profile, on_delete=on_delete
            )
            secret, _ = registry.issue_token(
                context, Grant(Scope.SCIM, organization_id, directory.id), f"{profile} directory"
            )
            directories[profile] = SeededDirectory(directory.id, secret)
        secret, _ = registry.issue_token(context, Grant(Scope.ADMIN, organization_id), "Local administrator")
        return SeededOrganization(organization_id, secret, directories)

    # The standard policy, but without waiting two weeks: whoever tries it wants to see it happen.
    at_once = Policy(
        base=PolicyBase.CUSTOM, rules={ConflictClass.DEACTIVATED: Rule.AUTO}, deactivated_after=timedelta(0)
    )
    demo = registry.create_organization(context, "Demo", policy=at_once)
    for domain in DEMO_DOMAINS:
        demo = domains.add_domain(context, demo, domain)
    issuer = os.environ.get("OPENID_ISSUER", "")
    if issuer:
        roles = {ConsoleRole.OWNER: (OWNER,), ConsoleRole.APPROVER: (APPROVER,), ConsoleRole.OPERATOR: (OPERATOR,),
                 ConsoleRole.VIEWER: (VIEWER,)}  # fmt: skip
        asked = AskedSignIn(issuer, CLIENT_ID, "any, here", CLAIM_OF_ROLES, roles)
        demo = set_sign_in(context, client_secrets(), demo, asked, by="Local operator")
    lab = registry.create_organization(context, "Lab", domain_policy=DomainPolicy.ANY)
    app_token, _ = registry.issue_token(context, Grant(Scope.APP), "Local host application")
    operator_token, _ = registry.issue_token(context, Grant(Scope.OPERATOR), "Local operator")
    return Seeded(
        demo=keyed(demo.id, ["generic"], OnDelete.DEACTIVATE),
        lab=keyed(lab.id, LAB_PROFILES, OnDelete.ERASE),
        app_token=app_token,
        operator_token=operator_token,
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(make_organizations())))
