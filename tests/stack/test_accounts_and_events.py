"""The host application's part on the running stack: it reports, it hears, and whoever waited is served at once."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from local.event_schema import domain_event
from local.stack import Stack
from tests.stack.examinations import examinations
from tests.support.patience import eventually
from tests.support.service import email_patch, user

BUS = "rightful"


class Listener:
    """A queue behind a rule that takes all of this service's events."""

    def __init__(self, stack: Stack) -> None:
        endpoint = stack.aws_endpoint_url
        self._sqs = stack.session.client("sqs", endpoint_url=endpoint)
        events = stack.session.client("events", endpoint_url=endpoint)
        self._url = self._sqs.create_queue(QueueName="listener")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        events.put_rule(Name="listener", EventBusName=BUS, EventPattern=json.dumps({"source": ["rightful"]}))
        events.put_targets(
            Rule="listener", EventBusName=BUS, Targets=[{"Id": "listener", "Arn": attributes["QueueArn"]}]
        )
        self.heard: list[dict[str, Any]] = []

    def wait_for(self, event_type: str, about: str) -> dict[str, Any]:
        """The first event of a type about an account or conflict."""

        def among_all() -> list[dict[str, Any]]:
            found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in found.get("Messages", []):
                self.heard.append(json.loads(message["Body"])["detail"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            return [
                detail
                for detail in self.heard
                if detail["type"] == event_type and (detail.get("account") or detail["conflict"])["id"] == about
            ]

        return eventually(among_all, what=f"{event_type} about {about}")[0]


@pytest.fixture(scope="module")
def listener(stack: Stack) -> Listener:
    return Listener(stack)


@pytest.fixture
def name() -> str:
    return f"host-{secrets.token_hex(4)}"


def test_a_person_who_gives_an_address_up_makes_room_for_who_waits_without_a_round_of_the_janitor(
    stack: Stack, scim: httpx.Client, app: httpx.Client, admin: httpx.Client, listener: Listener, name: str
) -> None:
    wanted = f"{name}@example.com"
    holder = app.post("/accounts", json={"email": wanted, "emailVerified": True}).json()["id"]
    assert app.post(f"/accounts/{holder}/login-seen").status_code == 204
    waiting = scim.post("/Users", json=user(f"{name}-waiting")).json()["id"]
    assert scim.patch(f"/Users/{waiting}", json=email_patch(wanted)).status_code == 409
    [conflict] = [
        found
        for found in admin.get("/conflicts", params={"limit": 100}).json()["items"]
        if found["wantedEmail"] == wanted
    ]
    listener.wait_for("conflict.needs_approval", conflict["id"])

    moved = app.put(f"/accounts/{holder}/email", json={"email": f"{name}@example.net", "verified": True})
    assert moved.status_code == 200, moved.text
    listener.wait_for("conflict.applied", conflict["id"])

    lines = examinations(stack, {conflict["id"]}, lambda found: any(each["effect"] == "applied" for each in found))
    (applied,) = [each for each in lines if each["effect"] == "applied"]
    assert applied["correlation_id"].startswith("woken-"), "the change itself sent it"
    assert scim.get(f"/Users/{waiting}").json()["emails"][0]["value"] == wanted


def test_an_approved_claim_is_told_to_the_person_and_the_conflict_goes_on(
    scim: httpx.Client, app: httpx.Client, admin: httpx.Client, listener: Listener, name: str
) -> None:
    wanted = f"{name}@example.com"
    holder = app.post("/accounts", json={"email": wanted, "emailVerified": True}).json()["id"]
    waiting = scim.post("/Users", json=user(f"{name}-waiting")).json()["id"]
    assert scim.patch(f"/Users/{waiting}", json=email_patch(wanted)).status_code == 409
    conflicts = admin.get("/conflicts", params={"limit": 100}).json()["items"]
    [conflict_id] = [found["id"] for found in conflicts if found["wantedEmail"] == wanted]
    listener.wait_for("conflict.needs_approval", conflict_id)

    version = admin.get(f"/conflicts/{conflict_id}").json()["version"]
    decision = {"decision": "approve", "reason": "It is a work address.", "version": version}
    decided = admin.post(f"/conflicts/{conflict_id}/decision", json=decision)

    assert decided.status_code == 200, decided.text
    assert listener.wait_for("account.claimed", holder)["organizationId"] is not None
    assert decided.json()["class"] == "unlinked"


def test_of_many_who_want_one_address_at_once_one_gets_it(app: httpx.Client, scim: httpx.Client, name: str) -> None:
    email = f"{name}@example.com"

    def sign_up(number: int) -> int:
        if number % 2:
            return app.post("/accounts", json={"email": email}).status_code
        return scim.post("/Users", json=user(name, userName=f"{name}-{number}", externalId=str(number))).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(sign_up, range(8)))
    assert sorted(statuses) == [201, *[409] * 7]


def test_every_event_that_is_heard_is_as_documented(listener: Listener, app: httpx.Client, name: str) -> None:
    account = app.post("/accounts", json={"email": f"{name}@example.net"}).json()["id"]
    app.put(f"/accounts/{account}/deletion")
    listener.wait_for("account.sessions.revoke", account)
    listener.wait_for("account.deletion.scheduled", account)
    for detail in listener.heard:
        domain_event.validate_python(detail)


def test_the_indexes_of_administrators_find_what_the_host_application_made(
    app: httpx.Client, admin: httpx.Client, name: str
) -> None:
    account = app.post("/accounts", json={"email": f"{name}@example.com"}).json()["id"]
    listed = admin.get("/accounts", params={"view": "claimable", "limit": 100}).json()["items"]
    assert account in {item["id"] for item in listed}

    claimed = admin.post(f"/accounts/{account}/actions", json={"action": "claim", "reason": "Ours."})

    assert claimed.status_code == 200, claimed.text
    unlinked = admin.get("/accounts", params={"view": "unlinked", "limit": 100}).json()["items"]
    assert account in {item["id"] for item in unlinked}
    assert admin.get("/summary").json()["unlinkedAccounts"] >= 1
    rows = admin.get("/log", params={"accountId": account, "format": "csv"})
    assert rows.headers["content-type"].startswith("text/csv")
    assert "Ours." in rows.text


def test_facts_about_a_managed_account_are_in_its_organizations_log(
    app: httpx.Client, admin: httpx.Client, scim: httpx.Client, name: str
) -> None:
    assert scim.post("/Users", json=user(name)).status_code == 201
    [account] = app.get("/accounts", params={"email": f"{name}@example.com"}).json()["items"]
    assert app.put(f"/accounts/{account['id']}/flags/service").status_code == 200
    rows = admin.get("/log", params={"accountId": account["id"], "action": "account.changed"}).json()["items"]
    assert [row["explanation"] for row in rows] == ["The host application marked the account: service."]


def test_an_unlinked_person_stays_and_their_directory_does_not_see_them_any_more(
    admin: httpx.Client, scim: httpx.Client, name: str
) -> None:
    scim_id = scim.post("/Users", json=user(name)).json()["id"]
    [account] = admin.get("/accounts", params={"email": f"{name}@example.com"}).json()["items"]
    unlinked = admin.post(f"/accounts/{account['id']}/actions", json={"action": "unlink", "reason": "A contractor."})
    assert (unlinked.status_code, unlinked.json()["status"]) == (200, "active"), unlinked.text
    assert scim.get(f"/Users/{scim_id}").status_code == 404
