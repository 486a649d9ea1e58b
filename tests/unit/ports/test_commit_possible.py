"""What only tidies up is written as far as nothing stands in its way, however much it is and however often."""

from rightful.ports.refusals import commit_possible
from rightful.ports.writes.conflicts import EndPending, PutPending
from rightful.ports.writes.transaction import Write
from tests.support.service import Service


def _pending(conflicts: dict[str, str]) -> list[Write]:
    return [PutPending(key, conflict_id, "ada@example.com") for key, conflict_id in conflicts.items()]


def test_what_others_stand_in_the_way_of_is_left_and_all_else_is_written_each_time() -> None:
    context = Service().context()
    theirs = {f"r{number}": f"theirs{number}" for number in (0, 120, 121)}
    mine = {f"r{number}": f"c{number}" for number in range(1, 120)}
    context.commit(_pending(theirs))
    writes = [*_pending({"r0": "c0"} | mine | {"r120": "c120"}), EndPending("r121", "c121")]
    for _ in range(2):
        commit_possible(context, writes)
        assert context.store.pending_conflicts([*mine, *theirs]) == mine | theirs


def test_nothing_to_write_asks_for_nothing() -> None:
    commit_possible(Service().context(), [])
