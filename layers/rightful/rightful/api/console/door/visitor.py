"""A request of somebody who may not be signed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rightful.api.console.call import see_other
from rightful.api.console.door.cookies import Cookies
from rightful.api.console.door.events import ConsoleEvent
from rightful.api.request import Request, Response
from rightful.core.sign_in.sign_in import Doors
from rightful.ports.context import QueueContext


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes to the console's door.

    Attributes:
        path: below the console.
        form: what was sent; empty for GET.
        on_event: is told what operations count.
    """

    request: Request
    path: str
    cookies: Cookies
    form: Mapping[str, tuple[str, ...]]
    context: QueueContext
    doors: Doors
    on_event: Callable[[ConsoleEvent], None]

    def field(self, name: str) -> str:
        """What was typed into a field; empty where it is not there."""
        return self.form.get(name, ("",))[-1]

    def parameter(self, name: str) -> str:
        """A query parameter; empty where it is not there. One that is there twice is not there."""
        values = self.request.query.get(name, ())
        return values[0] if len(values) == 1 else ""

    def see_other(self, path: str, cookies: tuple[str, ...] = ()) -> Response:
        """303 to a path of the console."""
        return see_other(self.request.base_url, path, cookies)
