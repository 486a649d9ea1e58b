"""`python -m local run` and `python -m local demo`."""

import argparse
import sys

from local import run


def main() -> int:
    """Do what the command line says. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Rightful on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("run", help="start everything; Ctrl-C stops it")
    starting.add_argument("--port", type=_port, default=4566, help="port of the API and of all AWS services (4566)")
    commands.add_parser("demo", help="play a refused email change against what is running")
    arguments = parser.parse_args()
    if arguments.command == "demo":
        from local import demo

        return demo.main()
    return run.main(arguments.port)


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1 to 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
