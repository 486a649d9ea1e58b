"""An operator's commands on tables of moto: what the tests of `rightful ...` share."""

from collections.abc import Callable
from typing import Any

from tests.support.functions import Deployed

ORGANIZATION = ("organization", "create", "Example", "--domain", "example.com", "--admin", "Ines")

Run = Callable[..., tuple[int, str, str]]
"""Runs a command; returns its exit code, what it printed, and what it complained of."""


def value(text: str, name: str) -> str:
    """The value of a printed line."""
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    return line.removeprefix(name).strip()


def items_of(deployed: Deployed, table: str) -> dict[tuple[str, str], Any]:
    items = deployed.store.client.scan(TableName=table)["Items"]
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
