"""The tables as template.yaml defines them: keys and indexes cannot drift apart."""

from datetime import timedelta
from functools import cache
from typing import Any

import yaml

from local.paths import TEMPLATE
from rightful.aws.dynamodb.table import Tables

IDENTITY, EVENT_LOG, CONSOLE = "IdentityTable", "EventLogTable", "ConsoleTable"
RETENTION = timedelta(days=90)
TABLES = Tables(IDENTITY, EVENT_LOG, RETENTION)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads CloudFormation's short forms (!Ref and the like) as None: no table key is made of one."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


@cache
def table_properties(logical_id: str) -> dict[str, Any]:
    """The properties of a table in template.yaml."""
    template = yaml.load(TEMPLATE.read_text(), Loader=_Loader)
    properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return properties
