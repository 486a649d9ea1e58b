"""`python -m local run`, `demo`, `invoke <event>` and `sam-local`."""

import argparse
import sys

from local import run
from local.problem import LocalProblemError


def main() -> int:
    """Do what the command line says. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Rightful on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("run", help="start everything; Ctrl-C stops it")
    starting.add_argument("--port", type=_port, default=4566, help="port of the API and of all AWS services (4566)")
    # What make gives as itself: a stack does not outlive it.
    starting.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    playing = commands.add_parser("demo", help="play a refused email change against what is running")
    invoking = commands.add_parser("invoke", help="send one of events/*.json to its function")
    invoking.add_argument("event", help="the file's name without .json, e.g. scim_create_user")
    for_docker = commands.add_parser("sam-local", help="write what sam local needs to run the functions in Docker")
    for one in (playing, invoking, for_docker):
        one.add_argument("--port", type=_port, help="port of the stack (that of the one that started last)")
    arguments = parser.parse_args()
    if arguments.command == "demo":
        from local import demo

        return demo.main(arguments.port)
    if arguments.command == "sam-local":
        from local import sam_local

        return sam_local.main(arguments.port)
    if arguments.command == "invoke":
        return _invoke(arguments.event, arguments.port)
    return run.main(arguments.port, arguments.parent)


def _invoke(name: str, port: int | None) -> int:
    from local.events import invoke

    try:
        invoke(name, port)
    except LocalProblemError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1 to 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
