"""What a deployment's parameters choose."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.template.resources import Resources

TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)
"""What every service takes, CloudWatch Logs included: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$ (its API's TagLogGroup)."""


def outcomes(value: Any) -> Iterator[Any]:
    """What a value can come to, whichever way its conditions go."""
    if isinstance(value, Mapping) and "Fn::If" in value:
        _, if_so, if_not = value["Fn::If"]
        yield from itertools.chain(outcomes(if_so), outcomes(if_not))
    else:
        yield value


def test_every_value_of_a_tag_is_one_that_all_services_take_whatever_the_parameters(expanded: Resources) -> None:
    seen = 0
    for name, resource in expanded.items():
        tags = resource["Properties"].get("Tags", [])
        values = [tag["Value"] for tag in tags] if isinstance(tags, list) else list(tags.values())
        for value in itertools.chain.from_iterable(outcomes(value) for value in values):
            if isinstance(value, str):
                seen += 1
                assert TAG_VALUE.fullmatch(value), (name, value)
                assert len(value) <= 256
    assert seen
