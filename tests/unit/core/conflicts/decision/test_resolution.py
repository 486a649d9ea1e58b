"""Two ways to resolve a refused create: the holder gives its address up, or is linked again. Who may choose which."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from rightful.api.request import Response
from rightful.core.events.publish import events_of
from rightful.core.organizations.registry import create_directory
from rightful.domain.conflicts.policy import STANDARD
from rightful.domain.key import Token
from rightful.domain.organization import OnDelete
from rightful.ports.context import Context
from tests.support.service import Service, user
from tests.support.stream import StreamingStore


@dataclass
class Scene:
    """An organization in which people are asked; its store remembers what was committed."""

    store: StreamingStore = field(default_factory=StreamingStore)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.service = Service(store=self.store, policy=STANDARD)

    def create(self, name: str = "x", **attributes: object) -> Response:
        return self.service.scim("POST", "/Users", user(name, **attributes))

    def refused_create(self, **attributes: object) -> dict[str, Any]:
        """The conflict of a create that meets the holder of its address."""
        assert self.create(**attributes).status == 409
        return self.conflict

    @property
    def conflict(self) -> dict[str, Any]:
        self.service.remediate_all()
        body: Any = self.service.admin("GET", "/conflicts").body
        newest: dict[str, Any] = body["items"][0]
        return newest

    def approve(self, resolution: str | None = None, key: Token | None = None) -> Response:
        read = self.conflict
        body = {"decision": "approve", "reason": "asked her", "resolution": resolution, "version": read["version"]}
        return self.service.admin("POST", "/conflicts/{id}/decision", body, parameters={"id": read["id"]}, key=key)

    def former_account(self) -> str:
        """Somebody whom the directory had, and lets go."""
        scim_id = str(self.service.create_user("x")["id"])
        account_id = scim_id.rpartition("-")[0]
        self.service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": account_id})
        self.service.scim("DELETE", f"/Users/{scim_id}")
        return account_id

    def mark(self, account_id: str) -> None:
        parameters = {"id": account_id, "flag": "legal_hold"}
        assert self.service.accounts("PUT", "/{id}/flags/{flag}", {}, parameters=parameters).status < 300

    def signed_up(self, *, confirmed: bool) -> str:
        """An account that somebody made for itself, used, and that the organization claimed."""
        report = {"email": "x@example.com", "emailVerified": confirmed}
        body: Any = self.service.accounts("POST", "", report).body
        self.service.accounts("POST", "/{id}/login-seen", {}, parameters={"id": body["id"]})
        claim = {"action": "claim", "reason": "ours"}
        assert self.service.admin("POST", "/accounts/{id}/actions", claim, parameters={"id": body["id"]}).status == 200
        return str(body["id"])

    def enter_another_directory(self) -> None:
        organization_id = self.service.organization.id
        self.service.enter(
            create_directory(
                Context(self.store, self.service.invocation()),
                organization_id,
                "Other",
                profile="generic",
                on_delete=OnDelete.DEACTIVATE,
            )
        )

    def events(self) -> list[tuple[str, object]]:
        return [
            (event.type.value, event.members.get("reason"))
            for change in self.store.take()
            for event in events_of(change)
            if event.type.value.startswith("account.")
        ]


def error_of(response: Response) -> tuple[int, str, str | None, str]:
    body: Any = response.body
    error = body["error"]
    return response.status, error["code"], error.get("field"), error["message"]


def _two_are_asked(scene: Scene) -> Token:
    """Two administrators have to agree what becomes of a deactivated account."""
    scene.service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"deactivated": "two_approvals"}}})
    scene.former_account()
    scene.refused_create(externalId="somebody else")
    assert "two different administrators" in scene.conflict["nextStep"]["what"]
    return scene.service.new_admin_key("Jo")


def test_the_first_approver_may_come_round_to_what_the_second_one_said() -> None:
    scene = Scene()
    jo = _two_are_asked(scene)
    assert scene.approve("relink").status == 200
    assert 'Ines chose the resolution "relink": the deactivated account' in scene.conflict["nextStep"]["what"]
    assert scene.approve("release", key=jo).status == 200
    assert scene.conflict["status"] == "waiting_approval"
    assert 'Jo chose the resolution "release": the holder gives its address up' in scene.conflict["nextStep"]["what"]

    assert scene.approve("release").status == 200

    assert scene.conflict["status"] == "prepared"
    assert scene.conflict["holder"]["email"] is None or "released" in scene.conflict["holder"]["email"]


def test_who_says_the_same_again_is_told_that_somebody_else_must_agree() -> None:
    scene = Scene()
    jo = _two_are_asked(scene)
    assert scene.approve().status == 200
    for same in ("release", None):
        assert error_of(scene.approve(same))[1] == "same_approver"

    assert scene.approve("release", key=jo).status == 200

    assert scene.conflict["status"] == "prepared"
    assert [each["resolution"] for each in scene.conflict["approvals"]] == ["release", "release"]


def test_the_second_approver_may_come_round_to_what_the_first_one_said() -> None:
    scene = Scene()
    jo = _two_are_asked(scene)
    assert scene.approve("relink").status == 200
    assert scene.approve("release", key=jo).status == 200

    assert scene.approve("relink", key=jo).status == 200

    assert scene.conflict["status"] == "prepared"
    assert scene.create(externalId="somebody else").status == 201


def test_who_names_no_resolution_never_agrees_with_what_somebody_else_chose() -> None:
    scene = Scene()
    jo = _two_are_asked(scene)
    read = scene.conflict["version"]
    assert scene.approve("relink").status == 200
    assert scene.conflict["version"] == read, "what was read is still the case"
    assert error_of(scene.approve())[1] == "same_approver"

    assert error_of(scene.approve(key=jo)) == (
        400,
        "invalid_value",
        "resolution",
        'Ines chose the resolution "relink". Name yours: "release" or "relink".',
    )

    assert scene.conflict["status"] == "waiting_approval"
    assert [each["by"] for each in scene.conflict["approvals"]] == ["Ines"]
    assert scene.conflict["nextStep"]["what"] == (
        "Approve or reject (one more administrator has to agree). "
        'Ines chose the resolution "relink": the deactivated account becomes this user\'s, with what belongs to it. '
        'With "release" the holder gives its address up and stays deactivated. Name yours.'
    )
    assert scene.approve("relink", key=jo).status == 200
    assert scene.conflict["status"] == "prepared"


@pytest.mark.parametrize("first", ["release", None])
def test_who_names_no_resolution_means_what_happens_where_nobody_says(first: str | None) -> None:
    scene = Scene()
    jo = _two_are_asked(scene)
    assert scene.approve(first).status == 200

    assert scene.approve(key=jo).status == 200

    assert scene.conflict["status"] == "prepared"
    assert [each["resolution"] for each in scene.conflict["approvals"]] == ["release", "release"]


def test_who_names_no_resolution_after_two_who_did_not_agree_does_not_choose_between_them() -> None:
    scene = Scene()
    jo, kim = _two_are_asked(scene), scene.service.new_admin_key("Kim")
    assert scene.approve("relink").status == 200
    assert scene.approve("release", key=jo).status == 200

    assert error_of(scene.approve(key=kim))[:3] == (400, "invalid_value", "resolution")

    assert scene.conflict["status"] == "waiting_approval"


def test_linking_a_user_of_another_directory_is_refused_before_anybody_approves_it() -> None:
    scene = Scene()
    scene.service.create_user("x")
    scene.enter_another_directory()
    scene.refused_create(externalId="other")

    status, code, field_name, message = error_of(scene.approve("relink"))

    assert (status, code, field_name) == (409, "not_approvable", "resolution")
    assert message == (
        "The holder cannot be linked again: a directory provisions it. "
        "Approve releasing the address instead, or reject."
    )
    assert scene.approve("release").status == 200
    assert scene.conflict["status"] == "prepared"


def test_nobody_is_promised_that_a_marked_account_comes_back() -> None:
    scene = Scene()
    scene.mark(scene.former_account())
    conflict = scene.refused_create()
    assert (conflict["class"], conflict["nextStep"]["what"]) == (
        "protected",
        "Approve or reject (two different administrators have to agree). "
        "With approval the former account gives its address up.",
    )
    assert "it is marked (legal hold)" in error_of(scene.approve("relink"))[3]
    assert scene.approve().status == 200
    assert scene.approve(key=scene.service.new_admin_key("Jo")).status == 200
    assert scene.conflict["status"] == "prepared"
    assert scene.create().status == 201


def test_an_approved_link_does_not_become_a_release_when_the_account_is_marked() -> None:
    scene = Scene()
    scene.service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"rehire": "two_approvals"}}})
    account_id = scene.former_account()
    scene.mark(account_id)
    scene.refused_create()
    scene.service.accounts("DELETE", "/{id}/flags/{flag}", parameters={"id": account_id, "flag": "legal_hold"})
    scene.service.admin("POST", "/conflicts/{id}/retry", parameters={"id": scene.conflict["id"]})
    assert "becomes this user's again" in scene.conflict["nextStep"]["what"]
    assert scene.approve().status == 200
    scene.mark(account_id)

    assert scene.approve(key=scene.service.new_admin_key("Jo")).status == 200

    assert scene.conflict["status"] == "waiting_approval"


def test_an_account_that_anybody_may_have_signed_up_with_is_never_given_to_its_address_s_owner() -> None:
    scene = Scene()
    account_id = scene.signed_up(confirmed=False)
    conflict = scene.refused_create()
    assert conflict["class"] == "unlinked"
    assert conflict["evidence"]["address confirmed"] == "no"
    assert "its mailbox was never confirmed" in conflict["explanation"]

    assert error_of(scene.approve("relink")) == (
        409,
        "not_approvable",
        "resolution",
        "The holder cannot be linked again: no directory ever provisioned it and its mailbox was never confirmed, "
        "so anybody may have signed up. Approve releasing the address instead, or reject.",
    )
    assert scene.approve("release").status == 200
    created: Any = scene.create().body
    assert not created["id"].startswith(account_id)


def test_a_link_to_an_account_that_is_not_the_organization_s_yet_is_refused_with_the_way_there() -> None:
    scene = Scene()
    scene.service.accounts("POST", "", {"email": "x@example.com", "emailVerified": True})
    assert scene.refused_create()["class"] == "claimable"
    assert "Approve its claim first" in error_of(scene.approve("relink"))[3]


@pytest.mark.parametrize("marked", [True, False])
def test_what_was_approved_is_looked_at_again_when_the_create_comes(marked: bool) -> None:
    scene = Scene()
    account_id = scene.signed_up(confirmed=True)
    scene.refused_create()
    assert scene.approve("relink").status == 200
    if marked:
        scene.mark(account_id)

    answer = scene.create()

    assert answer.status == (409 if marked else 201)


def test_the_sessions_of_an_account_end_when_a_directory_gets_it_that_never_had_it() -> None:
    scene = Scene()
    scene.signed_up(confirmed=True)
    conflict = scene.refused_create()
    assert 'With the resolution "relink" the holder becomes this user\'s account' in conflict["nextStep"]["what"]
    assert scene.approve("relink").status == 200
    scene.store.take()

    assert scene.create().status == 201

    assert ("account.sessions.revoke", "linked") in scene.events()


def test_who_comes_back_to_the_same_directory_stays_signed_in_nowhere_else() -> None:
    scene = Scene()
    scene.former_account()
    scene.store.take()

    assert scene.create().status == 201

    assert "account.sessions.revoke" not in {name for name, _ in scene.events()}
