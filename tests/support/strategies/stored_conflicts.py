"""Hypothesis strategies for conflicts and their rows in the event log, with anything absent."""

from string import Formatter

from hypothesis import strategies as st

from rightful.domain.account import (
    AccountStatus,
    Flag,
    Origin,
)
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
    Grounds,
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
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.refused_request import Operation, PendingChange, RefusedRequest, Requester, UserName
from rightful.domain.events.event_log import Action, LogEntry, Result
from tests.support.strategies.values import addresses, documents, ids, moments, texts, versions, whole

requesters = whole(
    Requester,
    account_id=st.none() | ids,
    scim_id=st.none() | ids,
    user_name=texts,
    external_id=st.none() | texts,
    display_name=texts,
)

changes = whole(
    PendingChange,
    before=documents,
    after=documents,
    active=st.none() | st.booleans(),
    active_said_at=st.none() | moments,
)
approvals = whole(
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
evidence = whole(
    Evidence,
    holder=st.none()
    | st.sampled_from(Holder)
    | whole(
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
    reserved=st.none() | whole(Reserved, until=moments, conflict_id=ids),
    soft_delete=st.booleans(),
    domain=st.none() | ids,
    proof=st.none() | whole(Proof, kind=st.sampled_from(ProofKind), number=texts),
    no_proof=st.none() | whole(NoProof, kind=st.sampled_from(NoProofKind), number=texts),
    protected=st.lists(
        whole(
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


grounds = whole(
    Grounds,
    free=st.booleans(),
    follows=st.booleans(),
    other_letters=st.booleans(),
    takes_two=st.booleans(),
    kinds=st.lists(st.sampled_from([each.value for each in ConflictClass]), max_size=2).map(tuple),
    deactivated_at=st.none() | moments,
    decided_at=st.none() | moments,
)


def _requests(organization_id: str, directory_id: str) -> st.SearchStrategy[RefusedRequest]:
    return whole(
        RefusedRequest,
        organization_id=st.just(organization_id),
        directory_id=st.just(directory_id),
        operation=st.sampled_from(Operation),
        requester=requesters,
        wanted=addresses | whole(UserName, directory_id=st.just(directory_id), value=texts),
        old_email=st.none() | addresses,
        change=changes,
        key_id=st.just("") | ids,
        profile=ids,
    )


def conflicts(organization_id: str, conflict_id: str) -> st.SearchStrategy[Conflict]:
    """Conflicts with that id, and anything else."""
    return whole(
        Conflict,
        request=ids.flatmap(lambda directory_id: _requests(organization_id, directory_id)),
        finding=whole(
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
                whole(
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
            grounds=st.none() | grounds,
        ),
        outcome=whole(
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
        | whole(
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
    return whole(
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
