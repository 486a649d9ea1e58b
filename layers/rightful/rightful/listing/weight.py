"""How much of Lambda's answer a resource takes.

A function's answer has 6 MB at most (Lambda quotas, "Invocation payload"), and a body in it is JSON text inside JSON:
quotation marks and backslashes are escaped twice.
"""

import json
from collections.abc import Mapping

MOST_OCTETS = 5 * 1024 * 1024
"""Of resources in one answer; what is around them takes a few hundred."""


def weight(resource: Mapping[str, object]) -> int:
    """The octets of a resource in a function's answer."""
    text = json.dumps(resource, ensure_ascii=False)
    octets = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return octets + text.count('"') + text.count("\\") + len(", ")
