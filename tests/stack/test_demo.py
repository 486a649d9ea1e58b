"""`make demo`, played against the running stack: what it says is what a person reads first."""

import pytest

from local import demo
from local.run import run_document
from local.stack import Stack


def test_the_demo_tells_its_story_to_the_end(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    demo.play(run_document(stack))
    told = " ".join(capsys.readouterr().out.split())
    in_order = [
        "1. The identity provider provisions three people",
        "2. Grace leaves.",
        "held by an account that is deactivated and linked to no directory",
        "3. Ada takes over",
        '"status": "409", "scimType": "uniqueness"',
        "status applied",
        "nobody searched for anything",
        "5. The identity provider retries",
        "200 Ada's address is now sales.",
        "6. A conflict that must not be resolved",
        "class active_in_directory, policy says: refuse",
        "status refused",
        "next step",
        "7. What the administrators read",
        "conflict.applied",
    ]
    assert [text for text in in_order if text not in told] == []
    assert sorted(in_order, key=told.index) == in_order
