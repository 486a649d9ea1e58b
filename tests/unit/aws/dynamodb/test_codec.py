"""What follows for an item from the fields of a dataclass. That every kind is read as it is written: tests/contract."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest

from rightful.aws.dynamodb.attributes import write_values
from rightful.aws.dynamodb.items.codec import Codec

AT = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Street:
    name: str
    number: int
    seen: date | None = None


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    version: int
    color: Color
    home: Street | Box
    born: datetime | None
    fast: bool | None = None
    old: bool = False
    rounds: int = 1
    colors: frozenset[Color] = frozenset()
    waits: timedelta = timedelta(days=2)
    streets: tuple[Street, ...] = ()
    by_color: dict[Color, Street] = field(default_factory=dict)
    work: Street | None = None


PERSON = Codec(
    Person,
    names={"id": "person_id", "home_name": "home"},
    spread={"home": "home_", "work": "work_"},
)
LEAST = Person("p", 0, Color.RED, Box("B", "1"), None)
MOST = Person(
    id="p",
    version=1,
    color=Color.BLUE,
    home=Street("Quay", 4, date(2026, 1, 2)),
    born=AT,
    fast=False,
    old=True,
    rounds=0,
    colors=frozenset(Color),
    waits=timedelta(0),
    streets=(Street("Plaza", 0),),
    by_color={Color.RED: Street("Hill", 7, date(2025, 3, 4))},
    work=Street("Dock", 0),
)


def test_what_a_person_or_a_condition_reads_is_an_attribute_of_its_own() -> None:
    item = write_values(PERSON.values(MOST))
    assert item["person_id"] == {"S": "p"}
    assert item["version"] == {"N": "1"}
    assert item["color"] == {"S": "blue"}
    assert item["born"] == {"S": "2026-11-28T17:00:00.000000Z"}
    assert item["colors"] == {"SS": ["blue", "red"]}
    assert item["streets"] == {"S": '[{"name":"Plaza","number":0}]'}
    assert (item["home"], item["home_number"], item["work_name"]) == ({"S": "Quay"}, {"N": "4"}, {"S": "Dock"})


def test_none_and_an_empty_default_are_left_out_and_nothing_else_is() -> None:
    item = write_values(PERSON.values(LEAST))
    assert item.keys() == {"person_id", "version", "color", "home", "home_code", "rounds", "waits"}
    assert write_values(PERSON.values(MOST))["fast"] == {"BOOL": False}


@pytest.mark.parametrize("person", [LEAST, MOST])
def test_it_is_read_as_it_was_written(person: Person) -> None:
    assert PERSON.read(write_values(PERSON.values(person))) == person


@pytest.mark.parametrize("missing", ["version", "color", "home", "home_number", "work_number"])
def test_what_always_is_there_cannot_be_missing(missing: str) -> None:
    item = write_values(PERSON.values(MOST))
    del item[missing]
    with pytest.raises(TypeError, match="missing 1 required"):
        PERSON.read(item)


def test_a_word_that_is_none_is_not_read() -> None:
    with pytest.raises(ValueError, match="green"):
        PERSON.read({**write_values(PERSON.values(LEAST)), "color": {"S": "green"}})
