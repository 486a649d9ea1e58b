"""`make run`: the stack on this machine until it is told to stop, with everything one needs to talk to it."""

import json
import signal
import sys
import time
import urllib.error
import urllib.request

from local.paths import RUN_FILE
from local.problem import LocalProblemError
from local.stack import Stack, running_stack

_STOPPING = (signal.SIGTERM, signal.SIGHUP)
"""What ends it besides Ctrl-C; SIGHUP comes when its terminal is closed."""


def run(port: int) -> None:
    """Start the stack, print where it is, and stay until Ctrl-C, SIGTERM or the end of the terminal.

    Raises:
        LocalProblemError: it cannot be started, or it ended by itself.
    """
    for number in _STOPPING:
        signal.signal(number, _stop)
    started = time.monotonic()

    def progress(message: str) -> None:
        print(f"  {time.monotonic() - started:5.1f} s  {message}", flush=True)

    written = False
    try:
        with running_stack(port, progress=progress) as stack:
            progress("Sending a first request")
            _first_request(stack)
            progress("Ready")
            RUN_FILE.write_text(json.dumps(run_document(stack), indent=2) + "\n")
            RUN_FILE.chmod(0o600)
            written = True
            print(_welcome(stack), flush=True)
            while stack.ministack.is_running():
                time.sleep(0.5)
            raise LocalProblemError(f"MiniStack ended by itself. Its log: {stack.ministack.log}")
    except KeyboardInterrupt:
        print("\nStopped. Nothing is left running.", flush=True)
    finally:
        if written:  # not that of another stack, which still runs
            RUN_FILE.unlink(missing_ok=True)


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
        with urllib.request.urlopen(request, timeout=30):
            return
    except urllib.error.HTTPError as error:
        answer = " ".join(error.read().decode(errors="replace").split())
        raise LocalProblemError(f"The first request was answered with {error.code}: {answer[:300]}") from error
    except OSError as error:
        raise LocalProblemError(f"The first request was not answered: {error}") from error


def _welcome(stack: Stack) -> str:
    demo = stack.seeded.demo
    directory = demo.directories["generic"]
    return f"""
Rightful runs on this machine.

  SCIM    {stack.scim_url(directory.id)}
  key     {directory.scim_token}

  Admin   {stack.admin_url(demo.id)}
  key     {demo.admin_token}

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

Ctrl-C stops everything.
"""


def main(port: int) -> int:
    """Run; a problem is one line and exit code 1."""
    try:
        run(port)
    except LocalProblemError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
