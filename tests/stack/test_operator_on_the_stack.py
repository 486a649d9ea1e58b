"""`rightful --stack <name>`: everything that it needs to know is in the stack."""

import os
import subprocess
import sys

import httpx

from local.deployment import STACK_NAME
from local.paths import ROOT
from local.stack import Stack
from tests.support.patience import SECONDS
from tests.support.service import user


def rightful(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command with an operator's credentials, and nothing else of the deployment."""
    credentials = {name: value for name, value in stack.environment.items() if name.startswith("AWS_")}
    inherited = {name: value for name, value in os.environ.items() if not name.endswith(("_TABLE", "_URL"))}
    return subprocess.run(
        [sys.executable, "-m", "rightful", "--stack", STACK_NAME, *arguments],
        cwd=ROOT,
        env={**inherited, **credentials},
        capture_output=True,
        text=True,
        check=False,
    )


def value(text: str, name: str) -> str:
    """The value of a printed line."""
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    return line.removeprefix(name).strip()


def test_the_first_steps_lead_to_urls_and_keys_that_work(stack: Stack) -> None:
    organization = rightful(stack, "organization", "create", "First", "--domain", "first.example", "--admin", "Ines")
    assert organization.returncode == 0, organization.stderr
    directory = rightful(stack, "directory", "create", value(organization.stdout, "organization"), "IdP")
    assert directory.returncode == 0, directory.stderr

    scim = {"Authorization": f"Bearer {value(directory.stdout, 'key')}"}
    users = httpx.get(f"{value(directory.stdout, 'SCIM base URL')}/Users", headers=scim, timeout=SECONDS)
    admin = {"Authorization": f"Bearer {value(organization.stdout, 'admin key')}"}
    domains = httpx.get(f"{value(organization.stdout, 'admin URL')}/domains", headers=admin, timeout=SECONDS)

    assert users.json()["totalResults"] == 0
    assert [domain["domain"] for domain in domains.json()["items"]] == ["first.example"]


def test_a_domain_that_went_to_another_organization_is_handed_over(stack: Stack) -> None:
    former, owner = (
        value(rightful(stack, "organization", "create", name).stdout, "organization") for name in ("Former", "Owner")
    )
    assert rightful(stack, "domain", "show", "sold.example").stdout == "No organization has verified sold.example.\n"
    rightful(stack, "domain", "add", former, "sold.example")
    refused = rightful(stack, "domain", "add", owner, "sold.example")
    assert (refused.returncode, "Another organization has verified sold.example." in refused.stderr) == (2, True)
    shown = rightful(stack, "domain", "show", "Sold.example").stdout
    assert shown.startswith(f"sold.example is Former's ({former}), since ")
    assert rightful(stack, "domain", "remove", former, "sold.example").stdout == "Its domains: (none)\n"
    assert rightful(stack, "domain", "add", owner, "sold.example").stdout == "Its domains: sold.example\n"


def test_an_address_hash_is_the_one_that_is_in_the_logs(stack: Stack, story: str) -> None:
    logs = stack.session.client("logs", endpoint_url=stack.aws_endpoint_url)
    admin = {"Authorization": f"Bearer {stack.seeded.demo.admin_token}"}
    conflict = httpx.get(
        f"{stack.admin_url(stack.seeded.demo.id)}/conflicts/{story}", headers=admin, timeout=SECONDS
    ).json()
    hashed = rightful(stack, "address-hash", conflict["wantedEmail"]).stdout.strip()
    lines = logs.filter_log_events(logGroupName="/aws/lambda/rightful-scim", filterPattern=f'"{hashed}"')["events"]
    assert len(hashed) == 24
    assert any(story in line["message"] for line in lines)


def test_there_are_no_dead_letters(stack: Stack) -> None:
    assert rightful(stack, "redrive").stdout == "There are no dead letters.\n"


def test_a_stack_that_is_not_there_is_one_line(stack: Stack) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rightful", "--stack", "nothing", "check"],
        cwd=ROOT,
        env={**os.environ, **stack.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "nothing" in done.stderr


def test_a_customer_who_leaves_is_offboarded_and_its_key_opens_nothing(stack: Stack) -> None:
    made = rightful(stack, "organization", "create", "Leaver", "--domain", "leaver.example", "--admin", "Ines")
    organization = value(made.stdout, "organization")
    directory = rightful(stack, "directory", "create", organization, "IdP")
    scim = {"Authorization": f"Bearer {value(directory.stdout, 'key')}"}
    for number in range(12):
        email = f"p{number}@leaver.example"
        person = user(f"p{number}", userName=email, emails=[{"value": email, "type": "work", "primary": True}])
        url = f"{value(directory.stdout, 'SCIM base URL')}/Users"
        assert httpx.post(url, json=person, headers=scim, timeout=SECONDS).status_code == 201
    listed = rightful(stack, "token", "list", "--organization", organization)
    assert len(listed.stdout.splitlines()) == 3
    assert rightful(stack, "pause", organization, "--reason", "They leave.").returncode == 0
    done = rightful(stack, "organization", "delete", organization, "--accounts", "erase", "--confirm", "Leaver")
    assert (done.returncode, "12 accounts erased" in done.stdout) == (0, True), done.stdout + done.stderr
    admin = {"Authorization": f"Bearer {value(made.stdout, 'admin key')}"}
    assert httpx.get(f"{value(made.stdout, 'admin URL')}/domains", headers=admin, timeout=SECONDS).status_code in {
        401,
        403,
    }
    assert organization not in rightful(stack, "organization", "list").stdout
    successor = rightful(stack, "organization", "create", "Successor", "--domain", "leaver.example")
    assert successor.returncode == 0, successor.stderr
