"""The environment that a function runs in, read once."""

from datetime import timedelta

import pytest

from rightful.runtime.settings import VARIABLES, SettingsMissingError, metrics_namespace, read_settings

TABLES = {"IDENTITY_TABLE": "identities", "EVENT_LOG_TABLE": "log"}


def test_tables_are_all_that_is_needed() -> None:
    settings = read_settings(TABLES)
    assert settings.identity_table == "identities"
    assert settings.log_retention == timedelta(days=90)
    assert settings.base_url == ""


def test_every_variable_reaches_its_setting() -> None:
    environment = {name: f"value of {name}" for name in VARIABLES} | {
        "EVENT_LOG_RETENTION_DAYS": "7",
        "DNS_RESOLVER_URL": "https://dns.example",
        "CONFLICT_DELIVERIES": "8",
    }
    numbers = {"EVENT_LOG_RETENTION_DAYS", "CONFLICT_DELIVERIES"}
    settings = read_settings(environment)
    for name in VARIABLES:
        expected = int(environment[name]) if name in numbers else environment[name]
        assert getattr(settings, name.lower()) == expected


def test_a_resolver_that_is_not_asked_by_https_is_refused_by_name() -> None:
    with pytest.raises(SettingsMissingError, match="DNS_RESOLVER_URL"):
        read_settings({**TABLES, "DNS_RESOLVER_URL": "http://dns.example"})


@pytest.mark.parametrize("days", ["0", "3654", "-1", "1.5", "", "ninety", "\uff19\uff10", "9" * 40])
def test_a_retention_that_cannot_be_is_refused_by_name(days: str) -> None:
    with pytest.raises(SettingsMissingError, match="EVENT_LOG_RETENTION_DAYS"):
        read_settings({**TABLES, "EVENT_LOG_RETENTION_DAYS": days})


@pytest.mark.parametrize("number", ["0", "1001", "", "five", "-5"])
def test_a_number_of_deliveries_that_cannot_be_is_refused_by_name(number: str) -> None:
    with pytest.raises(SettingsMissingError, match="CONFLICT_DELIVERIES"):
        read_settings({**TABLES, "CONFLICT_DELIVERIES": number})


def test_missing_tables_are_all_named() -> None:
    with pytest.raises(SettingsMissingError, match=r"IDENTITY_TABLE.*EVENT_LOG_TABLE"):
        read_settings({})


def test_the_metrics_of_two_stacks_are_kept_apart() -> None:
    assert metrics_namespace({"POWERTOOLS_METRICS_NAMESPACE": "Rightful/one"}) == "Rightful/one"
    assert metrics_namespace({}) == "Rightful"
