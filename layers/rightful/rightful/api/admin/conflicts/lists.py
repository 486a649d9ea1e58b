"""Admin API: lists of conflicts, by index, and how many there are."""

from rightful.api.admin.call import AdminCall
from rightful.api.admin.parameters import address, chosen, moment, one_of, words
from rightful.api.json_call import ApiError, wrong_cursor
from rightful.domain.conflicts.conflict import LIVE, ConflictClass, ConflictStatus
from rightful.domain.conflicts.next_step import Role
from rightful.domain.events.event_log import first_id_at
from rightful.ports.store.lists import ConflictFilter, ConflictPage
from rightful.text.ids import is_id

PARAMETERS = (
    "status", "class", "who", "directoryId", "accountId", "address", "since", "until", "order", "count",
)  # fmt: skip
MOST_COUNTED = 10_000
_LIVE = "live"


def conflict_page(call: AdminCall) -> tuple[ConflictPage, dict[str, object]]:
    """The page that is asked for, and what stands beside it: with count=true how many conflicts there are.

    Newest first, or oldest. status, class and who take several, comma-separated; status also "live".

    Raises:
        ApiError: 400, a parameter or the cursor is none that there is.
    """
    wanted, position = _filter(call), call.position()
    counts = one_of(call, "count", ("true", "false")) == "true"
    if position is not None and not _is_in(position, wanted):
        raise wrong_cursor()
    page = call.store.conflicts(call.organization_id, limit=call.limit(), position=position, wanted=wanted)
    if not counts:
        return page, {}
    if position is None and page.next_position is None:
        return page, {"count": {"number": len(page.conflicts), "complete": True}}  # which are all
    listed = call.store.listed_conflicts(call.organization_id, wanted, most=MOST_COUNTED)
    return page, {"count": {"number": len(listed.conflicts), "complete": listed.complete}}


def _filter(call: AdminCall) -> ConflictFilter:
    about, account_id = address(call.parameter("address"), "address"), call.parameter("accountId")
    if about is not None and account_id is not None:
        raise ApiError(400, "invalid_value", "accountId: of an account, or about an address, not both.", "accountId")
    roles = {role.code: role for role in Role}
    return ConflictFilter(
        statuses=_statuses(call),
        classes=chosen(call, "class", ConflictClass),
        who=frozenset(roles[word] for word in words(call, "who", roles)),
        directory_id=call.parameter("directoryId"),
        account_id=account_id,
        address=about.canonical if about else None,
        since=moment(call, "since"),
        until=moment(call, "until"),
        oldest_first=one_of(call, "order", ("newest", "oldest")) == "oldest",
    )


def _statuses(call: AdminCall) -> frozenset[ConflictStatus]:
    found: set[ConflictStatus] = set()
    for word in words(call, "status", [_LIVE, *(status.value for status in ConflictStatus)]):
        found |= LIVE if word == _LIVE else {ConflictStatus(word)}
    return frozenset(found)


def _is_in(position: str, wanted: ConflictFilter) -> bool:
    """Whether a page of these conflicts could have ended there."""
    if not is_id(position):
        return False
    after = wanted.since is None or first_id_at(wanted.since) <= position
    return after and (wanted.until is None or position < first_id_at(wanted.until))
