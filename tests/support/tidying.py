"""Removes the folder that it is given once whoever holds its standard input is gone without a word."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_TRIES = 100


def tidying(folder: Path) -> "subprocess.Popen[bytes]":
    """Have the folder removed when this process is killed. Whoever removes it, or keeps it, says so:
    `communicate(b"kept")`."""
    return subprocess.Popen([sys.executable, "-P", __file__, folder], stdin=subprocess.PIPE, start_new_session=True)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.read() != "kept":
        for _ in range(_TRIES):  # what ends at the same moment may still write into it
            shutil.rmtree(sys.argv[1], ignore_errors=True)
            if not Path(sys.argv[1]).exists():
                break
            time.sleep(0.1)
