"""CONTRIBUTING.md's recipes name tests that are there; and what a recipe asks for that no other test would miss."""

import ast
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import cast

import yaml

from local.paths import ROOT
from local.seed import LAB_PROFILES
from rightful.api.admin.log import COLUMNS, csv_rows
from rightful.api.documents import log_document
from rightful.domain.events.event_log import LogEntry
from rightful.runtime.metrics import FAILURES, Metric
from rightful.scim.profiles import PROFILE_NAMES
from tests.support.builders import a_row

RECIPES = (ROOT / "CONTRIBUTING.md").read_text().partition("## Recipes")[2]
PRODUCT = [*(ROOT / "layers/rightful/rightful").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]


def test_a_recipe_has_fewer_than_five_steps() -> None:
    recipes = re.split(r"^### ", RECIPES, flags=re.MULTILINE)[1:]
    assert len(recipes) >= 5
    for recipe in recipes:
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", recipe, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert 0 < len(numbers) < 5, recipe


def test_the_tests_that_recipes_name_are_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", RECIPES))
    assert named
    there = {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert named <= there


def test_every_profile_is_named_where_one_is_chosen() -> None:
    described = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
    chosen = [names for names in _under(described, "profile") if isinstance(names, dict) and "enum" in names]
    assert chosen
    for schema in chosen:
        assert set(schema["enum"]) == set(PROFILE_NAMES)
    [row] = re.findall(r"^\| IdP dialects \|.*$", (ROOT / "docs/api.md").read_text(), re.MULTILINE)
    assert set(PROFILE_NAMES) <= set(re.findall(r"\w+", row))
    assert set(LAB_PROFILES) == set(PROFILE_NAMES)


def _under(document: object, name: str) -> Iterator[object]:
    """Whatever stands under that name, anywhere."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == name:
                yield value
            yield from _under(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from _under(value, name)


def test_every_profile_has_requests_that_were_really_sent() -> None:
    payloads = json.loads((ROOT / "tests/conformance/idp_payloads.json").read_text())["payloads"]
    unseen = {"generic", "google"}  # nobody; and whose requests are nowhere published
    assert set(PROFILE_NAMES) - unseen <= {payload["idp"] for payload in payloads}


def test_every_metric_is_emitted_somewhere() -> None:
    catalogue = ROOT / "layers/rightful/rightful/runtime/metrics.py"
    code = "".join(path.read_text() for path in PRODUCT if path != catalogue)
    emitted = {Metric[name] for name in re.findall(r"\bMetric\.([A-Z_]+)\b", code)}
    assert set(Metric) == emitted | {*FAILURES.values(), Metric.COLD_STARTS}


def test_every_field_of_a_row_is_shown_as_json_and_in_its_column() -> None:
    texts = {
        field.name: f"the {field.name}"
        for field in fields(LogEntry)
        if field.type in {"str", "str | None", str, str | None}
    }
    entry = a_row(
        "the organization_id",
        "the id",
        **{n: t for n, t in texts.items() if n not in {"id", "organization_id"}},
        retried_by_idp=True,
    )
    shown = {name: text for name, text in texts.items() if name != "organization_id"}  # whose rows they are is known

    document = log_document(entry)
    assert set(shown.values()) <= set(re.findall(r"the \w+", json.dumps(document)))
    assert document["retriedByIdp"] is True
    described = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))["components"]["schemas"]["LogRow"]
    assert list(described["properties"]) == described["required"] == list(document)
    step = described["properties"]["nextStep"]
    assert list(step["properties"]) == step["required"] == list(cast("dict[str, object]", document["nextStep"]))

    header, cells = csv.reader(csv_rows([entry]))
    assert header == list(COLUMNS)
    assert len(cells) == len(header) == len(fields(LogEntry)) - 1
    assert set(shown.values()) <= set(cells)
    assert dict(zip(header, cells, strict=True))["retriedByIdp"] == "yes"
