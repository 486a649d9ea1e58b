"""Hypothesis strategies for everything that is stored: any text that JSON can carry, any moment, anything absent."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from string import Formatter
from typing import Any, TypeVar

from hypothesis import strategies as st

from rightful.domain.account import (
    Account,
    AccountStatus,
    AwaitedLink,
    BeforeImage,
    ExpectedUser,
    Flag,
    FormerLink,
    Left,
    Link,
    Origin,
    Passed,
)
from rightful.domain.address import Address
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.conflict import (
    Approval,
    Choice,
    Conflict,
    ConflictClass,
    ConflictStatus,
    Finding,
    Notice,
    Outcome,
    Resolution,
)
from rightful.domain.conflicts.evidence import (
    Evidence,
    Holder,
    HolderFacts,
    Leaving,
    NoProof,
    NoProofKind,
    Proof,
    ProofKind,
    Protection,
    Reserved,
    Side,
    TakenUserName,
)
from rightful.domain.conflicts.explanation import Explanation, FindingCode, OutcomeCode, Statement
from rightful.domain.conflicts.next_step import Again, Effect, NextStep, Role, StepCode
from rightful.domain.conflicts.obstacle import ObstacleCode
from rightful.domain.conflicts.policy import ALLOWED, STANDARD_RULES, Brakes, Policy, PolicyBase, Rule
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.events.event_log import Action, LogEntry, Result
from rightful.domain.key import Scope, Token
from rightful.domain.one_word import OneWord
from rightful.domain.organization import (
    AccountsAtEnd,
    Closing,
    Directory,
    DirectoryDeletion,
    DomainChallenge,
    DomainPolicy,
    OnDelete,
    Organization,
)

_Kind = TypeVar("_Kind")

FORGOTTEN: list[str] = []
"""Fields of stored things that no strategy gives a value: what a round trip would not find missing."""

# The store cannot hold unpaired surrogates, and `scim.requests` refuses them.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ids = st.text("0123456789abcdef", min_size=1, max_size=8)
versions = st.integers(1, 10**9)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - `timezones` makes it aware
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
addresses = st.builds(Address, value=texts, canonical=texts.filter(bool))
documents = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


def _whole(kind: type[_Kind], /, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[_Kind]:
    """Values of a dataclass, with a strategy for each of its fields."""
    FORGOTTEN.extend(f"{kind.__name__}.{each.name}" for each in fields(kind) if each.name not in values)  # type: ignore[arg-type]
    return st.builds(kind, **values)


words = _whole(OneWord, by=texts, at=moments, confirmed_by=st.none() | texts)
links = _whole(Link, directory_id=ids, scim_id=ids, user_name=texts, external_id=st.none() | texts, linked_at=moments)
former_links = _whole(FormerLink, directory_id=ids, user_name=texts, external_id=st.none() | texts, unlinked_at=moments)
before_images = _whole(
    BeforeImage,
    conflict_id=ids,
    version=versions,
    taken_at=moments,
    account=st.deferred(lambda: _accounts("before", st.none(), st.just(()))),
    left=_whole(
        Left,
        address=st.none() | texts,
        scim_id=st.none() | ids,
        status=st.sampled_from(AccountStatus),
        organization_id=st.none() | ids,
        deactivated_at=st.none() | moments,
        awaits=st.booleans(),
        attributes=st.dictionaries(texts, texts, max_size=2),
    ),
    passed=st.lists(st.builds(Passed, canonical=texts, conflict_id=ids, at=moments), max_size=3).map(tuple),
)


def accounts(account_id: str) -> st.SearchStrategy[Account]:
    """Accounts with that id, and anything else."""
    return _accounts(account_id, st.none() | before_images, st.lists(before_images, max_size=2).map(tuple))


def _accounts(
    account_id: str,
    images: st.SearchStrategy[BeforeImage | None],
    earlier: st.SearchStrategy[tuple[BeforeImage, ...]],
) -> st.SearchStrategy[Account]:
    return _whole(
        Account,
        id=st.just(account_id),
        version=versions,
        email=st.none() | addresses,
        email_verified=st.booleans(),
        status=st.sampled_from(AccountStatus),
        origin=st.sampled_from(Origin),
        created_at=moments,
        updated_at=moments,
        organization_id=st.none() | ids,
        claimed=st.booleans(),
        deletion_date=st.none() | moments,
        deactivated_at=st.none() | moments,
        last_login_at=st.none() | moments,
        held_since=st.none() | moments,
        flags=st.frozensets(st.sampled_from(Flag)),
        link=st.none() | links,
        former_link=st.none() | former_links,
        awaited=st.none() | _whole(AwaitedLink, requester_key=texts, until=moments),
        expected=st.none()
        | _whole(
            ExpectedUser,
            organization_id=ids,
            directory_id=st.none() | ids,
            user_name=st.none() | texts,
            external_id=st.none() | texts,
        ),
        attributes=documents,
        before_image=images,
        earlier_images=earlier,
        links_made=st.integers(0, 99),
        sign_up_key=st.none() | texts,
        refused_names=st.lists(texts, max_size=2).map(tuple),
        two_until=st.none() | moments,
        pushed_version=st.integers(0, 10**9),
        unassigned_active=st.none() | st.booleans(),
        # The store keeps these itself, by writes of their own.
        group_ids=st.just(frozenset()),
        group_changes=st.just(0),
    )


requesters = _whole(
    Requester,
    account_id=st.none() | ids,
    scim_id=st.none() | ids,
    user_name=texts,
    external_id=st.none() | texts,
    display_name=texts,
)
changes = _whole(
    PendingChange,
    before=documents,
    after=documents,
    active=st.none() | st.booleans(),
    active_said_at=st.none() | moments,
)
approvals = _whole(
    Approval,
    key_id=ids,
    owner=texts,
    reason=texts,
    given_at=moments,
    version=texts,
    resolution=st.none() | st.sampled_from(Resolution),
)


def statements(*codes: type[Code]) -> st.SearchStrategy[Statement[Code]]:
    """A code of these, with everything that its pattern names."""

    def of(code: Code) -> st.SearchStrategy[Statement[Code]]:
        named = {name for _, name, _, _ in Formatter().parse(code.pattern) if name}
        values = {name: st.sampled_from(CODED[name]) if name in CODED else texts for name in named}
        if "proof" in named:
            values["number"] = texts
        return st.fixed_dictionaries(values).map(lambda parameters: Statement(code, parameters))

    return st.sampled_from([code for each in codes for code in each]).flatmap(of)


CODED: dict[str, type[Code]] = {"again": Again, "effect": Effect, "instead": Effect, "proof": ProofKind}
days = st.dates()
evidence = _whole(
    Evidence,
    holder=st.none()
    | st.sampled_from(Holder)
    | _whole(
        HolderFacts,
        status=st.sampled_from(AccountStatus),
        origin=st.sampled_from(Origin),
        confirmed=st.booleans(),
        directory_id=st.none() | ids,
        former_directory_id=st.none() | ids,
        last_login=st.none() | days,
        deactivated_on=st.none() | days,
        deletion_on=st.none() | days,
        personal=st.booleans(),
    ),
    reserved=st.none() | _whole(Reserved, until=moments, conflict_id=ids),
    soft_delete=st.booleans(),
    domain=st.none() | ids,
    proof=st.none() | _whole(Proof, kind=st.sampled_from(ProofKind), number=texts),
    no_proof=st.none() | _whole(NoProof, kind=st.sampled_from(NoProofKind), number=texts),
    protected=st.lists(
        _whole(
            Protection,
            side=st.sampled_from(Side),
            flag=st.none() | st.sampled_from(Flag),
            kind=st.none() | ids,
            until=st.none() | days,
        ),
        max_size=2,
    ).map(tuple),
    leaving=st.none() | st.sampled_from(Leaving),
    participants=st.integers(0, 99),
    user_name=st.none() | st.sampled_from(TakenUserName),
)


def _requests(organization_id: str, directory_id: str) -> st.SearchStrategy[RefusedRequest]:
    return _whole(
        RefusedRequest,
        organization_id=st.just(organization_id),
        directory_id=st.just(directory_id),
        operation=st.sampled_from(Operation),
        requester=requesters,
        wanted=addresses | _whole(UserName, directory_id=st.just(directory_id), value=texts),
        old_email=st.none() | addresses,
        change=changes,
        key_id=st.just("") | ids,
        profile=ids,
    )


def conflicts(organization_id: str, conflict_id: str) -> st.SearchStrategy[Conflict]:
    """Conflicts with that id, and anything else."""
    return _whole(
        Conflict,
        request=ids.flatmap(lambda directory_id: _requests(organization_id, directory_id)),
        finding=_whole(
            Finding,
            conflict_class=st.none() | st.sampled_from(ConflictClass),
            underlying_class=st.none() | st.sampled_from(ConflictClass),
            evidence=st.none() | evidence,
            rule=st.none() | st.sampled_from([rule.value for rule in Rule]),
            holder_account_id=st.none() | ids,
            holder_organization_id=st.none() | ids,
            judged=texts,
            asked=texts,
            circle_ids=st.lists(ids, max_size=3).map(tuple),
            would_do=st.none() | st.sampled_from(OutcomeCode),
            choices=st.lists(
                _whole(
                    Choice,
                    resolution=st.sampled_from(Resolution),
                    effect=st.sampled_from(Effect),
                    obstacle=st.none() | statements(ObstacleCode),
                ),
                max_size=2,
            ).map(tuple),
            held_back_by=st.none() | statements(OutcomeCode),
            automatic_at=st.none() | moments,
            blocked_by=st.none() | ids,
        ),
        outcome=_whole(
            Outcome,
            resolved_at=st.none() | moments,
            placeholder=st.none() | addresses,
            touched_account_ids=st.lists(ids, max_size=3).map(tuple),
            sessions_revoked_of=st.lists(ids, max_size=3).map(tuple),
            released=st.lists(texts, max_size=3).map(tuple),
            participant_ids=st.lists(ids, max_size=3).map(tuple),
            decided_by=texts,
            undo_approvals=st.lists(approvals, max_size=2).map(tuple),
        ),
        id=st.just(conflict_id),
        version=versions,
        status=st.sampled_from(ConflictStatus),
        created_at=moments,
        updated_at=moments,
        expires_at=moments,
        correlation_id=ids,
        occurrences=versions,
        last_seen_at=st.none() | moments,
        sent=st.booleans(),
        explanation=st.lists(statements(FindingCode, OutcomeCode), max_size=3).map(tuple).map(Explanation),
        approvals=st.lists(approvals, max_size=2).map(tuple),
        deactivation_pending=st.booleans(),
        next_step=st.none()
        | _whole(
            NextStep,
            who=st.sampled_from(Role),
            statements=st.lists(statements(StepCode), min_size=1, max_size=2).map(tuple),
        ),
        stands_since=st.none() | moments,
        told=st.frozensets(st.sampled_from(Notice)),
    )


def rows(organization_id: str, row_id: str) -> st.SearchStrategy[LogEntry]:
    """Event log rows with that id, and anything else."""
    optional = {
        name: st.none() | texts
        for name in (
            "directory_id",
            "scim_id",
            "external_id",
            "old_email",
            "requested_email",
            "holder",
            "conflict_class",
            "approver",
        )
    }
    optional |= {name: st.none() | ids for name in ("account_id", "conflict_id")}
    always = dict.fromkeys(
        (
            "subject",
            "explanation",
            "explanation_code",
            "next_step_who",
            "next_step_what",
            "next_step_code",
            "correlation_id",
        ),
        texts,
    )
    return _whole(
        LogEntry,
        id=st.just(row_id),
        organization_id=st.just(organization_id),
        at=moments,
        action=st.sampled_from(Action),
        result=st.sampled_from(Result),
        retried_by_idp=st.none() | st.booleans(),
        **optional,
        **always,
    )


_rules = st.dictionaries(st.sampled_from(list(STANDARD_RULES)), st.sampled_from(list(Rule)), max_size=4).map(
    lambda rules: {each: rule for each, rule in rules.items() if rule in ALLOWED.get(each, frozenset(Rule))}
)
policies = st.one_of(
    st.builds(Policy, base=st.sampled_from([PolicyBase.STANDARD, PolicyBase.STRICT])),
    _whole(
        Policy,
        base=st.just(PolicyBase.CUSTOM),
        rules=_rules,
        deactivated_after=st.integers(0, 365).map(lambda days: timedelta(days=days)),
        relink_by_user_name=st.booleans(),
    ),
)
brakes = _whole(
    Brakes,
    paused=st.booleans(),
    dry_run=st.booleans(),
    per_organization_hour=st.integers(0, 10_000),
    per_account_day=st.integers(0, 100),
)


def organizations(organization_id: str) -> st.SearchStrategy[Organization]:
    """Organizations with that id, and anything else."""
    return _whole(
        Organization,
        id=st.just(organization_id),
        version=versions,
        name=texts,
        created_at=moments,
        domain_policy=st.sampled_from(DomainPolicy),
        domains=st.dictionaries(texts, moments, max_size=3),
        policy=policies,
        brakes=brakes,
        challenges=st.dictionaries(texts, st.builds(DomainChallenge, texts, moments), max_size=2),
        closing=st.none() | _whole(Closing, asked_at=moments, accounts=st.sampled_from(AccountsAtEnd)),
        lowered=st.dictionaries(st.sampled_from(ConflictClass), words, max_size=2),
    )


def directories(organization_id: str, directory_id: str) -> st.SearchStrategy[Directory]:
    """Directories with that id, and anything else."""
    return _whole(
        Directory,
        id=st.just(directory_id),
        organization_id=st.just(organization_id),
        version=versions,
        name=texts,
        created_at=moments,
        profile=texts,
        on_delete=st.sampled_from(OnDelete),
        extensions=st.lists(documents, max_size=2).map(tuple),
        deleting=st.none() | _whole(DirectoryDeletion, asked_at=moments, by=texts, keeps_active=st.booleans()),
        erasing=st.none() | words,
    )


def tokens(sha256: str) -> st.SearchStrategy[Token]:
    """Keys with that hash, and anything else."""
    return _whole(
        Token,
        id=ids,
        sha256=st.just(sha256),
        scope=st.sampled_from(Scope),
        owner=texts,
        created_at=moments,
        expires_at=st.none() | moments,
        organization_id=st.none() | ids,
        directory_id=st.none() | ids,
        issued=st.none() | words,
    )
