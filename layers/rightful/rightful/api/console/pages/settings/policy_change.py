"""Changing the policy: a form, what it would have decided about the last 90 days, and saving it with a reason."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from rightful.api.console.call import ConsoleCall, Document, error_of
from rightful.api.console.rendering import name_of
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import (
    ALLOWED,
    Brakes,
    Policy,
    PolicyBase,
    Rule,
    read_brakes,
    read_policy,
    write_brakes,
    write_policy,
)
from rightful.domain.conflicts.simulated import Verdict
from rightful.domain.organization import DomainPolicy, Organization
from rightful.domain.sign_in import FRESH_FOR
from rightful.text.ids import time_text

_YES = "yes"
_RULE = "rule."
_POLICY_NUMBERS, _POLICY_TICKS = ("deactivatedAfterDays",), ("relinkByUserName",)
_BRAKE_NUMBERS, _BRAKE_TICKS = ("perOrganizationHour", "perAccountDay"), ("paused", "dryRun")
NAMES: Mapping[str, str] = {
    "base": "Policy",
    "deactivatedAfterDays": "Days a holder has to be deactivated",
    "relinkByUserName": "A create links a former account again by its userName",
    "paused": "Paused: nothing moves by itself",
    "dryRun": "Dry run: what would be done is only told",
    "perOrganizationHour": "Addresses that may move by themselves in an hour",
    "perAccountDay": "Changes of one account by themselves in a day",
    "domainPolicy": "Domains on which directories may claim addresses",
}
"""How the members are called on these pages."""


@dataclass(frozen=True, slots=True)
class RuleField:
    """The rule of one class in the form.

    Attributes:
        choices: what a policy may say about it; one: it is fixed.
    """

    name: str
    sentence: str
    choices: Sequence[Rule]


RULE_FIELDS = tuple(
    RuleField(each.value, each.sentence, [rule for rule in Rule if rule in ALLOWED.get(each, Rule)])
    for each in ConflictClass
)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The form.

    Attributes:
        typed: what stands in its fields.
        seen: which settings it was opened on.
        until: when its sender has to show once more who they are.
    """

    typed: Mapping[str, str]
    seen: str
    until: str
    domain_policies: Sequence[DomainPolicy]
    error: str = ""
    notice: str = ""
    rules: Sequence[RuleField] = RULE_FIELDS
    title: str = "Change the policy"

    @property
    def strict(self) -> Sequence[ConflictClass]:
        """What a strict policy resolves by itself."""
        return [each for each in ConflictClass if Policy(base=PolicyBase.STRICT).rule(each) is Rule.AUTO]

    @property
    def names(self) -> Mapping[str, str]:
        """How the members are called."""
        return NAMES


