"""What a person can do something about."""


class LocalProblemError(Exception):
    """The local stack cannot be started or used. The text is one line: what is wrong, and the way out."""
