"""The contract's assertions stand in modules that pytest would not rewrite by itself."""

import pytest

for _module in (
    "account_writes",
    "commits",
    "committing",
    "conflict_writes",
    "group_writes",
    "index_writes",
    "managed",
    "pages",
    "round_trips",
    "sessions",
    "settings_writes",
    "source_writes",
):
    pytest.register_assert_rewrite(f"tests.contract.{_module}")
