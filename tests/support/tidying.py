"""Removes the folder that it is given once whoever holds its standard input is gone without a word."""

import shutil
import signal
import sys

if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.read() != "kept":
        shutil.rmtree(sys.argv[1], ignore_errors=True)
