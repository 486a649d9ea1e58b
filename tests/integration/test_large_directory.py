"""A page, a look-up and a member cost the same whatever the size: benchmarks/large_directory.py, in small."""

import boto3
import pytest

from benchmarks import large_directory
from benchmarks.large_directory import compare, far_page, fill, measure, service_on
from rightful.core.lists import start_index
from tests.support.tables import store_on_moto


def test_ten_times_the_users_and_members_cost_no_call_and_no_capacity_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_directory, "PAGE", 10)
    with store_on_moto() as store:
        service = service_on(store)
        filled = [fill(service, f"d{size}", size, lambda _: None) for size in (20, 200)]
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        plain = boto3.client("dynamodb", region_name="eu-central-1", **keys)
        small, large = (measure(each, plain) for each in filled)
        monkeypatch.setattr(start_index, "_EVERY", 50)
        without, with_landmarks = far_page(filled[1], plain)
    assert (without.calls.total(), with_landmarks.calls.total()) == (2 + 1 + 3 + 1, 3)
    assert len(small) == len(large) == 9
    for what, calls, units in compare(small, large):
        assert (calls, units) == (1, pytest.approx(1, abs=0.1)), what
    assert {what: cost.calls.total() for what, cost in large.items()} == {
        "first page": 2,
        "second page by cursor": 2,
        "externalId eq": 2,
        "displayName eq": 2,
        "emails.value eq (nobody's)": 1,
        "group without members": 1,
        "add a member": 2,
        "members.value eq": 2,
        "remove a member": 2,
    }
