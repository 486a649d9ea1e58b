"""From a `Write` to the one conditional DynamoDB action that does it.

    write             action          condition
    PutAccount        Put             version unchanged, or no item
    ClaimAddress      Put             free, ours, reserved for us, or a reservation that ended
    TransferAddress   Put             held by the account it is taken from
    ...               see the functions below, one per write

Every action asks for ALL_OLD where its condition fails, so that one round trip tells who holds what.
"""

import zlib
from functools import singledispatchmethod

from rightful.aws.dynamodb.action import Action, Verb, values_of
from rightful.aws.dynamodb.actions.groups import group_action
from rightful.aws.dynamodb.attributes import Item, Scalar, text_of, write_item
from rightful.aws.dynamodb.items.accounts import account_item
from rightful.aws.dynamodb.items.conflicts import conflict_item
from rightful.aws.dynamodb.items.emails import likely_action
from rightful.aws.dynamodb.items.holds import hold_item
from rightful.aws.dynamodb.items.log import log_item
from rightful.aws.dynamodb.items.settings import (
    directory_item,
    listed_token_item,
    organization_item,
    revoked_item,
    token_item,
)
from rightful.aws.dynamodb.keys import base as keys
from rightful.aws.dynamodb.keys import groups as group_keys
from rightful.aws.dynamodb.table import Tables
from rightful.domain.hold import Hold
from rightful.domain.key import Token
from rightful.ports.key import ItemKey
from rightful.ports.writes import imports as source_writes
from rightful.ports.writes import settings as s
from rightful.ports.writes import transaction as w
from rightful.ports.writes.accounts import (
    ClaimAddress,
    ClaimUserName,
    CountUsers,
    DeleteAccount,
    EndReservation,
    ListFurther,
    NoteLogin,
    PutAccount,
    ReleaseAddress,
    ReleaseUserName,
    RequireAccount,
    RequireDomain,
    ReserveAddress,
    TransferAddress,
    TransferUserName,
)
from rightful.ports.writes.conflicts import AppendLog, EndPending, EndWaiter, PutConflict, PutPending, PutWaiter
from rightful.ports.writes.groups import GroupWrite
from rightful.ports.writes.settings import COUNTERS

_NEW = "attribute_not_exists(pk)"
_THERE = "attribute_exists(pk)"
_SAME_VERSION = "version = :version"
_OURS = "account_id = :account"


