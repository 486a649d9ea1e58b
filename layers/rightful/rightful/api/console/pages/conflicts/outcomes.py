"""What became of a conflict by what somebody said about it: a notice of `rendering.NOTICES`. Pure."""

from collections.abc import Mapping

from rightful.api.console.call import Document

_BY_STATUS: Mapping[tuple[str, str], str] = {
    ("approve", "applied"): "approved",
    ("approve", "prepared"): "approved",
    ("approve", "waiting_approval"): "approved-waits",
    ("reject", "rejected"): "rejected",
    ("undo", "undone"): "undone",
    ("undo", "applied"): "undo-waits",
    ("undo", "prepared"): "undo-waits",
    ("retry", "open"): "",
}
"""By what was asked for and how the conflict stands then; open: the page says that it is being examined."""


def notice_after(asked: str, conflict: Document) -> str:
    """What is true after it.

    Args:
        asked: approve, reject, undo or retry.
        conflict: as the admin API has it after that.
    """
    return _BY_STATUS.get((asked, str(conflict["status"])), "examined")
