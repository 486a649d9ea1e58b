"""What a page does that nobody sees on it: errors in the console, what its policy refuses, requests that fail or go to
strangers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from re import Pattern

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

_REPORTS_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.rightfulReportsViolation(
    `${event.effectiveDirective} refuses ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`
  );
});
"""
_LEFT_THE_PAGE = "net::ERR_ABORTED"


@dataclass
class Troubles:
    """Collects them from every page of the contexts that it watches. `at_home` is where requests may go."""

    at_home: Sequence[str]
    _seen: list[tuple[str, str]] = field(default_factory=list)
    _expected: list[Pattern[str]] = field(default_factory=list)
    _pages: set[str] = field(default_factory=set)

    def expect(self, pattern: str) -> None:
        """The test is about that: it is no trouble, and its absence is."""
        self._expected.append(re.compile(pattern))

    def found(self) -> list[str]:
        """What there was that the test did not expect, and what it expected and was not there."""
        # A page that is itself a refusal (403, 404, 422) is what the test looks at.
        seen = [said for said, about in self._seen if about not in self._pages]
        unexpected = [said for said in seen if not any(pattern.search(said) for pattern in self._expected)]
        absent = [pattern.pattern for pattern in self._expected if not any(map(pattern.search, seen))]
        return unexpected + [f"expected, but not there: {pattern}" for pattern in absent]

    def watch(self, context: BrowserContext) -> None:
        """Watch all pages that the context will have."""
        context.expose_function("rightfulReportsViolation", self._said("CSP"))
        context.add_init_script(_REPORTS_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._said("uncaught")(str(error.error)))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _said(self, kind: str) -> Callable[[str], None]:
        return lambda what: self._seen.append((f"{kind}: {what}", ""))

    def _console(self, message: ConsoleMessage) -> None:
        # That one it asks for by itself, at a moment of its own.
        of_itself = message.location.get("url", "").endswith("/favicon.ico")
        if message.type in {"error", "warning"} and not of_itself:
            of_the_page = message.location.get("url", "") if "Failed to load resource" in message.text else ""
            self._seen.append((f"console: {message.text} ({message.location.get('url')})", of_the_page))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((*self.at_home, "data:", "blob:", "about:")):
            self._said("request to a stranger")(request.url)

    def _failed(self, request: Request) -> None:
        if request.failure != _LEFT_THE_PAGE:
            self._said("request failed")(f"{request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._pages.add(response.url)