class Translator:
    """Turns writes into actions on these tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @property
    def identity_table(self) -> str:
        """The identity table's name."""
        return self._tables.identity

    def _put(self, item: Item, condition: str | None = None, **values: Scalar) -> Action:
        return Action("Put", self._tables.identity, item, condition, values_of(**values))

    def _on(self, verb: Verb, key: ItemKey, condition: str | None = None, **values: Scalar) -> Action:
        return Action(verb, self._tables.identity, key.item(), condition, values_of(**values))

    def _versioned(self, item: Item, expected_version: int | None) -> Action:
        if expected_version is None:
            return self._put(item, _NEW)
        return self._put(item, _SAME_VERSION, version=expected_version)

    @singledispatchmethod
    def action(self, write: w.Write) -> Action:
        """The action that does a write."""
        raise TypeError(f"no action for {type(write).__name__}")

    @action.register
    def _(self, write: GroupWrite) -> Action:
        return group_action(write, self._tables.identity)

    @action.register
    def _(self, write: ListFurther) -> Action:
        return likely_action(write, self._tables.identity)

    @action.register
    def _(self, write: PutAccount) -> Action:
        item = account_item(write.account)
        if write.expected_version is None:
            return self._put(item, _NEW)
        # Memberships change without a new version: what was read before one must not be written over it.
        changes = write.account.group_changes or None
        same_groups = "group_changes = :changes" if changes else "attribute_not_exists(group_changes)"
        return self._put(item, f"{_SAME_VERSION} AND {same_groups}", version=write.expected_version, changes=changes)

    @action.register
    def _(self, write: DeleteAccount) -> Action:
        condition = f"{_SAME_VERSION} AND attribute_not_exists(group_ids)"
        return self._on("Delete", keys.account(write.account_id), condition, version=write.expected_version)

    @action.register
    def _(self, write: RequireAccount) -> Action:
        return self._on("ConditionCheck", keys.account(write.account_id), _SAME_VERSION, version=write.version)

    @action.register
    def _(self, write: NoteLogin) -> Action:
        return Action(
            "Update",
            self._tables.identity,
            keys.account(write.account_id).item(),
            "last_login_at <= :since",
            values_of(since=write.unless_since, at=write.at),
            update="SET last_login_at = :at",
        )

    @action.register
    def _(self, write: ClaimAddress) -> Action:
        condition = f"{_NEW} OR {_OURS} OR reserved_until <= :now"
        values: dict[str, Scalar] = {"account": write.account_id, "now": text_of(write.now)}
        if write.requester_key is not None:
            condition += " OR reserved_for = :requester"
            values["requester"] = write.requester_key
        return self._put(hold_item(Hold(write.canonical, write.account_id)), condition, **values)

    @action.register
    def _(self, write: ReleaseAddress) -> Action:
        return self._on("Delete", keys.hold(write.canonical), _OURS, account=write.account_id)

    @action.register
    def _(self, write: TransferAddress) -> Action:
        item = hold_item(Hold(write.canonical, write.to_account_id))
        return self._put(item, _OURS, account=write.from_account_id)

    @action.register
    def _(self, write: ReserveAddress) -> Action:
        item = hold_item(Hold(write.canonical, None, write.reservation))
        if write.from_account_id is not None:
            return self._put(item, _OURS, account=write.from_account_id)
        condition = f"{_NEW} OR reserved_by = :conflict OR reserved_by = :replaces OR reserved_until <= :now"
        conflict_id = write.reservation.conflict_id
        replaces = write.replaces or conflict_id
        return self._put(item, condition, conflict=conflict_id, replaces=replaces, now=text_of(write.now))

    @action.register
    def _(self, write: EndReservation) -> Action:
        key = keys.hold(write.canonical)
        if write.now is None:
            return self._on("Delete", key, "reserved_by = :conflict", conflict=write.conflict_id)
        condition = "reserved_by = :conflict AND reserved_until <= :now"
        return self._on("Delete", key, condition, conflict=write.conflict_id, now=text_of(write.now))

    @action.register
    def _(self, write: ClaimUserName) -> Action:
        key = keys.user_name(write.directory_id, write.canonical_user_name)
        item = write_item(key, {"account_id": write.account_id, "scim_id": write.scim_id})
        return self._put(item, f"{_NEW} OR {_OURS}", account=write.account_id)

    @action.register
    def _(self, write: ReleaseUserName) -> Action:
        key = keys.user_name(write.directory_id, write.canonical_user_name)
        return self._on("Delete", key, _OURS, account=write.account_id)

    @action.register
    def _(self, write: TransferUserName) -> Action:
        key = keys.user_name(write.directory_id, write.canonical_user_name)
        item = write_item(key, {"account_id": write.to_account_id, "scim_id": write.scim_id})
        return self._put(item, _OURS, account=write.from_account_id)

    @action.register
    def _(self, write: RequireDomain) -> Action:
        return self._on(
            "ConditionCheck",
            keys.domain(write.domain),
            f"{_NEW} OR organization_id = :organization" if write.or_nobody else "organization_id = :organization",
            organization=write.organization_id,
        )

    @action.register
    def _(self, write: PutConflict) -> Action:
        return self._versioned(conflict_item(write.conflict), write.expected_version)

    @action.register
    def _(self, write: PutPending) -> Action:
        item = write_item(
            keys.pending(write.requester_key),
            {"requester_key": write.requester_key, "conflict_id": write.conflict_id, "canonical": write.canonical},
        )
        if write.replaces is None:
            return self._put(item, f"{_NEW} OR conflict_id = :conflict", conflict=write.conflict_id)
        return self._put(
            item, "conflict_id = :replaces OR conflict_id = :conflict",
            replaces=write.replaces, conflict=write.conflict_id,
        )  # fmt: skip

    @action.register
    def _(self, write: EndPending) -> Action:
        key = keys.pending(write.requester_key)
        return self._on("Delete", key, f"{_NEW} OR conflict_id = :conflict", conflict=write.conflict_id)

    @action.register
    def _(self, write: PutWaiter) -> Action:
        key = keys.waiter(write.canonical, write.conflict_id)
        return self._put(write_item(key, {"conflict_id": write.conflict_id, "organization_id": write.organization_id}))

    @action.register
    def _(self, write: EndWaiter) -> Action:
        return self._on("Delete", keys.waiter(write.canonical, write.conflict_id))

    @action.register
    def _(self, write: AppendLog) -> Action:
        return Action("Put", self._tables.event_log, log_item(write.entry, self._tables.log_retention))

    @action.register
    def _(self, write: CountUsers) -> Action:
        shard = zlib.crc32(write.account_id.encode()) % COUNTERS
        return Action(
            "Update",
            self._tables.identity,
            keys.counter(write.directory_id, shard).item(),
            keys.OPEN_COUNTER if write.comes else None,
            values=values_of(delta=write.delta, shifts=int(write.shifts)),
            update="ADD user_count :delta, shifts :shifts",
        )

    @action.register
    def _(self, write: source_writes.ClaimSource) -> Action:
        item = write_item(keys.source(write.key), {"account_id": write.account_id})
        instead_of = write.instead_of or write.account_id
        condition = f"{_NEW} OR account_id IN (:account, :instead)"
        return self._put(item, condition, account=write.account_id, instead=instead_of)

    @action.register
    def _(self, write: source_writes.ReleaseSource) -> Action:
        return self._on("Delete", keys.source(write.key), f"{_NEW} OR {_OURS}", account=write.account_id)

    @action.register
    def _(self, write: s.PutOrganization) -> Action:
        return self._versioned(organization_item(write.organization), write.expected_version)

    @action.register
    def _(self, write: s.PutDirectory) -> Action:
        return self._versioned(directory_item(write.directory), write.expected_version)

    @action.register
    def _(self, write: s.ClaimDomain) -> Action:
        item = write_item(
            keys.domain(write.domain),
            {"domain": write.domain, "organization_id": write.organization_id, "verified_at": write.verified_at},
        )
        return self._put(item, f"{_NEW} OR organization_id = :organization", organization=write.organization_id)

    @action.register
    def _(self, write: s.ReleaseDomain) -> Action:
        return self._on(
            "Delete", keys.domain(write.domain), "organization_id = :organization", organization=write.organization_id
        )

    @action.register
    def _(self, write: s.PutToken) -> Action:
        return self._put(token_item(write.token, keys.token(write.token.sha256)), _NEW)

    @action.register
    def _(self, write: s.ConfirmToken) -> Action:
        return self._put(token_item(write.token, keys.token(write.token.sha256)), _THERE)

    @action.register
    def _(self, write: s.DeleteToken) -> Action:
        return self._on("Delete", keys.token(write.sha256))

    @action.register
    def _(self, write: s.ListToken) -> Action:
        return self._put(listed_token_item(write.token, _listing_key(write.token)))

    @action.register
    def _(self, write: s.UnlistToken) -> Action:
        return self._on("Delete", _listing_key(write.token))

    @action.register
    def _(self, write: s.NoteRevoked) -> Action:
        return self._put(revoked_item(write))

    @action.register
    def _(self, write: s.CloseCounter) -> Action:
        counter = keys.counter if write.kind == "users" else group_keys.counter
        number = "user_count" if write.kind == "users" else "group_count"
        return Action(
            "Update",
            self._tables.identity,
            counter(write.directory_id, write.shard).item(),
            values=values_of(closed=True, until=int(write.until.timestamp()) if write.until else None, none=0),
            update=f"SET closed = :closed{', expires_at = :until' if write.until else ''} "
            f"ADD {number} :none, shifts :none",
        )

    @action.register
    def _(self, write: s.RemoveDirectory) -> Action:
        key = keys.directory(write.organization_id, write.directory_id)
        return self._on("Delete", key, _SAME_VERSION, version=write.expected_version)

    @action.register
    def _(self, write: s.RemoveOrganization) -> Action:
        key = keys.organization(write.organization_id)
        return self._on("Delete", key, _SAME_VERSION, version=write.expected_version)

    @action.register
    def _(self, write: s.RemoveConflict) -> Action:
        return self._on("Delete", keys.conflict(write.organization_id, write.conflict_id))


def _listing_key(token: Token) -> ItemKey:
    if token.organization_id is None:
        return keys.listed_token("", None, token.id)
    return keys.listed_token(token.organization_id, token.directory_id, token.id)
