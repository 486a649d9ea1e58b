"""What docs/concepts.md says in tables and pictures is what the code says."""

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from local.paths import ROOT
from rightful.aws import dynamodb
from rightful.aws.dynamodb.stream import HEARD_OF
from rightful.core.conflicts.diagnosis import diagnose
from rightful.domain.conflicts.conflict import LIVE, ConflictClass, ConflictStatus
from rightful.domain.conflicts.policy import STANDARD_RULES
from rightful.ports.key import ItemKey

TEXT = (ROOT / "docs/concepts.md").read_text()


def section(title: str) -> str:
    """The text below a heading."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(title: str) -> Iterator[Sequence[str]]:
    """The rows of the table below a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_classes_are_those_of_the_enum_in_its_order_with_their_words_and_the_standard_rules() -> None:
    told = [(name.strip("`"), holder, rule) for name, holder, rule, _ in rows("Classes")]
    assert told == [(each.value, each.pattern, STANDARD_RULES[each].value) for each in ConflictClass]


def test_the_order_of_the_classes_is_the_one_in_which_they_are_tested() -> None:
    tested = re.findall(
        r"Diagnosis\(ConflictClass\.(\w+)|conflict_class=ConflictClass\.(\w+)|return _(unverified)\(|= _(leaving)\(",
        inspect.getsource(diagnose),
    )
    places = {"unverified": ConflictClass.UNVERIFIED_DOMAIN, "leaving": ConflictClass.LEAVING}
    order = [places.get("".join(each)) or ConflictClass["".join(each)] for each in tested]
    # These two take the place of others, wherever it comes to that.
    inserted = {ConflictClass.OTHER_KEY, ConflictClass.UNKNOWN}
    firsts = [each for each in dict.fromkeys(order) if each not in inserted]
    assert firsts == [each for each in ConflictClass if each not in inserted]


def test_the_picture_of_a_conflicts_life_has_every_status_and_the_live_ones_together() -> None:
    picture = section("Life of a conflict")
    transitions = re.findall(r"^ *(\S+) --> (\w+)", picture, re.MULTILINE)
    statuses = {each.value for each in ConflictStatus}
    assert {state for pair in transitions for state in pair} - {"[*]", "live"} == statuses
    together = re.search(r"as live \{(.*?)\}", picture, re.DOTALL)
    assert together
    assert {state for pair in re.findall(r"(\w+) --> (\w+)", together[1]) for state in pair} == {
        each.value for each in LIVE
    }


def test_the_invariants_are_numbered_without_a_gap() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", section("Invariants"), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_keys_are_those_that_the_store_makes() -> None:
    made = set()
    for module in pkgutil.walk_packages(dynamodb.__path__, f"{dynamodb.__name__}."):
        for _, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            of = inspect.get_annotations(function)
            if function.__module__ != module.name or of.pop("return", None) is not ItemKey:
                continue
            if set(of.values()) <= {str, int, str | None}:
                key = function(*("<>" for _ in of))
                made.add((key.pk, key.sk))
    told = {
        (re.sub(r"<[^>]*>", "<>", pk.strip("`")), re.sub(r"<[^>]*>", "<>", sk.strip("`")))
        for _, pk, sk, _, _ in rows("Keys of the table")
    }
    assert told == made


def test_what_the_publisher_hears_of_is_known_by_its_sort_key_alone() -> None:
    """The stream's filter sees nothing else: an item of another kind could not be read, and would alarm somebody."""
    beginnings = ("".join(sk.strip("`").partition("#")[:2]) for _, _, sk, _, _ in rows("Keys of the table"))
    kinds = Counter(kind for kind in beginnings if kind in HEARD_OF)
    assert kinds == dict.fromkeys(HEARD_OF, 1)
