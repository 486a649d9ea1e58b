"""`make run`: the stack on this machine until it is told to stop, with everything one needs to talk to it."""

import contextlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request

from local import run_files
from local.deployment import STACK_NAME
from local.ministack import CREDENTIALS, REGION
from local.paths import RUN_FILE
from local.problem import LocalProblemError
from local.processes import Process, end_with, parent_of, process, this_process
from local.stack import Stack, running_stack

_PATIENCE_SECONDS = 300.0

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends it: Ctrl-C, a kill, and a terminal that is closed."""


def run(port: int, parent: int | None = None) -> None:
    """Start the stack, print where it is, and stay until one of _STOPPING, or the end of whoever started it.

    Raises:
        LocalProblemError: it cannot be started, or it ended by itself.
    """
    starters = _starters(parent)
    for number in _STOPPING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # that is nohup
            signal.signal(number, _stop)
    end_with(starters)
    started = time.monotonic()

    def progress(message: str) -> None:
        print(f"  {time.monotonic() - started:5.1f} s  {message}", flush=True)

    with running_stack(port, progress=progress) as stack:
        progress("Sending a first request")
        _first_request(stack)
        progress("Ready")
        # Whoever ends the stack removes it again: the guardian of its processes.
        run_files.publish(run_document(stack), stack.ministack.port, this_process())
        print(welcome(stack), flush=True)
        while all(server.is_running() for server in stack.servers):
            time.sleep(0.5)
        ended = next(server for server in stack.servers if not server.is_running())
        raise LocalProblemError(f"{ended.name} ended by itself. Its log: {ended.log}")


def _starters(parent: int | None) -> list[Process]:
    """The processes without which it does not go on: `parent`, where one is named, and what started that.

    A shell that is killed takes no one with it, and make neither. But what was put into the background of a script (a
    shell has it ignore SIGINT then) or behind nohup (SIGHUP) may outlive the shell.
    """
    found = []
    if parent is not None:
        named = process(parent)
        if named is None or os.getppid() != parent:
            raise KeyboardInterrupt  # it has ended already
        found.append(named)
    if signal.SIG_IGN not in {signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGHUP)}:
        starter = os.getppid() if parent is None else parent_of(parent)
        running = process(starter) if starter else None
        if running is not None:
            found.append(running)
    return found


def _stop(*_: object) -> None:
    # Once is enough: what comes while everything is being stopped must not interrupt that.
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def run_document(stack: Stack) -> dict[str, object]:
    """What programs need to talk to the stack: the content of .local/run.json."""
    demo, lab = stack.seeded.demo, stack.seeded.lab
    directory = demo.directories["generic"]
    return {
        "scim_base_url": stack.scim_url(directory.id),
        "scim_token": directory.scim_token,
        "admin_base_url": stack.admin_url(demo.id),
        "admin_token": demo.admin_token,
        "accounts_base_url": f"{stack.base_url}/accounts/v1/accounts",
        "app_token": stack.seeded.app_token,
        "operator_token": stack.seeded.operator_token,
        "console_url": f"{stack.base_url}/console",
        "openid_issuer": stack.openid_issuer,
        "aws_endpoint_url": stack.aws_endpoint_url,
        "lab": {
            profile: {"scim_base_url": stack.scim_url(lab_directory.id), "scim_token": lab_directory.scim_token}
            for profile, lab_directory in lab.directories.items()
        },
        "lab_admin_base_url": stack.admin_url(lab.id),
        "lab_admin_token": lab.admin_token,
    }


def _first_request(stack: Stack) -> None:
    """Ask for what the printed curl line asks for: what is printed works, and the first visitor does not wait.

    Raises:
        LocalProblemError: it was not answered with 200.
    """
    directory = stack.seeded.demo.directories["generic"]
    request = urllib.request.Request(
        f"{stack.scim_url(directory.id)}/Users", headers={"Authorization": f"Bearer {directory.scim_token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS):
            return
    except urllib.error.HTTPError as error:
        answer = " ".join(error.read().decode(errors="replace").split())
        raise LocalProblemError(f"The first request was answered with {error.code}: {answer[:300]}") from error
    except OSError as error:
        raise LocalProblemError(f"The first request was not answered: {error}") from error


def welcome(stack: Stack) -> str:
    """What is printed when it runs: URLs, keys, and what to try, to be copied as it is."""
    demo = stack.seeded.demo
    directory = demo.directories["generic"]
    return f"""
Rightful runs on this machine.

  SCIM    {stack.scim_url(directory.id)}
  key     {directory.scim_token}

  Admin   {stack.admin_url(demo.id)}
  key     {demo.admin_token}

  Console {stack.base_url}/console
  sign in olivia@example.com (owner), aaron@example.com or abigail@example.com (approvers): type the
          address, then click the name on the page of the local identity provider, {stack.openid_issuer}

  The demo organization has verified example.com and example.org. These and the keys of the lab
  directories, one for each identity provider's dialect, are in {RUN_FILE.parent.name}/{RUN_FILE.name}

Try it:

  curl -H 'Authorization: Bearer {directory.scim_token}' \\
    '{stack.scim_url(directory.id)}/Users'

  make demo     (in another terminal) plays a refused email change that resolves itself

Nobody looks into DNS here. Another domain is the operator's to add:

  curl -H 'Authorization: Bearer {stack.seeded.operator_token}' \\
    -H 'Content-Type: application/json' -d '{{"domain": "corp.example"}}' \\
    '{stack.admin_url(demo.id)}/domains'

What an operator does from a shell, on this stack (rightful --help has all of it):

  export AWS_ENDPOINT_URL={stack.aws_endpoint_url} AWS_REGION={REGION} \\
    AWS_ACCESS_KEY_ID={CREDENTIALS["AWS_ACCESS_KEY_ID"]} AWS_SECRET_ACCESS_KEY={CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
  .venv/bin/rightful --stack {STACK_NAME} organization list

Ctrl-C stops everything.
"""


def main(port: int, parent: int | None = None) -> int:
    """Run; a problem is one line and exit code 1. `parent` is a process that it does not outlive."""
    try:
        run(port, parent)
    except LocalProblemError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be gone
            print("\nStopped. Nothing is left running.", flush=True)
    return 0
