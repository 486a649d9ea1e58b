"""The console on the running stack as a browser sees it: in by the identity provider, through its pages, and a form of
each kind. An organization of its own, whose sign-in no other test needs."""

import html
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from local.openid_provider.people import CLAIM_OF_ROLES, CLIENT_ID, OWNER
from local.stack import Stack
from rightful.text.ids import time_text
from tests.stack.conftest import output
from tests.stack.test_operator_on_the_stack import rightful, value
from tests.support.patience import SECONDS, eventually
from tests.support.service import email_patch, user

DIRECTORY = "IdP"
_LINK_AWAY = re.compile(r'href="([^"]+)" rel')
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass(frozen=True)
class Visitor:
    """A browser without scripts."""

    base_url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(follow_redirects=True, timeout=SECONDS))

    def get(self, path: str) -> str:
        """The page, which has to be there."""
        answer = self.http.get(f"{self.base_url}/console{path}")
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def send(self, page: str, path: str, fields: Mapping[str, str]) -> str:
        """Send a form as it stands on a page; what is shown then."""
        token = _TOKEN.search(page)
        answer = self.http.post(
            f"{self.base_url}/console{path}",
            data={**fields, **({"token": token[1]} if token else {})},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def sign_in(self, email: str, subject: str) -> str:
        """By address, a click at the provider, and back: the page on which that ends."""
        link = _LINK_AWAY.search(self.send("", "/sign-in", {"email": email, "back": "/"}))
        assert link is not None
        clicked = httpx.post(html.unescape(link[1]), data={"sub": subject}, timeout=SECONDS)
        assert clicked.status_code == 302, clicked.text
        return self.http.get(clicked.headers["Location"]).text


@dataclass(frozen=True)
class Own:
    """An organization of its own."""

    id: str
    domain: str
    admin: httpx.Client
    scim: httpx.Client

    def asked(self, issuer: str, secret: str) -> dict[str, object]:
        """How its people sign in."""
        return {
            "issuer": issuer,
            "clientId": CLIENT_ID,
            "clientSecret": secret,
            "rolesClaim": CLAIM_OF_ROLES,
            "roles": {"owner": [OWNER]},
        }

    @property
    def directory_id(self) -> str:
        """Its one directory."""
        return self.scim.base_url.path.strip("/").rpartition("/")[2]

    def email(self, name: str) -> str:
        """An address on its domain."""
        return f"{name}@{self.domain}"

    def create(self, name: str, **more: object) -> str:
        """A user of the one directory; its SCIM id."""
        email = self.email(name)
        own = {"userName": email, "emails": [{"value": email, "type": "work", "primary": True}], "displayName": name}
        made = self.scim.post("/Users", json=user(name, **own, **more))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def refused(self, scim_id: str, wanted: str) -> str:
        """Ask for an address that somebody has; the id of the conflict, once it was examined."""
        email = self.email(wanted)
        assert self.scim.patch(f"/Users/{scim_id}", json=email_patch(email)).status_code == 409
        [conflict] = eventually(
            lambda: [
                each
                for each in self.admin.get("/conflicts", params={"address": email}).json()["items"]
                if each["status"] != "open"
            ],
            what=f"an examined conflict about {email}",
        )
        return str(conflict["id"])


@pytest.fixture(scope="module")
def own(stack: Stack) -> Iterator[Own]:
    domain = f"console-{secrets.token_hex(4)}.example"
    made = rightful(stack, "organization", "create", "Console", "--domain", domain, "--admin", "Ines")
    assert made.returncode == 0, made.stderr
    organization_id = value(made.stdout, "organization")
    directory = rightful(stack, "directory", "create", organization_id, DIRECTORY)
    assert directory.returncode == 0, directory.stderr
    admin = {"Authorization": f"Bearer {value(made.stdout, 'admin key')}"}
    scim = {"Authorization": f"Bearer {value(directory.stdout, 'key')}", "Content-Type": "application/scim+json"}
    with (
        httpx.Client(base_url=value(made.stdout, "admin URL"), headers=admin, timeout=SECONDS) as by_key,
        httpx.Client(base_url=value(directory.stdout, "SCIM base URL"), headers=scim, timeout=SECONDS) as provider,
    ):
        yield Own(organization_id, domain, by_key, provider)


@pytest.fixture
def olivia(stack: Stack, own: Own) -> Visitor:
    """An owner of that organization, signed in. An operator said how: that needs no second administrator."""
    operator = {"Authorization": f"Bearer {stack.seeded.operator_token}"}
    asked = own.asked(stack.openid_issuer, "the-operators")
    assert own.admin.put("/sign-in", json=asked, headers=operator).status_code == 200
    visitor = Visitor(stack.base_url)
    assert "Olivia Owner" in visitor.sign_in(own.email("olivia"), "olivia")
    return visitor


def version_on(page: str) -> str:
    """As what the page shows was read."""
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def kept(stack: Stack, own: Own) -> list[str]:
    """The secrets that are kept of its client."""
    client = stack.session.client("ssm", endpoint_url=stack.aws_endpoint_url)
    folder = f"{stack.environment['CLIENT_SECRETS_PREFIX']}/{own.id}"
    found = client.get_parameters_by_path(Path=folder, WithDecryption=True)["Parameters"]
    return [each["Value"] for each in found]


def test_a_secret_of_the_client_is_kept_exchanged_and_forgotten(stack: Stack, own: Own) -> None:
    for secret in ("a-first-secret", "another-secret"):
        answer = own.admin.put("/sign-in", json=own.asked(stack.openid_issuer, secret))
        assert (answer.status_code, answer.json()["signIn"]["hasClientSecret"]) == (200, True)
        assert secret not in answer.text
        assert kept(stack, own) == [secret]
    for _ in range(2):
        assert own.admin.delete("/sign-in").status_code == 204
        assert kept(stack, own) == []


def test_an_owner_says_on_a_page_how_people_sign_in_and_has_to_sign_in_again(
    stack: Stack, own: Own, olivia: Visitor
) -> None:
    page = olivia.get("/administrators/sign-in")
    asked = {**own.asked(stack.openid_issuer, "typed"), "owner": OWNER, "action": "save"}
    fields = {name: text for name, text in asked.items() if isinstance(text, str)}
    assert "<h1>Sign in</h1>" in olivia.send(page, "/administrators/sign-in", fields)
    assert kept(stack, own) == ["typed"]
    assert "Olivia Owner" in olivia.sign_in(own.email("olivia"), "olivia")


def test_every_page_has_what_there_is(own: Own, olivia: Visitor) -> None:
    ada, conflict = own.create("ada").rpartition("-")[0], own.refused(own.create("grace"), "ada")
    directory, address = own.directory_id, own.email("ada")
    active = "class=active_in_directory"
    for path in (
        *("/", "/connect", f"/connect/{directory}", "/domains", "/policy", "/administrators", "/preview"),
        *(f"/conflicts/{conflict}", f"/conflicts/{conflict}/history", f"/conflicts?{active}"),
        *(f"/conflicts?{asked}" for asked in ("status=waiting_approval", "who=identity_provider_administrator")),
        *(f"/conflicts?{asked}" for asked in (f"directoryId={directory}", f"address={address}")),
        *(f"/addresses?address={address}", f"/addresses/history?address={address}"),
        *("/accounts", *(f"/accounts?view={view}" for view in ("linked", "unlinked", "claimable", "wanted"))),
        *("/accounts?by=displayName&q=ada", f"/accounts?by=userName&q={address}", f"/accounts?by=email&q={address}"),
        *(f"/accounts/{ada}", f"/accounts/{ada}/history"),
        *("/log", "/log?result=refused", f"/log?address={address}"),
        *(f"/log?accountId={ada}", f"/log?conflictId={conflict}"),
    ):
        assert olivia.get(path).count("<h1") == 1, path
    assert address in olivia.get("/accounts.csv")
    assert address in olivia.get("/log.csv")


def test_a_conflict_is_examined_again_and_another_is_approved_and_applied(own: Own, olivia: Visitor) -> None:
    own.create("joan")
    conflict = own.refused(own.create("jean"), "joan")
    page = olivia.get(f"/conflicts/{conflict}")
    olivia.send(page, f"/conflicts/{conflict}/retry", {"version": version_on(page)})

    leaver = own.create("leaver")
    assert own.scim.delete(f"/Users/{leaver}").status_code == 204
    said = {"action": "schedule-deletion", "reason": "They left."}
    actions = f"/accounts/{leaver.rpartition('-')[0]}/actions"
    assert own.admin.post(actions, json=said).status_code == 200
    conflict = own.refused(own.create("successor"), "leaver")
    page = olivia.get(f"/conflicts/{conflict}")
    asked = {"version": version_on(page), "decision": "approve", "reason": "It is theirs now."}
    olivia.send(page, f"/conflicts/{conflict}/decision", asked)
    eventually(
        lambda: own.admin.get(f"/conflicts/{conflict}").json()["status"],
        lambda status: status == "applied",
        what="the approved change",
    )


def test_what_would_become_of_a_change_is_told_where_two_have_one_external_id(own: Own, olivia: Visitor) -> None:
    for name in ("twin", "other-twin"):
        own.create(name, externalId="one-for-both")
    changes = {"changes": f"{own.email('twin')}, {own.email('other-twin')}"}
    assert "Of 1 change" in olivia.send(olivia.get("/preview"), "/preview", changes)


def test_a_directory_is_deleted_on_its_page(own: Own, olivia: Visitor) -> None:
    place = f"/connect/{own.directory_id}/delete"
    assert "The directory is deleted." in olivia.send(olivia.get(place), place, {"confirm": DIRECTORY})
    assert own.admin.get("/directories").json()["items"] == []


def test_a_session_is_noted_as_used_and_ends(stack: Stack, own: Own, olivia: Visitor) -> None:
    dynamodb = stack.session.client("dynamodb", endpoint_url=stack.aws_endpoint_url)
    table = output(stack, "ConsoleTable")
    sessions = {"KeyConditionExpression": "pk = :of", "ExpressionAttributeValues": {":of": {"S": f"ORG#{own.id}"}}}

    def seen() -> dict[str, str]:
        items = dynamodb.query(TableName=table, ConsistentRead=True, **sessions)["Items"]  # type: ignore[arg-type]
        return {item["sk"]["S"]: item["seen_at"]["S"] for item in items if item["sk"]["S"].startswith("SESSION#")}

    newest = max(seen().items(), key=lambda item: item[1])[0]
    earlier = time_text(datetime.now(UTC) - timedelta(minutes=5))
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": f"ORG#{own.id}"}, "sk": {"S": newest}},
        UpdateExpression="SET seen_at = :then",
        ExpressionAttributeValues={":then": {"S": earlier}},
    )
    page = olivia.get("/domains")
    assert seen()[newest] > earlier
    olivia.send(page, "/sign-out", {})
    assert newest not in seen()
    assert "<h1>Sign in</h1>" in olivia.get("/conflicts")
