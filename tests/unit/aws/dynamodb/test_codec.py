"""What follows for an item from the fields of a dataclass. That every kind is read as it is written: tests/contract."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest

from rightful.aws.dynamodb.attributes import FORMAT, LaterFormatError, Reader, key_of, write_item, write_values
from rightful.aws.dynamodb.items.accounts import account_item
from rightful.aws.dynamodb.items.codec import Codec
from rightful.aws.dynamodb.stream import UnreadableChangeError, read_change
from rightful.ports.key import ItemKey
from rightful.ports.writes.accounts import PutAccount
from tests.support.builders import an_account
from tests.support.dynamodb.store import TestedStore

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


KEY = ItemKey("pk", "sk")
LATER = str(int(FORMAT) + 1)


def test_an_item_of_this_format_or_without_one_is_read() -> None:
    item = write_item(KEY, PERSON.values(MOST))
    assert PERSON.read(item) == MOST
    del item["format"]
    assert PERSON.read(item) == MOST
    assert PERSON.read(item | {"format": {"N": "0"}}) == MOST


@pytest.mark.parametrize("later", [LATER, "10", "999"])
def test_an_item_of_a_later_format_is_not_read_for_what_it_does_not_say(later: str) -> None:
    item = write_item(KEY, PERSON.values(MOST)) | {"format": {"N": later}}
    for read in (PERSON.read, Reader):
        with pytest.raises(LaterFormatError, match=f"format {later}, .*reads up to {FORMAT}: .*Deploy that one again"):
            read(item)


def test_a_change_of_an_item_of_a_later_format_is_told_as_one_that_cannot_be_read() -> None:
    keys = {"pk": {"S": "ACCOUNT#a"}, "sk": {"S": "ACCOUNT"}}
    image = {**keys, "format": {"N": LATER}}
    record = {"dynamodb": {"Keys": keys, "NewImage": image, "ApproximateCreationDateTime": 1.0}}
    with pytest.raises(UnreadableChangeError, match="LaterFormatError"):
        read_change(record)


def test_the_janitor_names_an_item_of_a_later_format_and_goes_on() -> None:
    store = TestedStore()
    store.commit([PutAccount(an_account("readable"), None)], remaining=lambda: 60.0)
    item = account_item(an_account("a")) | {"format": {"N": LATER}}
    store.client.put_item(TableName=store.identities.name, Item=item)
    with pytest.raises(LaterFormatError):
        store.account("a")
    piece = store.piece(0, 1, None, limit=100)
    assert [each.id for each in piece.accounts] == ["readable"]
    assert piece.unreadable == (key_of(item),)
