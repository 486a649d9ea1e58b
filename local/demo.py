"""`make demo`: the story of a refused email change, played against the running stack and told as it goes.

A leaver's account keeps her address; a colleague is renamed onto it; the identity provider gets its 409; and instead of
an administrator searching for the holder by hand, the remediator finds her, frees the address and applies the change.
"""

import json
import os
import secrets
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from local import run_files
from local.problem import LocalProblemError

_PATIENCE_SECONDS = 300.0
_WIDTH = 100
_PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is its JSON, or {} where there is none."""

    status: int
    body: dict[str, object]


@dataclass(frozen=True)
class Api:
    """One of the stack's APIs, opened with one key."""

    title: str
    base_url: str
    token: str

    def call(self, method: str, path: str, body: Mapping[str, object] | None = None, *, quiet: bool = False) -> Answer:
        """Make a request and, unless it is `quiet`, show it with its answer."""
        if not quiet:
            _request_line(self.title, method, path, body)
        request = urllib.request.Request(
            self.base_url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as response:
                answer = Answer(response.status, _json(response.read()))
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, _json(error.read()))
        except urllib.error.URLError as error:
            raise LocalProblemError(f"No stack answers at {self.base_url}. Start one with: make run") from error
        if not quiet:
            print(f"    {_paint(str(answer.status), 32 if answer.status < 300 else 33)}", end="")
        return answer


def main(port: int | None = None) -> int:
    """Tell the story on the stack on that port, or the one that started last; 0 when it went as it should."""
    try:
        play(run_files.read(port))
    except LocalProblemError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def play(run: Mapping[str, object]) -> None:
    """Tell the story on the stack that the content of its .local/run.json leads to.

    Raises:
        LocalProblemError: it did not go as it should.
    """
    _tell(
        Api("IdP", str(run["scim_base_url"]), str(run["scim_token"])),
        Api("admin", str(run["admin_base_url"]), str(run["admin_token"])),
    )


def _tell(idp: Api, admin: Api) -> None:
    tag = secrets.token_hex(2)
    sales, ada_old, alan_old = (f"{name}.{tag}@example.com" for name in ("sales", "ada", "alan"))

    _chapter("1. The identity provider provisions three people")
    grace = _create(idp, "Grace Hopper", sales)
    ada = _create(idp, "Ada Lovelace", ada_old)
    alan = _create(idp, "Alan Turing", alan_old)

    _chapter("2. Grace leaves. Removing her does not delete her account: it keeps its address")
    removed = idp.call("DELETE", f"/Users/{grace}")
    _remark("")
    _expect(removed, 204)
    holder = _only_item(admin.call("GET", f"/accounts?email={sales}"))
    _remark(f"{sales} is held by an account that is {holder['status']} and linked to no directory")

    _chapter(f"3. Ada takes over {sales}. Every product today answers 409 here, and so do we")
    refused_at = time.monotonic()
    refused = _move(idp, ada, sales)
    _expect(refused, 409)
    _show(refused.body)

    _chapter("4. But now somebody finds out who holds the address, and why, and does what the policy allows")
    conflict = _settled(admin, sales)
    waited = time.monotonic() - refused_at
    _show_conflict(conflict)
    if conflict["status"] != "applied":
        raise LocalProblemError(f"The conflict should have been applied, and is {conflict['status']}.")
    _remark(f"applied {waited:.1f} s after the 409, in one transaction: nobody searched for anything")

    _chapter("5. The identity provider retries, as it does by itself, and is told that all is well")
    again = _move(idp, ada, sales)
    _expect(again, 200)
    _remark(f"Ada's address is now {_address(again.body)}")

    _chapter("6. A conflict that must not be resolved: Alan is given the address of a colleague who is at work")
    refused = _move(idp, alan, sales)
    _expect(refused, 409)
    _show(refused.body)
    conflict = _settled(admin, sales, requester=alan)
    _show_conflict(conflict)
    if conflict["status"] != "refused":
        raise LocalProblemError(f"The conflict should have been refused, and is {conflict['status']}.")

    _chapter("7. What the administrators read: the event log")
    for row in reversed(_items(admin.call("GET", "/log?limit=12", quiet=True))):
        _log_row(row)
    print()


