"""An organization's policy: what may happen by itself to each class of conflict, and the brakes on it.

Policy and brakes travel as JSON documents (the admin API and the table use the same form):

    {"base": "custom", "rules": {"deactivated": "approval"}, "deactivatedAfterDays": 14, "relinkByUserName": true}
    {"paused": false, "dryRun": false, "perOrganizationHour": 200, "perAccountDay": 3}
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.request_error import RequestError


class Rule(Code):
    """What the policy says about a class."""

    AUTO = "auto", "It is resolved by itself."
    APPROVAL = "approval", "It waits for the approval of an administrator."
    TWO_APPROVALS = "two_approvals", "It waits for the approvals of two administrators."
    REFUSE = "refuse", "It is refused: no approval resolves it."


class PolicyBase(StrEnum):
    """The rows a policy starts from."""

    STANDARD = "standard"
    STRICT = "strict"
    CUSTOM = "custom"


STANDARD_RULES: Mapping[ConflictClass, Rule] = {
    ConflictClass.SELF: Rule.AUTO,
    ConflictClass.TOMBSTONE: Rule.AUTO,
    ConflictClass.UNVERIFIED_DOMAIN: Rule.REFUSE,
    ConflictClass.STALE_INDEX: Rule.AUTO,
    ConflictClass.OTHER_ORGANIZATION: Rule.REFUSE,
    ConflictClass.PROTECTED: Rule.TWO_APPROVALS,
    ConflictClass.LEAVING: Rule.AUTO,
    ConflictClass.OTHER_DIRECTORY: Rule.APPROVAL,
    ConflictClass.ACTIVE_IN_DIRECTORY: Rule.REFUSE,
    ConflictClass.REHIRE: Rule.APPROVAL,
    ConflictClass.PENDING_DELETION: Rule.APPROVAL,
    ConflictClass.DEACTIVATED: Rule.AUTO,
    ConflictClass.UNCONFIRMED: Rule.AUTO,
    ConflictClass.DUPLICATE: Rule.AUTO,
    ConflictClass.CLAIMABLE: Rule.APPROVAL,
    ConflictClass.UNLINKED: Rule.APPROVAL,
    ConflictClass.OTHER_KEY: Rule.REFUSE,
    ConflictClass.UNKNOWN: Rule.APPROVAL,
}
"""docs/concepts.md, "Classes". `deactivated` is automatic only after `Policy.deactivated_after`."""

_AUTOMATIC_WHEN_STRICT = frozenset(
    {ConflictClass.SELF, ConflictClass.STALE_INDEX, ConflictClass.TOMBSTONE, ConflictClass.LEAVING}
)

_PEOPLE = frozenset({Rule.APPROVAL, Rule.TWO_APPROVALS, Rule.REFUSE})

ALLOWED: Mapping[ConflictClass, frozenset[Rule]] = {
    # Nothing has to be decided: the requester holds the address already.
    ConflictClass.SELF: frozenset({Rule.AUTO}),
    # No approval of ours could make these right: the authority lies elsewhere.
    ConflictClass.OTHER_ORGANIZATION: frozenset({Rule.REFUSE}),
    ConflictClass.UNVERIFIED_DOMAIN: frozenset({Rule.REFUSE}),
    ConflictClass.OTHER_KEY: frozenset({Rule.REFUSE}),
    ConflictClass.PROTECTED: frozenset({Rule.TWO_APPROVALS, Rule.REFUSE}),
    ConflictClass.ACTIVE_IN_DIRECTORY: _PEOPLE,
    ConflictClass.UNKNOWN: _PEOPLE,
}
"""What a custom policy may say about a class; a class that is not here may have every rule."""

_Choice = TypeVar("_Choice", bound=StrEnum)

_MOST_DAYS = 365
_MOST_PER_HOUR = 10_000
_MOST_PER_DAY = 100


@dataclass(frozen=True, slots=True)
class Policy:
    """Class -> rule. `rules` holds only what a custom policy changes of the standard one.

    `deactivated_after`: how long a holder has to be deactivated before its address may move by itself.
    `relink_by_user_name`: whether a create may link an unlinked account again on the same userName where neither side
    ever sent an externalId.
    """

    base: PolicyBase = PolicyBase.STANDARD
    rules: Mapping[ConflictClass, Rule] = field(default_factory=dict)
    deactivated_after: timedelta = timedelta(days=14)
    relink_by_user_name: bool = True

    def rule(self, conflict_class: ConflictClass) -> Rule:
        """What it says about a class. What may never be is never answered, whatever is stored in `rules`."""
        standard = STANDARD_RULES[conflict_class]
        if self.base is PolicyBase.STRICT:
            strict = standard is not Rule.AUTO or conflict_class in _AUTOMATIC_WHEN_STRICT
            return standard if strict else Rule.APPROVAL
        if self.base is PolicyBase.CUSTOM:
            chosen = self.rules.get(conflict_class, standard)
            return chosen if chosen in ALLOWED.get(conflict_class, frozenset(Rule)) else standard
        return standard


STANDARD = Policy()


def at_least_two(policy: Policy, classes: Collection[ConflictClass]) -> Policy:
    """The policy, with two approvals where it demands fewer of one of these classes."""
    raised = {each: Rule.TWO_APPROVALS for each in classes if policy.rule(each) in {Rule.AUTO, Rule.APPROVAL}}
    if not raised:
        return policy
    return replace(
        policy, base=PolicyBase.CUSTOM, rules={**{each: policy.rule(each) for each in ConflictClass}, **raised}
    )


@dataclass(frozen=True, slots=True)
class Brakes:
    """What stops automation within one message.

    The caps count only what takes an address from somebody by itself: what a person approved is not counted.
    """

    paused: bool = False
    dry_run: bool = False
    per_organization_hour: int = 200
    per_account_day: int = 3


def write_policy(policy: Policy) -> dict[str, object]:
    """A policy as a JSON document."""
    return {
        "base": policy.base.value,
        "rules": {conflict_class.value: rule.value for conflict_class, rule in sorted(policy.rules.items())},
        "deactivatedAfterDays": policy.deactivated_after.days,
        "relinkByUserName": policy.relink_by_user_name,
    }


def read_policy(document: Mapping[str, object], stored: Policy = STANDARD) -> Policy:
    """A policy from its JSON document; what is left out stays as it is in `stored`.

    That holds for each rule, too: to take one back, say what the standard policy says. A base that is not "custom" has
    fixed rules, so that choosing it ends the stored ones.

    Raises:
        RequestError: invalid_value, an unknown member, a wrong type, or a rule that the class may not have.
    """
    _refuse_unknown(document, {"base", "rules", "deactivatedAfterDays", "relinkByUserName"})
    base = _choice(PolicyBase, document.get("base", stored.base.value), "base")
    rules = _rules(document.get("rules", {}))
    if rules and base is not PolicyBase.CUSTOM:
        raise _wrong("rules", f'the policy "{base.value}" has fixed rules: set base to "custom" to change them')
    return Policy(
        base=base,
        rules={**stored.rules, **rules} if base is PolicyBase.CUSTOM else {},
        deactivated_after=timedelta(
            days=_number(document, "deactivatedAfterDays", stored.deactivated_after.days, most=_MOST_DAYS)
        ),
        relink_by_user_name=_truth(document, "relinkByUserName", default=stored.relink_by_user_name),
    )


def write_brakes(brakes: Brakes) -> dict[str, object]:
    """Brakes as a JSON document."""
    return {
        "paused": brakes.paused,
        "dryRun": brakes.dry_run,
        "perOrganizationHour": brakes.per_organization_hour,
        "perAccountDay": brakes.per_account_day,
    }


def read_brakes(document: Mapping[str, object], stored: Brakes | None = None) -> Brakes:
    """Brakes from their JSON document; what is left out stays as it is in `stored`, else as by default.

    Raises:
        RequestError: invalid_value, an unknown member or a value out of range.
    """
    _refuse_unknown(document, {"paused", "dryRun", "perOrganizationHour", "perAccountDay"})
    stored = stored or Brakes()
    return Brakes(
        paused=_truth(document, "paused", default=stored.paused),
        dry_run=_truth(document, "dryRun", default=stored.dry_run),
        per_organization_hour=_number(
            document, "perOrganizationHour", stored.per_organization_hour, most=_MOST_PER_HOUR
        ),
        per_account_day=_number(document, "perAccountDay", stored.per_account_day, most=_MOST_PER_DAY),
    )


def _rules(document: object) -> dict[ConflictClass, Rule]:
    if not isinstance(document, Mapping):
        raise _wrong("rules", "rules is an object of class names and rules")
    rules = {}
    for name, value in document.items():
        where = f"rules.{name}"
        conflict_class = _choice(ConflictClass, name, where)
        rule = _choice(Rule, value, where)
        allowed = ALLOWED.get(conflict_class, frozenset(Rule))
        if rule not in allowed:
            choices = ", ".join(sorted(allowed))
            raise _wrong(where, f'a conflict of class "{name}" can never be "{rule.value}": it can be {choices}')
        rules[conflict_class] = rule
    return rules


def _wrong(field: str, message: str) -> RequestError:
    return RequestError("invalid_value", message, field)


def _refuse_unknown(document: Mapping[str, object], known: set[str]) -> None:
    for name in document:
        if name not in known:
            raise _wrong(name, f'there is no "{name}" here: the members are {", ".join(sorted(known))}')


def _choice(choices: type[_Choice], value: object, where: str) -> _Choice:
    for choice in choices:
        if choice.value == value:
            return choice
    raise _wrong(where, f"{where} takes one of {', '.join(choice.value for choice in choices)}")


def _truth(document: Mapping[str, object], name: str, *, default: bool) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise _wrong(name, f"{name} is true or false")
    return value


def _number(document: Mapping[str, object], name: str, default: int, *, most: int) -> int:
    value = document.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise _wrong(name, f"{name} is a whole number from 0 to {most}")
    return value
