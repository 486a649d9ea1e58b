"""Policy documents: what they say, what they can never say, and the error that names the field."""

import pytest

from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import (
    ALLOWED,
    STANDARD,
    STANDARD_RULES,
    Brakes,
    Policy,
    PolicyBase,
    Rule,
    read_brakes,
    read_policy,
    write_brakes,
    write_policy,
)
from rightful.domain.request_error import RequestError


def test_the_standard_policy_has_a_rule_for_every_class() -> None:
    assert set(STANDARD_RULES) == set(ConflictClass)
    assert all(STANDARD.rule(conflict_class) in Rule for conflict_class in ConflictClass)


def test_strict_leaves_only_stale_index_tombstone_and_leaving_automatic() -> None:
    strict = Policy(base=PolicyBase.STRICT)
    automatic = {conflict_class for conflict_class in ConflictClass if strict.rule(conflict_class) is Rule.AUTO}
    assert automatic - {ConflictClass.SELF} == {"stale_index", "tombstone", "leaving"}
    assert strict.rule(ConflictClass.OTHER_ORGANIZATION) is Rule.REFUSE


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"base": "lenient"}, "base"),
        ({"bass": "standard"}, "bass"),
        ({"base": "custom", "rules": []}, "rules"),
        ({"base": "custom", "rules": {"neighbour": "auto"}}, "rules.neighbour"),
        ({"base": "custom", "rules": {"unlinked": "maybe"}}, "rules.unlinked"),
        ({"base": "custom", "rules": {"unlinked": None}}, "rules.unlinked"),
        ({"base": "standard", "rules": {"unlinked": "auto"}}, "rules"),
        ({"base": "custom", "rules": {"other_organization": "auto"}}, "rules.other_organization"),
        ({"base": "custom", "rules": {"other_organization": "approval"}}, "rules.other_organization"),
        ({"base": "custom", "rules": {"active_in_directory": "auto"}}, "rules.active_in_directory"),
        ({"base": "custom", "rules": {"unknown": "auto"}}, "rules.unknown"),
        ({"base": "custom", "rules": {"unverified_domain": "approval"}}, "rules.unverified_domain"),
        ({"base": "custom", "rules": {"protected": "auto"}}, "rules.protected"),
        ({"base": "custom", "rules": {"protected": "approval"}}, "rules.protected"),
        ({"deactivatedAfterDays": -1}, "deactivatedAfterDays"),
        ({"deactivatedAfterDays": 366}, "deactivatedAfterDays"),
        ({"deactivatedAfterDays": "14"}, "deactivatedAfterDays"),
        ({"deactivatedAfterDays": True}, "deactivatedAfterDays"),
        ({"relinkByUserName": 1}, "relinkByUserName"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_the_field(document: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as error:
        read_policy(document)
    assert error.value.field == field
    assert str(error.value)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"paused": "yes"}, "paused"),
        ({"perOrganizationHour": -1}, "perOrganizationHour"),
        ({"perAccountDay": 1.5}, "perAccountDay"),
        ({"per_account_day": 1}, "per_account_day"),
    ],
)
def test_brakes_that_cannot_be_are_refused_with_the_field(document: dict[str, object], field: str) -> None:
    with pytest.raises(RequestError) as error:
        read_brakes(document)
    assert error.value.field == field


def test_documents_survive_being_written_and_read() -> None:
    policy = read_policy(
        {
            "base": "custom",
            "rules": {"unlinked": "auto", "protected": "refuse"},
            "deactivatedAfterDays": 3,
            "relinkByUserName": False,
        }
    )
    assert read_policy(write_policy(policy)) == policy
    assert policy.rule(ConflictClass.UNLINKED) is Rule.AUTO
    assert policy.rule(ConflictClass.REHIRE) is Rule.APPROVAL
    brakes = Brakes(paused=True, dry_run=True, per_organization_hour=0, per_account_day=9)
    assert read_brakes(write_brakes(brakes)) == brakes
    assert read_policy({}) == STANDARD
    assert read_brakes({}) == Brakes()


def test_a_rule_that_may_never_be_does_not_count_even_if_it_is_stored() -> None:
    for conflict_class, allowed in ALLOWED.items():
        for rule in set(Rule) - allowed:
            stored = Policy(base=PolicyBase.CUSTOM, rules={conflict_class: rule})
            assert stored.rule(conflict_class) is STANDARD_RULES[conflict_class]
