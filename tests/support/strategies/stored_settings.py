"""Hypothesis strategies for organizations, directories and keys, with anything absent."""

from datetime import timedelta

from hypothesis import strategies as st

from rightful.domain.conflicts.conflict import (
    ConflictClass,
)
from rightful.domain.conflicts.policy import ALLOWED, STANDARD_RULES, Brakes, Policy, PolicyBase, Rule
from rightful.domain.key import Scope, Token
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
from rightful.domain.sign_in import ConsoleRole, SignIn
from tests.support.strategies.values import documents, ids, moments, texts, versions, whole, words

_rules = st.dictionaries(st.sampled_from(list(STANDARD_RULES)), st.sampled_from(list(Rule)), max_size=4).map(
    lambda rules: {each: rule for each, rule in rules.items() if rule in ALLOWED.get(each, frozenset(Rule))}
)

policies = st.one_of(
    st.builds(Policy, base=st.sampled_from([PolicyBase.STANDARD, PolicyBase.STRICT])),
    whole(
        Policy,
        base=st.just(PolicyBase.CUSTOM),
        rules=_rules,
        deactivated_after=st.integers(0, 365).map(lambda days: timedelta(days=days)),
        relink_by_user_name=st.booleans(),
    ),
)
brakes = whole(
    Brakes,
    paused=st.booleans(),
    dry_run=st.booleans(),
    per_organization_hour=st.integers(0, 10_000),
    per_account_day=st.integers(0, 100),
)


def organizations(organization_id: str) -> st.SearchStrategy[Organization]:
    """Organizations with that id, and anything else."""
    return whole(
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
        closing=st.none() | whole(Closing, asked_at=moments, accounts=st.sampled_from(AccountsAtEnd)),
        lowered=st.dictionaries(st.sampled_from(ConflictClass), words, max_size=2),
        sign_in=st.none()
        | whole(
            SignIn,
            id=texts,
            issuer=texts,
            client_id=texts,
            secret_id=texts,
            roles_claim=texts,
            roles=st.dictionaries(st.sampled_from(ConsoleRole), st.lists(texts, max_size=2).map(tuple), max_size=2),
            set_alone=st.none() | words,
        ),
    )


def directories(organization_id: str, directory_id: str) -> st.SearchStrategy[Directory]:
    """Directories with that id, and anything else."""
    return whole(
        Directory,
        id=st.just(directory_id),
        organization_id=st.just(organization_id),
        version=versions,
        name=texts,
        created_at=moments,
        profile=texts,
        on_delete=st.sampled_from(OnDelete),
        extensions=st.lists(documents, max_size=2).map(tuple),
        deleting=st.none() | whole(DirectoryDeletion, asked_at=moments, by=texts, keeps_active=st.booleans()),
        erasing=st.none() | words,
    )


def tokens(sha256: str) -> st.SearchStrategy[Token]:
    """Keys with that hash, and anything else."""
    return whole(
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
        last_used_on=st.none() | st.dates(),
        reminded_days=st.none() | st.sampled_from((30, 7)),
    )
