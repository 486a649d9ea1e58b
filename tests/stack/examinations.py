"""What the remediator did for conflicts, counted in its log: one line for each message that it worked on."""

import json
from collections.abc import Callable, Collection
from typing import Any

from local.stack import Stack
from tests.support.patience import eventually


def examinations(
    stack: Stack, ids: Collection[str], until: Callable[[list[dict[str, Any]]], object] = bool
) -> list[dict[str, Any]]:
    """The lines about these conflicts, once they are as `until` says."""
    return eventually(lambda: _logged(stack, ids), until, what="the remediator's word", every=1)


def _logged(stack: Stack, ids: Collection[str]) -> list[dict[str, Any]]:
    logs = stack.session.client("logs", endpoint_url=stack.aws_endpoint_url)
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="/aws/lambda/rightful-remediator", filterPattern='"Conflict examined"'
    )
    lines = (event["message"] for page in pages for event in page["events"])
    documents = [json.loads(line) for line in lines if line.startswith("{")]
    # The metrics' lines name conflicts, too.
    return [each for each in documents if each.get("message") == "Conflict examined" and each["conflictId"] in ids]
