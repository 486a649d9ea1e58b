"""The lab directories of the running stack, one for each identity provider's dialect, as test tools reach them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.patience import SECONDS

if TYPE_CHECKING:
    from local.seed import SeededOrganization
    from local.stack import Stack


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab directory: its SCIM base URL and its key."""

    url: str
    token: str

    def client(self) -> httpx.Client:
        """A client of it."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=SECONDS)


@pytest.fixture(scope="session")
def directory_of(stack: "Stack", lab: "SeededOrganization") -> Callable[[str], Lab]:
    """The lab directory of a dialect."""

    def found(profile: str) -> Lab:
        directory = lab.directories[profile]
        return Lab(stack.scim_url(directory.id), directory.scim_token)

    return found


@pytest.fixture(scope="session")
def generic(directory_of: Callable[[str], Lab]) -> Lab:
    """The lab directory that follows the RFC."""
    return directory_of("generic")


@pytest.fixture
def client(generic: Lab) -> Iterator[httpx.Client]:
    """A client of that one."""
    with generic.client() as client:
        yield client
