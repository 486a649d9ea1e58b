"""A second administrator confirms what one said alone: a directory's key, its delete rule, a loosened policy.

Confirming again, or what needs no second word any more, changes nothing.
"""

from dataclasses import replace
from datetime import datetime

from rightful.core.organizations.log_rows import settings_row
from rightful.core.organizations.registry import change_directory, change_organization
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import Rule
from rightful.domain.key import Token
from rightful.domain.one_word import OneWord, confirmed, word_of
from rightful.domain.organization import Directory, Organization
from rightful.domain.request_error import RequestError, changed_meanwhile
from rightful.ports.context import Context
from rightful.ports.writes.settings import ConfirmToken, ListToken
from rightful.ports.writes.transaction import RefusedError


def confirm_token(context: Context, token: Token, *, by: str, reason: str) -> Token:
    """The key, with a second person behind it.

    Raises:
        RequestError: same_approver; conflict, it was revoked meanwhile.
    """
    if token.issued is None or not token.issued.stands_alone(context.now):
        return token
    sure = replace(token, issued=confirmed(token.issued, by))
    sentence = f"The key {token.id}, which {token.issued.by} issued, was confirmed: {reason}"
    try:
        context.commit([ConfirmToken(sure), ListToken(sure), *settings_row(sure, sentence, by, context.invocation)])
    except RefusedError as error:
        raise changed_meanwhile() from error
    return sure


def confirm_directory(context: Context, directory: Directory, *, by: str, reason: str) -> Directory:
    """The directory, whose delete rule a second person wants, too.

    Raises:
        RequestError: same_approver; conflict, somebody else changed it meanwhile.
    """
    if directory.erasing is None or not directory.erasing.stands_alone(context.now):
        return directory
    sure = replace(directory, erasing=confirmed(directory.erasing, by))
    sentence = f"That deletes erase, which {directory.erasing.by} set, was confirmed: {reason}"
    return change_directory(context, sure, sentence, by=by)


def confirm_policy(context: Context, organization: Organization, *, by: str, reason: str) -> Organization:
    """The organization, whose loosened rules a second person wants, too: all that somebody else lowered.

    Raises:
        RequestError: same_approver; conflict, somebody else changed the settings meanwhile.
    """
    lowered, own = dict(organization.lowered), None
    sure: list[tuple[str, OneWord]] = []
    for each, word in organization.lowered.items():
        if not word.stands_alone(context.now):
            continue
        try:
            lowered[each] = confirmed(word, by)
        except RequestError as error:
            own = error
        else:
            sure.append((each.value, word))
    if not sure:
        if own is not None:
            raise own
        return organization
    rules = "; ".join(f"{name}, lowered by {word.by}" for name, word in sorted(sure, key=lambda pair: pair[0]))
    sentence = f"The policy was confirmed ({rules}): {reason}"
    return change_organization(context, replace(organization, lowered=lowered), sentence, by=by)


_BELOW_TWO = frozenset({Rule.AUTO, Rule.APPROVAL})


def noting_who(before: Organization, after: Organization, by: str | None, now: datetime) -> Organization:
    """The changed settings, with a note of each rule that took two people, or that nobody could approve, and that this
    change lowers.

    Args:
        by: who changes it; only an administrator's word needs a second one.
    """
    anew, word = lowered_by(before, after, now), word_of(by, now)
    lowered: dict[ConflictClass, OneWord] = {}
    for each in ConflictClass:
        was, is_now, noted = before.policy.rule(each), after.policy.rule(each), before.lowered.get(each)
        if was is is_now and is_now in _BELOW_TWO and noted is not None and noted.stands_alone(now):
            lowered[each] = noted
        elif each in anew and word is not None:
            lowered[each] = word
    return replace(after, lowered=lowered)


def lowered_by(before: Organization, after: Organization, now: datetime) -> tuple[ConflictClass, ...]:
    """The rules that take two people, or that nobody can approve, and that a change of settings lowers: done by one
    administrator, that needs another one's word."""
    counts = before.policy_at(now)
    return tuple(
        each
        for each in ConflictClass
        if before.policy.rule(each) is not after.policy.rule(each)
        and counts.rule(each) not in _BELOW_TWO
        and after.policy.rule(each) in _BELOW_TWO
    )
