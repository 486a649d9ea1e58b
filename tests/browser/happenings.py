"""What happens on the stack so that there is something to see and to decide."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.patience import eventually
from tests.support.service import email_patch, patch, user


@dataclass(frozen=True)
class Happenings:
    """Makes people and conflicts, each with names that nobody else has."""

    scim: httpx.Client
    admin: httpx.Client
    app: httpx.Client

    def person(self, name: str, **more: object) -> str:
        """A user of the demo directory; the SCIM id."""
        made = self.scim.post("/Users", json=user(name, **more))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def refused(self, wanted: str, **requester: object) -> dict[str, Any]:
        """Somebody asks for an address that is taken: the conflict, once it was examined."""
        name = new_name("asking")
        asking = self.person(name, **requester)
        assert self.scim.patch(f"/Users/{asking}", json=email_patch(f"{wanted}@example.com")).status_code == 409
        return self.conflict(f"{wanted}@example.com")

    def taken(self, **requester: object) -> dict[str, Any]:
        """The holder is an active colleague: nobody here can approve it."""
        wanted = new_name("taken")
        self.person(wanted)
        return self.refused(wanted, **requester)

    def signed_up(self, **requester: object) -> dict[str, Any]:
        """The holder signed up by themselves: one person approves that the account is claimed."""
        wanted = new_name("signed-up")
        made = self.app.post("/accounts", json={"email": f"{wanted}@example.com", "emailVerified": True})
        assert self.app.post(f"/accounts/{made.json()['id']}/login-seen").status_code == 204
        return self.refused(wanted, **requester)

    def erased_soon(self, **requester: object) -> dict[str, Any]:
        """The holder is about to be erased: one person approves it, and it is applied."""
        wanted = new_name("erased-soon")
        assert self.scim.delete(f"/Users/{self.person(wanted)}").status_code == 204
        self.act(f"{wanted}@example.com", "schedule-deletion")
        return self.refused(wanted, **requester)

    def act(self, email: str, action: str, **more: str) -> None:
        """An administrator does that with the account that has the address."""
        said = {"action": action, "reason": "It is so.", **more}
        done = self.admin.post(f"/accounts/{self.account_of(email)}/actions", json=said)
        assert done.status_code == 200, done.text

    def privileged(self) -> dict[str, Any]:
        """The holder has left and is marked: it takes two people."""
        wanted = new_name("privileged")
        leaver = self.person(wanted)
        left = patch({"op": "replace", "path": "active", "value": False})
        assert self.scim.patch(f"/Users/{leaver}", json=left).status_code == 200
        self.act(f"{wanted}@example.com", "protect", flag="privileged")
        return self.refused(wanted)

    def account_of(self, email: str) -> str:
        """The account that has an address."""
        (found,) = self.admin.get("/accounts", params={"email": email}).json()["items"]
        return str(found["id"])

    def conflict(self, email: str) -> dict[str, Any]:
        """The conflict about an address, once it was examined."""

        def about() -> list[dict[str, Any]]:
            found = self.admin.get("/conflicts", params={"address": email}).json()["items"]
            return [conflict for conflict in found if conflict["status"] != "open"]

        return eventually(about, what=f"an examined conflict about {email}")[0]

    def holder_of(self, email: str) -> str:
        """The SCIM id of the user who has an address."""
        found = self.scim.get("/Users", params={"filter": f'emails.value eq "{email}"'}).json()["Resources"]
        return str(found[0]["id"]) if found else ""


def new_name(what: str) -> str:
    """A name that nobody has."""
    return f"{what}-{secrets.token_hex(4)}"
