"""docs/events.md and docs/events.schema.json say what is sent."""

import json
import re

import pytest

from local.event_schema import domain_event, schema_text
from local.paths import ROOT
from rightful.domain.events.event import EventType

_SECTION = re.compile(r"^### `([a-z._]+)`\n\n.+?```json\n(.+?)```", re.MULTILINE | re.DOTALL)
EXAMPLES = dict(_SECTION.findall((ROOT / "docs" / "events.md").read_text()))


def test_every_type_is_documented_with_an_example_and_no_other() -> None:
    assert list(EXAMPLES) == [event_type.value for event_type in EventType]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_an_event_of_that_type(name: str) -> None:
    example = json.loads(EXAMPLES[name])
    assert example["type"] == name
    assert example["id"].startswith(f"{name}/")
    domain_event.validate_python(example)


def test_the_published_schema_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "events.schema.json").read_text() == schema_text()
