"""The two sides of a conflict in words: what is wanted, who has it or had it, and what becomes of the holder's. Pure.

Only what the document says: where it does not say what becomes of the holder's address, nothing is shown of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rightful.api.console.call import Document
from rightful.api.console.rendering import words
from rightful.text.identity import same_but_for_case

_GIVEN_UP = ("release_", "unlink")
"""How the codes of effects begin by which the holder's address becomes the requester's, and the holder has none."""
_DONE = frozenset({"applied", "prepared"})
_LIVE = frozenset({"open", "waiting_approval", "refused"})
_USER_NAME = "user_name"


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One way in which the holder's side comes out.

    Attributes:
        what: the attribute, and by which way where there are several.
        before: what it was.
        after: what it is then; empty: nothing.
        told: what is said instead where it is no value.
    """

    what: str
    before: str
    after: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One conflict of a swap or rotation: who had, or has, which address before, and gets which."""

    id: str
    who: str
    before: str
    after: str


def leg_of(leg: Document, who: str) -> Leg:
    """A leg, by the name of who wants it."""
    return Leg(str(leg["conflictId"]), who, str(leg["oldEmail"] or ""), str(leg["wantedEmail"] or ""))


def about_user_name(conflict: Document) -> bool:
    """Whether the userName is what is taken: of a change that asks for an address, too, where only that is free."""
    both = conflict["class"] == "other_key" and conflict["wantedUserName"]
    return conflict["collision"] == _USER_NAME or bool(both)


def wish_of(conflict: Document) -> str:
    """What is wanted, and taken: an address, or the user name."""
    if about_user_name(conflict):
        return f"the user name {conflict['wantedUserName'] or ''}".strip()
    return str(conflict["wantedEmail"] or conflict["wantedUserName"] or "")


def holder_heading(conflict: Document) -> str:
    """Whether the holder has it still: "has" only where that is known."""
    if conflict["status"] in _DONE:
        return "Who had it"
    holder = conflict["holder"]
    if not isinstance(holder, dict):
        return "Who has it" if conflict["status"] in _LIVE else "Who had it"
    return "Who has it" if _is(_held(holder, conflict), _wanted(conflict)) else "Who had it"


def plan_heading(status: object) -> str:
    """Whether the change is still to come, was made, or was only asked for."""
    if status == "applied":
        return "What was changed"
    return "What would change" if status in _LIVE else "What was asked for"


def holder_rows(conflict: Document) -> Sequence[HolderRow]:
    """The holder's side, before and after: by each way that an approval has, or as it is now once it is done. In a
    swap it is one of the legs, which are shown by themselves."""
    holder, wanted = conflict["holder"], _wanted(conflict)
    if not isinstance(holder, dict) or conflict["legs"] or not wanted:
        return ()
    name = "userName" if conflict["collision"] == _USER_NAME else "address"
    if conflict["status"] in _DONE:
        gone = "" if holder["status"] else "the account is gone"
        return (HolderRow(name, wanted, _held(holder, conflict), gone),)
    choices = conflict["resolutions"]
    found = [each for each in choices if isinstance(each, dict)] if isinstance(choices, list) else []
    return [_by_choice(name, wanted, each, several=len(found) > 1) for each in found]


def _by_choice(name: str, wanted: str, choice: Document, *, several: bool) -> HolderRow:
    what = f"{name}, by “{words(choice['resolution'])}”" if several else name
    if str(choice["effectCode"]).startswith(_GIVEN_UP):
        return HolderRow(what, wanted)
    return HolderRow(what, wanted, told=str(choice["effect"]))


def _wanted(conflict: Document) -> str:
    name = "wantedUserName" if conflict["collision"] == _USER_NAME else "wantedEmail"
    return str(conflict[name] or "")


def _held(holder: Mapping[str, object], conflict: Document) -> str:
    return str(holder["userName" if conflict["collision"] == _USER_NAME else "email"] or "")


def _is(one: str, other: str) -> bool:
    return bool(one) and same_but_for_case(one, other)
