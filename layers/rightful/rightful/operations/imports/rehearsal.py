"""What an import would do, without doing it: a store that judges an import's writes and writes nothing.

It reads what is there and remembers what the lines before would have claimed. What others write meanwhile it does not
know.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from rightful.domain.account import Account
from rightful.domain.address import Hold
from rightful.operations.imports.line import ImportStore
from rightful.ports.store.contract import IdentityStore, Remaining
from rightful.ports.writes.accounts import ClaimAddress, ClaimSource, ClaimUserName, PutAccount, ReleaseSource
from rightful.ports.writes.transaction import Refusal, RefusedError, Write


class Rehearsal(ImportStore):
    """An `IdentityStore`, as far as an import needs one, that is only read."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store
        self._accounts: dict[str, Account] = {}
        self._claimed: dict[tuple[str, ...], str | None] = {}
        self._lock = Lock()

    def account(self, account_id: str) -> Account | None:
        return self._accounts.get(account_id) or self._store.account(account_id)

    def account_ids_of_external_id(self, directory_id: str, external_id: str) -> tuple[str, ...] | None:
        would_be = self._claimed.get(("externalId", directory_id, external_id))
        found = self._store.account_ids_of_external_id(directory_id, external_id)
        return found if would_be is None else (*(found or ()), would_be)

    def commit(self, writes: Sequence[Write], *, remaining: Remaining) -> None:  # noqa: ARG002 - nothing contends
        """Judge the writes as the store would, and remember them where they would have been done."""
        with self._lock:
            refusals = tuple(refusal for write in writes if (refusal := self._refusal(write)) is not None)
            if refusals:
                raise RefusedError(refusals)
            for write in writes:
                self._remember(write)

    def _refusal(self, write: Write) -> Refusal | None:
        match write:
            case ClaimSource(key, account_id, instead_of):
                found = self._read(("source", key), lambda: self._store.account_id_of_source(key))
                return None if found in {None, account_id, instead_of} else Refusal(write, found)
            case ClaimAddress(canonical, account_id, now, requester_key):
                claimed = self._claimed.get(("email", canonical))
                hold = Hold(canonical, claimed) if claimed else self._store.holds([canonical]).get(canonical)
                free = hold is None or hold.account_id == account_id or hold.is_free_for(requester_key, now)
                return None if free else Refusal(write, hold)
            case ClaimUserName(directory_id, name, account_id):
                found = self._read(
                    ("userName", directory_id, name), lambda: self._store.account_id_of_user_name(directory_id, name)
                )
                return None if found in {None, account_id} else Refusal(write, found)
            case PutAccount(account, expected_version):
                there = self.account(account.id)
                return None if (there.version if there else None) == expected_version else Refusal(write, there)
            case _:
                return None

    def _read(self, key: tuple[str, ...], read: Callable[[], str | None]) -> str | None:
        return self._claimed[key] if key in self._claimed else read()

    def _remember(self, write: Write) -> None:
        match write:
            case ClaimSource(key, account_id):
                self._claimed["source", key] = account_id
            case ReleaseSource(key):
                self._claimed["source", key] = None
            case ClaimAddress(canonical, account_id):
                self._claimed["email", canonical] = account_id
            case ClaimUserName(directory_id, name, account_id):
                self._claimed["userName", directory_id, name] = account_id
            case PutAccount(account):
                self._accounts[account.id] = account
                if account.link is not None and account.link.external_id is not None:
                    link = account.link
                    self._claimed["externalId", link.directory_id, link.external_id or ""] = account.id
