"""Hypothesis strategies for accounts, with anything absent."""

from hypothesis import strategies as st

from rightful.domain.account import (
    Account,
    AccountStatus,
    AwaitedLink,
    BeforeImage,
    CameWith,
    ExpectedUser,
    Flag,
    FormerLink,
    Left,
    Link,
    Origin,
    Passed,
)
from tests.support.strategies.values import addresses, documents, ids, moments, texts, versions, whole

links = whole(Link, directory_id=ids, scim_id=ids, user_name=texts, external_id=st.none() | texts, linked_at=moments)

former_links = whole(FormerLink, directory_id=ids, user_name=texts, external_id=st.none() | texts, unlinked_at=moments)
before_images = whole(
    BeforeImage,
    conflict_id=ids,
    version=versions,
    taken_at=moments,
    account=st.deferred(lambda: _accounts("before", st.none(), st.just(()))),
    left=whole(
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
    return whole(
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
        awaited=st.none() | whole(AwaitedLink, requester_key=texts, until=moments),
        expected=st.none()
        | whole(
            ExpectedUser,
            organization_id=ids,
            directory_id=st.none() | ids,
            user_name=st.none() | texts,
            external_id=st.none() | texts,
        ),
        attributes=documents,
        before_image=images,
        earlier_images=earlier,
        known_to=st.frozensets(ids, max_size=2),
        known_as=st.lists(addresses, max_size=2).map(tuple),
        links_made=st.integers(0, 99),
        sign_up_key=st.none() | texts,
        refused_names=st.lists(texts, max_size=2).map(tuple),
        two_until=st.none() | moments,
        pushed_version=st.integers(0, 10**9),
        came_with=st.none() | whole(CameWith, email=addresses, verified=st.booleans()),
        unassigned_active=st.none() | st.booleans(),
        # The store keeps these itself, by writes of their own.
        group_ids=st.just(frozenset()),
        group_changes=st.just(0),
    )
