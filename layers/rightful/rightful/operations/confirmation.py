"""What cannot be taken back is confirmed by its name: typed at a terminal, or by an option where nobody sits at one."""

import sys
from typing import TextIO

from rightful.operations.deployment import OperationError


def confirm(name: str, given: str | None, what: str, out: TextIO) -> None:
    """Let whoever runs the command repeat a name.

    Args:
        given: what the option --confirm says, if it is there.
        what: what will be done, in a sentence.

    Raises:
        OperationError: it is another name, or there is nobody to ask.
    """
    answer = given if given is not None else asked(f"{what}\nIt cannot be taken back. Type its name to go on: ", out)
    if answer is None:
        raise OperationError(f"{what} It cannot be taken back. Say that you mean it: --confirm '{name}'.")
    if answer != name:
        raise OperationError(f"Its name is '{name}', not '{answer}'. Nothing was done.")


def asked(question: str, out: TextIO) -> str | None:
    """The answer to a question; None: there is nobody at a terminal."""
    if not (sys.stdin.isatty() and out.isatty()):
        return None
    out.write(question)
    out.flush()
    return sys.stdin.readline().rstrip("\n")
