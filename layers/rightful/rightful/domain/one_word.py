"""What one administrator said alone, and no other one has confirmed yet: a key, a delete rule, a policy. Pure.

Such a word counts at once for everybody whose address one person may move. Where it takes two people it counts once a
different administrator has confirmed it, or when seven days have passed in which everybody could see it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rightful.domain.person import is_signature, same_person
from rightful.domain.request_error import RequestError

ALONE_FOR = timedelta(days=7)
"""As long as an approval counts: time for the others to see the row, the event and the metric, and to object."""

OWN_WORD = "You said this yourself: a different administrator must confirm it."


@dataclass(frozen=True, slots=True)
class OneWord:
    """Who said it and when; and who confirmed it."""

    by: str
    at: datetime
    confirmed_by: str | None = None

    @property
    def until(self) -> datetime:
        """When it counts in any case."""
        return self.at + ALONE_FOR

    def stands_alone(self, now: datetime) -> bool:
        """Whether it is one person's word to this moment."""
        return self.confirmed_by is None and now < self.until


class OneAdministrator(str):
    """The name of an administrator who changes settings: without a second one it is one person's word. A change by
    the operator of the service is signed by a plain text."""

    __slots__ = ()


class UnconfirmedPerson(OneAdministrator):
    """Who signed in where one administrator alone has said how people sign in: nobody can tell whether that is somebody
    else, so it confirms nothing, and says nothing about signing in."""

    __slots__ = ()


UNCONFIRMED = (
    "How you sign in was set by one administrator alone. Until that is confirmed, or seven days have passed, whoever "
    "signs in confirms nothing and does not change it: administrators' keys do, and the operator of the service."
)
KEY_OR_PERSON = (
    "One of you has a key and the other one signed in: nobody can tell whether that is one person. What was said with "
    "a key is confirmed with the key of a different administrator, what somebody who signed in said by somebody else "
    "who signs in; the operator of the service confirms both."
)


def word_of(by: str | None, now: datetime) -> OneWord | None:
    """The word of whoever changes settings, where it is one administrator's."""
    return OneWord(str(by), now) if isinstance(by, OneAdministrator) else None


def confirmed(word: OneWord, by: str) -> OneWord:
    """The word with a second person behind it.

    Raises:
        RequestError: same_approver, it is the first one again, or may be.
    """
    if isinstance(by, UnconfirmedPerson):
        raise RequestError("same_approver", UNCONFIRMED)
    if isinstance(by, OneAdministrator) and is_signature(word.by) is not is_signature(by):
        raise RequestError("same_approver", KEY_OR_PERSON)
    if same_person(word.by, by):
        raise RequestError("same_approver", OWN_WORD)
    return replace(word, confirmed_by=by)
