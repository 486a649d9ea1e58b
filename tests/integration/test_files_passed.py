"""A request stays short enough to be followed from file to file (benchmarks/files_passed.py)."""

import re
from functools import cache

from benchmarks import files_passed
from local.paths import ROOT

MOST = {
    "a PATCH with a taken address": 59,
    "its remediation": 62,
    "an approval": 86,
}
"""These only go down.

They went up four times: when what is found became facts and codes, and a conflict three parts; when what people are
told became whole (when it is due, what is plain text); when sentences came to name people, directories and times; and
when approvals came to be given by people who sign in, whom a name does not tell apart.
"""


@cache
def measure() -> dict[str, list[str]]:
    """Once for all tests."""
    return files_passed.measure()


def test_a_request_passes_no_more_files_than_it_did() -> None:
    passed = measure()
    assert passed.keys() == MOST.keys()
    for request, files in passed.items():
        assert len(files) <= MOST[request], (request, files)


def test_the_ways_that_the_concepts_describe_are_the_ways_that_requests_go() -> None:
    described = (ROOT / "docs/concepts.md").read_text().partition("## The way of one PATCH")[2]
    passed = {name.removeprefix("layers/rightful/rightful/") for files in measure().values() for name in files}
    stations = set(re.findall(r"`((?!benchmarks/)\w+/[\w/]+\.py)`", described)) - {"functions/publisher/app.py"}
    assert stations
    assert stations <= passed
