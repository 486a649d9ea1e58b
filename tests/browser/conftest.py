"""A real browser on the running stack: one for a worker, a fresh profile for each page that a test opens."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from local.openid_provider.people import PEOPLE
from local.stack import Stack
from tests.browser.happenings import Happenings
from tests.browser.troubles import Troubles
from tests.support import chromium
from tests.support.tidying import tidying

WIDE: Final = (1440, 900)
NARROW: Final = (390, 844)

# As long as the slowest machine needs, and short enough for whoever looks for a wrong name.
_PATIENCE_MS: Final = 120_000

# What has to be fresh is so for ten minutes.
_KEPT_FOR: Final = 240.0

_FAILED = pytest.StashKey[bool]()

Look = Literal["light", "dark"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Iterator[None]:
    """Remember that a test failed: its pages are then kept as pictures."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="package")
def folder_of_the_browser() -> Iterator[Path]:
    """Where its profiles are, removed however the session ends. Its path is short: there are sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="browser-"))
    helper = tidying(folder)
    yield folder
    shutil.rmtree(folder)
    helper.communicate(b"kept")


@pytest.fixture(scope="package")
def browser(folder_of_the_browser: Path) -> Iterator[Browser]:
    """The machine's Chromium. It ends with the last test of this folder: tests that follow may want a loop of their
    own in this thread."""
    found = chromium.executable()
    assert found is not None
    expect.set_options(timeout=_PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TMPDIR", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(folder_of_the_browser))
        playwright = sync_playwright().start()
    try:
        with playwright.chromium.launch(
            executable_path=found, args=chromium.ARGUMENTS, timeout=_PATIENCE_MS, chromium_sandbox=os.getuid() != 0
        ) as running:
            yield running
    finally:
        playwright.stop()


@pytest.fixture
def troubles(stack: Stack) -> Iterator[Troubles]:
    """What went wrong behind the pages of this test; it fails at its end if anything did. `troubles.expect(pattern)`
    says what the test is about."""
    collected = Troubles((f"{stack.base_url}/console", f"{stack.openid_issuer}/"))
    yield collected
    assert collected.found() == []


@dataclass
class Windows:
    """Opens pages, each in a profile of its own: two of them are two people at two machines."""

    browser: Browser
    base_url: str
    troubles: Troubles
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        *,
        look: Look = "light",
        size: tuple[int, int] = WIDE,
        scripts: bool = True,
        state: StorageState | None = None,
    ) -> Page:
        """An empty page. `page.goto("console/...")` is below the stack's base URL. `state`: what another window kept,
        its session too."""
        width, height = size
        context = self.browser.new_context(
            base_url=f"{self.base_url}/",
            color_scheme=look,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            storage_state=state,
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(_PATIENCE_MS)
        self.troubles.watch(context)
        self.contexts.append(context)
        return context.new_page()


@pytest.fixture
def window(
    browser: Browser, stack: Stack, troubles: Troubles, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Windows]:
    """`window(look="dark", size=NARROW, scripts=False)` opens a page for a new person."""
    windows = Windows(browser, stack.base_url, troubles)
    yield windows
    for number, context in enumerate(windows.contexts):
        if request.node.stash.get(_FAILED, False):
            for page in context.pages:
                path = tmp_path / f"failed-{number}.png"
                page.screenshot(path=path, full_page=True)
                request.node.add_report_section("teardown", "pictures", f"{page.url} looked like {path}")
        context.close()


@pytest.fixture
def page(window: Windows) -> Page:
    """An empty page: light, wide, with scripts."""
    return window()


@pytest.fixture
def signed_in_as(window: Windows, stack: Stack) -> Callable[..., Page]:
    """`signed_in_as("olivia", look="dark")` gives a page of the console of somebody who has just signed in."""

    def sign_in(subject: str, **how: object) -> Page:
        page = window(**how)  # type: ignore[arg-type]
        page.goto("console/sign-in")
        address = page.locator("input[type=email]")
        address.fill(f"{subject}@example.com")
        address.press("Enter")
        click_at_provider(page, subject)
        page.wait_for_url(re.compile(rf"^{re.escape(stack.base_url)}/console(?!/sign-in)"))
        return page

    return sign_in


@pytest.fixture(scope="package")
def kept_sessions() -> dict[str, tuple[float, StorageState]]:
    """Who signed in when, and what the browser keeps of it."""
    return {}


@pytest.fixture
def known_as(
    window: Windows, signed_in_as: Callable[..., Page], kept_sessions: dict[str, tuple[float, StorageState]]
) -> Callable[..., Page]:
    """As `signed_in_as`, an empty page: with the session of a test before, which is a few minutes old at most. It has
    to be left as it is: who signs out signs in first."""

    def come(subject: str, **how: object) -> Page:
        since, state = kept_sessions.get(subject, (0.0, None))
        if state is None or time.monotonic() - since > _KEPT_FOR:
            since, state = time.monotonic(), signed_in_as(subject).context.storage_state()
            kept_sessions[subject] = (since, state)
        return window(state=state, **how)  # type: ignore[arg-type]

    return come


def click_at_provider(page: Page, subject: str) -> None:
    """Sign in on the page of the local OpenID provider, where the browser is or is being led."""
    (name,) = [person.name for person in PEOPLE if person.subject == subject]
    page.get_by_role("button", name=name).click()


@pytest.fixture
def screenshot(tmp_path: Path) -> Callable[[Page, str], Path]:
    """`screenshot(page, "conflicts-dark")` makes a picture of the whole page: in the folder RIGHTFUL_SCREENSHOTS, if it
    is named, else in the test's own."""
    folder = Path(os.environ.get("RIGHTFUL_SCREENSHOTS", tmp_path))

    def take(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture(scope="package")
def happenings(scim: httpx.Client, admin: httpx.Client, app: httpx.Client) -> Happenings:
    """Makes people and conflicts. Whoever signs in counts as a second person: how one signs in was confirmed."""
    seen = admin.get("/sign-in").json()["signIn"]["id"]
    said = admin.post("/sign-in/confirmation", json={"id": seen, "reason": "It is our identity provider."})
    assert said.status_code == 200, said.text
    return Happenings(scim, admin, app)
