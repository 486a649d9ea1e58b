"""The stories and long rotations once more, on the DynamoDB store: every plan is one transaction there, and every field
that a later step rests on survives the way through an item."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest

from rightful.aws.dynamodb.store import DynamoDBStore
from tests.scenarios.telling import Told
from tests.scenarios.test_stories import Story, stories
from tests.scenarios.world import World
from tests.support.tables import store_on_moto

if TYPE_CHECKING:
    from tests.support.dynamodb.store import TestedStore


@pytest.fixture
def store() -> Iterator[DynamoDBStore]:
    with store_on_moto() as store:
        yield store


@pytest.mark.parametrize("story", stories(), ids=str)
def test_a_story_ends_as_the_table_says(store: DynamoDBStore, story: Story) -> None:
    told = Told(World(store=cast("TestedStore", store)))
    told.introduce(story.people)
    for step in story.steps:
        told.take(step)
    for end in story.ends:
        told.check(end)


def test_a_rotation_of_twenty_four_with_their_user_names_is_one_transaction(store: DynamoDBStore) -> None:
    world = World(store=cast("TestedStore", store))
    world.found_organizations()
    names = [f"person{number}" for number in range(24)]
    for name in names:
        world.add(world.user(name))
    asked = [
        world.ask(name, f"{following}@example.com", user_name=following)
        for name, following in zip(names, names[1:] + names[:1], strict=True)
    ]
    world.remediate(asked[-1])
    assert {world.conflict(conflict).status for conflict in asked} == {"applied"}
    assert world.account("person0").holds == "person1@example.com"
