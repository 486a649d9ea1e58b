"""`python -m rightful`: what operators do from a terminal."""

import sys

from rightful.operations.command import main

if __name__ == "__main__":
    sys.exit(main())
