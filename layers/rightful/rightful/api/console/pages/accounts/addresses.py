"""Who has an address now, for whom it is kept, who waits for it, and who had it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from rightful.api.console.call import ConsoleCall, Document, error_of, items_of
from rightful.api.console.pages.accounts.timeline import PER_PAGE, timeline
from rightful.api.console.pages.directories.labels import labels_of
from rightful.api.console.rendering import name_of
from rightful.api.request import Response


@dataclass(frozen=True, slots=True)
class AddressPage:
    """What the organization may know about an address.

    Attributes:
        typed: what was asked for, as it was typed.
        found: as the admin API has it; None: nothing was asked for, or what was is no address.
        holder: how the organization's own account that has it is called.
        directory: the name of the directory that provisions that account; empty: none does.
    """

    typed: str = ""
    found: Document | None = None
    holder: str = ""
    directory: str = ""
    error: str = ""
    title: str = "Who has this address?"

    @property
    def waiting(self) -> Sequence[Document]:
        """The conflicts that wait for it."""
        waiting = self.found["waiting"] if self.found is not None else None
        return waiting if isinstance(waiting, list) else []


def address_page(call: ConsoleCall) -> Response:
    """GET addresses?address=."""
    typed = call.parameter("address")
    if typed is None:
        return call.page("address.html", AddressPage())
    answer = call.api("GET", "/addresses", query={"address": typed})
    if answer.status >= 400 or not isinstance(answer.body, dict):
        return call.page("address.html", AddressPage(typed, error=error_of(answer)), status=answer.status)
    account = answer.body["account"]
    page = AddressPage(typed, answer.body)
    if isinstance(account, dict):
        page = AddressPage(typed, answer.body, account_name(account), directory_name(call, account))
    return call.page("address.html", page)


def history_page(call: ConsoleCall) -> Response:
    """GET addresses/history?address=&cursor=; of no address in particular there is none."""
    typed = call.parameter("address")
    if typed is None:
        return call.redirect("/addresses")
    query = {"address": typed, "limit": PER_PAGE, "cursor": call.parameter("cursor") or ""}
    found = call.read("/addresses/history", query=query)
    back = (f"/addresses?{urlencode({'address': typed})}", "Who has it now")
    return call.page("timeline.html", timeline(call, found, f"History of {typed}", back))


def account_name(account: Document) -> str:
    """How an account is called: by the best name that there is."""
    link = account.get("link")
    return name_of({**account, "userName": link["userName"] if isinstance(link, dict) else None})


def directory_names(call: ConsoleCall) -> dict[str, str]:
    """The names of the organization's directories, by their ids."""
    return dict(labels_of(items_of(call.read("/directories"))))


def directory_name(call: ConsoleCall, account: Document) -> str:
    """The name of the directory that provisions an account; empty: none does."""
    link = account.get("link")
    return directory_names(call).get(str(link["directoryId"]), "one that is gone") if isinstance(link, dict) else ""
