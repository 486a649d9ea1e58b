"""A request stays short enough to be followed from file to file (benchmarks/files_passed.py)."""

from benchmarks.files_passed import measure

MOST = {
    "a PATCH with a taken address": 76,
    "its remediation": 57,
    "an approval": 72,
}
"""These only go down; a PATCH has to come below 60."""


def test_a_request_passes_no_more_files_than_it_did() -> None:
    passed = measure()
    assert passed.keys() == MOST.keys()
    for request, files in passed.items():
        assert len(files) <= MOST[request], (request, files)