def _create(idp: Api, name: str, email: str) -> str:
    given, family = name.split()
    body = {
        "schemas": [_USER],
        "userName": email,
        "externalId": secrets.token_hex(6),
        "name": {"givenName": given, "familyName": family},
        "displayName": name,
        "active": True,
        "emails": [{"value": email, "type": "work", "primary": True}],
    }
    answer = idp.call("POST", "/Users", body)
    _expect(answer, 201)
    _remark(f"{name}, {email}")
    return str(answer.body["id"])


def _move(idp: Api, user_id: str, email: str) -> Answer:
    operation = {"op": "replace", "path": 'emails[type eq "work"].value', "value": email}
    answer = idp.call("PATCH", f"/Users/{user_id}", {"schemas": [_PATCH_OP], "Operations": [operation]})
    if answer.status == 409:
        print()
    return answer


def _settled(admin: Api, email: str, requester: str | None = None) -> dict[str, object]:
    """Wait until the newest conflict about an address is no longer open."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        for conflict in _items(admin.call("GET", "/conflicts?limit=20", quiet=True)):
            asker = conflict["requester"]
            matches = requester is None or (isinstance(asker, dict) and asker.get("scimId") == requester)
            if conflict["wantedEmail"] == email and matches and conflict["status"] != "open":
                return conflict
        if time.monotonic() > deadline:
            raise LocalProblemError(f"The conflict was not examined within {_PATIENCE_SECONDS:.0f} s.")
        time.sleep(0.1)


def _show_conflict(conflict: Mapping[str, object]) -> None:
    rows = [
        ("conflict", conflict["id"]),
        ("class", f"{conflict['class']}, policy says: {conflict['decision']}"),
        ("status", conflict["status"]),
        ("why", conflict["explanation"]),
    ]
    holder, step = conflict["holder"], conflict["nextStep"]
    if isinstance(holder, dict):
        rows.insert(1, ("holder", f"account {holder['accountId']}, {holder['status']}, now at {holder['email']}"))
    if isinstance(step, dict):
        rows.append(("next step", f"{step['who']}: {step['what']}"))
    for name, value in rows:
        _paragraph(f"{name:>10}  ", str(value))


def _log_row(row: Mapping[str, object]) -> None:
    change = " -> ".join(str(address) for address in (row["oldEmail"], row["requestedEmail"]) if address)
    print(f"    {str(row['at'])[11:19]}  {row['action']!s:<22} {row['result']!s:<8} {row['subject']!s:<14} {change}")


def _request_line(title: str, method: str, path: str, body: Mapping[str, object] | None) -> None:
    print(f"  {_paint(f'{title:>5}', 2)}  {_paint(method, 1)} {path}")
    if body is not None and method == "PATCH":
        operations = body["Operations"]
        print(f"         {json.dumps(operations)}")


def _show(body: Mapping[str, object]) -> None:
    for line in textwrap.wrap(json.dumps(body), _WIDTH - 4, break_on_hyphens=False):
        print(f"    {line}")


def _chapter(title: str) -> None:
    print(f"\n{_paint(title, 1)}\n")


def _remark(text: str) -> None:
    print(f"  {text}" if text else "")


def _paragraph(label: str, text: str) -> None:
    indent = " " * len(label)
    print(textwrap.fill(text, _WIDTH, initial_indent=label, subsequent_indent=indent))


def _paint(text: str, code: int) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\033[{code}m{text}\033[0m"


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        print()
        raise LocalProblemError(f"Expected {status}, and got {answer.status}: {json.dumps(answer.body)}")


def _items(answer: Answer) -> list[dict[str, object]]:
    _expect(answer, 200)
    items = answer.body["items"]
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _only_item(answer: Answer) -> dict[str, object]:
    items = _items(answer)
    if len(items) != 1:
        raise LocalProblemError(f"Expected one account, and found {len(items)}.")
    return items[0]


def _address(user: Mapping[str, object]) -> object:
    emails = user["emails"]
    return emails[0]["value"] if isinstance(emails, list) else None


def _json(text: bytes) -> dict[str, object]:
    document = json.loads(text) if text.strip() else {}
    return document if isinstance(document, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
