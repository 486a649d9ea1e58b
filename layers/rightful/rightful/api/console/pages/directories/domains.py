"""The organization's domains: those that it has proved to be its own, and those that wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rightful.api.console.call import ConsoleCall, Document, document_of, error_of, items_of
from rightful.api.request import Response
from rightful.domain.sign_in import ConsoleRole


@dataclass(frozen=True, slots=True)
class Waiting:
    """A domain that is not verified; `late`: its record is good no more."""

    domain: Document
    late: bool


@dataclass(frozen=True, slots=True)
class DomainsPage:
    """Domains.

    Attributes:
        may_change: whether this person adds and removes domains.
        by_dns: whether domains are verified by DNS here; else the operator of the service adds them.
        ends_signing_in: whether nobody can sign in by an address once the last verified one is removed.
    """

    verified: Sequence[Document]
    waiting: Sequence[Waiting]
    may_change: bool
    by_dns: bool
    ends_signing_in: bool = False
    typed: str = ""
    error: str = ""
    notice: str = ""
    title: str = "Domains"


def domains_page(call: ConsoleCall) -> Response:
    """GET domains."""
    return _shown(call)


def add_domain(call: ConsoleCall) -> Response:
    """POST domains: it waits to be verified from now on. Again: nothing changes."""
    answer = call.api("POST", "/domains", body={"domain": call.field("domain").strip()})
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status, call.field("domain"))
    there = document_of(answer)["status"] == "verified"
    return call.redirect("/domains", notice="unchanged" if there else "domain-added")


def check_domain(call: ConsoleCall) -> Response:
    """POST domains/check: the record is looked up."""
    answer = call.api("POST", "/domains/{domain}/verify", parameters={"domain": call.field("domain")})
    return _after(call, answer, "domain-verified")


def remove_domain(call: ConsoleCall) -> Response:
    """POST domains/remove."""
    answer = call.api("DELETE", "/domains/{domain}", parameters={"domain": call.field("domain")})
    return _after(call, answer, "domain-removed")


def _after(call: ConsoleCall, answer: Response, notice: str) -> Response:
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status)
    return call.redirect("/domains", notice=notice)


def _shown(call: ConsoleCall, error: str = "", status: int = 200, typed: str = "") -> Response:
    found, now = items_of(call.read("/domains")), call.invocation.now
    verified = [each for each in found if each["status"] == "verified"]
    page = DomainsPage(
        verified=verified,
        waiting=[Waiting(each, _is_late(each, now)) for each in found if each["status"] != "verified"],
        may_change=call.may(ConsoleRole.OWNER),
        by_dns=call.proof is not None,
        ends_signing_in=len(verified) == 1 and call.organization().sign_in is not None,
        typed=typed,
        error=error,
        notice=call.parameter("notice") or "",
    )
    return call.page("domains.html", page, status=status)


def _is_late(domain: Document, now: datetime) -> bool:
    ends = domain["expiresAt"]
    return ends is not None and datetime.fromisoformat(str(ends)) <= now