@dataclass(frozen=True, slots=True)
class Changed:
    """One member before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TrialPage:
    """What the changed policy would have decided.

    Attributes:
        typed: the fields of the form, to be sent again.
        result: as the admin API says it.
        differences: conflicts that would have been decided otherwise.
    """

    typed: Mapping[str, str]
    seen: str
    until: str
    changes: Sequence[Changed]
    result: Document
    differences: Sequence[Document]
    error: str = ""
    verdicts: Sequence[Verdict] = tuple(Verdict)
    title: str = "What this policy would have decided"


def change_form(call: ConsoleCall) -> Response:
    """GET policy/change."""
    organization = call.organization()
    return _form(call, typed_of(organization), seen_of(organization))


def change(call: ConsoleCall) -> Response:
    """POST policy/change: try it (action=try), save it (action=save), or back to the form with all that was typed."""
    organization, action = call.organization(), call.field("action")
    stored, seen = typed_of(organization), call.field("seen")
    typed = {name: call.field(name) for name in (*stored, "reason")}
    if action not in {"try", "save"}:
        return _form(call, typed, seen)
    if {**typed, "reason": ""} == {**stored, "reason": ""}:
        return _form(call, typed, seen, notice="unchanged") if action == "try" else _unchanged(call)
    if seen != seen_of(organization):
        if action == "save" and _came_already(typed, stored):
            return _unchanged(call)
        return _form(call, typed, seen_of(organization), _CHANGED_MEANWHILE, 409)
    return (_try if action == "try" else _save)(call, organization, typed)


_CHANGED_MEANWHILE = (
    "Somebody changed the policy since you opened this form. What you typed stands here still: read what counts now "
    "(Policy), and send it again if you still mean it."
)
_SAY_WHY = "Say why: the reason is kept in the log."


def _came_already(typed: Mapping[str, str], stored: Mapping[str, str]) -> bool:
    """Whether a form that is sent twice has done its work. The rules beside a base that fixes them say nothing."""
    fixed = typed["base"] != PolicyBase.CUSTOM
    return all(typed[name] == value for name, value in stored.items() if not (fixed and name.startswith(_RULE)))


def _try(call: ConsoleCall, organization: Organization, typed: Mapping[str, str], error: str = "") -> Response:
    body = asked_body(typed, organization)
    answer = call.api("POST", "/policy/simulation", body=body)
    if not isinstance(answer.body, dict) or answer.status >= 400:
        return _form(call, typed, seen_of(organization), error_of(answer), answer.status)
    asked = as_asked(body, organization)
    page = TrialPage(
        typed=typed,
        seen=seen_of(organization),
        until=_until(call),
        changes=changes(typed_of(organization), typed_of(asked)),
        result=answer.body,
        differences=[_difference(each) for each in _list(answer.body["differences"])],
        error=error,
    )
    return call.page("policy_trial.html", page, status=400 if error else 200)


def _save(call: ConsoleCall, organization: Organization, typed: Mapping[str, str]) -> Response:
    if not typed["reason"].strip():
        if call.field("tried"):
            return _try(call, organization, typed, _SAY_WHY)
        return _form(call, typed, seen_of(organization), _SAY_WHY, 400)
    before = call.read("/policy")
    answer = call.api("PUT", "/policy", body={**asked_body(typed, organization), "reason": typed["reason"]})
    if answer.status >= 400:
        return _form(call, typed, seen_of(organization), error_of(answer), answer.status)
    return _unchanged(call) if answer.body == before else call.redirect("/policy", notice="saved")


def _unchanged(call: ConsoleCall) -> Response:
    return call.redirect("/policy", notice="unchanged")


def _form(  # noqa: PLR0913 - what a form has
    call: ConsoleCall, typed: Mapping[str, str], seen: str, error: str = "", status: int = 200, *, notice: str = ""
) -> Response:
    stays = call.organization().domain_policy
    page = ChangePage(
        typed={"reason": "", **typed},
        seen=seen,
        until=_until(call),
        domain_policies=[each for each in DomainPolicy if each in {DomainPolicy.VERIFIED_ONLY, stays}],
        error=error,
        notice=notice,
    )
    return call.page("policy_change.html", page, status=status)


def typed_of(organization: Organization) -> dict[str, str]:
    """The settings as the form has them. Pure."""
    policy, brakes = write_policy(organization.policy), write_brakes(organization.brakes)
    members = {**policy, **brakes}
    return {
        "base": organization.policy.base.value,
        **{rule_field(each): organization.policy.rule(each).value for each in ConflictClass},
        **{name: str(members[name]) for name in (*_POLICY_NUMBERS, *_BRAKE_NUMBERS)},
        **{name: _YES if members[name] else "" for name in (*_POLICY_TICKS, *_BRAKE_TICKS)},
        "domainPolicy": organization.domain_policy.value,
    }


def rule_field(conflict_class: ConflictClass) -> str:
    """The name of the field with a class's rule."""
    return f"{_RULE}{conflict_class.value}"


def seen_of(organization: Organization) -> str:
    """What tells whether settings are the ones that a form was opened on."""
    return sha256(json.dumps(typed_of(organization)).encode()).hexdigest()[:16]


def asked_body(typed: Mapping[str, str], organization: Organization) -> dict[str, object]:
    """The body for the admin API: all that was typed, and of the rules those that the base does not have already.
    Pure."""
    base = typed["base"]
    # What a rule is if nothing is said of it: a custom policy starts from the standard one.
    stored = organization.policy if base != PolicyBase.CUSTOM else replace(organization.policy, base=PolicyBase.CUSTOM)
    rules = {
        each.value: chosen
        for each in ConflictClass
        if (chosen := typed[rule_field(each)]) and chosen != stored.rule(each).value
    }
    return {
        "policy": {
            "base": base,
            **({"rules": rules} if rules else {}),
            **_members(typed, _POLICY_NUMBERS, _POLICY_TICKS),
        },
        "brakes": _members(typed, _BRAKE_NUMBERS, _BRAKE_TICKS),
        "domainPolicy": typed["domainPolicy"],
    }


def _members(typed: Mapping[str, str], numbers: Sequence[str], ticks: Sequence[str]) -> dict[str, object]:
    return {
        **{name: _number(typed[name].strip()) for name in numbers},
        **{name: typed[name] == _YES for name in ticks},
    }


def _number(text: str) -> int | str:
    """The number; what is none is left to the admin API to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def as_asked(body: Document, organization: Organization) -> Organization:
    """The organization with the settings of a body that the admin API has taken."""
    policy, brakes = body["policy"], body["brakes"]
    return replace(
        organization,
        policy=read_policy(policy, organization.policy) if isinstance(policy, dict) else Policy(),
        brakes=read_brakes(brakes, organization.brakes) if isinstance(brakes, dict) else Brakes(),
        domain_policy=DomainPolicy(str(body["domainPolicy"])),
    )


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Changed]:
    """What is not as it was. Pure."""
    return [
        Changed(NAMES.get(name) or name.removeprefix(_RULE), before[name] or "no", after[name] or "no")
        for name in before
        if before[name] != after[name]
    ]


def _difference(difference: Document) -> Document:
    conflict = difference["conflict"]
    if not isinstance(conflict, dict):
        return difference
    wanted = conflict["wantedEmail"] or conflict["wantedUserName"]
    return {**difference, "name": f"{name_of(conflict['requester'])} wants {wanted}"}


def _list(value: object) -> Sequence[Document]:
    return value if isinstance(value, list) else []


def _until(call: ConsoleCall) -> str:
    return time_text(call.session.shown_at + FRESH_FOR)
