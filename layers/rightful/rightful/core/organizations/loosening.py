"""A policy that one administrator loosens: what took two people goes on taking two until a second one agrees. Pure."""

from dataclasses import replace
from datetime import datetime

from rightful.domain.conflict import ConflictClass
from rightful.domain.one_word import OneWord, word_of
from rightful.domain.organization import Organization
from rightful.domain.policy import Rule

_BELOW_TWO = frozenset({Rule.AUTO, Rule.APPROVAL})


def noting_who(before: Organization, after: Organization, by: str | None, now: datetime) -> Organization:
    """The changed settings, with a note of each rule that took two people, or that nobody could approve, and that this
    change lowers.

    Args:
        by: who changes it; only an administrator's word needs a second one.
    """
    lowered: dict[ConflictClass, OneWord] = {}
    for each in ConflictClass:
        was, is_now, noted = before.policy.rule(each), after.policy.rule(each), before.lowered.get(each)
        if is_now not in _BELOW_TWO:
            continue
        if was is is_now:
            if noted is not None and noted.stands_alone(now):
                lowered[each] = noted
        elif (word := word_of(by, now)) is not None and before.policy_at(now).rule(each) not in _BELOW_TWO:
            lowered[each] = word
    return replace(after, lowered=lowered)
