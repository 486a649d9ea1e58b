"""organization sign-in: how an organization's people sign in to the console."""

import argparse
import sys
from argparse import Namespace
from pathlib import Path
from typing import TextIO

from rightful.core.sign_in.settings import AskedSignIn, remove_sign_in, set_sign_in
from rightful.domain.organization import Organization
from rightful.domain.sign_in import ConsoleRole
from rightful.operations.deployment import Deployment, OperationError
from rightful.operations.output import write_fields
from rightful.operations.tasks.keys import BY, LISTED


def add_to(organization: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `rightful organization`."""
    signing_in = organization.add_parser(
        "sign-in",
        help="how an organization's people sign in to the console; without an option, how it is",
        description="Sets at which OpenID provider people sign in, and what makes them what. The operator's word needs "
        "no second administrator. Sessions of before end where something is changed.",
    )
    signing_in.add_argument("organization", help="the organization's id")
    signing_in.add_argument("--issuer", help="the OpenID provider, as it calls itself: https://login.example.com")
    signing_in.add_argument("--client-id", help="of the client that the console is there")
    signing_in.add_argument(
        "--client-secret-file", help="where its secret stands; -: the standard input", metavar="FILE"
    )
    signing_in.add_argument("--no-client-secret", action="store_true", help="it has none, and proves itself by PKCE")
    signing_in.add_argument("--roles-claim", default="roles", help="which claim says what somebody is (roles)")
    for role in ConsoleRole:
        signing_in.add_argument(
            f"--{role}", action="append", default=[], metavar="VALUE", help=f"a value of it that makes a person {role}"
        )
    signing_in.add_argument("--remove", action="store_true", help="nobody signs in any more")
    signing_in.add_argument("--json", action="store_true", help="print a JSON document")
    signing_in.set_defaults(task=sign_in)


def sign_in(at: Deployment, asked: Namespace, out: TextIO) -> int:
    """`rightful organization sign-in`."""
    organization = at.organization(asked.organization, LISTED)
    if asked.remove:
        organization = remove_sign_in(at.context(), at.client_secrets, organization, by=BY)
    elif asked.issuer or asked.client_id:
        organization = set_sign_in(at.context(), at.client_secrets, organization, _asked(asked), by=BY)
    elif _other_options(asked):
        raise OperationError("Say --issuer and --client-id, too: all of it is set at once.")
    write_fields(out, _fields(at, organization), as_json=asked.json)
    return 0


def _asked(asked: Namespace) -> AskedSignIn:
    if not asked.issuer or not asked.client_id:
        raise OperationError("Say both --issuer and --client-id.")
    roles = {role: tuple(getattr(asked, role.value)) for role in ConsoleRole}
    return AskedSignIn(asked.issuer, asked.client_id, _secret(asked), asked.roles_claim, roles)


def _secret(asked: Namespace) -> str | None:
    """The secret; None: the one that is kept stays."""
    if asked.no_client_secret:
        return ""
    if asked.client_secret_file is None:
        return None
    file = str(asked.client_secret_file)
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    if not text.strip():
        raise OperationError("The client's secret is empty. A client without one: --no-client-secret.")
    return text.strip()


def _other_options(asked: Namespace) -> bool:
    roles = any(getattr(asked, role.value) for role in ConsoleRole)
    return roles or asked.client_secret_file is not None or asked.no_client_secret


def _fields(at: Deployment, organization: Organization) -> dict[str, object]:
    settings = organization.sign_in
    console = f"{at.base_url}/console"
    if settings is None:
        return {"issuer": None, "redirect_uri": f"{console}/callback", "console": console}
    return {
        "issuer": settings.issuer,
        "client_id": settings.client_id,
        "client_secret": "kept" if settings.secret_id else "none",
        "roles_claim": settings.roles_claim,
        **{role.value: list(settings.roles.get(role, ())) for role in ConsoleRole},
        "redirect_uri": f"{console}/callback",
        "console": console,
    }
