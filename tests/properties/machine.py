"""Everybody in two organizations, and the requests of their directories: what was said last, and what was answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hypothesis.stateful import RuleBasedStateMachine

from rightful.core.accounts.resource import UnverifiedDomainError
from rightful.core.conflicts.lifecycle.requeue import requeue
from rightful.core.users.change import UserChange, change_user
from rightful.core.users.create import create_user
from rightful.core.users.refuse import ClaimRefusedError
from rightful.core.users.request import Observer, UserRequest, read_state
from rightful.domain.account import Account, account_id_of
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus, Pointer
from rightful.domain.conflicts.policy import Policy, PolicyBase, read_policy
from rightful.domain.conflicts.refused_request import NOTHING, ExplicitIntent, Operation, Requester
from rightful.domain.key import Scope, Token
from rightful.domain.organization import DomainPolicy, OnDelete
from rightful.ports.context import QueueContext
from rightful.ports.writes.settings import ListToken, PutDirectory, PutOrganization
from rightful.scim.errors import ScimError
from tests.scenarios.world import ELSEWHERE, HERE, OURS, THEIRS, World
from tests.support.builders import a_directory, a_token

NAMES = [f"n{number}" for number in range(7)]
DIRECTORIES = {HERE: OURS, ELSEWHERE: OURS, "erasing": OURS, "there": THEIRS}
POLICIES = [
    Policy(),
    Policy(base=PolicyBase.STRICT),
    read_policy(
        {
            "base": "custom",
            "rules": {
                "unlinked": "auto",
                "claimable": "auto",
                "rehire": "auto",
                "other_directory": "auto",
                "pending_deletion": "auto",
                "active_in_directory": "approval",
            },
            "deactivatedAfterDays": 0,
        }
    ),
]


@dataclass(frozen=True)
class Asked:
    """A request as its identity provider would send it again."""

    directory_id: str
    scim_id: str | None
    change: Callable[[Mapping[str, object]], Mapping[str, object]]
    intent: ExplicitIntent = NOTHING
    operation: Operation = Operation.PATCH


class Machine(RuleBasedStateMachine):
    """Two organizations that use the same domain (one verified it, the other tolerates any), and everybody in them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(policy=POLICIES[2])
        self.world.found_organizations()
        self.world.commit(PutDirectory(a_directory(OURS, "erasing", on_delete=OnDelete.ERASE), None))
        theirs = self.world.store.organization(THEIRS)
        assert theirs is not None
        self.world.commit(PutOrganization(replace(theirs, version=2, domain_policy=DomainPolicy.ANY), 1))
        self.keys = [self._key(holder) for holder in ("Ines", "Jo")]
        self.asked: dict[str, Asked] = {}
        self.latest: dict[str, Asked] = {}
        """SCIM id -> the last request that named the person's address: identity providers send no older one again."""
        self.refusals: set[str] = set()
        self.said: dict[str, bool] = {}
        """Account id -> what its directory, or an administrator, said last of the person's activity, if that holds
        whatever else was refused."""

    def _key(self, holder: str) -> Token:
        key = a_token(f"hash of {holder}", id=holder, scope=Scope.ADMIN, owner=holder, organization_id=OURS)
        self.world.commit(ListToken(key))
        return key

    def _request(self, directory_id: str, asked: Asked | None = None) -> UserRequest:
        def remember(conflict: Conflict) -> None:
            if asked is not None:
                self.asked[conflict.id] = asked

        context = QueueContext(self.world.store, self.world.invocation(), self.world.queue)
        return UserRequest(context, DIRECTORIES[directory_id], directory_id, observer=Observer(recorded=remember))

    def _provision(self, asked: Asked) -> bool:
        """Send a request; what is refused with a 409 must be in the table from then on.

        Returns:
            Whether it was carried out or recorded, and not refused as wrong in itself.
        """
        request = self._request(asked.directory_id, asked)
        before = self._account_of(asked)
        try:
            after = self._send(request, asked)
        except ScimError as error:
            if error.status != 409 or "with email[" not in error.detail:
                return False
            self.refusals.add(error.detail)
            self._check_recorded(error)
            return True
        if before is not None and (before.holds != after.holds or before.active != after.active):
            self._requeue(before)
        return True

    def _nothing_else_is_wanted(self, account_id: str, canonical: str) -> None:
        """What a directory says last about an address is all that can still be wanted."""
        account = self.world.store.account(account_id)
        key = f"account:{account_id}"
        conflict_id = self.world.store.pending_conflicts([key]).get(key)
        if account is None or conflict_id is None or account.organization_id is None:
            return
        conflict = self.world.store.conflict(Pointer(account.organization_id, conflict_id))
        if conflict is not None and conflict.live and conflict.request.address is not None:
            assert conflict.request.wanted.canonical == canonical, "an older wish outlived a later word on the address"

    def _check_recorded(self, refusal: ScimError) -> None:
        """The conflict of a 409 is in the table, as the requester's pending change."""
        assert isinstance(refusal, ClaimRefusedError)
        conflict = refusal.conflict
        assert conflict is not None
        pending = self.world.store.pending_conflicts([conflict.request.requester_key])
        assert pending == {conflict.request.requester_key: conflict.id}
        stored = self.world.store.conflict(conflict.pointer)
        assert stored is not None
        assert stored.request.wanted.canonical in refusal.detail

    def _send(self, request: UserRequest, asked: Asked) -> Account:
        """Send a request, and remember what it says of the person's activity. A refused deactivation is owed, be it
        refused because of a domain; whether a refused reactivation comes is open."""
        active = asked.intent.active
        if asked.scim_id is not None and asked.intent.address:
            self.latest[asked.scim_id] = asked
        try:
            after = self._sent(request, asked)
        except ScimError as error:
            recorded = error.status == 409 or isinstance(error, UnverifiedDomainError)
            if recorded and asked.scim_id is not None and active is not None:
                account_id = account_id_of(asked.scim_id)
                self.said.pop(account_id, None)
                if not active:
                    self.said[account_id] = False
            raise
        if active is not None or asked.scim_id is None:
            self.said[after.id] = active is not False
        return after

    def _sent(self, request: UserRequest, asked: Asked) -> Account:
        if asked.scim_id is None:
            resource = asked.change({})
            external_id = resource.get("externalId")
            requester = Requester(None, None, str(resource["userName"]), str(external_id) if external_id else None)
            state = read_state(request, requester_key=requester.key(asked.directory_id))
            return create_user(request, resource, state)
        change = UserChange(asked.scim_id, asked.change, asked.operation, intent=asked.intent)
        return change_user(request, read_state(request, asked.scim_id), change)

    def _account_of(self, asked: Asked) -> Account | None:
        if asked.scim_id is None:
            return None
        return read_state(self._request(asked.directory_id), asked.scim_id).account

    def _requeue(self, before: Account) -> None:
        requeue(self.world.store, self.world.queue, [before.holds] if before.holds else [])

    def _accounts(self) -> list[Account]:
        return sorted(self.world.store.all_of(Account), key=lambda account: account.id)

    def _linked(self) -> list[Account]:
        return [account for account in self._accounts() if account.link]

    def _left(self) -> list[Account]:
        found = [account for account in self._accounts() if account.former_link and not account.link]
        return [account for account in found if account.email and not account.email.is_placeholder]

    def _of_ours(self) -> list[Account]:
        return [account for account in self._accounts() if account.organization_id == OURS]

    def _undoable(self) -> list[Conflict]:
        return [each for each in self._conflicts() if each.status in {ConflictStatus.PREPARED, ConflictStatus.APPLIED}]

    def _conflicts(self) -> list[Conflict]:
        return sorted(self.world.store.all_of(Conflict), key=lambda conflict: conflict.id)

    def _pick(self, accounts: list[Account], index: int) -> Account:
        return accounts[index % len(accounts)]

    def _pick_conflict(self, index: int) -> Conflict:
        conflicts = [conflict for conflict in self._conflicts() if conflict.request.organization_id == OURS]
        conflicts = [each for each in conflicts if each.live] or conflicts or self._conflicts()
        if index % 3 == 0:
            conflicts = self._undoable() or conflicts
        return conflicts[index % len(conflicts)]
